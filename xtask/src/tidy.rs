//! Rules about files that no compiler checks. See [`rules`] for the rules and [`EXCEPTIONS`] for
//! the files that are let off.

use std::fs;

use crate::project::{Failure, Project, output};

mod rules;

use rules::{Rule, complaints};

/// A file that one rule is not applied to.
#[derive(Debug)]
struct Exception {
    path: &'static str,
    rule: Rule,
    /// Why; printed when the exception is no longer needed.
    reason: &'static str,
}

/// May only become shorter: an exception that nothing needs is itself a complaint.
const EXCEPTIONS: &[Exception] = &[];

/// Checks every file of the tree that git would commit.
pub(crate) fn run(project: &Project) -> Result<(), Failure> {
    let listing = output(project.command("git").args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
        "-z",
    ]))?;
    let mut found = Vec::new();
    let mut used = vec![false; EXCEPTIONS.len()];
    for path in listing.split_terminator('\0') {
        // What is deleted but not committed yet is still listed.
        let Ok(content) = fs::read(project.path(path)) else { continue };
        for (rule, complaint) in complaints(path, &content) {
            let excepted = |exception: &Exception| exception.path == path && exception.rule == rule;
            match EXCEPTIONS.iter().position(excepted) {
                Some(index) => used[index] = true,
                None => found.push(format!("{path}: {complaint}")),
            }
        }
    }
    for (exception, _) in EXCEPTIONS.iter().zip(used).filter(|(_, used)| !used) {
        let Exception { path, rule, reason } = exception;
        found.push(format!("{path}: needs no exception from {rule:?} ({reason}) any more"));
    }
    if found.is_empty() {
        return Ok(());
    }
    for complaint in &found {
        println!("{complaint}");
    }
    Err(Failure::new(format!("{} complaints", found.len())))
}
