//! The operator acts on rooms and sends messages.

use std::time::Duration;

use easyrtc_proto::{
    AppName, ErrorCode, GroupName, MessageType, Payload, RoomName, SetPresence, Show,
};
use easyrtc_state::{AdminCommand, Audience, Grant, Input, RoomConfig, RoomPattern, Verdict};

use crate::harness::{Table, join, outcome};

fn app() -> AppName {
    AppName::parse("default").unwrap()
}

fn room(name: &str) -> RoomName {
    RoomName::parse(name).unwrap()
}

fn create(name: &str) -> AdminCommand {
    AdminCommand::CreateRoom { app: app(), room: room(name) }
}

fn close(name: &str) -> AdminCommand {
    AdminCommand::CloseRoom { app: app(), room: room(name) }
}

fn put(table: &mut Table, conn: u64, name: &str) -> Vec<String> {
    table.admin(AdminCommand::JoinRoom { easyrtcid: table.id(conn), room: room(name) })
}

fn take(table: &mut Table, conn: u64, name: &str) -> Vec<String> {
    table.admin(AdminCommand::LeaveRoom { easyrtcid: table.id(conn), room: room(name) })
}

#[test]
fn rooms_are_made_and_forgotten_like_others() {
    let mut table = Table::with(|config| config.limits.rooms_per_application = 2);
    table.hello(1, &[]);
    assert_eq!(table.admin(create("a")), ["admin Ok(Done)"]);
    assert_eq!(table.admin(create("a")), ["admin Err(Exists)"]);
    assert_eq!(table.admin(create("default")), ["admin Err(Exists)"]);
    assert_eq!(table.admin(create("b")), ["admin Err(TooMany)"]);
    let elsewhere =
        AdminCommand::CreateRoom { app: AppName::parse("elsewhere").unwrap(), room: room("a") };
    assert_eq!(table.admin(elsewhere), ["admin Err(NoApplication)"]);
    assert_eq!(table.rooms(1), "a:0 default:1");
    assert!(table.notices().contains("RoomCreated"));
    table.wait(table.core.config().room_empty_ttl);
    assert_eq!(table.rooms(1), "default:1");
    assert!(table.notices().contains("RoomForgotten"));
}

#[test]
fn a_room_that_was_made_is_kept_for_who_joins() {
    let mut table = Table::with(|config| config.room_auto_create = false);
    table.hello(1, &[]);
    assert_eq!(outcome(&table.join(1, &["a"])), "MSG_REJECT_BAD_ROOM");
    table.admin(create("a"));
    assert_eq!(outcome(&table.join(1, &["a"])), "ok");
    table.wait(table.core.config().room_empty_ttl);
    assert_eq!(table.rooms(1), "a:1 default:1");
}

#[test]
fn members_of_a_closed_room_are_out() {
    let mut table = Table::new();
    table.hello(1, &["a", "b"]);
    table.hello(2, &["a"]);
    table.notices();
    insta::assert_snapshot!(table.admin(close("a")).join("\n"));
    insta::assert_snapshot!(table.notices());
    assert_eq!(table.admin(close("a")), ["admin Err(NoRoom)"]);
    assert_eq!(table.rooms(1), "b:1 default:0");
    // They can come back, as to a new one.
    let lines = table.join(2, &["a"]);
    assert!(lines.len() == 1 && !lines[0].contains("id1"), "{lines:?}");
    table.leave(2, &["a"]);
    assert_eq!(table.admin(close("a")), ["admin Ok(Done)"], "nobody is in it");
    assert_eq!(table.core.next_deadline(), None);
}

#[test]
fn rooms_that_stay_are_as_new_when_closed() {
    let mut table = Table::new();
    table.hello(1, &[]);
    let digest = Table::new().core.digest();
    let of = easyrtc_state::FieldOwner::Room(app(), room("default"));
    let field = easyrtc_state::Field { value: Payload::parse("1").unwrap(), shared: true };
    let name = easyrtc_proto::FieldName::parse("topic").unwrap();
    table.admin(AdminCommand::SetField { of, name, field: Some(field) });
    let lines = table.admin(close("default"));
    assert!(lines[0].contains("\"leave\""), "{lines:?}");
    assert_eq!(table.rooms(1), "default:0");
    assert!(!table.notices().contains("RoomForgotten"));
    table.close(1);
    assert_eq!(table.core.digest(), digest);
}

