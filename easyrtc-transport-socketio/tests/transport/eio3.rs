//! Engine.IO 3, as the clients of Socket.IO 1 and 2 speak it.

use std::time::Duration;

use easyrtc_transport_socketio::Config;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::eio3::{Polling, log_in_websocket, open_websocket, packets, payload};
use crate::support::http::{binary_request, request};
use crate::support::ws::{self, Ws};
use crate::support::{
    Server, bad_login, event, login, numbered, offer, parse_ack, parse_event, soon,
};

/// An event with one attachment, for `target`.
fn binary_event(ack: u64, target: &str) -> String {
    let data = json!({"_placeholder": true, "num": 0});
    let message = json!({"msgType": "bytes", "targetEasyrtcid": target, "msgData": data});
    format!("451-{ack}{}", json!(["easyrtcMsg", message]))
}

#[tokio::test]
async fn the_handshake_has_no_max_payload() {
    let server = Server::start().await;
    let query = "EIO=3&transport=polling&t=NxYz&b64=1";
    let answer = request(server.address, Method::GET, query, &[], "").await;
    let text = &packets(&answer.body)[0];
    let mut open: Value = serde_json::from_str(text.strip_prefix('0').unwrap()).unwrap();
    assert!(open.as_object_mut().unwrap().remove("sid").is_some());
    let expected = json!({"upgrades": ["websocket"], "pingInterval": 25000, "pingTimeout": 20000});
    assert_eq!(open, expected);
    let mut ws = Ws::with_query(server.address, "EIO=3&transport=websocket").await;
    let text = ws.text().await;
    let mut open: Value = serde_json::from_str(text.strip_prefix('0').unwrap()).unwrap();
    assert!(open.as_object_mut().unwrap().remove("sid").is_some());
    let expected = json!({"upgrades": [], "pingInterval": 25000, "pingTimeout": 20000});
    assert_eq!(open, expected);
    assert_eq!(ws.text().await, "40");
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let server = Server::with(Config { allow_eio3: false, ..Config::default() }).await;
    let query = "EIO=3&transport=polling";
    let answer = request(server.address, Method::GET, query, &[], "").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.body, r#"{"code":5,"message":"Unsupported protocol version"}"#);
    assert!(ws::open(server.address, "EIO=3&transport=websocket", &[]).await.is_err());
    assert_eq!(server.metrics().sessions_opened, 0);
    Ws::connect(server.address).await;
}

#[tokio::test]
async fn jsonp_is_refused() {
    let server = Server::start().await;
    let query = "EIO=3&transport=polling&j=0";
    let answer = request(server.address, Method::GET, query, &[], "").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.body, r#"{"code":3,"message":"Bad request"}"#);
}

#[tokio::test]
async fn a_session_keeps_its_revision() {
    let server = Server::start().await;
    let polling = Polling::open(&server, "").await;
    let other = polling.query.replace("EIO=3", "EIO=4");
    let query = format!("{other}&transport=polling");
    for method in [Method::GET, Method::POST] {
        let answer = request(server.address, method, &query, &[], "1:2").await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, Some(3)));
    }
    let query = format!("{other}&transport=websocket");
    assert!(ws::open(server.address, &query, &[]).await.is_err());
    assert_eq!(polling.post("2").await, "ok");
    assert_eq!(polling.packets().await, ["3"]);
}

#[tokio::test]
async fn the_client_pings() {
    let config = Config { ping_interval: Duration::from_millis(20), ..Config::default() };
    let server = Server::with(config).await;
    let mut ws = open_websocket(&server, "").await;
    let polling = Polling::open(&server, "").await;
    // Three intervals in which the server must not ping; the heartbeat's time is far longer.
    tokio::time::sleep(Duration::from_millis(60)).await;
    for _ in 0..2 {
        ws.send("2").await;
        assert_eq!(ws.text().await, "3");
        assert_eq!(polling.post_payload("1:2").await, "ok");
        assert_eq!(polling.packets().await, ["3"]);
    }
    ws.send("3").await;
    ws.assert_closed().await;
    assert_eq!(server.metrics().violations, 1);
}

