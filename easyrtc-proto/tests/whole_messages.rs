//! A message of each kind with all that it can have: decoded and encoded, it is the same text.

#![allow(clippy::unwrap_used, reason = "tests")]

use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeErrorKind, DecodeLimits};
use serde_json::value::RawValue;

const AUTHENTICATE: &str = r#"{"msgType":"authenticate","msgData":{"apiVersion":"1.1.1","applicationName":"app","easyrtcsid":"sid","username":"ada","credential":{"password":"x"},"roomJoin":{"a":{"roomName":"a","roomParameter":{"key":1}},"b":{"roomName":"b"}},"setPresence":{"show":"away","status":"lunch","type":[1]},"setUserCfg":{"p2pList":{"x":1},"userSettings":{"one":1,"two":null},"apiField":{"f":{"fieldName":"f","fieldValue":{"v":1}}}}}}"#;

const COMMANDS: [&str; 15] = [
    r#"{"msgType":"candidate","targetEasyrtcid":"bob","msgData":{"candidate":"x"}}"#,
    r#"{"msgType":"offer","targetEasyrtcid":"bob","msgData":{"sdp":"x"}}"#,
    r#"{"msgType":"answer","targetEasyrtcid":"bob","msgData":{"sdp":"x"}}"#,
    r#"{"msgType":"reject","targetEasyrtcid":"bob"}"#,
    r#"{"msgType":"hangup","targetEasyrtcid":"bob"}"#,
    r#"{"msgType":"getIceConfig"}"#,
    r#"{"msgType":"getRoomList"}"#,
    r#"{"msgType":"stillAlive"}"#,
    r#"{"msgType":"roomJoin","msgData":{"roomJoin":{"a":{"roomName":"a","roomParameter":[1]},"b":{"roomName":"b"}}}}"#,
    r#"{"msgType":"roomLeave","msgData":{"roomLeave":{"a":{"roomName":"a"},"b":{"roomName":"b"}}}}"#,
    r#"{"msgType":"setPresence","msgData":{"setPresence":{"show":"dnd","status":"","type":{"_placeholder":true,"num":0}}}}"#,
    r#"{"msgType":"setRoomApiField","msgData":{"setRoomApiField":{"roomName":"a","field":{"f":{"fieldName":"f","fieldValue":1}}}}}"#,
    r#"{"msgType":"setRoomApiField","msgData":{"setRoomApiField":{"roomName":"a","field":{}}}}"#,
    r#"{"msgType":"setUserCfg","msgData":{"setUserCfg":{"p2pList":{},"userSettings":{"one":{"_placeholder":true,"num":0},"two":null},"apiField":{"f":{"fieldName":"f","fieldValue":null}}}}}"#,
    r#"{"msgType":"setUserCfg","msgData":{"setUserCfg":{"userSettings":{},"apiField":{}}}}"#,
];

const CUSTOM: [&str; 3] = [
    r#"{"msgType":"chat","targetEasyrtcid":"bob","targetGroup":"red","targetRoom":"a","msgData":{"_placeholder":true,"num":0}}"#,
    r#"{"msgType":"","msgData":null}"#,
    r#"{"msgType":"chat"}"#,
];

fn decoded(event: ClientEvent, text: &str, packet: &Attachments) -> ClientMessage {
    let raw: &RawValue = serde_json::from_str(text).unwrap();
    ClientMessage::decode(event, raw, packet, &DecodeLimits::default()).unwrap()
}

fn all() -> impl Iterator<Item = (ClientEvent, &'static str)> {
    let commands = COMMANDS.into_iter().map(|text| (ClientEvent::Cmd, text));
    let custom = CUSTOM.into_iter().map(|text| (ClientEvent::Msg, text));
    [(ClientEvent::Auth, AUTHENTICATE)].into_iter().chain(commands).chain(custom)
}

#[test]
fn what_was_decoded_is_encoded_as_it_was() {
    for (event, text) in all() {
        // Plain packets: a placeholder in them is an ordinary object.
        assert_eq!(decoded(event, text, &Attachments::none()).encode(), text);
    }
}

#[test]
fn an_attachment_that_nothing_names_changes_nothing() {
    let packet = Attachments::new(vec!["bytes".into()]);
    for (event, text) in all().filter(|(_, text)| !text.contains("_placeholder")) {
        assert_eq!(decoded(event, text, &packet).encode(), text);
    }
}

#[test]
fn what_is_kept_holds_no_attachment() {
    let packet = Attachments::new(vec!["bytes".into()]);
    for text in COMMANDS.iter().filter(|text| text.contains("_placeholder")) {
        let raw: &RawValue = serde_json::from_str(text).unwrap();
        let limits = DecodeLimits::default();
        let error = ClientMessage::decode(ClientEvent::Cmd, raw, &packet, &limits).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::Binary, "{text}");
    }
}

#[test]
fn events_have_their_names() {
    for event in ClientEvent::ALL {
        assert_eq!(ClientEvent::from_name(event.name()), Some(event));
    }
    assert_eq!(ClientEvent::from_name("easyrtcauth"), None);
}

#[test]
fn a_message_without_a_target_is_for_the_server() {
    for (target, none) in [
        ("", true),
        (r#","targetEasyrtcid":"a""#, false),
        (r#","targetGroup":"a""#, false),
        (r#","targetRoom":"a""#, false),
    ] {
        let text = format!(r#"{{"msgType":"m"{target}}}"#);
        let message = decoded(ClientEvent::Msg, &text, &Attachments::none());
        let found = matches!(&message, ClientMessage::Custom(m) if m.target.is_none());
        assert_eq!(found, none, "{text}");
    }
}
