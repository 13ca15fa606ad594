use crate::harness::{Table, outcome};

#[test]
fn joining_is_answered_with_everybody_and_told_to_the_others() {
    let mut table = Table::new();
    table.hello(1, &["a"]);
    table.hello(2, &["b"]);
    insta::assert_snapshot!(table.join(2, &["a"]).join("\n"));
}

#[test]
fn joining_again_keeps_the_time_and_the_fields() {
    let mut table = Table::new();
    table.hello(1, &["a"]);
    table.hello(2, &["a"]);
    table.cmd(1, r#"{"msgType":"setRoomApiField","msgData":{"setRoomApiField":{"roomName":"a","field":{"x":{"fieldName":"x","fieldValue":1}}}}}"#);
    table.now.unix_ms = 9000;
    insta::assert_snapshot!(table.join(1, &["a"]).join("\n"));
}

#[test]
fn a_join_is_all_or_nothing() {
    let mut table = Table::with(|config| config.limits.room_max_connection = 2);
    table.hello(1, &["full"]);
    table.hello(2, &["full"]);
    table.hello(3, &["side", "open"]);
    table.hello(4, &["open"]);
    assert_eq!(table.join(3, &["fresh", "full"]).len(), 1);
    assert_eq!(outcome(&table.join(3, &["fresh", "full"])), "MSG_REJECT_BAD_ROOM");
    assert_eq!(table.rooms(3), "default:0 full:2 open:2 side:1");
    assert_eq!(outcome(&table.join(1, &["full", "more"])), "ok", "a member takes no new place");
}

#[test]
fn leaving_is_never_refused() {
    let mut table = Table::new();
    table.hello(1, &["a", "b"]);
    table.hello(2, &["a", "b"]);
    insta::assert_snapshot!(table.leave(1, &["a", "b", "nowhere", "constructor"]).join("\n"));
    assert_eq!(outcome(&table.leave(1, &[])), "ok");
}

#[test]
fn an_abrupt_end_is_told_once_for_all_rooms() {
    let mut table = Table::new();
    table.hello(1, &["a", "b"]);
    table.hello(2, &["a", "b"]);
    table.hello(3, &["b"]);
    insta::assert_snapshot!(table.close(1).join("\n"));
}

#[test]
fn presence_is_told_to_each_in_the_rooms_it_shares() {
    let mut table = Table::new();
    table.hello(1, &["a", "b"]);
    table.hello(2, &["a", "b"]);
    table.hello(3, &["b"]);
    insta::assert_snapshot!(
        table
            .cmd(1, r#"{"msgType":"setPresence","msgData":{"setPresence":{"status":"busy"}}}"#)
            .join("\n")
    );
}

#[test]
fn without_a_default_room_one_is_in_none() {
    let mut table = Table::with(|config| config.room_default = None);
    insta::assert_snapshot!(table.hello(1, &[]).join("\n"));
    assert_eq!(table.rooms(1), "");
}

#[test]
fn an_application_may_hide_its_rooms() {
    let mut table = Table::with(|config| {
        let hidden = easyrtc_state::AppConfig { hide_room_list: true, ..Default::default() };
        config.applications.insert(config.app_default_name.clone(), hidden);
    });
    table.hello(1, &[]);
    assert_eq!(outcome(&table.cmd(1, r#"{"msgType":"getRoomList"}"#)), "MSG_REJECT_NO_ROOM_LIST");
}
