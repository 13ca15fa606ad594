//! WebSockets.

use std::time::{Duration, Instant};

use easyrtc_runtime::Rate;
use easyrtc_transport_socketio::Config;
use tokio_tungstenite::tungstenite::Message;

use crate::support::Server;
use crate::support::http::Polling;
use crate::support::ws::Ws;

#[tokio::test]
async fn connect_to_the_namespace() {
    let server = Server::start().await;
    let mut ws = Ws::open(server.address).await;
    ws.send(r#"40{"token":"123"}"#).await;
    let answer = ws.text().await;
    let answer: serde_json::Value =
        serde_json::from_str(answer.strip_prefix("40").unwrap()).unwrap();
    assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["sid"]);
    assert!(answer["sid"].is_string());
}

#[tokio::test]
async fn other_namespaces_do_not_exist() {
    let server = Server::start().await;
    let mut ws = Ws::open(server.address).await;
    ws.send("40/random").await;
    assert_eq!(ws.text().await, r#"44/random,{"message":"Invalid namespace"}"#);
    ws.send("40").await;
    assert!(ws.text().await.starts_with("40{"));
}

#[tokio::test]
async fn what_the_protocol_forbids_ends_the_session() {
    let server = Server::start().await;
    let messages = [
        "abc",
        "",
        "7",
        "2",
        "4",
        "4abc",
        "49",
        "40",
        "42{}",
        "42[]",
        "42[null]",
        r#"42["a""#,
        r#"42["disconnect"]"#,
        r#"42abc["a",1]"#,
        r#"450-["a"]"#,
        r#"4533-["a"]"#,
        "44{}",
        "41[]",
        "42/x,[\"a\"]",
    ];
    for message in messages {
        let mut ws = Ws::connect(server.address).await;
        ws.send(message).await;
        ws.assert_closed().await;
    }
    for message in ["42[\"a\"]", "41", "430[]"] {
        let mut ws = Ws::open(server.address).await;
        ws.send(message).await;
        ws.assert_closed().await;
    }
    let mut ws = Ws::connect(server.address).await;
    ws.send_binary(b"nobody waits for this").await;
    ws.assert_closed().await;
    let mut ws = Ws::connect(server.address).await;
    ws.send(r#"451-["a",{"_placeholder":true,"num":0}]"#).await;
    ws.send(r#"42["a"]"#).await;
    ws.assert_closed().await;
    server.sessions(0).await;
    assert_eq!(server.metrics().violations, messages.len() as u64 + 5);
}

/// Whatever a client sends as fast as it can is read no faster than it may be sent, before it is
/// connected to the namespace too; nothing is refused, and nothing lost.
#[tokio::test]
async fn a_flood_of_packets_is_read_slowly() {
    let max_packets = Rate::new(20, 25);
    let ping_timeout = Duration::from_millis(400);
    let ping_interval = Duration::from_millis(50);
    let config = Config { max_packets, ping_interval, ping_timeout, ..Config::default() };
    let server = Server::with(config).await;
    let start = Instant::now();
    let mut ws = Ws::open(server.address).await;
    for _ in 0..40 {
        ws.send("40/random").await;
    }
    ws.send("40").await;
    let mut refused = 0;
    loop {
        match ws.text().await {
            text if text.starts_with("44/random") => refused += 1,
            text if text == "2" => ws.send("3").await,
            text => break assert!(text.starts_with("40{"), "{text}"),
        }
    }
    assert_eq!(refused, 40);
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    let metrics = server.metrics();
    assert!(metrics.lines_held >= 1 && metrics.ping_timeouts == 0, "{metrics:?}");
}

#[tokio::test]
async fn posted_packets_are_read_no_faster() {
    let max_packets = Rate::new(20, 25);
    let server = Server::with(Config { max_packets, ..Config::default() }).await;
    let polling = Polling::connect(server.address).await;
    let start = Instant::now();
    let junk = vec![r#"42["junk",1]"#; 40].join("\u{1e}");
    assert_eq!(polling.post(junk).await.status, 200);
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    let metrics = server.metrics();
    assert!(metrics.lines_held >= 1 && metrics.packets_dropped == 40, "{metrics:?}");
}

#[tokio::test]
async fn a_namespace_can_be_left_and_entered_again() {
    let server = Server::start().await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("41").await;
    ws.send("40").await;
    assert!(ws.text().await.starts_with("40{"));
    ws.send("41").await;
    ws.send(r#"42["a"]"#).await;
    ws.assert_closed().await;
}

#[tokio::test]
async fn messages_that_are_too_long_end_the_session() {
    let server = Server::start().await;
    let mut ws = Ws::connect(server.address).await;
    ws.send(&format!("42[\"a\",\"{}\"]", "x".repeat(1_000_000))).await;
    assert_eq!(ws.close_code().await, Some(1009));
    server.sessions(0).await;
    // The attachments count too.
    let mut ws = Ws::connect(server.address).await;
    ws.send(r#"452-["a"]"#).await;
    static HALF: [u8; 600_000] = [0; 600_000];
    ws.send_binary(&HALF).await;
    ws.send_binary(&HALF).await;
    assert_eq!(ws.close_code().await, Some(1009));
    assert_eq!(server.metrics().violations, 2);
}

#[tokio::test]
async fn a_client_that_closes() {
    let server = Server::start().await;
    let mut ws = Ws::connect(server.address).await;
    ws.send("1").await;
    ws.assert_closed().await;
    let mut ws = Ws::connect(server.address).await;
    ws.stream.close(None).await.unwrap();
    ws.assert_closed().await;
    drop(Ws::connect(server.address).await);
    server.sessions(0).await;
    assert_eq!(server.metrics().violations, 0);
}

#[tokio::test]
async fn heartbeat() {
    let config = Config { ping_interval: Duration::from_millis(20), ..Config::default() };
    let server = Server::with(config).await;
    let mut ws = Ws::open(server.address).await;
    for _ in 0..3 {
        assert_eq!(ws.text().await, "2");
        ws.send("3").await;
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
    let mut ws = Ws::open(server.address).await;
    assert_eq!(ws.text().await, "2");
    ws.assert_closed().await;
    assert_eq!(server.metrics().ping_timeouts, 1);
}

#[tokio::test]
async fn a_client_must_connect_to_the_namespace() {
    let config = Config { connect_timeout: Duration::from_millis(20), ..Config::default() };
    let server = Server::with(config).await;
    let mut ws = Ws::open(server.address).await;
    ws.assert_closed().await;
}

#[tokio::test]
async fn pings_of_the_websocket_itself_are_answered() {
    use futures_util::SinkExt;
    let server = Server::start().await;
    let mut ws = Ws::connect(server.address).await;
    ws.stream.send(Message::Ping("hello".into())).await.unwrap();
    assert_eq!(ws.next().await, Some(Message::Pong("hello".into())));
}
