//! `cargo xtask schemas`: what is generated from the messages, and whether it is what it should be.

use crate::project::{Failure, Project, run};

/// The npm package with the official parser of AsyncAPI documents.
pub(crate) const CHECK: &str = "schemas/check";

/// Writes the schemas, the AsyncAPI document, the types and the pages; with `--check` says which
/// of them are not as they would be written.
///
/// # Errors
///
/// If an argument makes no sense, a file can't be written, or `--check` finds a difference.
pub(crate) fn schemas(project: &Project, arguments: &[String]) -> Result<(), Failure> {
    let check: &[&str] = match arguments {
        [] => &[],
        [only] if only == "--check" => &["--check"],
        _ => return Err(Failure::new("usage: cargo xtask schemas [--check]")),
    };
    let generator = ["run", "--quiet", "--locked", "--package", "easyrtc-schema-generator", "--"];
    run(project.cargo(&generator).args(check))
}

/// Everything generated is up to date, and the AsyncAPI document valid. That the types compile is
/// a test of `clients/js`.
pub(crate) fn check(project: &Project) -> Result<(), Failure> {
    schemas(project, &["--check".to_owned()])?;
    run(project.command_in(CHECK, "npm").arg("test"))
}
