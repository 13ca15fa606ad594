//! `cargo xtask schemas`: what is generated from the messages, and whether it is what it should be.

use std::fs;
use std::io;
use std::path::Path;

use crate::project::{Failure, Project, run};

/// The npm package with the official parser of AsyncAPI documents.
pub(crate) const CHECK: &str = "schemas/check";

/// Writes the schemas, the AsyncAPI document, the types and the pages; with `--check` says which
/// of them are not as they would be written, with `--freeze` keeps the schemas as a release
/// promises them.
///
/// # Errors
///
/// If an argument makes no sense, a file can't be written, or `--check` finds a difference.
pub(crate) fn schemas(project: &Project, arguments: &[String]) -> Result<(), Failure> {
    let how: &[&str] = match arguments {
        [] => &[],
        [only] if only == "--check" => &["--check"],
        [only] if only == "--freeze" => &["--freeze"],
        _ => return Err(Failure::new("usage: cargo xtask schemas [--check|--freeze]")),
    };
    let generator = ["run", "--quiet", "--locked", "--package", "easyrtc-schema-generator", "--"];
    run(project.cargo(&generator).args(how))
}

/// Everything generated is up to date, and the AsyncAPI document valid. That the types compile is
/// a test of `clients/js`.
pub(crate) fn check(project: &Project) -> Result<(), Failure> {
    schemas(project, &["--check".to_owned()])?;
    run(project.command_in(CHECK, "npm").arg("test"))
}

/// The tests that log their messages, each kind into a folder of its own.
const LOGGED: [&str; 6] =
    ["cargo", "clients-js", "node", "browser", "rust-socketio", "conformance"];

/// Every message that the tests before this step logged is what its schema says. A run that left
/// those tests out has nothing to check; one in which they logged nothing has failed.
pub(crate) fn messages(project: &Project) -> Result<(), Failure> {
    let logs = project.target("message-logs");
    let folders = LOGGED.map(|kind| logs.join(kind));
    let folders: Vec<_> = folders.into_iter().filter(|folder| folder.is_dir()).collect();
    for folder in &folders {
        let failed = |error| Failure::new(format!("{}: {error}", folder.display()));
        if !holds_messages(folder).map_err(failed)? {
            return Err(Failure::new(format!("no message is logged in {}", folder.display())));
        }
    }
    if folders.is_empty() {
        println!("no test has logged messages");
        return Ok(());
    }
    let validator = ["run", "--quiet", "--locked", "--package", "easyrtc-schema-validator", "--"];
    run(project.cargo(&validator).args(folders))
}

/// Whether some file of the folder has anything in it.
fn holds_messages(folder: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        if entry?.metadata()?.len() > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
