//! The command line of the load generator.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command line tool")]

mod cli;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use clap::Parser;
use easyrtc_bench::bench::Bench;
use easyrtc_bench::measurement::Measurement;
use easyrtc_bench::place::Place;
use easyrtc_bench::problem::Problem;
use easyrtc_bench::server::Candidate;
use easyrtc_bench::watch::Watch;
use easyrtc_bench::{compare, machine, report};

use cli::{Cli, Command, Compare, Load, Report, Run};

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(arguments) => run(&arguments),
        Command::Compare(arguments) => run_two(&arguments),
        Command::Report(arguments) => show(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("easyrtc-bench: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Measures a server that runs; whether it made no fault.
fn run(arguments: &Run) -> Result<bool, Problem> {
    let load = &arguments.load;
    let place = Place::parse(&arguments.url)?;
    let watch = arguments.pid.map(Watch::new).transpose()?;
    let settings = load.settings(machine::allow_files());
    let mut output = Output::new(load)?;
    pin(load)?;
    let mut bench = Bench::new(place, arguments.name.clone(), watch, settings);
    let mut all = Vec::new();
    for phase in load.phases() {
        for measured in bench.run(phase)? {
            output.write(&measured)?;
            all.push(measured);
        }
    }
    tell(&all, load.svg.as_deref())
}

/// Measures two servers in turns; whether they made no fault.
fn run_two(arguments: &Compare) -> Result<bool, Problem> {
    let load = &arguments.load;
    let options = &arguments.easyrtc_options;
    let candidate = Candidate {
        name: arguments.candidate_name.clone(),
        command: arguments.candidate.clone(),
        transport: arguments.candidate_transport,
        options: options.clone(),
        core: server_core(arguments),
    };
    let baseline = match (&arguments.original, &arguments.baseline) {
        (Some(folder), _) => Candidate::original(folder, options.clone())?,
        (None, baseline) => Candidate {
            name: arguments.baseline_name.clone(),
            command: baseline.clone().unwrap_or_default(),
            transport: arguments.baseline_transport,
            ..candidate.clone()
        },
    };
    let baseline = Candidate { core: server_core(arguments), ..baseline };
    if (&candidate.name, candidate.transport) == (&baseline.name, baseline.transport) {
        return Err(Problem::new("two servers with one name; see --candidate-name"));
    }
    let settings = load.settings(machine::allow_files());
    let mut output = Output::new(load)?;
    pin(load)?;
    let servers = [candidate, baseline];
    let found = |measured: &Measurement| output.write(measured);
    let all = compare::compare(&servers, &load.phases(), arguments.rounds, &settings, found)?;
    tell(&all, load.svg.as_deref())
}

/// Shows what was measured before.
fn show(arguments: &Report) -> Result<bool, Problem> {
    let mut all = Vec::new();
    for file in &arguments.files {
        let text = fs::read_to_string(file).map_err(|error| failed(file, &error))?;
        for line in text.lines() {
            all.push(serde_json::from_str(line).map_err(|error| failed(file, &error))?);
        }
    }
    tell(&all, arguments.svg.as_deref())
}

/// Shows what was measured; whether there was no fault.
fn tell(all: &[Measurement], svg: Option<&Path>) -> Result<bool, Problem> {
    print!("{}", report::table(all));
    if let Some(file) = svg {
        fs::write(file, report::chart(all)).map_err(|error| failed(file, &error))?;
    }
    Ok(all.iter().all(|measured| measured.faults.count == 0))
}

/// Where lines of JSON go to, if anywhere.
struct Output<'a>(Option<(&'a Path, File)>);

impl<'a> Output<'a> {
    fn new(load: &'a Load) -> Result<Self, Problem> {
        let Some(path) = load.json.as_deref() else { return Ok(Self(None)) };
        let file = File::create(path).map_err(|error| failed(path, &error))?;
        Ok(Self(Some((path, file))))
    }

    fn write(&mut self, measured: &Measurement) -> Result<(), Problem> {
        let Some((path, file)) = &mut self.0 else { return Ok(()) };
        let line = serde_json::to_string(measured).map_err(|error| failed(path, &error))?;
        writeln!(file, "{line}").map_err(|error| failed(path, &error))
    }
}

fn failed(file: &Path, error: &dyn std::fmt::Display) -> Problem {
    Problem::new(format!("{}: {error}", file.display()))
}

/// Has the clients run on one core, away from the server's if there are two.
fn pin(load: &Load) -> Result<(), Problem> {
    let last = (cores() > 1).then(|| cores() - 1);
    load.core.or(last).map_or(Ok(()), |core| machine::pin(core).map(drop))
}

fn server_core(arguments: &Compare) -> Option<usize> {
    (cores() > 1).then_some(arguments.server_core)
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
