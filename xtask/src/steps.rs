//! What `cargo xtask test` does, as data.

use crate::project::{Failure, Project};
use crate::{
    conformance, deny, documents, end_to_end, instructions, rust, schemas, tidy, tools, trace,
    walls,
};

/// One thing to run.
#[derive(Debug)]
pub(crate) struct Step {
    /// How it is called on the command line and in the output.
    pub(crate) name: &'static str,
    /// What holds once it has passed.
    pub(crate) what: &'static str,
    /// Whether `--fast` leaves it out.
    pub(crate) end_to_end: bool,
    /// Runs it; an error ends the whole run.
    pub(crate) run: fn(&Project) -> Result<(), Failure>,
}

/// Every step, in the order they run: what is missing first, then the quick before the slow.
pub(crate) const STEPS: &[Step] = &[
    step("tools", "cargo-deny is installed", tools::cargo_deny),
    end_to_end_step("packages", "Node, browser and libraries are installed", tools::packages),
    step("fmt", "the code is formatted as rustfmt does", rust::fmt),
    step("tidy", "files are short, lines too, nothing is left to do", tidy::run),
    step("documents", "links lead somewhere, every rule has an anchor", documents::run),
    step("trace", "every rule is cited where it is decided, and has a case", trace::run),
    step("clippy", "no warning from rustc or clippy", rust::clippy),
    step("test", "unit and integration tests", rust::test),
    step("features", "the server builds with either transport alone", rust::features),
    step("simulation", "1,000 seeds of the simulation", rust::simulation),
    step("planted", "the simulation finds every planted bug", rust::planted),
    step("doc", "the documentation builds without a warning", rust::doc),
    step("deny", "dependencies: licences, sources, duplicates", deny::run),
    step("walls", "crates depend on no more than they may", walls::run),
    step("release", "the binary builds, optimised", rust::release),
    end_to_end_step("instructions", "operations cost what they did", instructions::check),
    end_to_end_step("schemas", "what is generated is up to date and valid", schemas::check),
    end_to_end_step("clients-js", "the JavaScript client by itself", end_to_end::clients_js),
    end_to_end_step("node", "socket.io-client against the binary", end_to_end::node),
    end_to_end_step("browser", "calls of the stock client in Chromium", end_to_end::browser),
    end_to_end_step("rust-socketio", "rust_socketio against the binary", end_to_end::rust_socketio),
    end_to_end_step("conformance", "every rule, on four servers", conformance::check),
    end_to_end_step("messages", "what the tests said is what the schemas say", schemas::messages),
];

const fn step(
    name: &'static str,
    what: &'static str,
    run: fn(&Project) -> Result<(), Failure>,
) -> Step {
    Step { name, what, end_to_end: false, run }
}

const fn end_to_end_step(
    name: &'static str,
    what: &'static str,
    run: fn(&Project) -> Result<(), Failure>,
) -> Step {
    Step { name, what, end_to_end: true, run }
}

/// The steps that the arguments of `cargo xtask test` ask for, in the order of [`STEPS`].
///
/// # Errors
///
/// If an argument is neither `--fast` nor the name of a step.
pub(crate) fn choose(arguments: &[String]) -> Result<Vec<&'static Step>, Failure> {
    let mut fast = false;
    let mut names: Vec<&str> = Vec::new();
    for argument in arguments {
        if argument == "--fast" {
            fast = true;
        } else if STEPS.iter().any(|step| step.name == argument) {
            names.push(argument);
        } else {
            return Err(Failure::new(format!("no such step: {argument} (see `cargo xtask help`)")));
        }
    }
    let wanted = |step: &&Step| {
        (names.is_empty() || names.contains(&step.name)) && !(fast && step.end_to_end)
    };
    Ok(STEPS.iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(arguments: &[&str]) -> Result<Vec<&'static str>, Failure> {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        Ok(choose(&arguments)?.iter().map(|step| step.name).collect())
    }

    #[test]
    fn no_argument_means_every_step() {
        assert_eq!(chosen(&[]).unwrap().len(), STEPS.len());
    }

    #[test]
    fn fast_leaves_out_the_end_to_end_steps() {
        let fast = chosen(&["--fast"]).unwrap();
        assert!(fast.contains(&"clippy") && fast.contains(&"release"));
        assert!(!fast.contains(&"browser") && !fast.contains(&"packages"));
    }

    #[test]
    fn named_steps_run_in_their_own_order() {
        assert_eq!(chosen(&["tidy", "fmt"]).unwrap(), ["fmt", "tidy"]);
    }

    #[test]
    fn an_unknown_step_is_an_error() {
        assert!(chosen(&["browsr"]).is_err());
        assert!(chosen(&["--quick"]).is_err());
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STEPS.len());
    }
}
