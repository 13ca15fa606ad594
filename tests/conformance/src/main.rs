//! The command line of the conformance kit.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command line tool")]

mod cli;
mod glob;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use easyrtc_conformance::report::{self, Expected, Report};
use easyrtc_conformance::run::{self, Settings};
use easyrtc_conformance::{Case, PROFILES, Profile, Target, cases};

use cli::{Cli, Command, Run, Table};
use easyrtc_conformance::explore::{self, Explore};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        None => play(&cli.run),
        Some(Command::Profiles) => {
            list_profiles();
            Ok(true)
        }
        Some(Command::Explore(arguments)) => explore_histories(&arguments),
        Some(Command::Table(table)) => write_table(&table),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("easyrtc-conformance: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Plays cases, and writes the reports; whether all is well.
fn play(arguments: &Run) -> Result<bool, String> {
    let chosen = chosen(&arguments.only)?;
    if arguments.list {
        for case in chosen {
            println!("{:<6} {:<45} {}", case.level.name(), case.id, case.what);
        }
        return Ok(true);
    }
    let target = target(arguments)?;
    let expected = match &arguments.expected_failures {
        None => Expected::default(),
        Some(file) => Expected::parse(&read(file)?)
            .map_err(|problem| format!("{}: {problem}", file.display()))?,
    };
    let settings = Settings { patience: arguments.timeout.into(), jobs: arguments.jobs };
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let played = runtime.block_on(run::run(&target, &chosen, settings));
    // What clients and servers still do is of no interest.
    runtime.shutdown_background();
    let target = arguments.name.clone().unwrap_or_else(|| described(arguments));
    let report = Report { target, played, expected };
    print!("{}", report::text(&report, arguments.verbose));
    let write = |file: &Option<std::path::PathBuf>, text: fn(&Report) -> String| match file {
        None => Ok(()),
        Some(file) => std::fs::write(file, text(&report))
            .map_err(|error| format!("{}: {error}", file.display())),
    };
    write(&arguments.json, report::json)?;
    write(&arguments.junit, report::junit)?;
    write(&arguments.html, report::html)?;
    Ok(report.is_good())
}

/// The cases whose ids fit one of the patterns; all if there is none.
fn chosen(patterns: &[String]) -> Result<Vec<&'static Case>, String> {
    let fits = |id| patterns.is_empty() || patterns.iter().any(|one| glob::matches(one, id));
    let chosen: Vec<_> = cases::all().into_iter().filter(|case| fits(case.id)).collect();
    if chosen.is_empty() {
        Err("no case has such an id; see --list".to_owned())
    } else {
        Ok(chosen)
    }
}

fn target(arguments: &Run) -> Result<Target, String> {
    let transport = arguments.transport.into();
    if let Some(url) = &arguments.url {
        let profile = profile(&arguments.profile)?;
        return Target::at(url, profile).map_err(|error| error.to_string());
    }
    if let Some(command) = &arguments.spawn {
        let (command, options_only) = (command.clone(), arguments.options_only);
        return Ok(Target::Spawn { command, transport, options_only });
    }
    if arguments.in_process {
        return Ok(Target::InProcess);
    }
    Err("say what to test: --url, --spawn or --in-process (see --help)".to_owned())
}

fn described(arguments: &Run) -> String {
    let named = arguments.url.clone().or_else(|| arguments.spawn.clone());
    named.unwrap_or_else(|| "in process".to_owned())
}

fn list_profiles() {
    for profile in PROFILES {
        println!("{}", profile.name);
        println!("    EASYRTC_OPTIONS={}", profile.options.replace(['\n', ' '], ""));
        for line in profile.settings.lines() {
            println!("    settings file: {line}");
        }
    }
}

/// How many steps a fault may take that somebody is to understand.
const SHORT: usize = 10;

/// Plays histories, and tells of those that go wrong; whether none did.
fn explore_histories(arguments: &cli::Explore) -> Result<bool, String> {
    let target = target(&arguments.run)?;
    let profile = profile(&arguments.run.profile)?;
    let explore = Explore {
        seed: arguments.seed,
        histories: arguments.histories,
        clients: arguments.clients,
        steps: arguments.steps,
        keep: arguments.keep.clone(),
        lenient: arguments.lenient,
        profile,
        patience: arguments.run.timeout.into(),
    };
    let flags = target_flags(&arguments.run);
    let tell = |found: &explore::Found| {
        let replay = explore::replay(&explore, found);
        println!("{found}  again: easyrtc-conformance explore {flags} {replay}\n");
    };
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let found = runtime.block_on(explore::explore(&target, &explore, tell));
    runtime.shutdown_background();
    let found = found.map_err(|error| error.to_string())?;
    let (histories, faults) = (explore.histories, found.len());
    println!("{histories} histories, {faults} kinds of faults");
    if arguments.expect_faults == 0 {
        return Ok(found.is_empty());
    }
    let short = found.iter().filter(|found| found.steps.len() <= SHORT).count();
    println!("{short} of {SHORT} steps or fewer");
    Ok(short >= arguments.expect_faults)
}

/// The flags that name the target again.
fn target_flags(run: &Run) -> String {
    let mut flags = match (&run.url, &run.spawn) {
        (Some(url), _) => format!("--url {url}"),
        (_, Some(command)) => format!("--spawn {}", quoted(command)),
        (None, None) => "--in-process".to_owned(),
    };
    if run.spawn.is_some() && matches!(run.transport, cli::Name::Ws) {
        flags.push_str(" --transport ws");
    }
    flags.push_str(&format!(" --timeout '{}'", run.timeout));
    if run.profile != "default" {
        flags.push_str(&format!(" --profile {}", run.profile));
    }
    flags
}

/// A word as a shell takes it, whatever is in it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn profile(name: &str) -> Result<&'static Profile, String> {
    let profile = PROFILES.iter().find(|profile| profile.name == name);
    profile.ok_or_else(|| format!("no such profile: {name}"))
}

/// Puts the table of several reports into a document, or compares it with what is there.
fn write_table(arguments: &Table) -> Result<bool, String> {
    let mut reports = Vec::new();
    for file in &arguments.reports {
        let report = serde_json::from_str(&read(file)?);
        reports.push(report.map_err(|error| format!("{}: {error}", file.display()))?);
    }
    let (file, table) = (&arguments.document, report::markdown(&reports));
    let document = read(file)?;
    let Some(put) = report::put_between_markers(&document, &table) else {
        return Err(format!("{}: no markers for the table", file.display()));
    };
    if arguments.check {
        if put != document {
            eprintln!("{} is not what the last run says:\n{table}", file.display());
        }
        return Ok(put == document);
    }
    std::fs::write(file, put).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(true)
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}
