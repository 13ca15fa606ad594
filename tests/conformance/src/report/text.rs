//! For a terminal.

use std::fmt::Write as _;

use super::Report;

/// One line for each case that is not simply good, and a summary; with `all`, for each case.
#[must_use]
pub fn text(report: &Report, all: bool) -> String {
    let mut written = String::new();
    for played in &report.played {
        let (ending, text) = report.ending(played);
        if all || !matches!(ending, "pass" | "skipped") {
            let id = played.case.id;
            // Writing to a string cannot fail.
            let _ = writeln!(written, "{ending:<13} {id}: {}", played.case.what);
            if !text.is_empty() {
                let _ = writeln!(written, "              {text}");
            }
        }
    }
    let counts = report.counts();
    let _ = writeln!(
        written,
        "{}: {} passed, {} failed, {} failed as expected, {} passed unexpectedly, {} non-strict, \
         {} informational, {} skipped",
        report.target,
        counts.pass,
        counts.fail,
        counts.expected,
        counts.surprises,
        counts.non_strict,
        counts.informational,
        counts.skipped,
    );
    for (reason, count) in reasons(report) {
        let _ = writeln!(written, "  skipped {count}: {reason}");
    }
    written
}

/// Why cases were skipped, and how many for each reason.
fn reasons(report: &Report) -> std::collections::BTreeMap<&str, usize> {
    let mut reasons = std::collections::BTreeMap::new();
    for played in &report.played {
        if let crate::case::Verdict::Skipped(reason) = &played.verdict {
            *reasons.entry(reason.as_str()).or_default() += 1;
        }
    }
    reasons
}
