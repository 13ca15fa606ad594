//! Guarded rooms: entering them is asked about.

use easyrtc_proto::{ErrorCode, GroupName, Payload};
use easyrtc_state::{
    AdminCommand, AskId, ConnId, Effect, Effects, Grant, Input, Question, RoomConfig, Verdict,
};

use crate::access::{pattern, set_up};
use crate::harness::{Table, join, outcome};

/// Two clients, the first in no room; `g-…` are guarded, and two fit in.
fn table() -> Table {
    let mut table = Table::with(|config| {
        let rule = RoomConfig {
            guarded: true,
            room_max_connection: Some(2),
            join_groups: Some([GroupName::parse("in").unwrap()].into()),
            ..RoomConfig::default()
        };
        set_up(config, |app| drop(app.room_rules.insert(pattern("g-*"), rule)));
        config.room_default = None;
    });
    for conn in [1, 2] {
        table.hello(conn, &[]);
        set_group(&mut table, conn, true);
    }
    table.open_to_everyone = false;
    table
}

fn set_group(table: &mut Table, conn: u64, member: bool) {
    let (easyrtcid, group) = (table.id(conn), GroupName::parse("in").unwrap());
    table.admin(AdminCommand::SetGroup { easyrtcid, group, member });
}

fn answer(table: &mut Table, ask: u64, verdict: Verdict) -> Vec<String> {
    table.input(Input::Answered { ask: AskId(ask), verdict })
}

const STILL_ALIVE: &str = r#"{"msgType":"stillAlive"}"#;

