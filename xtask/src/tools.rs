//! Installing what the tests need and the machine lacks. Nothing is done twice.

use std::fs;
use std::process::Command;

use crate::end_to_end;
use crate::project::{Failure, Project, output, run, succeeds};

/// The version installed where there is none.
const CARGO_DENY: &str = "cargo-deny@0.20.2";

/// Likewise, for `cargo xtask fuzz`.
const CARGO_FUZZ: &str = "cargo-fuzz@0.13.2";

/// Likewise, for `cargo xtask mutants`.
const CARGO_MUTANTS: &str = "cargo-mutants@27.1.0";

/// Debian's packages: a browser, a TURN server, what documents tell people to run, what the Rust
/// client of the end-to-end tests links to, Python, and what counts instructions.
const DEBIAN_PACKAGES: &[&str] =
    &["chromium", "coturn", "curl", "libssl-dev", "pkg-config", "python3-venv", "valgrind"];

/// What the Python example needs.
const PYTHON_PACKAGES: &str = "examples/python/requirements.txt";

/// The oldest Node whose test runner the tests use.
const NODE_MAJOR: u32 = 20;

/// `cargo deny`, if there is none of any version.
pub(crate) fn cargo_deny(project: &Project) -> Result<(), Failure> {
    cargo_tool(project, "deny", CARGO_DENY)
}

/// `cargo fuzz`, likewise.
pub(crate) fn cargo_fuzz(project: &Project) -> Result<(), Failure> {
    cargo_tool(project, "fuzz", CARGO_FUZZ)
}

/// `cargo mutants`, likewise.
pub(crate) fn cargo_mutants(project: &Project) -> Result<(), Failure> {
    cargo_tool(project, "mutants", CARGO_MUTANTS)
}

fn cargo_tool(project: &Project, command: &str, package: &str) -> Result<(), Failure> {
    if succeeds(&mut project.cargo(&[command, "--version"])) {
        return Ok(());
    }
    run(&mut project.cargo(&["install", "--locked", package]))
}

/// What the end-to-end tests need: Node, and the packages of Debian, npm and Python.
pub(crate) fn packages(project: &Project) -> Result<(), Failure> {
    let version = output(Command::new("node").arg("--version"))?;
    if node_major(&version).is_none_or(|major| major < NODE_MAJOR) {
        return Err(Failure::new(format!("Node {NODE_MAJOR} or later is needed, not {version}")));
    }
    debian_packages()?;
    end_to_end::npm_packages(project)?;
    python_packages(project)
}

/// A virtual environment for the Python example, in `target/python`.
fn python_packages(project: &Project) -> Result<(), Failure> {
    let wanted = project.path(PYTHON_PACKAGES);
    let environment = project.target("python");
    // A copy of the list is put there last, so what it names is installed.
    let installed = environment.join("requirements.txt");
    if fs::read(&installed).is_ok_and(|list| fs::read(&wanted).is_ok_and(|one| one == list)) {
        return Ok(());
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    run(Command::new(environment.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(&wanted))?;
    fs::copy(&wanted, &installed)
        .map(drop)
        .map_err(|error| Failure::new(format!("{}: {error}", installed.display())))
}

fn debian_packages() -> Result<(), Failure> {
    if !succeeds(Command::new("dpkg-query").arg("--version")) {
        println!("This is no Debian: {} are taken to be here.", DEBIAN_PACKAGES.join(", "));
        return Ok(());
    }
    let missing: Vec<&str> =
        DEBIAN_PACKAGES.iter().copied().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing {}", missing.join(", "));
    run(as_root(&["apt-get", "update"])?.arg("--quiet"))?;
    run(as_root(&["apt-get", "install", "--yes", "--no-install-recommends"])?.args(missing))
}

fn installed(package: &str) -> bool {
    output(Command::new("dpkg-query").args(["--show", "--showformat=${Status}", package]))
        .is_ok_and(|status| status.ends_with(" installed"))
}

/// A command for root: as it is if this is root, otherwise by sudo.
fn as_root(words: &[&str]) -> Result<Command, Failure> {
    let is_root = output(Command::new("id").arg("--user"))?.trim() == "0";
    let mut command = if is_root { Command::new("env") } else { Command::new("sudo") };
    command.arg("DEBIAN_FRONTEND=noninteractive").args(words);
    Ok(command)
}

/// The 20 of `v20.11.1`.
fn node_major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(node_major("v20.11.1\n"), Some(20));
        assert_eq!(node_major("v8.1.0"), Some(8));
        assert_eq!(node_major("node"), None);
    }
}
