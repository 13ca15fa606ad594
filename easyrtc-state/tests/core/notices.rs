use std::time::Duration;

use easyrtc_proto::ClientEvent;

use crate::harness::Table;

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