#[test]
fn entering_is_asked_about_and_what_follows_waits() {
    let mut table = table();
    assert_eq!(table.join(1, &["free", "g-1"]), ["ask 2 RoomJoin"]);
    assert!(table.cmd(1, STILL_ALIVE).is_empty());
    assert!(table.join(1, &["g-2"]).is_empty());
    assert!(table.cmd(1, STILL_ALIVE).is_empty());
    let lines = answer(&mut table, 2, Verdict::RoomJoin);
    assert_eq!(outcome(&lines), "ok");
    assert!(lines[0].contains("\"free\"") && lines[0].contains("\"g-1\""), "{lines:?}");
    assert_eq!(lines[1..], [r#"1 <- {"msgType":"ack"}"#, "ask 3 RoomJoin"], "one at a time");
    let lines = answer(&mut table, 3, Verdict::Deny(ErrorCode::MsgRejectBadRoom));
    assert_eq!(outcome(&lines), "MSG_REJECT_BAD_ROOM");
    assert_eq!(lines[1..], [r#"1 <- {"msgType":"ack"}"#]);
    assert_eq!(table.rooms(1), "free:1 g-1:1");
    assert_eq!(outcome(&table.join(1, &["g-1", "free"])), "ok", "a member is not asked about");
}

/// Its code would end the connection.
#[test]
fn a_refusal_for_logins_does_not_fit() {
    let mut table = table();
    for (ask, code) in [(2, ErrorCode::LoginBadAuth), (3, ErrorCode::BannedIpAddr)] {
        table.join(1, &["g-1"]);
        let lines = answer(&mut table, ask, Verdict::Deny(code));
        assert_eq!(outcome(&lines), "MSG_REJECT_GEN_FAIL");
        assert_eq!(lines.len(), 1, "{lines:?}");
    }
}

#[test]
fn the_question_is_about_the_guarded_rooms_one_is_not_in() {
    let mut table = table();
    table.join(1, &["g-1"]);
    answer(&mut table, 2, Verdict::RoomJoin);
    let request = r#"{"msgType":"roomJoin","msgData":{"roomJoin":{"g-1":{"roomName":"g-1"},
        "free":{"roomName":"free"},"g-2":{"roomName":"g-2","roomParameter":{"key":[1]}}}}}"#;
    let raw: &serde_json::value::RawValue = serde_json::from_str(request).unwrap();
    let (event, limits) = (easyrtc_proto::ClientEvent::Cmd, Default::default());
    let none = easyrtc_proto::Attachments::none();
    let message = easyrtc_proto::ClientMessage::decode(event, raw, &none, &limits);
    let (conn, ack) = (ConnId(1), Some(easyrtc_state::AckId(77)));
    let mut effects = Effects::new();
    table.core.handle(table.now, Input::Message { conn, ack, message, bytes: 0 }, &mut effects);
    let [Effect::Ask { question: Question::RoomJoin(question), .. }] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!((question.conn, question.easyrtcid), (ConnId(1), table.id(1)));
    assert_eq!(question.groups.iter().map(GroupName::as_str).collect::<Vec<_>>(), ["in"]);
    let rooms = question.rooms.iter();
    let rooms = rooms.map(|(name, given)| (name.as_str(), given.as_ref().map(Payload::as_str)));
    assert_eq!(rooms.collect::<Vec<_>>(), [("g-2", Some(r#"{"key":[1]}"#))]);
}

#[test]
fn what_would_be_refused_anyway_nobody_is_asked_about() {
    let mut table = table();
    set_group(&mut table, 1, false);
    assert_eq!(outcome(&table.join(1, &["g-1"])), "MSG_REJECT_BAD_ROOM");
}

#[test]
fn the_answer_is_decided_on_the_state_as_it_is_then() {
    let mut table = table();
    table.join(1, &["g-1"]);
    set_group(&mut table, 1, false);
    let lines = answer(&mut table, 2, Verdict::RoomJoin);
    assert_eq!(outcome(&lines), "MSG_REJECT_BAD_ROOM", "it is in no group any more");
    assert_eq!(table.rooms(1), "");
}

#[test]
fn no_answer_and_one_that_does_not_fit_are_failures() {
    let mut table = table();
    table.join(1, &["g-1"]);
    table.cmd(1, STILL_ALIVE);
    let timeout = table.core.config().ask_timeout;
    let lines = table.wait(timeout);
    assert_eq!(outcome(&lines), "MSG_REJECT_GEN_FAIL");
    assert_eq!(lines[1..], [r#"1 <- {"msgType":"ack"}"#]);
    assert!(answer(&mut table, 2, Verdict::RoomJoin).is_empty(), "a late answer means nothing");
    for wrong in [Verdict::Allow(Grant::default()), Verdict::IceServers(None)] {
        let ask = table.join(1, &["g-1"])[0].split(' ').nth(1).unwrap().parse().unwrap();
        assert_eq!(outcome(&answer(&mut table, ask, wrong)), "MSG_REJECT_GEN_FAIL");
    }
    assert_eq!(table.rooms(1), "");
}

#[test]
fn who_is_gone_needs_no_answer() {
    let mut table = table();
    table.join(1, &["g-1"]);
    table.close(1);
    assert!(answer(&mut table, 2, Verdict::RoomJoin).is_empty());
    assert_eq!(table.core.stats().questions, 0);
    assert_eq!(table.rooms(2), "");
}

#[test]
fn at_login_the_question_about_it_names_the_rooms() {
    let mut table = table();
    table.open(3);
    let more =
        r#","roomJoin":{"g-1":{"roomName":"g-1","roomParameter":{"key":1}},"f":{"roomName":"f"}}"#;
    assert_eq!(table.auth(3, more), ["ask 2 Login"]);
    let grant = Grant { groups: [GroupName::parse("in").unwrap()].into(), ..Grant::default() };
    assert_eq!(outcome(&answer(&mut table, 2, Verdict::Allow(grant))), "ok");
    assert_eq!(table.rooms(1), "f:1 g-1:1");
    table.open(4);
    assert_eq!(table.auth(4, &join(&["g-1"])), ["ask 3 Login"]);
    let lines = answer(&mut table, 3, Verdict::RoomJoin);
    assert_eq!(outcome(&lines), "LOGIN_GEN_FAIL", "that is no answer to a login");
}