#[tokio::test]
async fn silence_ends_the_session() {
    let config = Config {
        ping_interval: Duration::from_millis(20),
        ping_timeout: Duration::from_millis(20),
        ..Config::default()
    };
    let server = Server::with(config).await;
    let mut ws = open_websocket(&server, "").await;
    ws.assert_closed().await;
    let polling = Polling::open(&server, "").await;
    server.sessions(0).await;
    polling.assert_over().await;
    assert_eq!(server.metrics().ping_timeouts, 2);
}

#[tokio::test]
async fn events_and_answers_on_polling() {
    let server = Server::start().await;
    let (polling, id) = Polling::log_in(&server, "").await;
    let both = [
        payload(&event(1, "easyrtcCmd", &offer(&id))),
        payload(&event(2, "easyrtcMsg", &json!(null))),
    ];
    assert_eq!(polling.post_payload(&both.concat()).await, "ok");
    let mut received = polling.packets().await;
    while received.len() < 3 {
        received.extend(polling.packets().await);
    }
    let (name, message) = parse_event(&received[0]).unwrap();
    assert_eq!((name.as_str(), &message["msgType"]), ("easyrtcCmd", &json!("offer")));
    assert_eq!(parse_ack(&received[1], 1).unwrap()["msgType"], "ack");
    assert_eq!(parse_ack(&received[2], 2).unwrap()["msgType"], "error");
}

/// What is beyond ASCII arrives, from clients that count characters and from those that post the
/// bytes of UTF-8 as characters.
#[tokio::test]
async fn text_beyond_ascii_on_polling() {
    let server = Server::start().await;
    let (receiver, id) = Polling::log_in(&server, "").await;
    let (sender, _) = Polling::log_in(&server, "").await;
    assert_eq!(receiver.packets().await.len(), 1, "the other's arrival");
    let message = |text: &str| {
        let mut message = numbered(&id, 1);
        message["msgData"] = json!(text);
        event(1, "easyrtcMsg", &message)
    };
    let text = "é€🎉\u{2028}";
    let double: String = message(text).bytes().map(char::from).collect();
    for packet in [message(text), double] {
        assert_eq!(sender.post(&packet).await, "ok");
        assert!(parse_ack(&sender.packets().await[0], 1).is_some());
        let query = receiver.polling();
        let answer = request(server.address, Method::GET, &query, &[], "").await;
        assert!(answer.body.is_ascii(), "{}", answer.body);
        let (_, received) = parse_event(&packets(&answer.body)[0]).unwrap();
        assert_eq!(received["msgData"], json!(text));
    }
}

#[tokio::test]
async fn attachments_for_clients_that_take_no_bytes() {
    let server = Server::start().await;
    let (polling, id) = Polling::log_in(&server, "&b64=1").await;
    let body = format!("{}8:b4AQIDBA", payload(&binary_event(5, &id)));
    let (sender, _) = Polling::log_in(&server, "&b64=1").await;
    assert_eq!(polling.packets().await.len(), 1, "the other's arrival");
    assert_eq!(sender.post_payload(&body).await, "ok");
    let received = polling.packets().await;
    assert!(received[0].starts_with("451-"), "{received:?}");
    assert_eq!(received[1..], ["b4AQIDBA=="]);
    // On a WebSocket too.
    let (mut ws, id) = log_in_websocket(&server, "&b64=1").await;
    sender.packets().await;
    let body = format!("{}8:b4AQIDBA", payload(&binary_event(6, &id)));
    assert_eq!(sender.post_payload(&body).await, "ok");
    assert!(ws.text().await.starts_with("451-"));
    assert_eq!(ws.text().await, "b4AQIDBA==");
}

