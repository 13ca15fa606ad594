//! The table of several runs, for `docs/conformance.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

/// What begins the generated part of a document.
pub const BEGIN: &str = "<!-- generated: easyrtc-conformance table -->";
/// What ends it.
pub const END: &str = "<!-- end of the generated part -->";

/// Markdown from JSON reports: how many cases of each area ended how, one column for each report,
/// and below it what failed as expected, with the reasons.
#[must_use]
pub fn markdown(reports: &[Value]) -> String {
    let mut areas: BTreeMap<&str, Vec<BTreeMap<&str, usize>>> = BTreeMap::new();
    for (column, report) in reports.iter().enumerate() {
        for case in report["cases"].as_array().into_iter().flatten() {
            let area = case["id"].as_str().and_then(|id| id.split('.').next()).unwrap_or_default();
            let row = areas.entry(area).or_insert_with(|| vec![BTreeMap::new(); reports.len()]);
            *row[column].entry(case["verdict"].as_str().unwrap_or_default()).or_default() += 1;
        }
    }
    let mut written = "| Area |".to_owned();
    for report in reports {
        // Writing to a string cannot fail.
        let _ = write!(written, " {} |", report["target"].as_str().unwrap_or_default());
    }
    let _ = writeln!(written, "\n|---|{}", "---|".repeat(reports.len()));
    let mut total = vec![BTreeMap::new(); reports.len()];
    for (area, row) in &areas {
        let _ = writeln!(written, "| {area} |{}", cells(row));
        for (sum, cell) in total.iter_mut().zip(row) {
            for (verdict, count) in cell {
                *sum.entry(*verdict).or_default() += count;
            }
        }
    }
    let _ = writeln!(written, "| **all** |{}", cells(&total));
    for report in reports {
        write_failures(&mut written, report);
    }
    written
}

/// What of each row is told, as few words as will do.
fn cells(row: &[BTreeMap<&str, usize>]) -> String {
    let names = [
        ("pass", "pass"),
        ("fail", "**fail**"),
        ("expected", "fail"),
        ("surprise", "**pass**"),
        ("non-strict", "non-strict"),
        ("informational", "informational"),
        ("skipped", "skipped"),
    ];
    let cell = |cell: &BTreeMap<&str, usize>| {
        let parts = names.iter().filter_map(|(verdict, name)| {
            let count = cell.get(verdict)?;
            Some(format!("{count} {name}"))
        });
        format!(" {} |", parts.collect::<Vec<_>>().join(", "))
    };
    row.iter().map(cell).collect()
}

fn write_failures(written: &mut String, report: &Value) {
    let cases = report["cases"].as_array().into_iter().flatten();
    let failed: Vec<&Value> =
        cases.filter(|case| case["verdict"] == "expected" || case["verdict"] == "fail").collect();
    if failed.is_empty() {
        return;
    }
    let target = report["target"].as_str().unwrap_or_default();
    let _ = writeln!(written, "\nWhere {target} fails:\n\n| Case | Why |\n|---|---|");
    for case in failed {
        let text = case["reason"].as_str().unwrap_or("not expected");
        let id = case["id"].as_str().unwrap_or_default();
        let _ = writeln!(written, "| `{id}` | {} |", text.replace('|', "\\|"));
    }
}

/// `document` with `generated` between its markers; none if it has none.
#[must_use]
pub fn put_between_markers(document: &str, generated: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", generated.trim()))
}
