//! Where the project is, and how commands are run in it.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf, absolute};
use std::process::Command;

/// Why a step failed, in words for the one who reads the output.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The checkout this runs in.
#[derive(Debug)]
pub(crate) struct Project {
    root: PathBuf,
    /// Cargo's target directory if the environment names one, made absolute since steps run in
    /// several directories.
    target: Option<PathBuf>,
}

impl Project {
    /// Finds the checkout by what `cargo run` says of this package.
    ///
    /// # Errors
    ///
    /// If this was not started by cargo.
    pub(crate) fn find() -> Result<Self, Failure> {
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = package.as_deref().and_then(Path::parent).map(Path::to_path_buf);
        let target = match env::var_os("CARGO_TARGET_DIR") {
            None => None,
            Some(directory) => Some(absolute(directory).map_err(|error| {
                Failure::new(format!("CARGO_TARGET_DIR is no usable path: {error}"))
            })?),
        };
        match root {
            Some(root) => Ok(Self { root, target }),
            None => Err(Failure::new("start this by `cargo xtask`")),
        }
    }

    /// The absolute path of a file of the project.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The absolute path of a file in cargo's target directory.
    pub(crate) fn target(&self, relative: &str) -> PathBuf {
        let target = self.target.clone();
        target.unwrap_or_else(|| self.path("target")).join(relative)
    }

    /// A command that runs at the top of the project.
    pub(crate) fn command(&self, program: &str) -> Command {
        self.command_in(".", program)
    }

    /// A command that runs in a directory of the project.
    pub(crate) fn command_in(&self, directory: &str, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path(directory));
        if let Some(target) = &self.target {
            command.env("CARGO_TARGET_DIR", target);
        }
        command
    }

    /// `cargo` with arguments, at the top of the project.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        self.cargo_in(".", arguments)
    }

    /// `cargo` with arguments, in a directory of the project.
    pub(crate) fn cargo_in(&self, directory: &str, arguments: &[&str]) -> Command {
        let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut command = self.command_in(directory, &cargo);
        command.args(arguments);
        command
    }
}

/// Runs a command with the terminal as its output.
///
/// # Errors
///
/// If it can't be started or doesn't end with 0.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` ended with {status}", shown(command))))
}

/// Runs a command and returns what it wrote to its standard output.
///
/// # Errors
///
/// If it can't be started, doesn't end with 0, or writes no UTF-8.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.output().map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let text = format!("`{}` ended with {}:\n{errors}", shown(command), output.status);
        return Err(Failure::new(text));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::new(format!("`{}` writes no UTF-8", shown(command))))
}

/// Whether a command can be started and ends with 0; what it writes is not shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` doesn't start: {error}", shown(command)))
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or_else(|| command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