#[tokio::test]
async fn attachments_in_payloads_of_bytes() {
    let server = Server::start().await;
    let (polling, id) = Polling::log_in(&server, "").await;
    let (sender, _) = Polling::log_in(&server, "").await;
    assert_eq!(polling.packets().await.len(), 1, "the other's arrival");
    let text = binary_event(5, &id).replace("bytes", "é");
    let mut body = vec![0];
    body.extend(text.len().to_string().bytes().map(|digit| digit - b'0'));
    body.push(255);
    body.extend(text.bytes());
    body.extend([1, 5, 255, 4, 1, 2, 0, 255]);
    let octets = [("content-type", "application/octet-stream")];
    let answer = request(server.address, Method::POST, &sender.polling(), &octets, body).await;
    assert_eq!(answer.body, "ok");
    let (content_type, body) = binary_request(server.address, &polling.polling()).await;
    assert_eq!(content_type, "application/octet-stream");
    assert_eq!(body[0], 0, "text comes first");
    let end = body.iter().position(|&byte| byte == 255).unwrap();
    let length = body[1..end].iter().fold(0, |length, &digit| length * 10 + usize::from(digit));
    let text = std::str::from_utf8(&body[end + 1..end + 1 + length]).unwrap();
    assert!(text.starts_with("451-") && text.contains("\"é\""), "{text}");
    assert_eq!(body[end + 1 + length..], [1, 5, 255, 4, 1, 2, 0, 255]);
}

#[tokio::test]
async fn attachments_on_websockets() {
    let server = Server::start().await;
    let (mut receiver, id) = log_in_websocket(&server, "").await;
    let (mut sender, _) = log_in_websocket(&server, "").await;
    receiver.text().await; // the other's arrival
    sender.send(&binary_event(5, &id)).await;
    sender.send_binary(b"\x04one").await;
    assert!(receiver.text().await.starts_with("451-"));
    assert_eq!(receiver.binary().await, "\u{4}one");
    sender.send(&binary_event(6, &id)).await;
    sender.send("b4AQIDBA==").await;
    assert!(receiver.text().await.starts_with("451-"));
    assert_eq!(receiver.binary().await, &[4, 1, 2, 3, 4][..]);
    // To a client of revision 4 they go as such carry them, and back.
    let (mut newer, id) = Ws::log_in(server.address).await;
    receiver.text().await; // the other's arrival
    sender.text().await;
    sender.send(&binary_event(7, &id)).await;
    sender.send_binary(b"\x04one").await;
    assert!(newer.text().await.starts_with("451-"));
    assert_eq!(newer.binary().await, "one");
}

