//! From each rule of the specification to the code that decides it and the case that tests it, and
//! back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::project::{Failure, Project, output};

mod sources;

use sources::{Case, Citation, Rule};

/// Where the cases are.
const CASES: &str = "tests/conformance/src/cases";

/// The rules, and what refers to them.
#[derive(Debug, Default)]
struct Trace {
    rules: BTreeMap<String, Rule>,
    citations: Vec<Citation>,
    cases: Vec<Case>,
    /// What looks like a citation and isn't one.
    malformed: Vec<String>,
}

/// What is wrong with a [`Trace`].
#[derive(Debug, Default, PartialEq)]
struct Complaints {
    /// References to what isn't there.
    stale: Vec<String>,
    /// Rules that no code cites.
    uncited: Vec<String>,
    /// Rules without a case.
    untested: Vec<String>,
}

/// Checks every rule and every reference to one.
pub(crate) fn run(project: &Project) -> Result<(), Failure> {
    let trace = Trace::read(project)?;
    let Complaints { stale, uncited, untested } = trace.complaints();
    for complaint in stale.iter().chain(&uncited).chain(&untested) {
        println!("{complaint}");
    }
    println!(
        "{} rules, cited {} times, tested by {} cases",
        trace.rules.len(),
        trace.citations.len(),
        trace.cases.len()
    );
    match stale.len() + uncited.len() + untested.len() {
        0 => Ok(()),
        count => Err(Failure::new(format!("{count} complaints"))),
    }
}

/// `cargo xtask trace [RULE]...`: where these rules are decided and tested; without one, the check.
pub(crate) fn trace(project: &Project, names: &[String]) -> Result<(), Failure> {
    if names.is_empty() {
        return run(project);
    }
    let trace = Trace::read(project)?;
    for name in names {
        let rule = trace.rules.get(name);
        let rule = rule.ok_or_else(|| Failure::new(format!("there is no rule {name}")))?;
        println!("{name}: {}", rule.place);
        for citation in trace.citations.iter().filter(|citation| citation.rule == *name) {
            println!("  {}: {}", if citation.is_test { "test" } else { "code" }, citation.place);
        }
        for case in trace.cases.iter().filter(|case| case.rules.contains(name)) {
            println!("  case {}: {}", case.id, case.place);
        }
    }
    Ok(())
}

impl Trace {
    fn read(project: &Project) -> Result<Self, Failure> {
        let listing = output(project.command("git").args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "--deduplicate",
            "-z",
            "*.rs",
            "*.js",
            "*.mjs",
            "docs/spec/*.md",
        ]))?;
        let mut trace = Self::default();
        for path in listing.split_terminator('\0') {
            // What is deleted but not committed yet is still listed.
            let Ok(text) = fs::read_to_string(project.path(path)) else { continue };
            trace.add(path, &text);
        }
        Ok(trace)
    }

    fn add(&mut self, path: &str, text: &str) {
        if path.starts_with("docs/spec/") {
            self.rules.extend(sources::rules(path, text));
        } else if !path.starts_with("xtask/") {
            if path.starts_with(CASES) {
                self.cases.extend(sources::cases(path, text));
            }
            for citation in sources::citations(path, text) {
                match citation {
                    Ok(citation) => self.citations.push(citation),
                    Err(malformed) => self.malformed.push(malformed),
                }
            }
        }
    }

    fn complaints(&self) -> Complaints {
        let mut stale = self.malformed.clone();
        for Citation { place, file, rule, .. } in &self.citations {
            match self.rules.get(rule) {
                Some(known) if known.place.starts_with(&format!("{file}:")) => {}
                Some(known) => stale.push(format!("{place}: {rule} is in {}", known.place)),
                None => stale.push(format!("{place}: there is no rule {rule}")),
            }
        }
        for Case { id, place, rules } in &self.cases {
            for rule in rules.iter().filter(|rule| !self.rules.contains_key(*rule)) {
                stale.push(format!("{place}: {id}: there is no rule {rule}"));
            }
        }
        let code = self.citations.iter().filter(|citation| !citation.is_test);
        let cited: BTreeSet<&str> = code.map(|citation| citation.rule.as_str()).collect();
        let tested: BTreeSet<&str> =
            self.cases.iter().flat_map(|case| &case.rules).map(String::as_str).collect();
        let mut complaints = Complaints { stale, ..Complaints::default() };
        for (name, Rule { place }) in &self.rules {
            if !cited.contains(name.as_str()) {
                complaints.uncited.push(format!("{place}: no code cites {name}"));
            }
            if !tested.contains(name.as_str()) {
                complaints.untested.push(format!("{place}: no case tests {name}"));
            }
        }
        complaints
    }
}

#[cfg(test)]
mod tests;
