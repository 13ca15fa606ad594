//! The steps that are one call of cargo each. `--locked` keeps them from writing to the tree.

use crate::end_to_end::empty_message_logs;
use crate::project::{Failure, Project, run};

/// The workspace of its own that only the end-to-end tests use.
pub(crate) const RUST_SOCKETIO: &str = "tests/rust-socketio";

/// Formatting, of this workspace and of those of its own: the tests' and the fuzzer's.
pub(crate) fn fmt(project: &Project) -> Result<(), Failure> {
    let arguments = ["fmt", "--all", "--check"];
    run(&mut project.cargo(&arguments))?;
    run(&mut project.cargo_in(RUST_SOCKETIO, &arguments))?;
    run(&mut project.cargo_in("fuzz", &["fmt", "--check"]))
}

/// Warnings of the compiler and of clippy are errors.
pub(crate) fn clippy(project: &Project) -> Result<(), Failure> {
    run(&mut project.cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

/// The tests beside the code and in the crates' own `tests` directories.
pub(crate) fn test(project: &Project) -> Result<(), Failure> {
    empty_message_logs(project, "cargo")?;
    // A snapshot that differs is a failure, never a new file in the tree.
    run(project.cargo(&["test", "--workspace", "--locked"]).env("INSTA_UPDATE", "no"))
}

/// The server with each of its transports alone: no warning, and asking for the other is refused.
pub(crate) fn features(project: &Project) -> Result<(), Failure> {
    for feature in ["socketio", "ws"] {
        let of_server = [
            "--package",
            "easyrtc-server",
            "--locked",
            "--no-default-features",
            "--features",
            feature,
        ];
        run(project
            .cargo(&["clippy", "--all-targets"])
            .args(of_server)
            .args(["--", "-D", "warnings"]))?;
        run(project.cargo(&["test"]).args(of_server))?;
    }
    Ok(())
}

/// Seeds of the simulation of the core, its clients and their lines.
pub(crate) fn simulation(project: &Project) -> Result<(), Failure> {
    let of_simulation = ["run", "--release", "--locked", "--package", "easyrtc-sim"];
    run(project.cargo(&of_simulation).args(["--", "--seeds", "1000"]))
}

/// The test of that test: bugs are planted in the core, and have to be found.
pub(crate) fn planted(project: &Project) -> Result<(), Failure> {
    let of_simulation =
        ["--release", "--locked", "--package", "easyrtc-sim", "--features", "planted"];
    run(project.cargo(&["test", "--quiet"]).args(of_simulation))?;
    run(project.cargo(&["run"]).args(of_simulation).args(["--", "--planted"]))
}

/// Broken links and the like are errors.
pub(crate) fn doc(project: &Project) -> Result<(), Failure> {
    run(project
        .cargo(&["doc", "--workspace", "--no-deps", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings"))
}

/// The binary as it is delivered.
pub(crate) fn release(project: &Project) -> Result<(), Failure> {
    run(&mut project.cargo(&["build", "--release", "--locked"]))
}
