//! For CI servers.

use std::fmt::Write as _;

use super::Report;

/// JUnit XML. What failed as expected counts as skipped, what passed unexpectedly as failed.
#[must_use]
pub fn junit(report: &Report) -> String {
    let counts = report.counts();
    let (failures, skipped) = (counts.fail + counts.surprises, counts.skipped + counts.expected);
    let mut written = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{}\" tests=\"{}\" \
         failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">\n",
        escaped(&report.target),
        report.played.len(),
    );
    for played in &report.played {
        let (ending, text) = report.ending(played);
        let area = played.case.id.split('.').next().unwrap_or_default();
        let (name, seconds) = (escaped(played.case.id), played.took.as_secs_f64());
        // Writing to a string cannot fail.
        let _ = write!(
            written,
            "  <testcase classname=\"{area}\" name=\"{name}\" time=\"{seconds:.3}\""
        );
        let text = escaped(&text);
        let _ = match ending {
            "fail" | "surprise" => {
                writeln!(written, "><failure message=\"{text}\"/></testcase>")
            }
            "skipped" | "expected" => {
                writeln!(written, "><skipped message=\"{text}\"/></testcase>")
            }
            "pass" => writeln!(written, "/>"),
            other => writeln!(written, "><system-out>{other}: {text}</system-out></testcase>"),
        };
    }
    written.push_str("</testsuite>\n");
    written
}

/// Text as it may stand in XML or HTML, attributes included. What XML cannot hold is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\n' | '\t' => written.push(character),
            control if control.is_control() => {}
            other => written.push(other),
        }
    }
    written
}
