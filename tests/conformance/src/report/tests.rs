use std::time::Duration;

use super::*;
use crate::cases;

fn report(verdicts: &[Verdict], expected: &str) -> Report {
    let cases = cases::all();
    let played = verdicts.iter().zip(cases).map(|(verdict, case)| Played {
        case,
        verdict: verdict.clone(),
        took: Duration::from_millis(5),
    });
    let (target, played) = ("a server".to_owned(), played.collect());
    Report { target, played, expected: Expected::parse(expected).unwrap() }
}

fn failed() -> Verdict {
    Verdict::Fail("<got> \"this\" & that".to_owned())
}

#[test]
fn only_what_nobody_expected_is_bad() {
    let first = cases::all()[0].id;
    assert!(report(&[Verdict::Pass], "").is_good());
    assert!(!report(&[failed()], "").is_good());
    assert!(report(&[failed()], &format!("{first}: it is old")).is_good());
    assert!(!report(&[Verdict::Pass], &format!("{first}: it is old")).is_good());
    assert!(report(&[Verdict::Skipped("why".to_owned())], &format!("{first}: old")).is_good());
}

#[test]
fn a_list_of_expected_failures_is_checked() {
    let first = cases::all()[0].id;
    assert!(Expected::parse("# nothing\n\n").is_ok());
    assert!(Expected::parse("no.such.case: why").is_err());
    assert!(Expected::parse(first).is_err());
    assert!(Expected::parse(&format!("{first}: a\n{first}: b")).is_err());
}

#[test]
fn every_report_tells_of_every_case() {
    let skipped = Verdict::Skipped("no network".to_owned());
    let report = report(&[Verdict::Pass, failed(), skipped], "");
    for written in [text(&report, true), json(&report), junit(&report), html(&report)] {
        for played in &report.played {
            assert!(written.contains(played.case.id), "{written}");
        }
        assert!(written.contains("no network"), "{written}");
    }
    assert!(serde_json::from_str::<serde_json::Value>(&json(&report)).is_ok());
    assert!(!html(&report).contains("<got>") && !junit(&report).contains("<got>"));
}

#[test]
fn the_table_goes_between_its_markers() {
    let document = format!("a\n{BEGIN}\nold\n{END}\nb\n");
    let put = put_between_markers(&document, "new\n").unwrap();
    assert_eq!(put, format!("a\n{BEGIN}\n\nnew\n\n{END}\nb\n"));
    assert_eq!(put_between_markers(&put, "new\n").unwrap(), put);
    assert!(put_between_markers("no markers", "new").is_none());
}
