//! Counts as a file, and two of them compared.

use std::collections::BTreeMap;
use std::fmt;

/// By how many percent a count may differ from the baseline. It is the same on every run, so this
/// leaves room for nothing but side effects of changes elsewhere.
const ALLOWED: u64 = 3;

/// How many percent more it may be when the baseline was made with other tools: other compilers
/// inline otherwise, but they do not make the work twice as much.
const ALLOWED_WITH_OTHER_TOOLS: u64 = 20;

const HEADING: &str = "\
# Instructions that one run of each benchmark takes, and the tools they were counted with.
# `cargo xtask instructions` writes this, `cargo xtask test instructions` compares with it.
";

/// What a line about a tool begins with.
const TOOL: &str = "with ";

/// How many instructions each benchmark takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Counts {
    /// Versions of all that has a part in it.
    pub(super) tools: Vec<String>,
    /// By name, in the order of the benchmarks.
    pub(super) counts: Vec<(String, u64)>,
}

/// What came of a comparison, as lines of text.
#[derive(Debug)]
pub(super) struct Outcome {
    /// All counts, and how they changed.
    pub(super) table: String,
    /// In what the tools differ.
    pub(super) other_tools: Vec<String>,
    /// What is not as it should be.
    pub(super) faults: Vec<String>,
}

impl Counts {
    /// Reads what [`Counts`] writes.
    ///
    /// # Errors
    ///
    /// The line that is not understood.
    pub(super) fn parse(text: &str) -> Result<Self, &str> {
        let mut read = Self { tools: Vec::new(), counts: Vec::new() };
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(tool) = line.strip_prefix(TOOL) {
                read.tools.push(tool.to_owned());
                continue;
            }
            let (name, count) = line.split_once(' ').ok_or(line)?;
            read.counts.push((name.to_owned(), count.trim().parse().map_err(|_| line)?));
        }
        Ok(read)
    }

    /// Holds these counts against older ones.
    pub(super) fn compared_with(&self, before: &Self) -> Outcome {
        let mut outcome = Outcome {
            table: String::new(),
            other_tools: self.other_tools_than(before),
            faults: Vec::new(),
        };
        let same_tools = outcome.other_tools.is_empty();
        let mut old: BTreeMap<&str, u64> =
            before.counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        for (name, now) in &self.counts {
            let Some(then) = old.remove(name.as_str()) else {
                outcome.table += &format!("{name:<36} {now:>8}      new\n");
                outcome.faults.push(format!("{name} is not in the baseline"));
                continue;
            };
            let change = Change { then, now: *now };
            outcome.table += &format!("{name:<36} {now:>8} {:>+7.1} %\n", change.percent());
            if let Some(fault) = change.fault(same_tools) {
                outcome.faults.push(format!("{name} {fault}"));
            }
        }
        let gone = old.into_keys().map(|name| format!("{name} is only in the baseline"));
        outcome.faults.extend(gone);
        outcome
    }

    fn other_tools_than(&self, before: &Self) -> Vec<String> {
        if self.tools == before.tools {
            return Vec::new();
        }
        let [then, now] = [before, self].map(|counts| counts.tools.join(", "));
        vec![format!("baseline: {then}"), format!("     now: {now}")]
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(HEADING)?;
        for tool in &self.tools {
            writeln!(formatter, "{TOOL}{tool}")?;
        }
        for (name, count) in &self.counts {
            writeln!(formatter, "{name} {count}")?;
        }
        Ok(())
    }
}

/// One count, before and now.
#[derive(Clone, Copy, Debug)]
struct Change {
    then: u64,
    now: u64,
}

impl Change {
    fn percent(self) -> f64 {
        (self.now as f64 / self.then as f64 - 1.0) * 100.0
    }

    /// What is wrong with it, if anything. Less is wrong too: with a baseline that is too high,
    /// what was won could be lost again and nobody would be told.
    fn fault(self, same_tools: bool) -> Option<String> {
        let Self { then, now } = self;
        let allowed = if same_tools { ALLOWED } else { ALLOWED_WITH_OTHER_TOOLS };
        let more = now * 100 > then * (100 + allowed);
        let less = same_tools && now * 100 < then * (100 - allowed);
        let word = match (more, less) {
            (true, _) => "more",
            (_, true) => "less",
            _ => return None,
        };
        let percent = self.percent().abs();
        Some(format!("takes {now} instructions, not {then}: {percent:.1} % {word}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(tools: &[&str], counts: &[(&str, u64)]) -> Counts {
        Counts {
            tools: tools.iter().map(ToString::to_string).collect(),
            counts: counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
        }
    }

    fn faults(before: &Counts, now: &Counts) -> Vec<String> {
        now.compared_with(before).faults
    }

    #[test]
    fn what_is_written_can_be_read() {
        let some = counts(&["rustc 1.2.3 (abc)", "AVX2"], &[("a/b", 12), ("a/c", 3)]);
        assert_eq!(Counts::parse(&some.to_string()), Ok(some));
        assert_eq!(Counts::parse("a/b 1\na/c one"), Err("a/c one"));
    }

    #[test]
    fn three_percent_are_allowed_and_no_more() {
        let before = counts(&["rustc 1"], &[("a", 1000)]);
        for (now, fault) in [
            (970, None),
            (1030, None),
            (969, Some("a takes 969 instructions, not 1000: 3.1 % less")),
            (1031, Some("a takes 1031 instructions, not 1000: 3.1 % more")),
        ] {
            let now = counts(&["rustc 1"], &[("a", now)]);
            assert_eq!(faults(&before, &now).first().map(String::as_str), fault);
        }
    }

    #[test]
    fn with_other_tools_only_much_more_is_a_fault() {
        let before = counts(&["rustc 1", "AVX2"], &[("a", 1000)]);
        for (now, expected) in [(500, 0), (1200, 0), (1201, 1)] {
            let now = counts(&["rustc 2", "AVX2"], &[("a", now)]);
            let Outcome { other_tools, faults, .. } = now.compared_with(&before);
            assert_eq!(other_tools, ["baseline: rustc 1, AVX2", "     now: rustc 2, AVX2"]);
            assert_eq!(faults.len(), expected);
        }
    }

    #[test]
    fn both_have_the_same_benchmarks() {
        let before = counts(&[], &[("a", 1), ("b", 1)]);
        let now = counts(&[], &[("c", 1), ("b", 1)]);
        assert_eq!(
            faults(&before, &now),
            ["c is not in the baseline", "a is only in the baseline"]
        );
    }
}
