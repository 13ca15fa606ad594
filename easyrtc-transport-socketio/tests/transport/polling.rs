//! HTTP long-polling.

use std::time::Duration;

use easyrtc_transport_socketio::Config;
use hyper::{Method, StatusCode};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::http::{Polling, request};
use crate::support::ws::Ws;
use crate::support::{Server, event, login, numbered, offer, parse_ack, parse_event, soon, until};

#[tokio::test]
async fn a_login_and_a_message() {
    let server = Server::start().await;
    let (polling, id) = Polling::log_in(server.address).await;
    // To oneself: the event comes before the answer, in one response.
    assert_eq!(polling.post(event(1, "easyrtcCmd", &offer(&id))).await.body, "ok");
    let packets = polling.packets().await;
    assert_eq!(packets.len(), 2, "{packets:?}");
    let (name, message) = parse_event(&packets[0]).unwrap();
    assert_eq!((name.as_str(), &message["msgType"]), ("easyrtcCmd", &json!("offer")));
    assert_eq!(parse_ack(&packets[1], 1).unwrap()["msgType"], "ack");
}

#[tokio::test]
async fn the_answer_to_a_post() {
    let server = Server::start().await;
    let polling = Polling::open(server.address).await;
    let answer = polling.post("40").await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok"));
    assert_eq!(answer.headers["content-type"], "text/html");
}

