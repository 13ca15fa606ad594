//! What the project depends on: see `deny.toml`.

use crate::project::{self, Failure, Project};

/// Licences, sources and duplicates. Not advisories: what they say changes without a change here.
pub(crate) fn run(project: &Project) -> Result<(), Failure> {
    project::run(&mut project.cargo(&["deny", "--locked", "check", "bans", "licenses", "sources"]))
}
