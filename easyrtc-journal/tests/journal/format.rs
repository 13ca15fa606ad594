//! The format, word for word: a change of it needs a new version.

use easyrtc_proto::ClientEvent;
use easyrtc_state::{CloseReason, Config, Input};

use super::support::{LOGIN, Recorded};

#[test]
fn lines_are_as_documented() {
    let mut recorded = Recorded::new(Config::default());
    let conn = recorded.open_any();
    recorded.say(conn, ClientEvent::Auth, LOGIN);
    recorded.say(conn, ClientEvent::Cmd, "{}");
    recorded.feed(Input::Closed { conn, reason: CloseReason::ClientLeft });
    let journal = recorded.finish();
    let (header, steps) = journal.split_once('\n').unwrap();
    let expected = "{\"easyrtcJournal\":3,\"server\":\"0.0.0\",\"protocol\":\"2026-11-22\",\
                    \"config\":{\"app_default_name\":\"default\",";
    assert!(header.starts_with(expected), "{header}");
    let meta = r#"{"transport":"SocketIo","peer":null,"origin":null,"user_agent":null,"cookie":null,"authorization":null,"query":null}"#;
    let bytes = LOGIN.len();
    let expected = [
        format!(
            r#"{{"step":{{"number":1,"mono":1500001,"time":1764500000002,"input":{{"opened":{{"conn":0,"meta":{meta}}}}},"drawn":[],"effects":[{{"notice":{{"Connected":{{"conn":0,"transport":"SocketIo","peer":null}}}}}}]}}}}"#
        ),
        format!(
            r#"{{"step":{{"number":2,"mono":3000002,"time":1764500000004,"input":{{"message":{{"conn":0,"ack":1,"event":"easyrtcAuth","message":{LOGIN},"attachments":[],"bytes":{bytes}}}}},"drawn":[],"effects":[{{"ask":{{"ask":0,"question":{{"login":{{"conn":0,"app":"default","username":null,"credential":null,"easyrtcsid":null,"rooms":{{"default":null}},"is_in":[],"meta":{meta}}}}}}}}}]}}}}"#
        ),
        r#"{"step":{"number":3,"mono":4500003,"time":1764500000006,"input":{"malformed":{"conn":0,"ack":1,"event":"easyrtcCmd","path":"msgType","kind":"MsgType","bytes":2}},"drawn":[],"effects":[]}}"#.to_owned(),
        r#"{"step":{"number":4,"mono":6000004,"time":1764500000008,"input":{"closed":{"conn":0,"reason":"ClientLeft"}},"drawn":[],"effects":[{"notice":{"Disconnected":{"conn":0,"easyrtcid":null,"app":null,"username":null,"reason":"ClientLeft"}}}]}}"#.to_owned(),
        r#"{"end":4}"#.to_owned(),
    ];
    assert_eq!(steps.lines().collect::<Vec<_>>(), expected);
}
