//! How events are written.

use easyrtc_proto::{MessageType, SessionId, Username};
use easyrtc_runtime::{CloseReason, TransportKind};
use serde_json::json;

use super::super::event::{EventKind, write};
use super::*;

/// What a backend reads of a notice.
fn written(notice: &Notice) -> Value {
    let all = EventType::ALL.into_iter().collect();
    let Some(kind) = EventKind::of(notice, all) else { return Value::Null };
    let name = kind.of_type().name();
    let event = Event { sequence: 17, time: 1, at: Instant::now(), kind };
    let mut body: Value = serde_json::from_slice(&write("i", 0, &[event])).unwrap();
    let mut event = body["events"][0].take();
    let fixed = ["id", "sequence", "time"].map(|key| event.as_object_mut().unwrap().remove(key));
    assert_eq!(fixed, [json!("i-17"), json!(17), json!(1)].map(Some));
    assert_eq!(event["type"], name);
    event
}

fn session(text: &str) -> SessionId {
    SessionId::parse(text).unwrap()
}

#[test]
fn what_happens_to_rooms() {
    let app = AppName::parse("my.app").unwrap();
    let room = RoomName::parse("Lobby").unwrap();
    let (id, easyrtcid) = ("somebody", EasyrtcId::parse("somebody").unwrap());
    let cases = [
        (
            Notice::RoomCreated { app: app.clone(), room: room.clone() },
            json!({ "type": "roomCreated", "application": "my.app", "room": "Lobby" }),
        ),
        (
            Notice::RoomJoined { easyrtcid, app: app.clone(), room: room.clone() },
            json!({ "type": "roomJoined", "application": "my.app", "room": "Lobby", "easyrtcid": id }),
        ),
        (
            Notice::RoomLeft { easyrtcid, app: app.clone(), room: room.clone() },
            json!({ "type": "roomLeft", "application": "my.app", "room": "Lobby", "easyrtcid": id }),
        ),
        (
            Notice::RoomForgotten { app, room },
            json!({ "type": "roomForgotten", "application": "my.app", "room": "Lobby" }),
        ),
    ];
    for (notice, expected) in cases {
        assert_eq!(written(&notice), expected);
    }
}

#[test]
fn what_happens_to_connections() {
    let app = AppName::parse("my.app").unwrap();
    let easyrtcid = EasyrtcId::parse("aB4dE6gH8jK0mN2p").unwrap();
    let conn = ConnId(7);
    let (id, username) = ("aB4dE6gH8jK0mN2p", Some(Username::parse("ada").unwrap()));
    let cases = [
        (
            Notice::Connected {
                conn,
                transport: TransportKind::WebSocket,
                peer: Some("::ffff:192.0.2.7".parse().unwrap()),
            },
            json!({ "type": "connected", "connection": 7, "transport": "ws", "address": "192.0.2.7" }),
        ),
        (
            Notice::Connected { conn, transport: TransportKind::SocketIo, peer: None },
            json!({ "type": "connected", "connection": 7, "transport": "socketio" }),
        ),
        (
            Notice::LoggedIn {
                conn,
                easyrtcid,
                app: app.clone(),
                username: username.clone(),
                session: Some(session("s1")),
                again: true,
            },
            json!({ "type": "authenticated", "connection": 7, "easyrtcid": id, "application": "my.app",
                    "username": "ada", "easyrtcsid": "s1", "again": true }),
        ),
        (
            Notice::Disconnected {
                conn,
                easyrtcid: Some(easyrtcid),
                app: Some(app.clone()),
                username,
                reason: CloseReason::PingTimeout,
            },
            json!({ "type": "disconnected", "connection": 7, "easyrtcid": id, "application": "my.app",
                    "username": "ada", "reason": "pingTimeout" }),
        ),
        (
            Notice::MessageToServer {
                easyrtcid,
                app,
                message_type: MessageType::parse("topic").unwrap(),
            },
            json!({ "type": "message", "application": "my.app", "easyrtcid": id, "msgType": "topic" }),
        ),
        (
            error(),
            json!({ "type": "error", "connection": 7, "event": "easyrtcAuth",
                    "errorCode": "LOGIN_BAD_AUTH" }),
        ),
        (Notice::Ignored { conn, event: ClientEvent::Cmd }, Value::Null),
    ];
    for (notice, expected) in cases {
        assert_eq!(written(&notice), expected);
    }
}

#[test]
fn what_clients_choose_is_short_and_can_be_read_by_any_parser() {
    let easyrtcid = EasyrtcId::parse("somebody").unwrap();
    let app = AppName::parse("my.app").unwrap();
    let half: MessageType = serde_json::from_str(r#""a\ud83d\u0000""#).unwrap();
    let long = MessageType::parse(&"é".repeat(100_000)).unwrap();
    for (message_type, expected) in [(half, "a\u{fffd}\u{0}".to_owned()), (long, "é".repeat(256))]
    {
        let notice = Notice::MessageToServer { easyrtcid, app: app.clone(), message_type };
        assert_eq!(written(&notice)["msgType"], expected);
    }
    let username: Username = serde_json::from_str(r#""\ude00""#).unwrap();
    let notice = Notice::LoggedIn {
        conn: ConnId(1),
        easyrtcid,
        app,
        username: Some(username),
        session: None,
        again: false,
    };
    assert_eq!(written(&notice)["username"], "\u{fffd}");
}

#[test]
fn a_batch_says_whose_it_is_and_what_is_missing() {
    let body: Value = serde_json::from_slice(&write("i", 3, &[])).unwrap();
    assert_eq!(body, json!({ "server": "i", "missed": 3, "events": [] }));
}