#[test]
fn an_application_goes_with_its_last_room() {
    let mut table = Table::new();
    table.open(1);
    table.auth(1, &format!(r#","applicationName":"other"{}"#, join(&["a"])));
    table.close(1);
    assert_eq!(table.core.stats().applications, 2);
    let close = AdminCommand::CloseRoom { app: AppName::parse("other").unwrap(), room: room("a") };
    assert_eq!(table.admin(close.clone()), ["admin Ok(Done)"]);
    assert_eq!(table.core.stats().applications, 1);
    assert_eq!(table.admin(close), ["admin Err(NoApplication)"]);
    assert_eq!(table.core.next_deadline(), None);
}

#[test]
fn what_is_gathered_is_forgotten_with_a_closed_room() {
    let mut table = Table::with(|config| config.room_gather_threshold = 1);
    for conn in 1..=4 {
        table.hello(conn, &["a"]);
    }
    table.close(4);
    let lines = table.admin(close("a"));
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[..3].iter().all(|line| line.contains("\"leave\"")), "{lines:?}");
    assert_eq!(table.core.next_deadline(), None);
    assert!(table.wait(Duration::from_secs(1)).is_empty());
    // Who was gathered about is not told of later.
    assert!(table.join(3, &["b"]).len() == 1);
}

#[test]
fn who_is_put_into_a_room_and_taken_out_is_told_and_so_are_the_others() {
    let mut table = Table::new();
    table.hello(1, &["a"]);
    table.hello(2, &["b"]);
    let mut lines = put(&mut table, 1, "b");
    lines.extend(put(&mut table, 1, "b"));
    lines.extend(take(&mut table, 1, "b"));
    insta::assert_snapshot!(lines.join("\n"));
    assert_eq!(take(&mut table, 1, "b"), ["admin Err(NotInRoom)"]);
    assert_eq!(take(&mut table, 1, "nowhere"), ["admin Err(NotInRoom)"]);
    assert_eq!(put(&mut table, 1, "nowhere"), ["admin Err(NoRoom)"]);
    let easyrtcid = table.id(1);
    table.close(1);
    let gone = AdminCommand::JoinRoom { easyrtcid, room: room("b") };
    assert_eq!(table.admin(gone), ["admin Err(NoClient)"]);
    let gone = AdminCommand::LeaveRoom { easyrtcid, room: room("b") };
    assert_eq!(table.admin(gone), ["admin Err(NoClient)"]);
}

#[test]
fn limits_hold_for_who_is_put_into_rooms_and_other_rules_do_not() {
    let mut table = Table::with(|config| {
        config.limits.room_max_connection = 1;
        config.limits.rooms_per_connection = 2;
        let guarded = RoomConfig { guarded: true, ..RoomConfig::default() };
        let rules = &mut config.applications.entry(app()).or_default().room_rules;
        rules.insert(RoomPattern::parse("g-*").unwrap(), guarded);
    });
    table.hello(1, &["a"]);
    table.hello(2, &["b"]);
    assert_eq!(put(&mut table, 1, "b"), ["admin Err(RoomFull)"]);
    table.admin(create("g-1"));
    assert!(put(&mut table, 1, "g-1")[0].contains("\"join\""));
    table.leave(2, &["b"]);
    assert_eq!(put(&mut table, 1, "b"), ["admin Err(TooMany)"]);
}

#[test]
fn a_room_of_which_more_is_gathered_is_listed_as_it_is() {
    let mut table = Table::with(|config| config.room_gather_threshold = 1);
    for conn in 1..=3 {
        table.hello(conn, &["a"]);
    }
    table.hello(4, &["b"]);
    let lines = put(&mut table, 4, "a");
    assert!(lines[0].starts_with("4 << ") && lines[0].contains("id3"), "{lines:?}");
    assert_eq!(lines.len(), 2, "the others are told later: {lines:?}");
    let lines = table.wait(Duration::from_millis(20));
    assert!(!lines.iter().any(|line| line.starts_with("4 ")), "{lines:?}");
    let told = |line: &&String| line.contains("\"updateClient\":") && line.contains("id4");
    assert_eq!(lines.iter().filter(told).count(), 3, "{lines:?}");
}

/// A client that is in a guarded room; who is asked about it waits.
fn guarded_table() -> Table {
    let mut table = Table::with(|config| {
        let guarded = RoomConfig { guarded: true, ..RoomConfig::default() };
        let rules = &mut config.applications.entry(app()).or_default().room_rules;
        rules.insert(RoomPattern::parse("g-*").unwrap(), guarded);
    });
    table.hello(1, &["g-1", "a"]);
    table.open_to_everyone = false;
    table
}

fn allow(table: &mut Table, ask: u64) -> Vec<String> {
    let (ask, verdict) = (easyrtc_state::AskId(ask), Verdict::Allow(Grant::default()));
    table.input(Input::Answered { ask, verdict })
}

#[test]
fn who_was_taken_out_of_a_guarded_room_meanwhile_is_not_back_by_a_login() {
    for (how, due) in [("take", "LOGIN_BAD_ROOM"), ("close", "LOGIN_BAD_ROOM"), ("put", "ok")] {
        let mut table = guarded_table();
        assert_eq!(table.auth(1, &join(&["g-1"])), ["ask 1 Login"]);
        if how == "close" {
            table.admin(close("g-1"));
        } else {
            table.hello(2, &[]);
            take(&mut table, 1, "g-1");
        }
        if how == "put" {
            put(&mut table, 1, "g-1");
        }
        assert_eq!(outcome(&allow(&mut table, 1)), due, "{how}");
    }
}

#[test]
fn who_was_taken_out_of_a_guarded_room_meanwhile_is_not_back_by_a_join() {
    for (name, due) in [("g-1", "MSG_REJECT_BAD_ROOM"), ("a", "ok")] {
        let mut table = guarded_table();
        assert_eq!(table.join(1, &[name, "g-2"]), ["ask 1 RoomJoin"]);
        take(&mut table, 1, name);
        let (ask, verdict) = (easyrtc_state::AskId(1), Verdict::RoomJoin);
        assert_eq!(outcome(&table.input(Input::Answered { ask, verdict })), due, "{name}");
    }
}

#[test]
fn presence_is_set_whatever_the_client_is_at() {
    let mut table = Table::new();
    table.hello(1, &["a"]);
    table.hello(2, &["a"]);
    let presence = SetPresence { show: Some(Show::Away), ..SetPresence::default() };
    let set = AdminCommand::SetPresence { easyrtcid: table.id(1), presence };
    insta::assert_snapshot!(table.admin(set.clone()).join("\n"));
    table.close(1);
    assert_eq!(table.admin(set), ["admin Err(NoClient)"]);
}

fn send(to: Audience) -> AdminCommand {
    let message_type = MessageType::parse("m").unwrap();
    AdminCommand::Send { to, message_type, data: Some(Payload::parse("null").unwrap()) }
}

#[test]
fn messages_reach_whom_they_are_for() {
    let mut table = Table::new();
    table.open(9);
    assert_eq!(table.admin(send(Audience::Everybody)), ["admin Ok(Sent { to: 0 })"]);
    table.hello(1, &["a"]);
    table.hello(2, &["a", "b"]);
    table.open(3);
    table.auth(3, r#","applicationName":"other""#);
    let group = GroupName::parse("staff").unwrap();
    for conn in [2, 3] {
        let (easyrtcid, group) = (table.id(conn), group.clone());
        table.admin(AdminCommand::SetGroup { easyrtcid, group, member: true });
    }
    let nobody = GroupName::parse("nobody").unwrap();
    let elsewhere = AppName::parse("elsewhere").unwrap();
    let mut lines = Vec::new();
    for to in [
        Audience::Connection(table.id(3)),
        Audience::Room(app(), room("a")),
        Audience::Room(app(), room("default")),
        Audience::Room(app(), room("c")),
        Audience::Group(app(), group),
        Audience::Group(app(), nobody),
        Audience::Application(app()),
        Audience::Application(elsewhere),
        Audience::Everybody,
    ] {
        lines.push(format!("{to:?}"));
        lines.extend(table.admin(send(to)));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn errors_that_would_have_to_end_connections_are_not_sent() {
    let mut table = Table::new();
    table.hello(1, &[]);
    let error = |code| AdminCommand::SendError { to: Audience::Everybody, code };
    let lines = table.admin(error(ErrorCode::MsgRejectNoAuth));
    assert_eq!(outcome(&lines), "MSG_REJECT_NO_AUTH");
    assert_eq!(lines[1..], ["admin Ok(Sent { to: 1 })"]);
    for code in [ErrorCode::BannedIpAddr, ErrorCode::LoginGenFail, ErrorCode::ServerShutdown] {
        assert_eq!(table.admin(error(code)), ["admin Err(EndsConnections)"]);
    }
}

#[test]
fn each_application_has_its_own_servers_pushed() {
    let mut table = Table::with(|config| {
        let server = |url: &str| {
            let text = format!(r#"{{"url":"{url}"}}"#);
            [easyrtc_proto::IceServer::parse(&text).unwrap()].into()
        };
        config.ice_servers = server("stun:usual");
        let other = config.applications.entry(AppName::parse("other").unwrap()).or_default();
        other.ice_servers = Some(server("stun:other"));
    });
    table.hello(1, &[]);
    table.open(2);
    table.auth(2, r#","applicationName":"other""#);
    let push = AdminCommand::PushIceConfig { to: Audience::Everybody, ice_servers: None };
    insta::assert_snapshot!(table.admin(push).join("\n"));
}
