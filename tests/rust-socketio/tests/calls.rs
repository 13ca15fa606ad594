//! `rust_socketio` against the real binary.

use easyrtc_rust_socketio_tests::{Client, Server};
use serde_json::{Value, json};

fn room(name: &str) -> Value {
    json!({ name: { "roomName": name } })
}

/// What a delta says under `change` of a client in a room.
fn delta<'a>(message: &'a Value, room: &str, change: &str, easyrtcid: &str) -> &'a Value {
    &message["msgData"]["roomData"][room]["clientListDelta"][change][easyrtcid]
}

#[test]
fn two_clients_log_in_join_talk_and_leave() {
    let server = Server::start();
    let ada = Client::login(&server.url, "rust");
    let ben = Client::login(&server.url, "rust");
    ada.message("Ben's arrival", |message| {
        delta(message, "default", "updateClient", &ben.easyrtcid).is_object()
    });

    for client in [&ada, &ben] {
        let joined = client.command("roomJoin", json!({ "roomJoin": room("lounge") }));
        assert_eq!(joined["msgData"]["roomData"]["lounge"]["roomStatus"], "join", "{joined}");
    }
    ada.message("Ben in the lounge", |message| {
        delta(message, "lounge", "updateClient", &ben.easyrtcid).is_object()
    });

    let text = "é 🎉 \u{2028} \\ \"";
    let note = json!({
        "msgType": "note",
        "targetEasyrtcid": ben.easyrtcid,
        "msgData": { "text": text },
    });
    assert_eq!(ada.ask("easyrtcMsg", note)["msgType"], "ack");
    let received = ben.message("the note", |message| message["msgType"] == "note");
    assert_eq!(received["msgData"]["text"], text);
    assert_eq!(received["senderEasyrtcid"], ada.easyrtcid.as_str());

    let offer = json!({
        "msgType": "offer",
        "targetEasyrtcid": ada.easyrtcid,
        "msgData": { "type": "offer", "sdp": "v=0\r\n" },
    });
    assert_eq!(ben.ask("easyrtcCmd", offer)["msgType"], "ack");
    let received = ada.message("the offer", |message| message["msgType"] == "offer");
    assert_eq!(received["msgData"]["sdp"], "v=0\r\n");

    let left = ben.command("roomLeave", json!({ "roomLeave": room("lounge") }));
    assert_eq!(left["msgData"]["roomData"]["lounge"]["roomStatus"], "leave", "{left}");
    ada.message("Ben out of the lounge", |message| {
        !delta(message, "lounge", "removeClient", &ben.easyrtcid).is_null()
    });

    ben.disconnect();
    ada.message("Ben gone", |message| {
        !delta(message, "default", "removeClient", &ben.easyrtcid).is_null()
    });
    let rooms = ada.ask("easyrtcCmd", json!({ "msgType": "getRoomList" }));
    assert_eq!(rooms["msgData"]["roomList"]["default"]["numberClients"], 1, "{rooms}");
    assert_eq!(rooms["msgData"]["roomList"]["lounge"]["numberClients"], 1, "{rooms}");
}

#[test]
fn a_refused_login_is_answered_and_then_the_connection_ends() {
    let server = Server::start();
    let client = Client::connect(&server.url);
    let refused = client
        .ask("easyrtcAuth", json!({ "msgType": "authenticate", "msgData": { "apiVersion": 1 } }));
    assert_eq!(refused["msgType"], "error", "{refused}");
    assert_eq!(refused["msgData"]["errorCode"], "LOGIN_BAD_STRUCTURE", "{refused}");
    client.closed();
}
