use std::collections::BTreeSet;

use easyrtc_proto::{
    Attachments, ClientEvent, ClientMessage, DecodeLimits, ErrorCode, GroupName, MessageType,
    Payload, Username,
};
use easyrtc_state::{AckId, AskId, ConnId, Effect, Effects, Grant, Input, Question, Verdict};

use crate::harness::{Table, outcome};

fn table() -> Table {
    let mut table = Table::new();
    table.open_to_everyone = false;
    table.open(1);
    table
}

fn answer(table: &mut Table, ask: u64, verdict: Verdict) -> Vec<String> {
    table.input(Input::Answered { ask: AskId(ask), verdict })
}

fn allow() -> Verdict {
    Verdict::Allow(Grant::default())
}

#[test]
fn until_the_answer_messages_wait_in_order() {
    let mut table = table();
    assert_eq!(table.auth(1, ""), ["ask 0 Login"]);
    assert!(table.join(1, &["a"]).is_empty());
    assert!(table.cmd(1, r#"{"msgType":"getRoomList"}"#).is_empty());
    let lines = answer(&mut table, 0, allow());
    let types: Vec<&str> = lines.iter().map(|line| &line[..22]).collect();
    assert_eq!(
        types,
        [r#"1 <- {"msgType":"token"#, r#"1 <- {"msgType":"roomD"#, r#"1 <- {"msgType":"roomL"#]
    );
}

#[test]
fn what_waits_is_bounded_and_the_driver_told_to_pause() {
    let mut table = Table::with(|config| config.limits.parked = 2);
    table.open_to_everyone = false;
    table.open(1);
    table.auth(1, "");
    assert!(table.cmd(1, r#"{"msgType":"stillAlive"}"#).is_empty());
    assert_eq!(table.cmd(1, r#"{"msgType":"stillAlive"}"#), ["pause 1"]);
    let lines = answer(&mut table, 0, allow());
    assert_eq!(lines[1..], [r#"1 <- {"msgType":"ack"}"#, r#"1 <- {"msgType":"ack"}"#, "resume 1"]);
    table.auth(1, "");
    for _ in 0..2 {
        table.cmd(1, r#"{"msgType":"stillAlive"}"#);
    }
    assert_eq!(table.cmd(1, r#"{"msgType":"stillAlive"}"#), ["close 1 Slow"]);
}

#[test]
fn a_refusal_names_its_code_and_closes() {
    let mut table = table();
    table.auth(1, "");
    table.cmd(1, r#"{"msgType":"stillAlive"}"#);
    let lines = answer(&mut table, 0, Verdict::Deny(ErrorCode::LoginBadAuth));
    assert_eq!(outcome(&lines), "LOGIN_BAD_AUTH");
    assert_eq!(lines[1..], ["close 1 Refused"]);
    assert!(answer(&mut table, 0, allow()).is_empty(), "a second answer means nothing");
}

#[test]
fn an_answer_that_does_not_come_is_a_timeout() {
    let mut table = table();
    table.auth(1, "");
    let timeout = table.core.config().ask_timeout;
    let lines = table.wait(timeout);
    assert_eq!(outcome(&lines), "LOGIN_TIMEOUT");
    assert_eq!(lines[1..], ["close 1 Refused"]);
    assert!(answer(&mut table, 0, allow()).is_empty(), "a late answer means nothing");
}

#[test]
fn who_is_gone_needs_no_answer() {
    let mut table = table();
    table.auth(1, "");
    table.close(1);
    assert!(answer(&mut table, 0, allow()).is_empty());
    assert_eq!(table.core.stats().connections, 0);
}

#[test]
fn an_answer_is_decided_on_the_state_as_it_is_then() {
    let mut table = Table::with(|config| config.limits.room_max_connection = 1);
    table.open_to_everyone = false;
    for conn in [1, 2] {
        table.open(conn);
        table.auth(conn, "");
    }
    assert_eq!(outcome(&answer(&mut table, 1, allow())), "ok");
    assert_eq!(outcome(&answer(&mut table, 0, allow())), "LOGIN_GEN_FAIL");
}

#[test]
fn a_grant_gives_name_groups_and_servers() {
    let mut table = table();
    table.auth(1, r#","username":"claimed""#);
    let server = easyrtc_proto::IceServer::parse(r#"{"url":"stun:granted"}"#).unwrap();
    let grant = Grant {
        username: Some(Username::parse("granted").unwrap()),
        groups: BTreeSet::from([GroupName::parse("g").unwrap()]),
        ice_servers: Some([server].into()),
        ..Grant::default()
    };
    insta::assert_snapshot!(answer(&mut table, 0, Verdict::Allow(grant)).join("\n"));
    assert_eq!(table.cmd(1, r#"{"msgType":"getIceConfig"}"#), ["ask 1 IceConfig"]);
    let lines = answer(&mut table, 1, Verdict::IceServers(None));
    assert!(lines[0].contains("stun:granted"), "{lines:?}");
}

#[test]
fn granted_servers_stay_unless_they_are_made_anew() {
    let server = |url: &str| {
        let server = easyrtc_proto::IceServer::parse(&format!(r#"{{"url":"{url}"}}"#)).unwrap();
        Some([server].into())
    };
    for (granted, renew, anew, expected) in [
        (server("stun:granted"), false, server("stun:anew"), "stun:granted"),
        (server("stun:granted"), true, server("stun:anew"), "stun:anew"),
        (server("stun:granted"), true, None, "stun:granted"),
        (None, false, server("stun:anew"), "stun:anew"),
    ] {
        let mut table = table();
        table.auth(1, "");
        let grant = Grant { ice_servers: granted, renew_ice_servers: renew, ..Grant::default() };
        answer(&mut table, 0, Verdict::Allow(grant));
        table.cmd(1, r#"{"msgType":"getIceConfig"}"#);
        let lines = answer(&mut table, 1, Verdict::IceServers(anew));
        assert!(lines[0].contains(expected), "{lines:?}");
    }
}

#[test]
fn other_questions_hold_up_nothing() {
    let mut table = table();
    table.auth(1, "");
    answer(&mut table, 0, allow());
    assert_eq!(table.cmd(1, r#"{"msgType":"getIceConfig"}"#), ["ask 1 IceConfig"]);
    assert_eq!(table.msg(1, r#"{"msgType":"m"}"#), ["ask 2 Application"]);
    assert_eq!(table.cmd(1, r#"{"msgType":"stillAlive"}"#), [r#"1 <- {"msgType":"ack"}"#]);
    let content = (MessageType::parse("r").unwrap(), Some(Payload::parse("[1]").unwrap()));
    let verdict = Verdict::Application(Some(content));
    assert_eq!(answer(&mut table, 2, verdict), [r#"1 <- {"msgType":"r","msgData":[1]}"#]);
    let timeout = table.core.config().ask_timeout;
    assert_eq!(outcome(&table.wait(timeout)), "MSG_REJECT_GEN_FAIL");
}

#[test]
fn questions_of_one_connection_are_bounded() {
    let mut table = Table::with(|config| config.limits.asks_per_connection = 1);
    table.hello(1, &[]);
    table.open_to_everyone = false;
    table.msg(1, r#"{"msgType":"m"}"#);
    assert_eq!(outcome(&table.msg(1, r#"{"msgType":"m"}"#)), "MSG_REJECT_GEN_FAIL");
}

#[test]
fn the_application_is_told_who_asks() {
    let mut table = table();
    table.auth(1, r#","username":"claimed""#);
    let username = Username::parse("granted").unwrap();
    let groups = BTreeSet::from([GroupName::parse("g").unwrap()]);
    let grant = Grant { username: Some(username), groups, ..Grant::default() };
    answer(&mut table, 0, Verdict::Allow(grant));
    let raw: &serde_json::value::RawValue = serde_json::from_str(r#"{"msgType":"m"}"#).unwrap();
    let (none, limits) = (Attachments::none(), DecodeLimits::default());
    let message = ClientMessage::decode(ClientEvent::Msg, raw, &none, &limits);
    let (conn, ack) = (ConnId(1), Some(AckId(99)));
    let mut effects = Effects::new();
    table.core.handle(table.now, Input::Message { conn, ack, message, bytes: 0 }, &mut effects);
    let asked = effects.as_slice().iter().find_map(|effect| {
        if let Effect::Ask { question: Question::Application { username, groups, .. }, .. } = effect
        {
            return Some((username.as_ref()?.to_string(), groups.len()));
        }
        None
    });
    assert_eq!(asked, Some(("granted".to_owned(), 1)));
}
