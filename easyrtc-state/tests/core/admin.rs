use easyrtc_proto::{
    AppName, FieldName, ForwardToUrl, GroupName, IceServer, Payload, RoomName, SessionId,
};
use easyrtc_state::{AdminCommand, AdminError, Audience, Field, FieldOwner};

use crate::harness::{Table, outcome};

fn app() -> AppName {
    AppName::parse("default").unwrap()
}

fn set(table: &mut Table, of: FieldOwner, value: Option<(&str, bool)>) -> Vec<String> {
    let name = FieldName::parse("topic").unwrap();
    let field =
        value.map(|(value, shared)| Field { value: Payload::parse(value).unwrap(), shared });
    table.admin(AdminCommand::SetField { of, name, field })
}

#[test]
fn fields_of_a_room_are_told_complete_and_only_when_shared() {
    let mut table = Table::new();
    table.hello(1, &["a"]);
    table.hello(2, &["b"]);
    let room = || FieldOwner::Room(app(), RoomName::parse("a").unwrap());
    let mut lines = set(&mut table, room(), Some(("1", true)));
    lines.extend(set(&mut table, room(), Some(("1", true))));
    lines.extend(set(&mut table, room(), Some(("2", false))));
    lines.extend(set(&mut table, room(), None));
    insta::assert_snapshot!(lines.join("\n"));
    set(&mut table, room(), Some(("3", true)));
    assert!(table.join(2, &["a"])[1].contains(r#""fieldValue":3"#), "who joins sees it");
}

#[test]
fn fields_of_a_session_are_told_to_its_connections() {
    let mut table = Table::new();
    for conn in [1, 2] {
        table.open(conn);
        table.auth(conn, r#","easyrtcsid":"s""#);
    }
    table.hello(3, &[]);
    let session = FieldOwner::Session(app(), SessionId::parse("s").unwrap());
    insta::assert_snapshot!(set(&mut table, session, Some(("[1]", true))).join("\n"));
}

#[test]
fn fields_of_applications_and_connections_are_seen_at_the_next_login() {
    let mut table = Table::new();
    table.hello(1, &[]);
    let of_app = FieldOwner::Application(app());
    assert_eq!(set(&mut table, of_app, Some(("\"app\"", true))), ["admin Ok(Done)"]);
    let of_conn = FieldOwner::Connection(table.id(1));
    assert_eq!(set(&mut table, of_conn, Some(("\"conn\"", true))), ["admin Ok(Done)"]);
    let token = table.admin(AdminCommand::SendToken { easyrtcid: table.id(1) });
    assert!(token[0].contains("\"app\"") && token[0].contains("\"conn\""), "{token:?}");
}

#[test]
fn what_is_not_there_cannot_be_changed() {
    let mut table = Table::new();
    table.hello(1, &[]);
    let nobody = easyrtc_proto::EasyrtcId::parse("nobody").unwrap();
    let no_app = AppName::parse("nothing").unwrap();
    for (of, error) in [
        (FieldOwner::Application(no_app), "NoApplication"),
        (FieldOwner::Room(app(), RoomName::parse("x").unwrap()), "NoRoom"),
        (FieldOwner::Session(app(), SessionId::parse("x").unwrap()), "NoSession"),
        (FieldOwner::Connection(nobody), "NoClient"),
    ] {
        assert_eq!(set(&mut table, of, None), [format!("admin Err({error})")]);
    }
    let kick = AdminCommand::Kick { easyrtcid: nobody };
    assert_eq!(table.admin(kick), ["admin Err(NoClient)"]);
}

#[test]
fn fields_and_groups_are_bounded() {
    let mut table = Table::with(|config| {
        config.limits.fields = 0;
        config.limits.groups_per_connection = 1;
    });
    table.hello(1, &[]);
    let easyrtcid = table.id(1);
    let group = |name: &str| AdminCommand::SetGroup {
        easyrtcid,
        group: GroupName::parse(name).unwrap(),
        member: true,
    };
    assert_eq!(table.admin(group("g")), ["admin Ok(Done)"]);
    assert_eq!(table.admin(group("g")), ["admin Ok(Done)"]);
    assert_eq!(table.admin(group("h")), ["admin Err(TooMany)"]);
    let mut table = Table::with(|config| config.limits.fields = 1);
    let name = |n: &str| FieldName::parse(n).unwrap();
    let mut set = |n: &str| {
        let field = Some(Field { value: Payload::parse("1").unwrap(), shared: false });
        let of = FieldOwner::Application(app());
        table.admin(AdminCommand::SetField { of, name: name(n), field })
    };
    assert_eq!(set("a"), ["admin Ok(Done)"]);
    assert_eq!(set("a"), ["admin Ok(Done)"]);
    assert_eq!(set("b"), ["admin Err(TooMany)"]);
}

#[test]
fn a_kick_is_told_and_others_see_it() {
    let mut table = Table::new();
    table.hello(1, &[]);
    table.hello(2, &[]);
    let kick = AdminCommand::Kick { easyrtcid: table.id(1) };
    insta::assert_snapshot!(table.admin(kick).join("\n"));
}

#[test]
fn pages_servers_and_tokens_can_be_pushed() {
    let mut table = Table::new();
    table.hello(1, &[]);
    let easyrtcid = table.id(1);
    let to = || Audience::Connection(easyrtcid);
    let forward = ForwardToUrl { url: "https://a.test/".into(), new_window: Some(true) };
    let mut lines = table.admin(AdminCommand::ForwardToUrl { to: to(), forward });
    let servers = [IceServer::parse(r#"{"url":"stun:pushed"}"#).unwrap()];
    let ice_servers = Some(servers.into());
    lines.extend(table.admin(AdminCommand::PushIceConfig { to: to(), ice_servers }));
    lines.extend(table.cmd(1, r#"{"msgType":"getIceConfig"}"#));
    lines.extend(table.admin(AdminCommand::SendToken { easyrtcid }));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_shutdown_tells_everybody_and_lets_nobody_in() {
    let mut table = Table::new();
    table.hello(1, &[]);
    table.open(2);
    let mut lines = table.admin(AdminCommand::Shutdown);
    lines.extend(table.open(3));
    insta::assert_snapshot!(lines.join("\n"));
    assert_eq!(table.core.stats().connections, 0);
    assert!(table.close(1).is_empty());
    assert_eq!(outcome(&table.auth(1, "")), "ok", "nobody is there to be answered");
}

#[test]
fn refusals_say_what_is_missing() {
    for (error, text) in [
        (AdminError::NoApplication, "there is no such application"),
        (AdminError::NoRoom, "there is no such room"),
        (AdminError::NoSession, "there is no such session"),
        (AdminError::NoClient, "there is no such client"),
        (AdminError::NotInRoom, "the client is not in the room"),
        (AdminError::NoBan, "there is no such ban"),
        (AdminError::Exists, "the room is there already"),
        (AdminError::RoomFull, "the room is full"),
        (AdminError::EndsConnections, "such an error ends connections"),
        (AdminError::TooMany, "a limit is reached"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}
