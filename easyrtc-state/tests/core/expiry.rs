//! Logins that are granted for a time.

use std::time::Duration;

use easyrtc_proto::ErrorCode;
use easyrtc_state::{AskId, Grant, Input, Verdict};

use crate::harness::{Table, outcome};

const HOUR: Duration = Duration::from_secs(3600);

fn answer(table: &mut Table, ask: u64, verdict: Verdict) -> Vec<String> {
    table.input(Input::Answered { ask: AskId(ask), verdict })
}

fn allow(expires_in: Option<Duration>) -> Verdict {
    Verdict::Allow(Grant { expires_in, ..Grant::default() })
}

/// Connection 1 has logged in for an hour, connection 2 for good.
fn table() -> Table {
    let mut table = Table::new();
    table.open(2);
    table.auth(2, "");
    table.open_to_everyone = false;
    table.open(1);
    table.auth(1, "");
    assert_eq!(outcome(&answer(&mut table, 1, allow(Some(HOUR)))), "ok");
    table
}

#[test]
fn when_its_time_is_over_a_login_ends() {
    let mut table = table();
    assert!(table.wait(HOUR - Duration::from_nanos(1)).is_empty());
    insta::assert_snapshot!(table.wait(Duration::from_nanos(1)).join("\n"));
    assert_eq!(table.rooms(2), "default:1");
    assert_eq!(table.core.next_deadline(), None);
}

#[test]
fn who_logs_in_again_before_stays() {
    let mut table = table();
    table.wait(HOUR / 2);
    table.auth(1, "");
    assert_eq!(outcome(&answer(&mut table, 2, allow(Some(HOUR)))), "ok");
    assert!(table.wait(HOUR / 2).is_empty(), "the first hour is over");
    table.auth(1, "");
    assert_eq!(outcome(&answer(&mut table, 3, allow(None))), "ok");
    assert!(table.wait(HOUR * 10).is_empty());
}

#[test]
fn who_is_about_to_log_in_again_waits_for_the_answer() {
    for (verdict, expected) in
        [(allow(Some(HOUR)), "ok"), (Verdict::Deny(ErrorCode::LoginBadAuth), "LOGIN_BAD_AUTH")]
    {
        let mut table = table();
        table.wait(HOUR - Duration::from_secs(1));
        assert_eq!(table.auth(1, ""), ["ask 2 Login"]);
        assert!(table.wait(Duration::from_secs(1)).is_empty());
        assert_eq!(outcome(&answer(&mut table, 2, verdict)), expected);
        assert_eq!(table.core.stats().clients, if expected == "ok" { 2 } else { 1 });
    }
}

#[test]
fn a_login_that_has_expired_already_is_refused() {
    let mut table = table();
    table.open(3);
    table.auth(3, "");
    let lines = answer(&mut table, 2, allow(Some(Duration::ZERO)));
    assert_eq!(outcome(&lines), "LOGIN_BAD_AUTH");
    assert_eq!(lines[1..], ["close 3 Refused"]);
}

#[test]
fn who_leaves_before_is_not_missed() {
    let mut table = table();
    table.close(1);
    assert_eq!(table.core.next_deadline(), None);
}
