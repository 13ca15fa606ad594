//! What came of a run, written down for people and for programs.

mod html;
mod json;
mod junit;
mod table;
mod text;

use std::collections::BTreeMap;
use std::fmt;

pub use html::html;
pub use json::json;
pub use junit::junit;
pub use table::{BEGIN, END, markdown, put_between_markers};
pub use text::text;

use crate::case::Verdict;
use crate::run::Played;

/// The failures somebody expects, with the reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected(BTreeMap<String, String>);

/// A line of a list of expected failures that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    number: usize,
    problem: &'static str,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.number, self.problem)
    }
}

impl std::error::Error for BadLine {}

impl Expected {
    /// Reads a list: in each line the id of a case, a colon and a space, and the reason. Empty
    /// lines and those that begin with `#` mean nothing.
    ///
    /// # Errors
    /// The first line that has no reason, or names a case that does not exist or is named already.
    pub fn parse(text: &str) -> Result<Self, BadLine> {
        let known: Vec<&str> = crate::cases::all().iter().map(|case| case.id).collect();
        let mut expected = BTreeMap::new();
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bad = |problem| BadLine { number, problem };
            let (id, reason) = line.split_once(": ").ok_or_else(|| bad("no `id: reason`"))?;
            if !known.contains(&id) {
                return Err(bad("no case has this id"));
            }
            if expected.insert(id.to_owned(), reason.trim().to_owned()).is_some() {
                return Err(bad("this case is named already"));
            }
        }
        Ok(Self(expected))
    }

    /// Why the case with this id is expected to fail, if it is.
    #[must_use]
    pub fn reason(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}

/// A whole run.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was tested, in words.
    pub target: String,
    /// What came of each case.
    pub played: Vec<Played>,
    /// What was expected to fail.
    pub expected: Expected,
}

/// How many cases ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Kept.
    pub pass: usize,
    /// Kept, but only just.
    pub non_strict: usize,
    /// Told, not judged.
    pub informational: usize,
    /// Broken, and not expected to be.
    pub fail: usize,
    /// Broken, as expected.
    pub expected: usize,
    /// Kept, but expected to be broken.
    pub surprises: usize,
    /// Not played.
    pub skipped: usize,
}

impl Report {
    /// How many cases ended how.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for played in &self.played {
            let count = match (&played.verdict, self.expected.reason(played.case.id)) {
                (Verdict::Fail(_), Some(_)) => &mut counts.expected,
                (Verdict::Fail(_), None) => &mut counts.fail,
                (Verdict::Pass, Some(_)) => &mut counts.surprises,
                (Verdict::Pass, None) => &mut counts.pass,
                (Verdict::NonStrict(_), _) => &mut counts.non_strict,
                (Verdict::Informational(_), _) => &mut counts.informational,
                (Verdict::Skipped(_), _) => &mut counts.skipped,
            };
            *count += 1;
        }
        counts
    }

    /// Whether all is as it should be: no failure that is not expected, and none expected that did
    /// not come.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let counts = self.counts();
        counts.fail == 0 && counts.surprises == 0
    }

    /// How a case ended, and what there is to say about it.
    fn ending<'a>(&'a self, played: &'a Played) -> (&'static str, String) {
        let text = played.verdict.text();
        match (&played.verdict, self.expected.reason(played.case.id)) {
            (Verdict::Fail(_), Some(reason)) => ("expected", format!("{reason} ({text})")),
            (Verdict::Pass, Some(reason)) => {
                ("surprise", format!("passes, though it was expected to fail: {reason}"))
            }
            (verdict, _) => (verdict.name(), text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests;
