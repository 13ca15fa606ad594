use easyrtc_proto::ClientEvent;

use crate::harness::{Table, join, outcome};

#[test]
fn the_newcomer_is_answered_before_others_hear_of_it() {
    let mut table = Table::new();
    table.hello(1, &[]);
    table.open(2);
    insta::assert_snapshot!(table.auth(2, r#","username":"bo""#).join("\n"));
}

#[test]
fn a_login_is_one_message_to_each_naming_the_rooms_it_shares() {
    let mut table = Table::new();
    table.hello(1, &["a", "b", "c"]);
    table.hello(2, &["b"]);
    table.hello(3, &["z"]);
    insta::assert_snapshot!(table.hello(4, &["a", "b", "c"])[1..].join("\n"));
}

#[test]
fn a_refused_login_is_answered_and_closed() {
    let mut table = Table::new();
    table.open(1);
    let lines = table.auth(1, r#","username":"""#);
    assert_eq!(outcome(&lines), "MSG_REJECT_BAD_STRUCTURE");
    assert_eq!(lines[1], "close 1 Refused");
    assert!(table.auth(1, "").is_empty(), "the connection is forgotten");
}

#[test]
fn a_login_without_an_ack_id_is_closed() {
    let mut table = Table::new();
    table.open(1);
    assert_eq!(table.say_with(1, None, ClientEvent::Auth, "null"), ["close 1 Refused"]);
}

#[test]
fn before_the_login_commands_are_refused_but_ends_of_calls() {
    let mut table = Table::new();
    table.open(1);
    for (message, expected) in [
        (r#"{"msgType":"getRoomList"}"#, "MSG_REJECT_NO_AUTH"),
        (r#"{"msgType":"getIceConfig"}"#, "MSG_REJECT_NO_AUTH"),
        (r#"{"msgType":"frobnicate"}"#, "MSG_REJECT_NO_AUTH"),
        (r#"{"msgType":"stillAlive"}"#, "MSG_REJECT_NO_AUTH"),
        (r#"{"msgType":"roomJoin"}"#, "MSG_REJECT_NO_AUTH"),
        ("null", "MSG_REJECT_NO_AUTH"),
        (r#"{"msgType":"offer","targetEasyrtcid":"x","msgData":{"a":1}}"#, "MSG_REJECT_NO_AUTH"),
        (r#"{"msgType":"hangup","targetEasyrtcid":"x"}"#, "ok"),
        (r#"{"msgType":"reject","targetEasyrtcid":"x"}"#, "ok"),
    ] {
        assert_eq!(outcome(&table.cmd(1, message)), expected, "{message}");
    }
    assert_eq!(outcome(&table.msg(1, r#"{"msgType":"m"}"#)), "MSG_REJECT_NO_AUTH");
    assert_eq!(outcome(&table.auth(1, "")), "ok");
}

#[test]
fn all_rooms_or_none() {
    let mut table = Table::with(|config| config.limits.room_max_connection = 1);
    table.hello(1, &["full"]);
    table.hello(2, &["watch"]);
    let lines = table.hello(3, &["free", "full"]);
    assert_eq!(outcome(&lines), "LOGIN_GEN_FAIL");
    assert_eq!(lines.len(), 2, "an answer and a close: {lines:?}");
    assert_eq!(table.rooms(2), "default:0 full:1 watch:1");
}

#[test]
fn rooms_and_applications_that_may_not_be_created() {
    let mut table = Table::with(|config| config.room_auto_create = false);
    assert_eq!(outcome(&table.hello(1, &["fresh"])), "LOGIN_BAD_ROOM");
    let mut table = Table::with(|config| config.app_auto_create = false);
    table.open(1);
    assert_eq!(outcome(&table.auth(1, r#","applicationName":"x""#)), "LOGIN_APP_AUTH_FAIL");
    assert_eq!(outcome(&table.hello(2, &[])), "ok");
}

#[test]
fn a_second_login_leaves_what_is_not_named_again() {
    let mut table = Table::new();
    table.hello(1, &["gone", "kept"]);
    table.hello(2, &["gone"]);
    table.hello(3, &["kept"]);
    table.hello(4, &["new", "kept"]);
    table.now.unix_ms = 9000;
    insta::assert_snapshot!(table.auth(1, &join(&["kept", "new"])).join("\n"));
}

#[test]
fn a_second_login_resets_what_is_not_given_again() {
    let mut table = Table::new();
    table.open(1);
    table.auth(1, r#","username":"al","setPresence":{"show":"dnd"},"easyrtcsid":"s","setUserCfg":{"apiField":{"x":{"fieldName":"x","fieldValue":1}}}"#);
    table.hello(2, &[]);
    insta::assert_snapshot!(table.auth(1, "").join("\n"));
}

#[test]
fn a_second_login_may_change_the_application() {
    let mut table = Table::new();
    for (conn, app) in [(1, "a"), (2, "a"), (3, "b")] {
        table.open(conn);
        table.auth(conn, &format!(r#","applicationName":"{app}""#));
    }
    insta::assert_snapshot!(table.auth(1, r#","applicationName":"b""#).join("\n"));
    assert_eq!(table.rooms(2), "default:1");
    assert_eq!(
        outcome(&table.msg(2, r#"{"msgType":"m","targetEasyrtcid":"$1"}"#)),
        "MSG_REJECT_GEN_FAIL"
    );
}

#[test]
fn a_refused_second_login_costs_the_connection() {
    let mut table = Table::with(|config| config.limits.room_max_connection = 1);
    table.hello(1, &["full"]);
    table.hello(2, &["mine"]);
    let lines = table.auth(2, &join(&["full", "other"]));
    assert_eq!(outcome(&lines), "LOGIN_GEN_FAIL");
    assert_eq!(lines.last().map(String::as_str), Some("close 2 Refused"));
    assert_eq!(table.rooms(1), "default:0 full:1 mine:0");
}

#[test]
fn names_every_javascript_object_has_are_ordinary_names() {
    let mut table = Table::new();
    table.open(1);
    let more = r#","applicationName":"constructor","easyrtcsid":"__proto__""#;
    let rooms = join(&["__proto__", "hasOwnProperty"]);
    assert_eq!(outcome(&table.auth(1, &format!("{more}{rooms}"))), "ok");
    assert_eq!(table.rooms(1), "__proto__:1 default:0 hasOwnProperty:1");
}
