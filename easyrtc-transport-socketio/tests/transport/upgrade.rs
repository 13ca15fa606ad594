//! From polling to a WebSocket.

use std::time::Duration;

use easyrtc_transport_socketio::Config;
use hyper::StatusCode;

use crate::support::http::Polling;
use crate::support::ws::{self, Ws};
use crate::support::{Server, event, numbered, offer, parse_event, soon, until};

async fn probe(polling: &Polling) -> Ws {
    let query = format!("EIO=4&transport=websocket&sid={}", polling.sid);
    Ws::with_query(polling.address, &query).await
}

#[tokio::test]
async fn by_the_book() {
    let server = Server::start().await;
    let (polling, id) = Polling::log_in(server.address).await;
    let mut ws = probe(&polling).await;
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    assert_eq!(polling.poll().await.body, "6");
    ws.send("5").await;
    ws.send(&event(1, "easyrtcCmd", &offer(&id))).await;
    assert!(parse_event(&ws.text().await).is_some());
    assert_eq!(server.metrics().upgrades, 1);
    assert_eq!(server.metrics().sessions, 1);
}

#[tokio::test]
async fn a_waiting_poll_comes_back() {
    let server = Server::start().await;
    let polling = Polling::connect(server.address).await;
    let waiting = tokio::spawn({
        let polling = polling.clone();
        async move { polling.poll().await }
    });
    let mut ws = probe(&polling).await;
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    assert_eq!(soon(waiting).await.unwrap().body, "6");
}

#[tokio::test]
async fn what_comes_after_the_upgrade() {
    let server = Server::start().await;
    let polling = Polling::connect(server.address).await;
    let mut ws = probe(&polling).await;
    ws.send("2probe").await;
    ws.send("5").await;
    assert_eq!(ws.text().await, "3probe");
    until(|| server.metrics().upgrades == 1).await;
    let answer = polling.poll().await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, Some(3)));
    assert_eq!(polling.post("3").await.status, StatusCode::BAD_REQUEST);
    probe(&polling).await.assert_closed().await;
    ws.send("40/x").await;
    assert!(ws.text().await.starts_with("44/x"), "the session does not mind");
}

#[tokio::test]
async fn only_one_probe_at_a_time() {
    let server = Server::start().await;
    let polling = Polling::connect(server.address).await;
    let mut first = probe(&polling).await;
    first.send("2probe").await;
    assert_eq!(first.text().await, "3probe");
    probe(&polling).await.assert_closed().await;
    first.send("5").await;
    first.send("40/x").await;
    assert!(first.text().await.starts_with("44/x"));
}

#[tokio::test]
async fn a_probe_that_fails_does_no_harm() {
    let server = Server::start().await;
    let polling = Polling::connect(server.address).await;
    for message in ["4x", "abc", "1", "2"] {
        let mut ws = probe(&polling).await;
        ws.send(message).await;
        ws.assert_closed().await;
    }
    drop(probe(&polling).await);
    assert_eq!(polling.post("40/x").await.body, "ok");
    assert!(polling.poll().await.body.starts_with("44/x"));
    assert_eq!(server.metrics().upgrades, 0);
}

#[tokio::test]
async fn a_probe_does_not_take_for_ever() {
    let config = Config { upgrade_timeout: Duration::from_millis(20), ..Config::default() };
    let server = Server::with(config).await;
    let polling = Polling::connect(server.address).await;
    for _ in 0..2 {
        probe(&polling).await.assert_closed().await;
    }
    assert_eq!(polling.post("3").await.body, "ok");
}

#[tokio::test]
async fn a_session_that_ends_takes_its_probe_along() {
    let server = Server::start().await;
    let polling = Polling::connect(server.address).await;
    let mut ws = probe(&polling).await;
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    assert_eq!(polling.post("1").await.body, "ok");
    ws.assert_closed().await;
    let query = format!("EIO=4&transport=websocket&sid={}", polling.sid);
    assert!(ws::open(server.address, &query, &[]).await.is_err());
}

/// Messages flow to the client all the while: none is lost, doubled or out of order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_middle_of_a_stream() {
    const MESSAGES: u64 = 600;
    let server = Server::start().await;
    let (polling, id) = Polling::log_in(server.address).await;
    let (mut sender, _) = Ws::log_in(server.address).await;
    let sending = tokio::spawn(async move {
        for number in 0..MESSAGES {
            sender.send(&event(number + 1, "easyrtcMsg", &numbered(&id, number))).await;
            sender.ack(number + 1).await;
        }
        sender
    });
    let mut numbers = Vec::new();
    let mut take = |text: &str| match parse_event(text) {
        Some((name, message)) if name == "easyrtcMsg" => {
            numbers.push(message["msgData"]["number"].as_u64().unwrap());
            numbers.len()
        }
        _ => numbers.len(),
    };
    // As a client does it: poll on while the probe is under way, let the last poll come back,
    // then switch.
    let mut received = 0;
    while received < 100 {
        for packet in polling.packets().await {
            received = take(&packet);
        }
    }
    let mut ws = probe(&polling).await;
    ws.send("2probe").await;
    let (answer, packets) = tokio::join!(ws.text(), polling.packets());
    assert_eq!(answer, "3probe");
    for packet in packets {
        take(&packet);
    }
    ws.send("5").await;
    while take("") < usize::try_from(MESSAGES).unwrap() {
        take(&ws.text().await);
    }
    assert!(numbers.iter().copied().eq(0..MESSAGES), "{numbers:?}");
    soon(sending).await.unwrap();
}