#[tokio::test]
async fn other_namespaces_do_not_exist() {
    let server = Server::start().await;
    let mut ws = open_websocket(&server, "").await;
    ws.send("40/nope").await;
    assert_eq!(ws.text().await, r#"44/nope,"Invalid namespace""#);
    ws.send("40/nope?token=1,").await;
    assert_eq!(ws.text().await, r#"44/nope,"Invalid namespace""#);
    ws.send(&event(1, "easyrtcAuth", &login())).await;
    assert_eq!(ws.ack(1).await["msgType"], "token");
}

#[tokio::test]
async fn what_the_protocol_forbids_ends_the_session() {
    let server = Server::start().await;
    let texts = ["", "7", "40", "42{}", "b", "b2", "bAQID", "44\"x\""];
    for text in texts {
        let mut ws = open_websocket(&server, "").await;
        ws.send(text).await;
        ws.assert_closed().await;
    }
    let frames: [&[u8]; 3] = [b"", b"4x", b"\x02"];
    for frame in frames {
        let mut ws = open_websocket(&server, "").await;
        ws.send_binary(frame).await;
        ws.assert_closed().await;
    }
    let payloads = ["", "2", "2:2", "0:", "x:2", "1:3", "1:2\x1e1:2", "2:b4", "99999999999:2"];
    for payload in payloads {
        let polling = Polling::open(&server, "").await;
        assert_ne!(polling.post_payload(payload).await, "ok", "{payload}");
        polling.assert_over().await;
    }
    let octets = [("content-type", "application/octet-stream")];
    let payloads_of_bytes: [&[u8]; 4] = [b"", b"1:2", b"\x00\x01\xff7", b"\x01\x09\xff\x04"];
    for payload in payloads_of_bytes {
        let polling = Polling::open(&server, "").await;
        let query = polling.polling();
        let answer = request(server.address, Method::POST, &query, &octets, payload).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{payload:?}");
        polling.assert_over().await;
    }
    let sessions = texts.len() + frames.len() + payloads.len() + payloads_of_bytes.len();
    server.sessions(0).await;
    assert_eq!(server.metrics().violations, sessions as u64);
}

#[tokio::test]
async fn upgrade() {
    let server = Server::start().await;
    let (polling, id) = Polling::log_in(&server, "&b64=1").await;
    let waiting = tokio::spawn({
        let polling = polling.clone();
        async move { polling.packets().await }
    });
    let mut ws = polling.probe().await;
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    assert_eq!(soon(waiting).await.unwrap(), ["6"]);
    ws.send("5").await;
    ws.send(&event(1, "easyrtcCmd", &offer(&id))).await;
    assert!(parse_event(&ws.text().await).is_some());
    ws.ack(1).await;
    ws.send("2").await;
    assert_eq!(ws.text().await, "3");
    assert_eq!(server.metrics().upgrades, 1);
}

/// What waited for a poll goes as the WebSocket carries it.
#[tokio::test]
async fn attachments_that_wait_during_an_upgrade() {
    let server = Server::start().await;
    let (polling, id) = Polling::log_in(&server, "").await;
    let mut ws = polling.probe().await;
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    let (mut sender, _) = log_in_websocket(&server, "").await;
    sender.send(&binary_event(5, &id)).await;
    sender.send_binary(b"\x04one").await;
    sender.ack(5).await;
    ws.send("5").await;
    let mut texts = vec![ws.text().await];
    while !texts.last().unwrap().starts_with("451-") {
        texts.push(ws.text().await);
    }
    assert_eq!(ws.binary().await, "\u{4}one");
}

#[tokio::test]
async fn the_server_ends_it() {
    let config = Config { close_grace: Duration::from_millis(20), ..Config::default() };
    let server = Server::with(config).await;
    let mut ws = open_websocket(&server, "").await;
    ws.send(&event(0, "easyrtcAuth", &bad_login())).await;
    assert!(parse_ack(&ws.text().await, 0).is_some());
    assert_eq!(ws.text().await, "41");
    assert_eq!(ws.close_code().await, Some(1000));
    let polling = Polling::open(&server, "").await;
    assert_eq!(polling.post(&event(0, "easyrtcAuth", &bad_login())).await, "ok");
    let received = polling.packets().await;
    assert!(parse_ack(&received[0], 0).is_some());
    assert_eq!(received[1..], ["41"]);
    // The next poll is told of the end, unless the session is gone before it comes.
    let last = request(server.address, Method::GET, &polling.polling(), &[], "").await;
    assert!(last.body == "1:1" || last.code() == Some(1), "{last:?}");
    polling.assert_over().await;
    server.sessions(0).await;
}

#[tokio::test]
async fn a_client_that_closes() {
    let server = Server::start().await;
    let mut ws = open_websocket(&server, "").await;
    ws.send("41").await;
    ws.send("1").await;
    ws.assert_closed().await;
    let polling = Polling::open(&server, "").await;
    assert_eq!(polling.post_payload("2:411:1").await, "ok");
    polling.assert_over().await;
    server.sessions(0).await;
    assert_eq!(server.metrics().violations, 0);
}

/// Many pings and nobody who reads the answers.
#[tokio::test]
async fn answers_to_pings_are_bounded() {
    let server = Server::start().await;
    let polling = Polling::open(&server, "").await;
    assert_ne!(polling.post_payload(&"1:2".repeat(1000)).await, "ok");
    server.sessions(0).await;
    assert_eq!(server.metrics().aborted, 1);
}
