use std::time::Duration;

use easyrtc_proto::ClientEvent;

use crate::harness::{Table, join};

#[test]
fn what_happens_is_noticed_once() {
    let mut table = Table::new();
    let mut seen = Vec::new();
    let mut note = |what: &str, table: &mut Table| {
        seen.push(format!("{what}:\n{}", table.notices()));
    };
    table.hello(1, &["a"]);
    note("the first comes to a new room", &mut table);
    table.hello(2, &["a"]);
    note("another comes to it", &mut table);
    table.join(2, &["a", "b"]);
    note("and goes on to a new one, and where it is", &mut table);
    table.cmd(1, r#"{"msgType":"hangup","targetEasyrtcid":"nobody"}"#);
    note("a message is refused", &mut table);
    table.say_with(1, None, ClientEvent::Cmd, r#"{"msgType":"stillAlive"}"#);
    note("a message wants no answer", &mut table);
    table.leave(2, &["b", "a"]);
    note("two rooms are left", &mut table);
    table.close(1);
    note("the first is gone", &mut table);
    table.wait(Duration::from_secs(60));
    note("a minute later", &mut table);
    insta::assert_snapshot!(seen.join("\n\n"));
}

#[test]
fn notices_tell_who_it_is_about() {
    let mut table = Table::new();
    table.open_from(1, "192.0.2.7");
    let more = |more: &str| format!(r#","username":"ada","easyrtcsid":"sid"{more}"#);
    table.auth(1, &more(&join(&["a", "b"])));
    table.auth(1, &more(&join(&["b"])));
    table.msg(1, r#"{"msgType":"vote","msgData":{"for":"nobody"}}"#);
    table.open(2);
    table.cmd(2, r#"{"msgType":"getRoomList"}"#);
    table.close(2);
    table.close(1);
    insta::assert_snapshot!(table.notices());
}
