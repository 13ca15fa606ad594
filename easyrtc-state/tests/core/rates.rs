//! How often clients may do things, and what they are told when that is too often.

use std::time::Duration;

use easyrtc_proto::{ClientEvent, ErrorCode};
use easyrtc_state::{AskId, Input, LimitName, Rate, Rates, Verdict};

use crate::harness::{Table, outcome};

const ALIVE: &str = r#"{"msgType":"stillAlive"}"#;

fn table(configure: impl FnOnce(&mut Rates)) -> Table {
    Table::with(|config| {
        config.limits.rates = Rates { pause: Duration::from_secs(1), ..Rates::NONE };
        configure(&mut config.limits.rates);
    })
}

/// The limits that were met since the last call.
fn limited(table: &mut Table) -> Vec<String> {
    let notices = table.notices();
    let limited = notices.lines().filter_map(|line| line.strip_prefix("Limited { "));
    limited.filter_map(|line| Some(line.split_once(", pauses")?.0.to_owned())).collect()
}

fn say(table: &mut Table, conn: u64) -> Vec<String> {
    table.cmd(conn, ALIVE)
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn one_message_too_many_is_refused_and_the_connection_pauses() {
    let mut table = table(|rates| rates.connection.messages = Rate::new(2, 3));
    table.hello(1, &[]);
    table.hello(2, &[]);
    assert_eq!(outcome(&say(&mut table, 1)), "ok");
    assert_eq!(outcome(&say(&mut table, 1)), "ok");
    let lines = say(&mut table, 1);
    assert_eq!(outcome(&lines), "MSG_REJECT_GEN_FAIL");
    assert_eq!(lines[1..], ["pause 1"]);
    assert_eq!(limited(&mut table), ["conn: ConnId(1), limit: Messages"]);
    // Others are not concerned. What was under way waits, and has had time to be allowed.
    assert_eq!(outcome(&say(&mut table, 2)), "ok");
    assert!(say(&mut table, 1).is_empty());
    assert!(table.wait(ms(999)).is_empty());
    let lines = table.wait(ms(1));
    assert_eq!(outcome(&lines), "ok");
    assert_eq!(lines[1..], ["resume 1"]);
    assert_eq!(outcome(&say(&mut table, 1)), "ok");
    assert_eq!(outcome(&say(&mut table, 1)), "MSG_REJECT_GEN_FAIL");
}

#[test]
fn what_waits_is_held_against_the_rate_when_its_turn_comes() {
    let mut table = table(|rates| rates.connection.messages = Rate::new(1, 2));
    table.hello(1, &[]);
    say(&mut table, 1);
    assert_eq!(say(&mut table, 1)[1..], ["pause 1"]);
    for _ in 0..3 {
        assert!(say(&mut table, 1).is_empty());
    }
    let lines = table.wait(ms(1000));
    let outcomes: Vec<String> =
        lines.iter().map(|line| outcome(std::slice::from_ref(line))).collect();
    assert_eq!(outcomes, ["ok", "MSG_REJECT_GEN_FAIL"], "still paused, and one still waits");
    let lines = table.wait(ms(1000));
    assert_eq!(outcome(&lines), "ok");
    assert_eq!(lines[1..], ["resume 1"]);
}

#[test]
fn a_refused_message_has_no_effect_and_takes_nothing() {
    let mut table = table(|rates| {
        rates.connection.messages = Rate::new(1, 2);
        rates.connection.joins = Rate::new(1, 2);
        rates.pause = Duration::ZERO;
    });
    table.hello(1, &[]);
    say(&mut table, 1);
    for _ in 0..5 {
        assert_eq!(outcome(&table.join(1, &["a"])), "MSG_REJECT_GEN_FAIL");
    }
    table.wait(ms(2000));
    assert_eq!(table.rooms(1), "default:1");
    assert_eq!(outcome(&table.join(1, &["a"])), "ok", "no join was counted");
}

#[test]
fn a_login_too_many_is_refused_as_logins_are() {
    let mut table = table(|rates| rates.connection.messages = Rate::new(1, 1));
    table.hello(1, &[]);
    let lines = table.auth(1, "");
    assert_eq!(outcome(&lines), "LOGIN_GEN_FAIL");
    assert_eq!(lines[1..], ["close 1 Refused"]);
    assert_eq!(table.core.next_deadline(), None, "nobody is left to pause");
    table.hello(2, &[]);
    let auth = r#"{"msgType":"authenticate","msgData":{"apiVersion":"1"}}"#;
    let lines = table.say_with(2, None, ClientEvent::Auth, auth);
    assert_eq!(lines, ["close 2 Refused"]);
}

#[test]
fn messages_that_want_no_answer_and_malformed_ones_count() {
    let mut table = table(|rates| rates.connection.messages = Rate::new(1, 3));
    table.hello(1, &[]);
    assert!(table.say_with(1, None, ClientEvent::Cmd, ALIVE).is_empty());
    assert_eq!(outcome(&table.cmd(1, "{}")), "MSG_REJECT_BAD_TYPE");
    assert_eq!(table.say_with(1, None, ClientEvent::Cmd, ALIVE), ["pause 1"]);
    let mut table = self::table(|rates| rates.connection.messages = Rate::new(1, 1));
    table.open(1);
    assert_eq!(outcome(&say(&mut table, 1)), "MSG_REJECT_NO_AUTH");
    assert_eq!(outcome(&say(&mut table, 1)), "MSG_REJECT_GEN_FAIL", "also before the login");
}

#[test]
fn bytes_count_whatever_they_say() {
    let mut table = table(|rates| rates.connection.bytes = Rate::new(100, 300));
    table.hello(1, &[]);
    table.wait(ms(3000));
    let text = |bytes: usize| format!(r#"{{"msgType":"n","x":"{}"}}"#, "x".repeat(bytes - 22));
    assert_eq!(text(200).len(), 200);
    assert_eq!(outcome(&table.cmd(1, &text(200))), "MSG_REJECT_BAD_TYPE");
    assert_eq!(outcome(&table.cmd(1, &text(101))), "MSG_REJECT_GEN_FAIL");
    assert_eq!(limited(&mut table), ["conn: ConnId(1), limit: Bytes"]);
    table.wait(ms(1000));
    assert_eq!(outcome(&table.cmd(1, &text(200))), "MSG_REJECT_BAD_TYPE");
    table.wait(ms(3000));
    assert_eq!(outcome(&table.cmd(1, &text(5000))), "MSG_REJECT_BAD_TYPE", "all there is");
    assert_eq!(outcome(&table.cmd(1, &text(30))), "MSG_REJECT_GEN_FAIL");
}

#[test]
fn a_connection_that_goes_while_it_is_paused_leaves_nothing() {
    let mut table = table(|rates| rates.connection.messages = Rate::new(1, 1));
    table.hello(1, &[]);
    say(&mut table, 1);
    assert!(table.core.next_deadline().is_some());
    table.close(1);
    assert_eq!(table.core.next_deadline(), None);
}

#[test]
fn who_says_more_than_may_wait_while_paused_is_closed() {
    let mut table = table(|rates| rates.connection.messages = Rate::new(1, 1));
    table.hello(1, &[]);
    assert_eq!(say(&mut table, 1)[1..], ["pause 1"]);
    for _ in 0..64 {
        assert!(say(&mut table, 1).is_empty());
    }
    assert_eq!(say(&mut table, 1), ["close 1 Slow"]);
}

#[test]
fn joins_count_by_room() {
    let mut table = table(|rates| rates.connection.joins = Rate::new(1, 4));
    table.hello(1, &["a"]);
    assert_eq!(outcome(&table.join(1, &["a", "b"])), "ok", "the first again");
    assert_eq!(outcome(&table.join(1, &["c", "d"])), "MSG_REJECT_BAD_ROOM");
    assert_eq!(limited(&mut table), ["conn: ConnId(1), limit: Joins"]);
    assert_eq!(outcome(&table.join(1, &["c"])), "ok");
    table.wait(ms(1000));
    let lines = table.auth(1, &crate::harness::join(&["a", "b"]));
    assert_eq!(outcome(&lines), "LOGIN_GEN_FAIL");
    assert_eq!(lines[1..], ["close 1 Refused"]);
}

#[test]
fn only_rooms_that_are_created_count_as_such() {
    let mut table = table(|rates| rates.connection.rooms_created = Rate::new(1, 2));
    table.hello(1, &["a", "b"]);
    table.hello(2, &["a", "b", "default"]);
    assert_eq!(outcome(&table.join(1, &["default"])), "ok");
    assert_eq!(outcome(&table.join(1, &["c"])), "MSG_REJECT_BAD_ROOM");
    assert_eq!(limited(&mut table), ["conn: ConnId(1), limit: RoomsCreated"]);
    assert_eq!(outcome(&table.join(2, &["c", "d"])), "ok");
    table.open(3);
    let lines = table.auth(3, &crate::harness::join(&["e", "f", "g"]));
    assert_eq!(outcome(&lines), "ok", "all there is");
}

#[test]
fn what_one_address_does_counts_together() {
    let mut table = table(|rates| {
        rates.address.messages = Rate::new(1, 5);
        rates.address.bytes = Rate::new(1, 100_000);
        rates.address.joins = Rate::new(1, 4);
        rates.address.rooms_created = Rate::new(1, 1);
    });
    for (conn, peer) in [(1, "192.0.2.1"), (2, "192.0.2.1"), (3, "192.0.2.2"), (4, ""), (5, "")] {
        table.open_from(conn, peer);
        assert_eq!(outcome(&table.auth(conn, "")), "ok");
    }
    assert_eq!(outcome(&table.join(1, &["a"])), "ok");
    assert_eq!(outcome(&table.join(2, &["b"])), "MSG_REJECT_BAD_ROOM");
    assert_eq!(limited(&mut table), ["conn: ConnId(2), limit: RoomsCreatedPerAddress"]);
    assert_eq!(outcome(&table.join(2, &["a", "default"])), "MSG_REJECT_BAD_ROOM");
    assert_eq!(limited(&mut table), ["conn: ConnId(2), limit: JoinsPerAddress"]);
    let lines = say(&mut table, 1);
    assert_eq!(outcome(&lines), "MSG_REJECT_GEN_FAIL");
    assert_eq!(lines[1..], ["pause 1"]);
    assert_eq!(limited(&mut table), ["conn: ConnId(1), limit: MessagesPerAddress"]);
    for _ in 0..3 {
        assert_eq!(outcome(&say(&mut table, 3)), "ok");
    }
    for conn in [4, 5] {
        assert_eq!(outcome(&table.join(conn, &["d", "e", "f"])), "ok", "no address, no limit");
    }
}

#[test]
fn bytes_of_one_address_count_together() {
    let mut table = table(|rates| rates.address.bytes = Rate::new(1, 200));
    for conn in [1, 2] {
        table.open_from(conn, "192.0.2.1");
        assert_eq!(outcome(&table.auth(conn, "")), "ok");
    }
    let text = format!(r#"{{"msgType":"n","x":"{}"}}"#, "x".repeat(60));
    assert_eq!(outcome(&table.cmd(2, &text)), "MSG_REJECT_BAD_TYPE");
    assert_eq!(outcome(&table.cmd(1, &text)), "MSG_REJECT_GEN_FAIL");
    assert_eq!(limited(&mut table), ["conn: ConnId(1), limit: BytesPerAddress"]);
}

#[test]
fn after_too_many_denied_logins_nobody_is_asked() {
    let mut table = table(|rates| rates.failed_logins = Rate::new(1, 2));
    table.open_to_everyone = false;
    let mut deny = |conn: u64, peer: &str, code| {
        table.open_from(conn, peer);
        let asked = table.auth(conn, "");
        if asked[0].starts_with("ask") {
            let ask = AskId(asked[0].split(' ').nth(1).unwrap().parse().unwrap());
            return outcome(&table.input(Input::Answered { ask, verdict: Verdict::Deny(code) }));
        }
        assert_eq!(asked[1], format!("close {conn} Refused"));
        format!("at once {}", outcome(&asked))
    };
    // The server's own trouble is nobody's guess.
    for (conn, code, said) in [
        (1, ErrorCode::LoginGenFail, "LOGIN_GEN_FAIL"),
        (2, ErrorCode::LoginTimeout, "LOGIN_TIMEOUT"),
        (3, ErrorCode::LoginBadAuth, "LOGIN_BAD_AUTH"),
        (4, ErrorCode::BannedIpAddr, "BANNED_IP_ADDR"),
        (5, ErrorCode::LoginBadAuth, "at once LOGIN_GEN_FAIL"),
    ] {
        assert_eq!(deny(conn, "2001:db8::1", code), said);
    }
    assert_eq!(deny(6, "2001:db8::ffff", ErrorCode::LoginBadAuth), "at once LOGIN_GEN_FAIL");
    assert_eq!(deny(7, "192.0.2.1", ErrorCode::LoginBadAuth), "LOGIN_BAD_AUTH");
    assert_eq!(deny(8, "", ErrorCode::LoginBadAuth), "LOGIN_BAD_AUTH");
    assert_eq!(limited(&mut table).len(), 2);
    table.wait(ms(1000));
    table.open_from(9, "2001:db8::1");
    assert_eq!(table.auth(9, ""), ["ask 6 Login"]);
    assert_eq!(table.core.stats().addresses, 1, "192.0.2.1 has waited for long enough");
    table.close(9);
    table.wait(ms(1000));
    assert_eq!((table.core.stats().addresses, table.core.next_deadline()), (0, None));
}

#[test]
fn every_refusal_by_a_limit_is_noticed() {
    let mut table = Table::with(|config| {
        let limits = &mut config.limits;
        limits.applications = 1;
        limits.rooms_per_application = 4;
        limits.rooms_per_connection = 2;
        limits.room_max_connection = 2;
        limits.sessions = 1;
        limits.connections = 4;
        limits.unauthenticated = 2;
        limits.connections_per_address = 2;
        limits.unauthenticated_per_address = 1;
    });
    let mut expected = Vec::new();
    let mut expect = |limits: &[LimitName]| expected.extend_from_slice(limits);
    table.open(1);
    table.open(2);
    table.open(3);
    expect(&[LimitName::Unauthenticated]);
    table.auth(1, r#","easyrtcsid":"s""#);
    table.auth(2, r#","easyrtcsid":"t""#);
    expect(&[LimitName::Sessions]);
    table.open(4);
    table.auth(4, r#","applicationName":"other""#);
    expect(&[LimitName::Applications]);
    table.hello(5, &[]);
    table.hello(6, &[]);
    expect(&[LimitName::RoomMaxConnection]);
    table.join(1, &["a", "b"]);
    expect(&[LimitName::RoomsPerConnection]);
    table.leave(1, &["default"]);
    table.join(1, &["a", "b"]);
    table.leave(1, &["a", "b"]);
    table.join(1, &["c", "d"]);
    expect(&[LimitName::RoomsPerApplication]);
    table.open_from(7, "192.0.2.1");
    table.open_from(8, "192.0.2.1");
    expect(&[LimitName::UnauthenticatedPerAddress]);
    table.auth(7, "");
    table.hello(9, &["a"]);
    table.hello(10, &["a"]);
    expect(&[LimitName::Connections]);
    table.close(9);
    table.open_from(11, "192.0.2.1");
    table.auth(11, r#","roomJoin":{"b":{"roomName":"b"}}"#);
    table.close(1);
    table.open_from(12, "192.0.2.1");
    table.auth(12, "");
    expect(&[LimitName::ConnectionsPerAddress]);
    let expected = expected.iter().map(|limit| format!("limit: {limit:?}"));
    let met = limited(&mut table);
    let met = met.iter().map(|line| line.split(", ").nth(1).unwrap().to_owned());
    assert_eq!(met.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}
