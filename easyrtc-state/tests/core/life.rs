use std::time::Duration;

use easyrtc_state::{ConnId, ConnMeta, Input, TransportKind};

use crate::harness::{Table, outcome};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn who_does_not_log_in_is_told_and_closed() {
    let mut table = Table::new();
    table.open(1);
    table.hello(2, &[]);
    assert!(table.wait(599 * SECOND).is_empty());
    assert_eq!(
        table.wait(SECOND),
        [
            r#"1 << {"msgType":"error","msgData":{"errorCode":"LOGIN_TIMEOUT","errorText":"Login has timed out. Socket will be disconnected."}}"#,
            "close 1 LoginTimeout"
        ]
    );
    assert!(table.wait(600 * SECOND).is_empty());
}

#[test]
fn a_raw_websocket_has_less_time() {
    let mut table = Table::new();
    let meta = ConnMeta::new(TransportKind::WebSocket).into();
    table.input(Input::Opened { conn: ConnId(1), meta });
    assert_eq!(outcome(&table.wait(30 * SECOND)), "LOGIN_TIMEOUT");
}

#[test]
fn silence_ends_a_connection_and_any_sign_of_life_does_not() {
    let mut table = Table::with(|config| {
        config.still_alive_interval = 10 * SECOND;
        config.still_alive_grace = 5 * SECOND;
    });
    table.hello(1, &[]);
    table.hello(2, &[]);
    table.wait(10 * SECOND);
    table.input(Input::Alive { conn: ConnId(1) });
    assert_eq!(table.wait(5 * SECOND)[0], "close 2 Silent");
    assert!(table.wait(9 * SECOND).is_empty());
    table.cmd(1, r#"{"msgType":"stillAlive"}"#);
    assert!(table.wait(14 * SECOND).is_empty());
    assert_eq!(table.wait(SECOND), ["close 1 Silent"]);
}

#[test]
fn who_is_paused_is_not_silent() {
    let mut table = Table::with(|config| {
        config.still_alive_interval = 2 * SECOND;
        config.still_alive_grace = SECOND;
        config.limits.parked = 1;
    });
    table.open_to_everyone = false;
    table.open(1);
    table.auth(1, "");
    assert_eq!(table.cmd(1, r#"{"msgType":"stillAlive"}"#), ["pause 1"]);
    assert!(table.wait(3 * SECOND).is_empty());
    assert!(table.wait(3 * SECOND).is_empty());
    let allow = easyrtc_state::Verdict::Allow(easyrtc_state::Grant::default());
    let answered = Input::Answered { ask: easyrtc_state::AskId(0), verdict: allow };
    assert_eq!(table.input(answered).len(), 3);
    assert!(table.wait(2 * SECOND).is_empty());
    assert_eq!(table.wait(SECOND), ["close 1 Silent"]);
}

#[test]
fn an_empty_room_is_forgotten_after_a_while() {
    let mut table = Table::new();
    table.hello(1, &["brief", "held"]);
    table.hello(2, &["held"]);
    table.leave(1, &["brief"]);
    table.wait(59 * SECOND);
    assert_eq!(table.rooms(2), "brief:0 default:0 held:2");
    table.join(1, &["brief"]);
    table.wait(59 * SECOND);
    table.leave(1, &["brief", "held"]);
    table.wait(59 * SECOND);
    assert_eq!(table.rooms(2), "brief:0 default:0 held:1");
    table.wait(SECOND);
    assert_eq!(table.rooms(2), "default:0 held:1");
}

#[test]
fn an_application_is_forgotten_with_its_last_connection_room_and_session() {
    let mut table = Table::new();
    table.open(1);
    table.auth(1, r#","applicationName":"a","easyrtcsid":"s","roomJoin":{"r":{"roomName":"r"}}"#);
    table.close(1);
    assert_eq!(table.core.stats().applications, 2);
    table.wait(60 * SECOND);
    assert_eq!(table.core.stats().applications, 2, "the session is there");
    table.wait(1740 * SECOND);
    assert_eq!(table.core.stats().applications, 1);
    assert_eq!(table.core.stats().sessions, 0);
    table.open(2);
    table.auth(2, r#","applicationName":"a""#);
    table.close(2);
    assert_eq!(table.core.stats().applications, 1, "nothing was left of it");
}

#[test]
fn early_and_repeated_ticks_do_nothing() {
    let mut table = Table::new();
    table.open(1);
    assert!(table.wait(Duration::ZERO).is_empty());
    let deadline = table.core.next_deadline().unwrap();
    assert_eq!(table.wait(600 * SECOND).len(), 2);
    assert!(table.wait(Duration::ZERO).is_empty());
    assert_ne!(table.core.next_deadline(), Some(deadline));
}

#[test]
fn two_hundred_generations_leave_nothing_behind() {
    let mut table = Table::new();
    let empty = table.core.digest();
    let mut conn = 0;
    for generation in 0..200 {
        for _ in 0..5 {
            conn += 1;
            table.open(conn);
            let more = format!(
                r#","applicationName":"app{}","easyrtcsid":"s{conn}","roomJoin":{{"r{conn}":{{"roomName":"r{conn}"}}}}"#,
                generation % 3
            );
            table.auth(conn, &more);
            table.join(conn, &["shared", "other"]);
            table.leave(conn, &["other"]);
        }
        for closing in conn - 4..=conn {
            table.close(closing);
        }
        table.wait(10 * SECOND);
    }
    table.wait(3600 * SECOND);
    assert_eq!(table.core.digest(), empty);
    assert_eq!(table.core.next_deadline(), None);
}
