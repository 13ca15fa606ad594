//! The commands of this project's developers and its CI: `cargo xtask` lists them.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command line tool")]

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use project::{Failure, Project};
use steps::{STEPS, Step};

mod conformance;
mod deny;
mod documents;
mod end_to_end;
mod fuzz;
mod instructions;
mod mutants;
mod options;
mod project;
mod rust;
mod schemas;
mod steps;
mod tidy;
mod tools;
mod trace;
mod walls;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        None => ("help", &[][..]),
        Some((command, rest)) => (command.as_str(), rest),
    };
    let result = match command {
        "test" => test(rest),
        "schemas" => Project::find().and_then(|project| schemas::schemas(&project, rest)),
        "fuzz" => Project::find().and_then(|project| fuzz::fuzz(&project, rest)),
        "mutants" => Project::find().and_then(|project| mutants::mutants(&project, rest)),
        "trace" => Project::find().and_then(|project| trace::trace(&project, rest)),
        "instructions" => Project::find().and_then(|project| instructions::write(&project, rest)),
        "conformance" => Project::find().and_then(|project| conformance::write(&project)),
        "help" | "--help" | "-h" => {
            help();
            Ok(())
        }
        unknown => {
            Err(Failure::new(format!("no such command: {unknown} (see `cargo xtask help`)")))
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn help() {
    println!("cargo xtask test            every check and test; installs what they need first");
    println!("cargo xtask test --fast     the same without the end-to-end tests");
    println!("cargo xtask test STEP...    only these steps");
    println!("cargo xtask schemas         writes what is generated from the messages");
    println!("cargo xtask schemas --check which of it is not as it would be written");
    println!("cargo xtask fuzz [TARGET]... [--seconds N]         fuzzing; long, so never in CI");
    println!("cargo xtask mutants [--shard K/N | --sample N [--seed S]]   likewise");
    println!("cargo xtask trace [RULE]... where rules of docs/spec are decided and tested");
    println!("cargo xtask conformance     the table in docs/conformance.md");
    println!("cargo xtask instructions    tests/instructions/baseline.txt");
    println!("cargo xtask help            this text");
    println!();
    println!("Steps of `cargo xtask test`, in order; the first that fails ends it:");
    for Step { name, what, .. } in STEPS {
        println!("  {name:<14} {what}");
    }
}

/// Runs the steps asked for, in order, up to the first failure.
fn test(arguments: &[String]) -> Result<(), Failure> {
    let chosen = steps::choose(arguments)?;
    let project = Project::find()?;
    let mut times: Vec<(&str, Duration)> = Vec::with_capacity(chosen.len());
    for step in chosen {
        println!("\n==> {}: {}", step.name, step.what);
        let start = Instant::now();
        let result = (step.run)(&project);
        let time = start.elapsed();
        times.push((step.name, time));
        if let Err(failure) = result {
            return Err(Failure::new(format!(
                "{} failed after {:.1} s: {failure}",
                step.name,
                time.as_secs_f64()
            )));
        }
        println!("==> {}: passed in {:.1} s", step.name, time.as_secs_f64());
    }
    println!("\nAll passed:");
    for (name, time) in times {
        println!("  {name:<14} {:>7.1} s", time.as_secs_f64());
    }
    Ok(())
}