#[tokio::test]
async fn several_packets_in_one_post() {
    let server = Server::start().await;
    let polling = Polling::open(server.address).await;
    let payload = format!("40\x1e{}\x1e40/nope,", event(7, "easyrtcAuth", &login()));
    assert_eq!(polling.post(payload).await.body, "ok");
    let packets = polling.packets().await;
    assert!(packets[0].starts_with("40{"), "{packets:?}");
    let mut rest: Vec<String> = packets[1..].to_vec();
    while rest.len() < 2 {
        rest.extend(polling.packets().await);
    }
    assert!(rest.iter().any(|packet| packet == r#"44/nope,{"message":"Invalid namespace"}"#));
    assert!(rest.iter().any(|packet| parse_ack(packet, 7).is_some()));
}

#[tokio::test]
async fn long_responses_are_split() {
    let config = Config { max_payload: 2000, ..Config::default() };
    let server = Server::with(config).await;
    let (polling, id) = Polling::log_in(server.address).await;
    let (mut sender, _) = Ws::log_in(server.address).await;
    let text = "x".repeat(500);
    for number in 0..8 {
        let mut message = numbered(&id, number);
        message["msgData"]["text"] = json!(text);
        sender.send(&event(number + 1, "easyrtcMsg", &message)).await;
        assert_eq!(sender.ack(number + 1).await["msgType"], "ack");
    }
    let mut numbers = Vec::new();
    while numbers.len() < 8 {
        let answer = polling.poll().await;
        assert!(answer.body.len() <= 2000, "{}", answer.body.len());
        let events = answer.body.split('\x1e').filter_map(parse_event);
        let messages = events.filter(|(name, _)| name == "easyrtcMsg");
        numbers.extend(messages.map(|(_, message)| message["msgData"]["number"].as_u64().unwrap()));
    }
    assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn a_second_poll_ends_the_session() {
    let server = Server::start().await;
    let polling = Polling::connect(server.address).await;
    let first = tokio::spawn({
        let polling = polling.clone();
        async move { polling.poll().await }
    });
    // Whichever comes first waits; the other is refused, and both know soon.
    let second = polling.poll().await;
    let first = soon(first).await.unwrap();
    let (waited, refused) =
        if first.status == StatusCode::OK { (first, second) } else { (second, first) };
    assert_eq!((waited.status, waited.body.as_str()), (StatusCode::OK, "1"));
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    polling.assert_over().await;
    until(|| server.metrics().sessions == 0).await;
}

/// Starts a POST and leaves its body unfinished.
async fn unfinished_post(polling: &Polling) -> TcpStream {
    let mut stream = TcpStream::connect(polling.address).await.unwrap();
    let head = format!(
        "POST /socket.io/?{} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n4",
        polling.query()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_second_post_ends_the_session() {
    let server = Server::start().await;
    let polling = Polling::connect(server.address).await;
    let _first = unfinished_post(&polling).await;
    let mut refused = None;
    // The first may not have arrived yet; then the second is the first.
    for _ in 0..1000 {
        let answer = polling.post("3").await;
        if answer.status != StatusCode::OK {
            refused = Some(answer);
            break;
        }
    }
    assert_eq!(refused.unwrap().status, StatusCode::BAD_REQUEST);
    polling.assert_over().await;
}

#[tokio::test]
async fn a_post_that_breaks_off_ends_the_session() {
    let server = Server::start().await;
    let polling = Polling::connect(server.address).await;
    drop(unfinished_post(&polling).await);
    server.sessions(0).await;
    polling.assert_over().await;
}

#[tokio::test]
async fn a_poll_that_breaks_off_ends_the_session() {
    let server = Server::start().await;
    let polling = Polling::connect(server.address).await;
    let mut stream = TcpStream::connect(polling.address).await.unwrap();
    let head = format!("GET /socket.io/?{} HTTP/1.1\r\nHost: x\r\n\r\n", polling.query());
    stream.write_all(head.as_bytes()).await.unwrap();
    drop(stream);
    server.sessions(0).await;
}

#[tokio::test]
async fn a_client_that_closes() {
    let server = Server::start().await;
    let polling = Polling::connect(server.address).await;
    let waiting = tokio::spawn({
        let polling = polling.clone();
        async move { polling.poll().await }
    });
    let answer = polling.post("1").await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok"));
    let waited = soon(waiting).await.unwrap();
    // The poll may have come too late to wait.
    assert!(waited.body == "6" || waited.status == StatusCode::BAD_REQUEST, "{waited:?}");
    polling.assert_over().await;
    server.sessions(0).await;
}

#[tokio::test]
async fn what_is_no_payload_ends_the_session() {
    let server = Server::start().await;
    let bodies: [&[u8]; 7] = [b"abc", b"", b"3\x1e", b"b*", b"\xff", b"2", b"4\x1e"];
    for body in bodies {
        let polling = Polling::connect(server.address).await;
        let answer = polling.post(body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body:?}");
        polling.assert_over().await;
    }
    assert_eq!(server.metrics().violations, 7);
    let polling = Polling::connect(server.address).await;
    let binary = [("content-type", "application/octet-stream")];
    let answer = request(server.address, Method::POST, &polling.query(), &binary, "3").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    polling.assert_over().await;
}

#[tokio::test]
async fn a_post_that_is_too_long_ends_the_session() {
    let server = Server::start().await;
    let polling = Polling::connect(server.address).await;
    let answer = polling.post(vec![b'4'; 1_000_001]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    polling.assert_over().await;
    let polling = Polling::connect(server.address).await;
    let mut largest = br#"42["nobody",""#.to_vec();
    largest.resize(1_000_000 - 2, b'x');
    largest.extend_from_slice(br#""]"#);
    assert_eq!(polling.post(largest).await.body, "ok");
}

#[tokio::test]
async fn heartbeat() {
    let config = Config { ping_interval: Duration::from_millis(20), ..Config::default() };
    let server = Server::with(config).await;
    let polling = Polling::open(server.address).await;
    for _ in 0..3 {
        assert_eq!(polling.poll().await.body, "2");
        assert_eq!(polling.post("3").await.body, "ok");
    }
}

#[tokio::test]
async fn silence_ends_the_session() {
    let config = Config {
        ping_interval: Duration::from_millis(20),
        ping_timeout: Duration::from_millis(20),
        ..Config::default()
    };
    let server = Server::with(config).await;
    let polling = Polling::open(server.address).await;
    server.sessions(0).await;
    polling.assert_over().await;
    assert_eq!(server.metrics().ping_timeouts, 1);
}
