//! Events and answers, with and without attachments.

use easyrtc_transport_socketio::Config;
use serde_json::json;

use crate::support::http::Polling;
use crate::support::ws::Ws;
use crate::support::{Server, event, login, numbered, offer, until};

#[tokio::test]
async fn events_that_are_not_well_addressed_are_dropped() {
    let server = Server::start().await;
    let (mut ws, id) = Ws::log_in(server.address).await;
    let message = numbered(&id, 1);
    ws.send(&format!("42{}", json!(["easyrtcMsg", message]))).await;
    ws.send(&format!("421{}", json!(["easyrtcMsg", message, 2]))).await;
    ws.send(r#"422["easyrtcMsg"]"#).await;
    ws.send(r#"423["message",{}]"#).await;
    ws.send("42").await;
    ws.send("424[5]").await;
    ws.send(&event(9, "easyrtcMsg", &json!(null))).await;
    assert_eq!(ws.ack(9).await["msgType"], "error");
    assert_eq!(server.metrics().packets_dropped, 6);
}

#[tokio::test]
async fn a_login_without_callback_closes() {
    let server = Server::start().await;
    for text in [
        format!("42{}", json!(["easyrtcAuth", login()])),
        format!("421{}", json!(["easyrtcAuth", login(), 2])),
        r#"42["easyrtcAuth"]"#.to_owned(),
    ] {
        let mut ws = Ws::connect(server.address).await;
        ws.send(&text).await;
        assert_eq!(ws.text().await, "41", "{text}");
    }
    let mut ws = Ws::connect(server.address).await;
    ws.send(r#"421["easyrtcAuth"]"#).await;
    assert_eq!(ws.ack(1).await["msgData"]["errorCode"], "LOGIN_BAD_AUTH");
    assert_eq!(ws.text().await, "41");
}

#[tokio::test]
async fn answers_are_asked_for_and_counted() {
    let server = Server::start().await;
    let (mut ws, id) = Ws::log_in(server.address).await;
    for number in 0..3 {
        ws.send(&event(number + 1, "easyrtcCmd", &offer(&id))).await;
        let text = ws.text().await;
        assert!(text.starts_with(&format!("42{number}[\"easyrtcCmd\",")), "{text}");
        ws.ack(number + 1).await;
    }
    assert_eq!(server.metrics().acks_requested, 3);
    assert_eq!(server.metrics().acks_outstanding, 3);
    // Any content; unknown ids and repetitions mean nothing.
    for answer in ["431[]", "431[]", "4399[1]", "43[]", r#"430[{"msgType":"ack"},2]"#] {
        ws.send(answer).await;
    }
    until(|| server.metrics().acks_outstanding == 1).await;
    ws.send("1").await;
    until(|| server.metrics().acks_outstanding == 0).await;
}

#[tokio::test]
async fn answers_need_not_be_asked_for() {
    let server = Server::with(Config { request_acks: false, ..Config::default() }).await;
    let (mut ws, id) = Ws::log_in(server.address).await;
    ws.send(&event(1, "easyrtcCmd", &offer(&id))).await;
    let text = ws.text().await;
    assert!(text.starts_with("42[\"easyrtcCmd\","), "{text}");
    assert_eq!(server.metrics().acks_requested, 0);
}

/// An event with two attachments.
fn binary_event(ack: u64, name: &str, target: &str) -> String {
    let data =
        json!({"a": {"_placeholder": true, "num": 1}, "b": {"_placeholder": true, "num": 0}});
    let message = json!({"msgType": "offer", "targetEasyrtcid": target, "msgData": data});
    format!("452-{ack}{}", json!([name, message]))
}

#[tokio::test]
async fn attachments_over_websocket() {
    let server = Server::start().await;
    let (mut sender, _) = Ws::log_in(server.address).await;
    let (mut receiver, id) = Ws::log_in(server.address).await;
    sender.send(&binary_event(5, "easyrtcMsg", &id)).await;
    sender.send_binary(b"one").await;
    sender.send_binary(b"two").await;
    let text = receiver.text().await;
    assert!(text.starts_with("452-0[\"easyrtcMsg\","), "{text}");
    let received = [receiver.binary().await, receiver.binary().await];
    let mut sorted = received.to_vec();
    sorted.sort();
    assert_eq!(sorted, [&b"one"[..], b"two"]);
    let message: serde_json::Value =
        serde_json::from_str(text.strip_prefix("452-0").unwrap()).unwrap();
    let named = |key: &str| {
        let num = message[1]["msgData"][key]["num"].as_u64().unwrap();
        received[usize::try_from(num).unwrap()].clone()
    };
    assert_eq!((named("a"), named("b")), ("two".into(), "one".into()));
    assert_eq!(sender.ack(5).await["msgType"], "ack");
}

#[tokio::test]
async fn attachments_over_polling() {
    let server = Server::start().await;
    let (polling, id) = Polling::log_in(server.address).await;
    let payload = format!("{}\x1ebAQIDBA==\x1eb", binary_event(5, "easyrtcCmd", &id));
    assert_eq!(polling.post(payload).await.body, "ok");
    let mut packets = polling.packets().await;
    while packets.len() < 4 {
        packets.extend(polling.packets().await);
    }
    assert!(packets[0].starts_with("452-0[\"easyrtcCmd\","), "{packets:?}");
    let mut attachments = packets[1..3].to_vec();
    attachments.sort();
    assert_eq!(attachments, ["b", "bAQIDBA=="]);
    assert!(packets[3].starts_with("435["), "{packets:?}");
}

#[tokio::test]
async fn a_long_message_arrives_whole() {
    let server = Server::start().await;
    let (mut sender, _) = Ws::log_in(server.address).await;
    let (mut receiver, id) = Ws::log_in(server.address).await;
    let text = "é€🙂x".repeat(60_000);
    let message = json!({"msgType": "long", "targetEasyrtcid": id, "msgData": text});
    sender.send(&event(5, "easyrtcMsg", &message)).await;
    let (_, received) = crate::support::parse_event(&receiver.text().await).unwrap();
    assert_eq!(received["msgData"], json!(text));
}
