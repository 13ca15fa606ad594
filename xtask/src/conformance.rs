//! The conformance kit against four servers: the core in process, the binary over both of its
//! transports, and the original.

use std::fs;
use std::path::Path;

use crate::end_to_end::empty_message_logs;
use crate::project::{Failure, Project, run};

/// The package that starts the original.
pub(crate) const ORIGINAL: &str = "tests/conformance/original";

/// The document with the table of the four.
const DOCUMENT: &str = "docs/conformance.md";

/// Where ours log the messages of the cases: see [`empty_message_logs`].
const LOGS: &str = "conformance";

/// A server, what the table calls it, and the arguments that say where it is.
struct Server {
    name: &'static str,
    arguments: Vec<String>,
}

fn servers(project: &Project) -> Vec<Server> {
    let binary = project.target("release/easyrtc-server");
    // Each process logs its messages into a file of its own, so that they can be checked.
    let logs = project.target("message-logs").join(LOGS);
    let (binary, logs) = (binary.display(), logs.display());
    let ours = format!("'{binary}' --listen 127.0.0.1:0 --message-log '{logs}/'$$.jsonl");
    let original = format!("node '{}'", project.path(ORIGINAL).join("server.mjs").display());
    let known = project.path(ORIGINAL).join("expected-failures.txt").display().to_string();
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
    vec![
        Server { name: "core", arguments: words(&["--in-process"]) },
        Server { name: "Socket.IO", arguments: words(&["--jobs", "3", "--spawn", &ours]) },
        Server {
            name: "raw WebSocket",
            arguments: words(&["--jobs", "3", "--transport", "ws", "--spawn", &ours]),
        },
        Server {
            name: "original",
            arguments: words(&[
                "--jobs",
                "3",
                "--timeout",
                "2s",
                "--options-only",
                "--expected-failures",
                &known,
                "--spawn",
                &original,
            ]),
        },
    ]
}

/// Plays all cases against the four, and compares the table in the documents with what came of it.
pub(crate) fn check(project: &Project) -> Result<(), Failure> {
    let reports = play(project)?;
    table(project, &reports, &["--check"])?;
    explore(project)
}

/// Plays random histories: none goes wrong with ours, and faults of the original are found.
fn explore(project: &Project) -> Result<(), Failure> {
    for Server { name, arguments } in servers(project) {
        println!("--> explore {name}");
        let flags: Vec<&str> = if name == "original" {
            // Patience is what a server costs that does not answer.
            vec!["--histories", "25", "--lenient", "--timeout", "500ms", "--expect-faults", "5"]
        } else {
            vec!["--histories", "50"]
        };
        let target = target_of(&arguments);
        run(kit(project).arg("explore").args(flags).args(target))?;
    }
    Ok(())
}

/// The arguments that name the target: others have their own meaning, or none, here.
fn target_of(arguments: &[String]) -> Vec<&String> {
    let mut target = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--in-process" => target.push(argument),
            "--spawn" | "--transport" => {
                target.push(argument);
                target.extend(arguments.next());
            }
            _ => {}
        }
    }
    target
}

/// Plays all cases, and writes the table.
pub(crate) fn write(project: &Project) -> Result<(), Failure> {
    let reports = play(project)?;
    table(project, &reports, &[])
}

/// The reports of all four, as files.
fn play(project: &Project) -> Result<Vec<String>, Failure> {
    empty_message_logs(project, LOGS)?;
    let folder = project.target("conformance");
    fs::create_dir_all(&folder)
        .map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    let mut reports = Vec::new();
    for Server { name, arguments } in servers(project) {
        let report = report(&folder, name);
        println!("--> {name}");
        run(kit(project).args(["--name", name, "--json", &report]).args(arguments))?;
        reports.push(report);
    }
    Ok(reports)
}

fn report(folder: &Path, name: &str) -> String {
    folder.join(format!("{}.json", name.replace(' ', "-"))).display().to_string()
}

fn table(project: &Project, reports: &[String], more: &[&str]) -> Result<(), Failure> {
    run(kit(project).arg("table").args(more).arg(DOCUMENT).args(reports))
}

fn kit(project: &Project) -> std::process::Command {
    project.cargo(&["run", "--quiet", "--locked", "--package", "easyrtc-conformance", "--"])
}
