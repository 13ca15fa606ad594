//! `cargo xtask fuzz`: the targets in `fuzz/`, one after the other. See `docs/testing.md`.

use std::fs;

use crate::options::Options;
use crate::project::{Failure, Project, run};
use crate::tools;

/// How long a target runs if nothing else is said.
const SECONDS: u64 = 600;

/// How long one input may take before it counts as a finding, in seconds.
const INPUT_TIMEOUT: u64 = 20;

/// Runs the targets named, or all.
///
/// # Errors
///
/// If an argument makes no sense, or a target finds something.
pub(crate) fn fuzz(project: &Project, arguments: &[String]) -> Result<(), Failure> {
    let options = Options::parse(arguments, &["--seconds"])?;
    let seconds = options.number("--seconds")?.unwrap_or(SECONDS);
    let known = targets(project)?;
    if let Some(unknown) = options.words.iter().find(|&&word| !known.iter().any(|t| t == word)) {
        return Err(Failure::new(format!("no such target: {unknown} ({})", known.join(", "))));
    }
    tools::cargo_fuzz(project)?;
    let chosen = |target: &&String| options.words.is_empty() || options.words.contains(&&***target);
    for target in known.iter().filter(chosen) {
        println!("\n==> {target}");
        run_target(project, target, seconds)?;
    }
    Ok(())
}

fn run_target(project: &Project, target: &str, seconds: u64) -> Result<(), Failure> {
    // What is found on the way stays out of the tree: `fuzz/corpus` is small, and reviewed.
    let grown = project.path("fuzz/target/grown").join(target);
    fs::create_dir_all(&grown)
        .map_err(|error| Failure::new(format!("{}: {error}", grown.display())))?;
    run(project
        // No `unsafe` is allowed here, so there is nothing for a sanitizer of memory to find.
        .cargo(&["fuzz", "run", "--sanitizer", "none", target])
        .arg(grown)
        .arg(project.path("fuzz/corpus").join(target))
        .arg("--")
        .arg(format!("-dict={}", project.path("fuzz/easyrtc.dict").display()))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={INPUT_TIMEOUT}"))
        .arg("-print_final_stats=1")
        // Coverage needs compiler flags that are not stable.
        .env("RUSTC_BOOTSTRAP", "1"))
}

/// The names of all targets, in alphabetical order.
fn targets(project: &Project) -> Result<Vec<String>, Failure> {
    let directory = project.path("fuzz/fuzz_targets");
    let unreadable = |error| Failure::new(format!("{}: {error}", directory.display()));
    let mut names = Vec::new();
    for entry in fs::read_dir(&directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}
