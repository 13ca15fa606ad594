use crate::harness::{Table, outcome};

fn cfg(table: &mut Table, conn: u64, fields: &str) -> Vec<String> {
    let message =
        format!(r#"{{"msgType":"setUserCfg","msgData":{{"setUserCfg":{{"apiField":{fields}}}}}}}"#);
    table.cmd(conn, &message)
}

fn set(table: &mut Table, conn: u64, room: &str, fields: &str) -> Vec<String> {
    let request = format!(r#"{{"roomName":"{room}","field":{fields}}}"#);
    let message =
        format!(r#"{{"msgType":"setRoomApiField","msgData":{{"setRoomApiField":{request}}}}}"#);
    table.cmd(conn, &message)
}

fn field(name: &str, value: &str) -> String {
    format!(r#"{{"{name}":{{"fieldName":"{name}","fieldValue":{value}}}}}"#)
}

#[test]
fn fields_of_a_room_lie_over_those_of_the_connection() {
    let mut table = Table::new();
    table.hello(1, &["a", "b"]);
    table.hello(2, &["a", "b"]);
    let mut lines = cfg(&mut table, 1, &field("x", "1"));
    lines.extend(set(&mut table, 1, "a", &field("x", "2")));
    lines.extend(cfg(&mut table, 1, &field("x", "3")));
    lines.extend(set(&mut table, 1, "a", "{}"));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_last_field_that_goes_is_told() {
    let mut table = Table::new();
    table.hello(1, &[]);
    table.hello(2, &[]);
    cfg(&mut table, 1, &field("x", "1"));
    let mut lines = cfg(&mut table, 1, r#"{"x":null}"#);
    lines.extend(cfg(&mut table, 1, r#"{"x":null}"#));
    lines.extend(table.hello(3, &[]).split_off(1));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn fields_are_lost_with_the_room() {
    let mut table = Table::new();
    table.hello(1, &["a"]);
    set(&mut table, 1, "a", &field("x", "1"));
    table.leave(1, &["a"]);
    assert!(!table.join(1, &["a"])[0].contains("apiField"));
    assert_eq!(outcome(&set(&mut table, 1, "b", "{}")), "MSG_REJECT_BAD_ROOM");
}

#[test]
fn settings_are_told_to_nobody() {
    let mut table = Table::new();
    table.hello(1, &[]);
    table.hello(2, &[]);
    let message = r#"{"msgType":"setUserCfg","msgData":{"setUserCfg":{"userSettings":{"a":1,"b":null},"p2pList":{"x":{}}}}}"#;
    assert_eq!(table.cmd(1, message), [r#"1 <- {"msgType":"ack"}"#]);
}

#[test]
fn limits_hold_for_what_has_been_merged() {
    let mut table = Table::new();
    table.hello(1, &[]);
    let half = format!("\"{}\"", "x".repeat(2100));
    assert_eq!(outcome(&cfg(&mut table, 1, &field("a", &half))), "ok");
    assert_eq!(outcome(&cfg(&mut table, 1, &field("b", &half))), "MSG_REJECT_BAD_SIZE");
    assert_eq!(outcome(&cfg(&mut table, 1, &field("a", &half))), "ok", "replaced, not added");
    let settings = |name: &str| {
        let value = "x".repeat(9000);
        format!(
            r#"{{"msgType":"setUserCfg","msgData":{{"setUserCfg":{{"userSettings":{{"{name}":"{value}"}}}}}}}}"#
        )
    };
    assert_eq!(outcome(&table.cmd(1, &settings("a"))), "ok");
    assert_eq!(outcome(&table.cmd(1, &settings("b"))), "MSG_REJECT_BAD_SIZE");
}
