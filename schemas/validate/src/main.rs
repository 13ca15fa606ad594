//! `easyrtc-schema-validator LOG…`: checks logs of messages, or all logs in folders.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command line tool")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use easyrtc_schema_validator::Schemas;
use easyrtc_schema_validator::log::Report;

/// Faults that are printed; the rest is only counted.
const SHOWN: usize = 20;

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    if arguments.is_empty() {
        eprintln!("usage: easyrtc-schema-validator LOG|FOLDER...");
        return ExitCode::FAILURE;
    }
    match report(&arguments) {
        Ok(report) => {
            print(&report);
            let good = report.faults.is_empty() && report.valid > 0;
            if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn report(arguments: &[PathBuf]) -> io::Result<Report> {
    let schemas = Schemas::published();
    let mut report = Report::default();
    for argument in arguments {
        for log in logs(argument)? {
            report.add(&schemas, &String::from_utf8_lossy(&fs::read(log)?));
        }
    }
    Ok(report)
}

/// The file, or all files of the folder in the order of their names.
fn logs(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut logs: Vec<PathBuf> =
        fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    logs.sort();
    logs.retain(|log| log.is_file());
    Ok(logs)
}

fn print(report: &Report) {
    for ((direction, event, msg_type), count) in &report.kinds {
        println!("{count:>8}  {direction:<6}  {event:<11}  {msg_type}");
    }
    println!("{:>8}  refused by server and schema alike", report.refused);
    for (difference, count) in &report.explained {
        println!("{count:>8}  {difference:?}: a difference that is meant");
    }
    println!("{:>8}  beyond what a validator can read", report.unreadable);
    println!("{:>8}  valid", report.valid);
    for fault in report.faults.iter().take(SHOWN) {
        eprintln!("{fault}");
    }
    if !report.faults.is_empty() {
        eprintln!("{} messages are not what their schema says", report.faults.len());
    }
}
