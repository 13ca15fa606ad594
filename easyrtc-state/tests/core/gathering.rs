use std::time::Duration;

use easyrtc_state::*;

use crate::harness::Table;

const WINDOW: Duration = Duration::from_millis(20);

/// Rooms of two and more gather.
fn table() -> Table {
    Table::with(|config| config.room_gather_threshold = 1)
}

fn presence(table: &mut Table, conn: u64, show: &str) -> Vec<String> {
    let set =
        format!(r#"{{"msgType":"setPresence","msgData":{{"setPresence":{{"show":"{show}"}}}}}}"#);
    table.cmd(conn, &set)
}

/// Without the answers.
fn events(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().filter(|line| line.contains(" << ")).collect()
}

/// Whom the events tell about: `2+ 3-`, after who is told.
fn told(lines: Vec<String>) -> Vec<String> {
    let about = |line: String| {
        let (to, text) = line.split_once(" << ")?;
        let message: serde_json::Value = serde_json::from_str(text).unwrap();
        let mut words = vec![format!("{to}:")];
        let rooms = message["msgData"]["roomData"].as_object().into_iter().flatten();
        for (name, room) in rooms {
            words.push(name.clone());
            for (map, sign) in [("updateClient", '+'), ("removeClient", '-')] {
                let ids = room["clientListDelta"][map].as_object().into_iter().flatten();
                words.extend(ids.map(|(id, _)| format!("{}{sign}", &id[2..])));
            }
        }
        if message["msgType"] != "roomData" {
            words.push(message["msgType"].as_str().unwrap().to_owned());
        }
        Some(words.join(" "))
    };
    lines.into_iter().filter_map(about).collect()
}

#[test]
fn the_first_change_goes_out_at_once_and_the_others_together() {
    let mut table = table();
    table.hello(1, &["a"]);
    assert_eq!(told(table.hello(2, &["a"])), ["1: a 2+"]);
    assert_eq!(events(table.hello(3, &["a"])), [""; 0]);
    assert_eq!(events(presence(&mut table, 2, "away")), [""; 0]);
    assert_eq!(events(presence(&mut table, 3, "xa")), [""; 0]);
    assert_eq!(events(presence(&mut table, 3, "dnd")), [""; 0]);
    assert_eq!(events(table.wait(WINDOW - Duration::from_millis(1))), [""; 0]);
    insta::assert_snapshot!(table.wait(Duration::from_millis(1)).join("\n"));
    // It goes on gathering, until there was nothing.
    assert_eq!(events(presence(&mut table, 1, "away")), [""; 0]);
    assert_eq!(told(table.wait(WINDOW)), ["2: a 1+", "3: a 1+"]);
    assert_eq!(events(table.wait(WINDOW)), [""; 0]);
    assert_eq!(table.core.next_deadline(), None);
    assert_eq!(told(presence(&mut table, 1, "chat")), ["2: a 1+", "3: a 1+"]);
}

#[test]
fn small_rooms_and_a_window_of_nothing_gather_nothing() {
    for window in [Duration::ZERO, WINDOW] {
        let mut table = Table::with(|config| {
            config.room_gather_threshold = if window.is_zero() { 0 } else { 2 };
            config.room_gather_window = window;
        });
        table.hello(1, &["a"]);
        assert_eq!(told(table.hello(2, &["a"])), ["1: a 2+"]);
        assert_eq!(told(presence(&mut table, 2, "away")), ["1: a 2+"]);
        assert_eq!(told(table.leave(2, &["a"])), ["1: a 2-"]);
    }
}

#[test]
fn who_came_and_left_is_not_named() {
    let mut table = table();
    table.hello(1, &["a"]);
    table.hello(2, &["a"]);
    table.hello(3, &["a"]);
    table.close(3);
    assert_eq!(events(table.wait(WINDOW)), [""; 0]);
    table.hello(4, &["a"]);
    table.hello(5, &["a"]);
    // 5 knows 4 from its list, 1 and 2 do not.
    table.close(4);
    assert_eq!(told(table.wait(WINDOW)), ["5: a 4-", "1: a 5+", "2: a 5+"]);
}

#[test]
fn who_left_and_comes_again_is_told_of_twice() {
    let mut table = table();
    for conn in 1..=3 {
        table.hello(conn, &["a"]);
    }
    table.wait(WINDOW);
    assert_eq!(events(table.leave(2, &["a"])), [""; 0]);
    assert_eq!(told(table.join(2, &["a"])), ["1: a 2-", "3: a 2-"]);
    assert_eq!(told(table.wait(WINDOW)), ["1: a 2+", "3: a 2+"]);
}

#[test]
fn nothing_overtakes_what_is_gathered_about_its_sender() {
    let mut table = table();
    for conn in 1..=3 {
        table.hello(conn, &["a"]);
    }
    let offer =
        r#"{"msgType":"offer","targetEasyrtcid":"$1","msgData":{"type":"offer","sdp":"v=0"}}"#;
    assert_eq!(told(table.cmd(3, offer)), ["1: a 3+", "1: offer"]);
    assert_eq!(told(table.cmd(3, offer)), ["1: offer"], "it is known now");
    assert_eq!(told(table.cmd(2, offer)), ["1: offer"], "there is nothing about it");
    let message = r#"{"msgType":"m","targetRoom":"a"}"#;
    assert_eq!(told(table.msg(3, message)), ["2: a 3+", "1: m", "2: m"]);
    assert_eq!(told(presence(&mut table, 3, "away")), [""; 0]);
    assert_eq!(told(table.leave(3, &["a"])), [""; 0]);
    assert_eq!(told(table.cmd(3, offer)), ["1: a 3-", "1: offer"]);
    assert_eq!(told(table.wait(WINDOW)), ["2: a 3-"]);
}

#[test]
fn a_list_comes_after_what_is_gathered() {
    let mut table = table();
    for conn in 1..=3 {
        table.hello(conn, &["a"]);
    }
    let lines = table.join(1, &["b"]);
    assert!(lines[0].starts_with("1 << ") && lines[1].starts_with("1 <- "), "{lines:?}");
    assert_eq!(told(table.wait(WINDOW)), ["2: a 3+"]);
}

#[test]
fn that_fields_were_cleared_is_not_lost() {
    let mut table = table();
    table.hello(1, &["a"]);
    table.hello(2, &["a"]);
    let set = |field: &str| {
        let set = format!(r#"{{"roomName":"a","field":{field}}}"#);
        format!(r#"{{"msgType":"setRoomApiField","msgData":{{"setRoomApiField":{set}}}}}"#)
    };
    table.cmd(2, &set(r#"{"x":{"fieldName":"x","fieldValue":1}}"#));
    table.wait(WINDOW);
    table.cmd(2, &set("{}"));
    presence(&mut table, 2, "away");
    insta::assert_snapshot!(table.wait(WINDOW).join("\n"));
}

#[test]
fn a_login_is_one_delta_and_one_for_each_room_that_gathers() {
    let mut table = table();
    for conn in 1..=2 {
        table.hello(conn, &["a", "b", "c"]);
    }
    table.wait(WINDOW);
    table.wait(WINDOW);
    table.leave(2, &["a"]);
    assert_eq!(told(table.hello(3, &["a", "b", "c"])), ["1: a 3+ b 3+ c 3+", "2: b 3+ c 3+"]);
    assert_eq!(told(table.hello(4, &["a", "b", "d"])), [""; 0]);
    assert_eq!(told(table.wait(WINDOW)), ["1: a 4+", "3: a 4+", "1: b 4+", "2: b 4+", "3: b 4+"]);
}

#[test]
fn who_logs_in_again_is_told_everything_by_the_token() {
    let mut table = table();
    for conn in 1..=3 {
        table.hello(conn, &["a"]);
    }
    table.auth(1, &crate::harness::join(&["a"]));
    assert_eq!(told(table.wait(WINDOW)), ["3: a 1+", "2: a 1+ 3+"]);
}

#[test]
fn as_many_changes_as_the_limit_go_out_before_their_time() {
    let mut table = Table::with(|config| {
        config.room_gather_threshold = 1;
        config.limits.gathered_changes = 3;
    });
    for conn in 1..=4 {
        table.hello(conn, &["a"]);
    }
    let told_early = told(table.hello(5, &["a"]));
    assert_eq!(told_early, ["3: a 4+ 5+", "4: a 5+", "1: a 3+ 4+ 5+", "2: a 3+ 4+ 5+"]);
    assert_eq!(told(presence(&mut table, 5, "away")), [""; 0], "the time is not over");
    assert_eq!(told(table.wait(WINDOW)).len(), 4);
}

#[test]
fn what_is_gathered_is_forgotten_with_the_last_member() {
    let mut table = table();
    let digest = table.core.digest();
    for conn in 1..=3 {
        table.hello(conn, &["default"]);
    }
    for conn in 1..=3 {
        table.close(conn);
    }
    assert_eq!((table.core.next_deadline(), table.core.digest()), (None, digest));
    table.hello(4, &["a"]);
    table.hello(5, &["a"]);
    table.hello(6, &["a"]);
    let lines = table.admin(AdminCommand::Shutdown);
    assert!(!lines.iter().any(|line| line.contains("roomData")), "{lines:?}");
    assert_eq!(table.core.next_deadline(), None);
}
