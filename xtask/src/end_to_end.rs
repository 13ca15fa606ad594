//! The tests that start the real binary: see `tests/e2e/README.md`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::conformance;
use crate::project::{Failure, Project, run};
use crate::rust::RUST_SOCKETIO;
use crate::schemas;

const END_TO_END: &str = "tests/e2e";
const CLIENTS_JS: &str = "clients/js";

/// The npm packages of the lock files, unless they are there already.
pub(crate) fn npm_packages(project: &Project) -> Result<(), Failure> {
    let packages = [END_TO_END, CLIENTS_JS, schemas::CHECK, conformance::ORIGINAL];
    packages.into_iter().try_for_each(|package| npm_ci(project, package))
}

fn npm_ci(project: &Project, package: &str) -> Result<(), Failure> {
    let directory = project.path(package);
    // npm writes this file last, so it is newer than the lock file it was made from.
    let installed = modified(&directory.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(&directory.join("package-lock.json")) {
        return Ok(());
    }
    run(project.command_in(package, "npm").args(["ci", "--no-audit", "--no-fund"]))
}

/// The JavaScript client's own tests, without a server of ours.
pub(crate) fn clients_js(project: &Project) -> Result<(), Failure> {
    empty_message_logs(project, "clients-js")?;
    run(project.command_in(CLIENTS_JS, "npm").arg("test"))
}

/// The tests of Node clients.
pub(crate) fn node(project: &Project) -> Result<(), Failure> {
    test_files(project, "node", 2)
}

/// The tests in Chromium, one after the other: each brings a browser.
pub(crate) fn browser(project: &Project) -> Result<(), Failure> {
    test_files(project, "browser", 1)
}

/// `rust_socketio`, in its own workspace.
pub(crate) fn rust_socketio(project: &Project) -> Result<(), Failure> {
    let clippy = ["clippy", "--all-targets", "--locked", "--", "-D", "warnings"];
    run(&mut project.cargo_in(RUST_SOCKETIO, &clippy))?;
    empty_message_logs(project, "rust-socketio")?;
    run(&mut project.cargo_in(RUST_SOCKETIO, &["test", "--locked"]))
}

fn test_files(project: &Project, directory: &str, at_a_time: usize) -> Result<(), Failure> {
    let files = named(&project.path(END_TO_END).join(directory), ".test.mjs")?;
    if files.is_empty() {
        return Err(Failure::new(format!("no tests in {END_TO_END}/{directory}")));
    }
    empty_message_logs(project, directory)?;
    run(project
        .command_in(END_TO_END, "node")
        .args(["--test", "--test-reporter=spec"])
        .arg(format!("--test-concurrency={at_a_time}"))
        .args(files))
}

/// Throws away the messages that earlier tests of this kind logged, in
/// `target/message-logs/KIND`. The folder stays: if it is still empty when messages are checked,
/// the tests have logged none.
pub(crate) fn empty_message_logs(project: &Project, kind: &str) -> Result<(), Failure> {
    let directory = project.target("message-logs").join(kind);
    let failed = |error| Failure::new(format!("{}: {error}", directory.display()));
    match fs::remove_dir_all(&directory) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    fs::create_dir_all(&directory).map_err(failed)
}

/// The files of a directory whose names end so, in the order of their names.
fn named(directory: &Path, ending: &str) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error| Failure::new(format!("{}: {error}", directory.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.to_string_lossy().ends_with(ending) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}
