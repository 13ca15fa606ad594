//! For a browser: one page that needs nothing else.

use std::fmt::Write as _;

use super::Report;
use super::junit::escaped;

const STYLE: &str = "
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid #8884; padding: .35rem .6rem; text-align: left }
td { vertical-align: top }
td:first-child { font-weight: 600; white-space: nowrap }
code { overflow-wrap: anywhere }
.pass { color: #1a7f37 } .fail, .surprise { color: #cf222e } .expected { color: #9a6700 }
.skipped, .informational, .non-strict { color: #6e7781 }
@media (prefers-color-scheme: dark) { body { background: #0d1117; color: #e6edf3 } }
";

/// The page. A click on a verdict in the summary shows those cases alone.
#[must_use]
pub fn html(report: &Report) -> String {
    let target = escaped(&report.target);
    let counts = report.counts();
    let mut written = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <title>EasyRTC conformance: {target}</title>\n<style>{STYLE}</style>\n\
         <h1>EasyRTC conformance</h1>\n<p>{target}</p>\n<p>"
    );
    let shown = [
        ("pass", counts.pass),
        ("fail", counts.fail),
        ("expected", counts.expected),
        ("surprise", counts.surprises),
        ("non-strict", counts.non_strict),
        ("informational", counts.informational),
        ("skipped", counts.skipped),
    ];
    for (name, count) in shown {
        // Writing to a string cannot fail.
        let _ = write!(
            written,
            "<label><input type=\"checkbox\" checked value=\"{name}\"> \
             <span class=\"{name}\">{count} {name}</span></label> &nbsp; "
        );
    }
    written.push_str("</p>\n<table>\n<tr><th>Verdict<th>Case<th>What\n");
    for played in &report.played {
        let (ending, text) = report.ending(played);
        let _ = writeln!(
            written,
            "<tr data-verdict=\"{ending}\"><td class=\"{ending}\">{ending}<td><code>{}</code> {}\
             <td>{}<br><small>{}</small>",
            escaped(played.case.id),
            played.case.level.name(),
            escaped(played.case.what),
            escaped(&text),
        );
    }
    written.push_str(
        "</table>\n<script>\nfor (const box of document.querySelectorAll('input'))\n  \
         box.onchange = () => {\n    \
         for (const row of document.querySelectorAll(`[data-verdict=\"${box.value}\"]`))\n      \
         row.hidden = !box.checked;\n  };\n</script>\n",
    );
    written
}
