//! For programs.

use serde_json::json;

use super::Report;

/// One object: `target`, `counts`, and `cases`, of which each has `id`, `what`, `level`,
/// `anchors`, `verdict`, `text`, `reason` (why it is expected to fail), and `ms`.
#[must_use]
pub fn json(report: &Report) -> String {
    let counts = report.counts();
    let cases = report.played.iter().map(|played| {
        let (verdict, text) = report.ending(played);
        json!({
            "id": played.case.id,
            "what": played.case.what,
            "level": played.case.level.name(),
            "anchors": played.case.anchors().collect::<Vec<_>>(),
            "verdict": verdict,
            "text": text,
            "reason": report.expected.reason(played.case.id),
            "ms": u64::try_from(played.took.as_millis()).unwrap_or(u64::MAX),
        })
    });
    let report = json!({
        "target": report.target,
        "counts": {
            "pass": counts.pass,
            "fail": counts.fail,
            "expected": counts.expected,
            "surprise": counts.surprises,
            "non-strict": counts.non_strict,
            "informational": counts.informational,
            "skipped": counts.skipped,
        },
        "cases": cases.collect::<Vec<_>>(),
    });
    format!("{report:#}\n")
}
