//! What errors say to people.

#![allow(clippy::unwrap_used, reason = "tests")]

use easyrtc_proto::{
    Attachments, ClientEvent, ClientMessage, DecodeLimits, ErrorCode, IceServer, Payload, RoomName,
};
use serde_json::value::RawValue;

#[test]
fn errors_say_what_is_wrong_and_where() {
    let name = RoomName::parse("a/b").unwrap_err().to_string();
    assert!(name.starts_with("not a valid room name: it has to match ^"), "{name}");
    let decode = |text: &str| {
        let raw: &RawValue = serde_json::from_str(text).unwrap();
        let (packet, limits) = (Attachments::none(), DecodeLimits::default());
        let error = ClientMessage::decode(ClientEvent::Cmd, raw, &packet, &limits);
        error.unwrap_err().to_string()
    };
    assert_eq!(decode("7"), "easyrtcCmd: the message: NoObject");
    assert_eq!(decode("{}"), "easyrtcCmd: msgType: MsgType");
    for (entry, text) in [
        ("7", "an ICE server is an object"),
        ("{}", "an ICE server needs urls, a string or an array of strings"),
        (
            r#"{"url":"turn:a","username":1}"#,
            "username and credential of an ICE server are strings",
        ),
        (
            r#"{"url":"turn:a","password":"p"}"#,
            "an ICE server has no password: it is called credential",
        ),
    ] {
        assert_eq!(IceServer::parse(entry).unwrap_err().to_string(), text);
    }
}

#[test]
fn codes_and_payloads_are_shown_without_what_they_hold() {
    assert_eq!(ErrorCode::MsgRejectBadSize.to_string(), "MSG_REJECT_BAD_SIZE");
    let payload = Payload::parse("\"secret\"").unwrap();
    assert_eq!(format!("{payload:?}"), "Payload(8 bytes)");
}
