//! Tables of frames, and of what is none.

use proptest::prelude::*;

use super::*;

const TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAA";

fn event(text: &str) -> Result<(ClientEvent, Option<u64>, &str), Violation> {
    match ClientFrame::parse(text)? {
        ClientFrame::Event(event) => Ok((event.event, event.id, event.message.text())),
        other @ (ClientFrame::Received(_) | ClientFrame::Resume(_)) => panic!("{other:?}"),
    }
}

#[test]
fn events() {
    use ClientEvent::{Auth, Cmd, Msg};
    for (text, expected) in [
        (r#"{"event":"easyrtcCmd","id":7,"message":{"a": 1}}"#, (Cmd, Some(7), r#"{"a": 1}"#)),
        (r#"{"message":[],"id":0,"event":"easyrtcMsg"}"#, (Msg, Some(0), "[]")),
        (r#"{"event":"easyrtcAuth","message":null}"#, (Auth, None, "null")),
        (
            r#"{"event":"easyrtcMsg","id":9007199254740991,"message":1}"#,
            (Msg, Some(MAX_INTEGER), "1"),
        ),
        (
            r#"{"event":"x","id":1,"event":"easyrtcMsg","id":2,"message":1,"message":2}"#,
            (Msg, Some(2), "2"),
        ),
        (r#" {"more":{"event":1},"event":"easyrtc\u0043md","message":""} "#, (Cmd, None, "\"\"")),
        (r#"{"event":"easyrtcCmd","message":1,"received":"x","resume":2}"#, (Cmd, None, "1")),
    ] {
        assert_eq!(event(text), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_event() {
    for (text, expected) in [
        ("", Violation::NoObject),
        ("7", Violation::NoObject),
        ("[]", Violation::NoObject),
        ("null", Violation::NoObject),
        (r#"{"event":"easyrtcCmd","message":{}"#, Violation::NoObject),
        (r#"{"event":"easyrtcCmd","message":{},}"#, Violation::NoObject),
        ("{\"event\":\"easyrtcCmd\",\"message\":\"\u{1}\"}", Violation::NoObject),
        ("{}", Violation::UnknownFrame),
        (r#"{"ack":1,"message":{}}"#, Violation::UnknownFrame),
        (r#"{"Event":"easyrtcCmd","message":{}}"#, Violation::UnknownFrame),
        (r#"{"event":"welcome","message":{}}"#, Violation::UnknownEvent),
        (r#"{"event":"easyrtccmd","message":{}}"#, Violation::UnknownEvent),
        (r#"{"event":null,"message":{}}"#, Violation::UnknownEvent),
        (r#"{"event":["easyrtcCmd"],"message":{}}"#, Violation::UnknownEvent),
        (r#"{"event":"easyrtcCmd"}"#, Violation::NoMessage),
        (r#"{"event":"easyrtcCmd","id":1}"#, Violation::NoMessage),
    ] {
        assert_eq!(event(text), Err(expected), "{text}");
    }
    for id in ["-1", "1.0", "1e3", "\"1\"", "null", "true", "{}", "9007199254740992", "1e999"] {
        let text = format!(r#"{{"event":"easyrtcCmd","id":{id},"message":{{}}}}"#);
        assert_eq!(event(&text), Err(Violation::Id), "{id}");
    }
}

#[test]
fn what_was_received() {
    for (text, expected) in [
        (r#"{"received":0}"#, Some(0)),
        (r#"{"x":1, "received" : 12 }"#, Some(12)),
        (r#"{"received":-1}"#, None),
        (r#"{"received":"1"}"#, None),
        (r#"{"received":null}"#, None),
    ] {
        let count = match ClientFrame::parse(text) {
            Ok(ClientFrame::Received(count)) => Some(count),
            Err(Violation::Received) => None,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(count, expected, "{text}");
    }
}

#[test]
fn which_session() {
    let token = RandomId::parse(TOKEN);
    for (resume, expected) in [
        (format!(r#"{{"token":"{TOKEN}","received":7}}"#), Some((token, 7))),
        (format!(r#"{{"received":7,"token":"{TOKEN}","x":[]}}"#), Some((token, 7))),
        (r#"{"token":null}"#.to_owned(), Some((None, 0))),
        ("{}".to_owned(), Some((None, 0))),
        (r#"{"token":"","received":1}"#.to_owned(), Some((None, 1))),
        (r#"{"token":"nothing of ours","received":1}"#.to_owned(), Some((None, 1))),
        ("null".to_owned(), None),
        ("[]".to_owned(), None),
        (r#"{"token":1,"received":1}"#.to_owned(), None),
        (format!(r#"{{"token":"{TOKEN}","received":-1}}"#), None),
    ] {
        let text = format!(r#"{{"resume":{resume}}}"#);
        let parsed = match ClientFrame::parse(&text) {
            Ok(ClientFrame::Resume(resume)) => Some((resume.token, resume.received)),
            Err(Violation::Resume) => None,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(parsed, expected, "{text}");
    }
}

proptest! {
    #[test]
    fn never_panics(text in r#"\{?("[a-z]{0,8}":)?[,\[\]{}":0-9a-f.\\-]*\}?"#) {
        let _ = ClientFrame::parse(&text);
    }

    #[test]
    fn the_message_stays_as_it_is(text in ".*", id in 0..=MAX_INTEGER, first in any::<bool>()) {
        let message = serde_json::to_string(&text).unwrap();
        let frame = if first {
            format!(r#"{{"message":{message},"event":"easyrtcMsg","id":{id}}}"#)
        } else {
            format!(r#"{{"id":{id},"event":"easyrtcMsg","message":{message}}}"#)
        };
        prop_assert_eq!(event(&frame), Ok((ClientEvent::Msg, Some(id), message.as_str())));
    }
}
