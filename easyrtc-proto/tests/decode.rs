//! What clients send, and what it is taken for: tables of texts and outcomes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeError, DecodeLimits};
use serde_json::value::RawValue;

fn decode_with(
    event: ClientEvent,
    text: &str,
    packet: &Attachments,
    limits: &DecodeLimits,
) -> Result<ClientMessage, DecodeError> {
    let raw: &RawValue = serde_json::from_str(text).expect("valid JSON");
    ClientMessage::decode(event, raw, packet, limits)
}

fn code(event: ClientEvent, text: &str) -> String {
    let limits = DecodeLimits::default();
    match decode_with(event, text, &Attachments::none(), &limits) {
        Ok(_) => "ok".into(),
        Err(error) => error.code().name().into(),
    }
}

fn auth(data: &str) -> String {
    let text = format!(r#"{{"msgType":"authenticate","msgData":{{"apiVersion":"1.0"{data}}}}}"#);
    code(ClientEvent::Auth, &text)
}

fn cmd(rest: &str) -> String {
    code(ClientEvent::Cmd, &format!("{{{rest}}}"))
}

#[test]
fn a_login_is_checked_in_the_original_order() {
    for (text, expected) in [
        ("null", "LOGIN_BAD_AUTH"),
        ("42", "LOGIN_BAD_AUTH"),
        ("[]", "LOGIN_BAD_AUTH"),
        ("{}", "LOGIN_BAD_AUTH"),
        (r#"{"msgType":"Authenticate","msgData":{}}"#, "LOGIN_BAD_AUTH"),
        (r#"{"msgType":"authenticate"}"#, "LOGIN_BAD_STRUCTURE"),
        (r#"{"msgType":"authenticate","msgData":null}"#, "LOGIN_BAD_STRUCTURE"),
        (r#"{"msgType":"authenticate","msgData":[]}"#, "LOGIN_BAD_STRUCTURE"),
        (r#"{"msgType":"authenticate","msgData":{"apiVersion":1}}"#, "LOGIN_BAD_STRUCTURE"),
        (
            r#"{"msgType":"authenticate","msgData":{"apiVersion":"a b","roomJoin":1}}"#,
            "LOGIN_BAD_STRUCTURE",
        ),
        (
            r#"{"msgType":"authenticate","msgData":{"apiVersion":"a b"}}"#,
            "MSG_REJECT_BAD_STRUCTURE",
        ),
    ] {
        assert_eq!(code(ClientEvent::Auth, text), expected, "{text}");
    }
}

#[test]
fn the_parts_of_a_login() {
    for (data, expected) in [
        ("", "ok"),
        (r#","applicationName":"constructor""#, "ok"),
        (r#","applicationName":"a/b""#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","applicationName":null"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","easyrtcsid":"s%3A.a_-""#, "ok"),
        (r#","easyrtcsid":"s:a""#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","username":"a\ud83d""#, "ok"),
        (r#","username":"""#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","username":"a\n""#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","username":null"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","credential":{"a":1}"#, "ok"),
        (r#","credential":[1]"#, "ok"),
        (r#","credential":{}"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","credential":"x""#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","roomJoin":{}"#, "ok"),
        (r#","roomJoin":[]"#, "ok"),
        (r#","roomJoin":null"#, "LOGIN_BAD_STRUCTURE"),
        (r#","roomJoin":{"a":{"roomName":"a","roomStatus":"join"}}"#, "ok"),
        (r#","roomJoin":{"a":{"roomName":"b"}}"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","roomJoin":{"a b":{"roomName":"a b"}}"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","roomJoin":{"a":null}"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","roomJoin":{"a":{"roomName":"a","roomParameter":1}}"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","setPresence":{"show":"dnd"}"#, "ok"),
        (r#","setPresence":{}"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","setPresence":{"show":"online"}"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#","setUserCfg":null"#, "ok"),
        (r#","setUserCfg":{"apiField":{"x":5},"p2pList":7}"#, "ok"),
        (r#","unknown":{"a":[1]}"#, "ok"),
    ] {
        assert_eq!(auth(data), expected, "{data}");
    }
}

#[test]
fn commands_are_checked_in_the_original_order() {
    for (rest, expected) in [
        ("", "MSG_REJECT_BAD_TYPE"),
        (r#""msgType":{"toString":1}"#, "MSG_REJECT_BAD_TYPE"),
        (r#""msgType":"stillAlive","msgData":7"#, "ok"),
        (r#""msgType":"frobnicate""#, "ok"),
        (r#""msgType":"offer","targetEasyrtcid":"a","msgData":{"sdp":1}"#, "ok"),
        (r#""msgType":"offer","targetEasyrtcid":"a","msgData":[1]"#, "ok"),
        (r#""msgType":"offer","targetEasyrtcid":7,"msgData":{}"#, "MSG_REJECT_BAD_DATA"),
        (r#""msgType":"offer","targetEasyrtcid":7,"msgData":{"a":1}"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#""msgType":"hangup","targetEasyrtcid":"a""#, "ok"),
        (r#""msgType":"hangup","targetEasyrtcid":"a","msgData":null"#, "MSG_REJECT_BAD_DATA"),
        (r#""msgType":"hangup","targetEasyrtcid":"a","msgData":{"a":1}"#, "MSG_REJECT_BAD_DATA"),
        (r#""msgType":"reject""#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#""msgType":"getIceConfig""#, "ok"),
        (r#""msgType":"getIceConfig","msgData":{}"#, "ok"),
        (r#""msgType":"getIceConfig","msgData":0"#, "ok"),
        (r#""msgType":"getIceConfig","msgData":"x""#, "MSG_REJECT_BAD_DATA"),
        (r#""msgType":"getRoomList""#, "ok"),
        (r#""msgType":"getRoomList","msgData":null"#, "MSG_REJECT_BAD_DATA"),
        (r#""msgType":"roomJoin""#, "MSG_REJECT_BAD_DATA"),
        (r#""msgType":"roomJoin","msgData":[]"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#""msgType":"roomJoin","msgData":{"roomJoin":{}}"#, "MSG_REJECT_BAD_STRUCTURE"),
        (
            r#""msgType":"roomJoin","msgData":{"roomJoin":{"a":{"roomName":"a","roomParameter":1}}}"#,
            "ok",
        ),
        (r#""msgType":"roomLeave","msgData":{"roomLeave":{}}"#, "ok"),
        (r#""msgType":"roomLeave","msgData":{"roomLeave":{"a":{}}}"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#""msgType":"setPresence","msgData":{"setPresence":{"mood":1}}"#, "ok"),
        (
            r#""msgType":"setPresence","msgData":{"setPresence":{"status":null}}"#,
            "MSG_REJECT_BAD_STRUCTURE",
        ),
        (r#""msgType":"setUserCfg","msgData":null"#, "MSG_REJECT_BAD_DATA"),
        (r#""msgType":"setUserCfg","msgData":{}"#, "MSG_REJECT_BAD_STRUCTURE"),
        (r#""msgType":"setUserCfg","msgData":{"setUserCfg":{}}"#, "ok"),
        (
            r#""msgType":"setUserCfg","msgData":{"setUserCfg":{"apiField":null}}"#,
            "MSG_REJECT_BAD_STRUCTURE",
        ),
        (
            r#""msgType":"setUserCfg","msgData":{"setUserCfg":{"p2pList":1}}"#,
            "MSG_REJECT_BAD_STRUCTURE",
        ),
        (
            r#""msgType":"setUserCfg","msgData":{"setUserCfg":{"apiField":{"x":5}}}"#,
            "MSG_REJECT_BAD_FIELD",
        ),
        (r#""msgType":"setUserCfg","msgData":{"setUserCfg":{"apiField":{"x":null}}}"#, "ok"),
    ] {
        assert_eq!(cmd(rest), expected, "{rest}");
    }
}

#[test]
fn fields_of_a_room() {
    let field = |field: &str| {
        let request = format!(r#"{{"setRoomApiField":{{"roomName":"a","field":{field}}}}}"#);
        cmd(&format!(r#""msgType":"setRoomApiField","msgData":{request}"#))
    };
    let sized = |units: usize| {
        let shell = r#"{"f":{"fieldName":"f","fieldValue":""}}"#.len();
        format!(r#"{{"f":{{"fieldName":"f","fieldValue":"{}"}}}}"#, "x".repeat(units - shell))
    };
    for (map, expected) in [
        (r#"{"a":{"fieldName":"a","fieldValue":[1]}}"#.into(), "ok"),
        (r#"{"\u0061":{"fieldName":"a","fieldValue":1}}"#.into(), "ok"),
        ("{}".into(), "ok"),
        ("[]".into(), "ok"),
        ("[1]".into(), "MSG_REJECT_BAD_FIELD"),
        ("null".into(), "MSG_REJECT_BAD_STRUCTURE"),
        (r#"{"a":3}"#.into(), "MSG_REJECT_BAD_FIELD"),
        (r#"{"a":null}"#.into(), "MSG_REJECT_BAD_FIELD"),
        (r#"{"a":{"fieldName":"a"}}"#.into(), "MSG_REJECT_BAD_FIELD"),
        (r#"{"a":{"fieldName":"b","fieldValue":1}}"#.into(), "MSG_REJECT_BAD_FIELD"),
        (r#"{"a\n":{"fieldName":"a\n","fieldValue":1}}"#.into(), "MSG_REJECT_BAD_FIELD"),
        (r#"{"":{"fieldName":"","fieldValue":1}}"#.into(), "MSG_REJECT_BAD_FIELD"),
        (sized(4095), "ok"),
        (sized(4096), "MSG_REJECT_BAD_SIZE"),
    ] {
        assert_eq!(field(&map), expected, "{map}");
    }
}

#[test]
fn messages_of_the_application() {
    for (text, expected) in [
        ("null", "MSG_REJECT_BAD_STRUCTURE"),
        ("[]", "MSG_REJECT_BAD_TYPE"),
        (r#"{"msgType":5,"targetEasyrtcid":5}"#, "MSG_REJECT_BAD_TYPE"),
        (r#"{"msgType":"","msgData":null}"#, "ok"),
        (r#"{"msgType":"\ud83d"}"#, "ok"),
        (r#"{"msgType":"m","targetEasyrtcid":5,"targetGroup":5}"#, "MSG_REJECT_TARGET_EASYRTCID"),
        (r#"{"msgType":"m","targetEasyrtcid":"a","targetGroup":5}"#, "MSG_REJECT_TARGET_GROUP"),
        (r#"{"msgType":"m","targetRoom":""}"#, "MSG_REJECT_TARGET_ROOM"),
        (r#"{"msgType":"m","half\udc00":1,"targetRoom":"a"}"#, "ok"),
    ] {
        assert_eq!(code(ClientEvent::Msg, text), expected, "{text}");
    }
}

#[test]
fn depth_is_checked_before_all_else() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    for (event, text, expected) in [
        (ClientEvent::Msg, format!(r#"{{"msgType":"m","msgData":{}}}"#, deep(1023)), "ok"),
        (
            ClientEvent::Msg,
            format!(r#"{{"msgType":"m","msgData":{}}}"#, deep(1024)),
            "MSG_REJECT_BAD_SIZE",
        ),
        (ClientEvent::Msg, format!(r#"{{"msgType":{}}}"#, deep(9000)), "MSG_REJECT_BAD_SIZE"),
        (ClientEvent::Auth, deep(200_000), "MSG_REJECT_BAD_SIZE"),
    ] {
        assert_eq!(code(event, &text), expected);
    }
}

#[test]
fn what_is_kept_is_bounded() {
    let big = |bytes: usize| format!("\"{}\"", "x".repeat(bytes));
    let cfg = |part: &str| {
        cmd(&format!(r#""msgType":"setUserCfg","msgData":{{"setUserCfg":{{{part}}}}}"#))
    };
    assert_eq!(cfg(&format!(r#""p2pList":{{"a":{}}}"#, big(65_600))), "MSG_REJECT_BAD_SIZE");
    assert_eq!(cfg(&format!(r#""userSettings":{{"a":{}}}"#, big(16_400))), "MSG_REJECT_BAD_SIZE");
    assert_eq!(auth(&format!(r#","credential":{{"a":{}}}"#, big(65_600))), "MSG_REJECT_BAD_SIZE");
    let kind = format!(r#"{{"type":{}}}"#, big(1025));
    let presence = format!(r#""msgType":"setPresence","msgData":{{"setPresence":{kind}}}"#);
    assert_eq!(cmd(&presence), "MSG_REJECT_BAD_SIZE");
    // At login only the credential refuses; the rest is left out.
    assert_eq!(auth(&format!(r#","setPresence":{kind}"#)), "ok");
    let parameter =
        format!(r#"{{"a":{{"roomName":"a","roomParameter":{{"p":{}}}}}}}"#, big(16_400));
    assert_eq!(auth(&format!(r#","roomJoin":{parameter}"#)), "ok");
    let join = format!(r#""msgType":"roomJoin","msgData":{{"roomJoin":{parameter}}}"#);
    assert_eq!(cmd(&join), "MSG_REJECT_BAD_SIZE");
}

#[test]
fn binary_data_is_taken_only_where_it_is_passed_on() {
    let packet = Attachments::new(vec!["data".into()]);
    let limits = DecodeLimits::default();
    let p = r#"{"_placeholder":true,"num":0}"#;
    let code = |event, text: &str| match decode_with(event, text, &packet, &limits) {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.code().name().to_owned(),
    };
    let cmd = |rest: String| code(ClientEvent::Cmd, &format!("{{{rest}}}"));
    let data = |name: &str, value: String| format!(r#""msgType":"{name}","msgData":{value}"#);
    let to = r#","targetEasyrtcid":"a""#;
    assert_eq!(code(ClientEvent::Msg, &format!(r#"{{"msgType":"m","msgData":{p}}}"#)), "ok");
    assert_eq!(code(ClientEvent::Msg, &format!(r#"{{"msgType":{p}}}"#)), "MSG_REJECT_BAD_TYPE");
    assert_eq!(cmd(data("offer", format!(r#"{{"sdp":{p}}}{to}"#))), "ok");
    assert_eq!(cmd(data("offer", format!("{p}{to}"))), "ok");
    assert_eq!(cmd(data("setPresence", p.into())), "MSG_REJECT_BAD_DATA");
    assert_eq!(
        cmd(data("setPresence", format!(r#"{{"setPresence":{p}}}"#))),
        "MSG_REJECT_BAD_STRUCTURE"
    );
    assert_eq!(
        cmd(data("setPresence", format!(r#"{{"setPresence":{{"type":[{p}]}}}}"#))),
        "MSG_REJECT_BAD_DATA"
    );
    let field = format!(r#"{{"a":{{"fieldName":"a","fieldValue":{p}}}}}"#);
    let request = format!(r#"{{"setRoomApiField":{{"roomName":"a","field":{field}}}}}"#);
    assert_eq!(cmd(data("setRoomApiField", request)), "MSG_REJECT_BAD_DATA");
    let cfg = format!(r#"{{"setUserCfg":{{"userSettings":{{"a":{p}}}}}}}"#);
    assert_eq!(cmd(data("setUserCfg", cfg)), "MSG_REJECT_BAD_DATA");
    let login = format!(
        r#"{{"msgType":"authenticate","msgData":{{"apiVersion":"1","credential":{{"a":{p}}}}}}}"#
    );
    assert_eq!(code(ClientEvent::Auth, &login), "MSG_REJECT_BAD_DATA");
}

#[test]
fn of_duplicate_keys_the_last_wins() {
    let text =
        r#"{"msgType":"offer","msgType":"hangup","targetEasyrtcid":5,"targetEasyrtcid":"a"}"#;
    let limits = DecodeLimits::default();
    let message = decode_with(ClientEvent::Cmd, text, &Attachments::none(), &limits);
    assert_eq!(
        message.map(|m| m.encode()),
        Ok(r#"{"msgType":"hangup","targetEasyrtcid":"a"}"#.to_owned())
    );
}

#[test]
fn a_room_field_that_is_an_empty_string_is_removed() {
    let text = r#"{"msgType":"setRoomApiField","msgData":{"setRoomApiField":{"roomName":"a","field":{"x":{"fieldName":"x","fieldValue":""},"y":{"fieldName":"y","fieldValue":1}}}}}"#;
    let limits = DecodeLimits::default();
    let message = decode_with(ClientEvent::Cmd, text, &Attachments::none(), &limits);
    let encoded = message.map(|m| m.encode()).unwrap();
    assert!(encoded.contains(r#""y""#) && !encoded.contains(r#""x""#), "{encoded}");
}
