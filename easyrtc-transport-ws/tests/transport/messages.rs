//! Frames to and fro.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::{Server, numbered, room_list};

#[tokio::test]
async fn events_and_answers() {
    let server = Server::start().await;
    let (mut alice, alice_id) = Client::log_in(server.address).await;
    let (mut bob, bob_id) = Client::log_in(server.address).await;
    let arrival = alice.frame().await;
    assert_eq!(arrival["event"], "easyrtcCmd");
    assert_eq!(arrival["message"]["msgType"], "roomData");
    assert_eq!(arrival["message"]["easyrtcid"], alice_id.as_str());
    for number in 0..100 {
        bob.event(number, "easyrtcMsg", &numbered(&alice_id, number)).await;
    }
    for number in 0..100 {
        let frame = alice.frame().await;
        assert_eq!(frame["event"], "easyrtcMsg");
        assert_eq!(frame["message"]["senderEasyrtcid"], bob_id.as_str());
        assert_eq!(frame["message"]["msgData"]["number"], number);
        assert_eq!(bob.frame().await, json!({"ack": number, "message": {"msgType": "ack"}}));
    }
}

#[tokio::test]
async fn without_an_id_there_is_neither_effect_nor_answer() {
    let server = Server::start().await;
    let (mut client, id) = Client::log_in(server.address).await;
    client.send(&json!({"event": "easyrtcCmd", "message": room_list()})).await;
    client.send(&json!({"event": "easyrtcMsg", "message": numbered(&id, 1)})).await;
    client.send(&json!({"received": 1})).await;
    client.event(9007199254740991, "easyrtcCmd", &room_list()).await;
    let answer = client.frame().await;
    assert_eq!(answer["ack"], 9007199254740991_u64);
    assert_eq!(answer["message"]["msgType"], "roomList");
    assert_eq!(server.metrics().frames_dropped, 2);
}

#[tokio::test]
async fn what_is_no_message_is_answered() {
    let server = Server::start().await;
    let (mut client, _) = Client::log_in(server.address).await;
    let deep: Value =
        serde_json::from_str(&format!("{}{}", "[".repeat(120), "]".repeat(120))).unwrap();
    for (id, message, code) in [
        (1, json!(null), "MSG_REJECT_BAD_STRUCTURE"),
        (2, json!("x"), "MSG_REJECT_BAD_STRUCTURE"),
        (3, json!({}), "MSG_REJECT_BAD_TYPE"),
        (4, json!({"msgType": "nothing", "msgData": deep}), "MSG_REJECT_BAD_TYPE"),
    ] {
        client.event(id, "easyrtcCmd", &message).await;
        assert_eq!(client.ack(id).await["msgData"]["errorCode"], code);
    }
    let deepest = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    client.send_text(&format!(r#"{{"event":"easyrtcCmd","id":5,"message":{deepest}}}"#)).await;
    assert_eq!(client.ack(5).await["msgData"]["errorCode"], "MSG_REJECT_BAD_SIZE");
}

#[tokio::test]
async fn long_messages() {
    let server = Server::start().await;
    let (mut client, id) = Client::log_in(server.address).await;
    let data = json!({"sdp": "é".repeat(450_000)});
    let message = json!({"msgType": "offer", "targetEasyrtcid": id, "msgData": data});
    client.event(1, "easyrtcCmd", &message).await;
    assert_eq!(client.frame().await["message"]["msgData"], data);
    assert_eq!(client.ack(1).await["msgType"], "ack");
}

#[tokio::test]
async fn attachments() {
    let server = Server::start().await;
    let (mut client, id) = Client::log_in(server.address).await;
    let attachment = |num, base64| json!({"_placeholder": true, "num": num, "base64": base64});
    let data = json!({"a": attachment(1, "aGk="), "b": [attachment(0, "")], "c": {"_placeholder": true, "num": 1}});
    let message = json!({"msgType": "offer", "targetEasyrtcid": id, "msgData": data});
    client.event(1, "easyrtcCmd", &message).await;
    // They are numbered anew, in the order they appear in.
    assert_eq!(
        client.frame().await["message"]["msgData"],
        json!({"a": attachment(0, "aGk="), "b": [attachment(1, "")], "c": {"_placeholder": true, "num": 0}})
    );
    assert_eq!(client.ack(1).await["msgType"], "ack");
    // What is kept may hold none.
    let presence = json!({"setPresence": {"show": "away", "status": attachment(0, "aGk=")}});
    client.event(2, "easyrtcCmd", &json!({"msgType": "setPresence", "msgData": presence})).await;
    assert_eq!(client.ack(2).await["msgType"], "error");
}
