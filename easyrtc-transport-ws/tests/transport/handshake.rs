//! Who gets a WebSocket, and what it says first.

use easyrtc_runtime::{OpenToEveryone, Runtime};
use easyrtc_transport_ws::{CAPABILITIES, Config, Origins, SUBPROTOCOL};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::client::{Client, open, refused};
use crate::support::{Server, login, options};

#[tokio::test]
async fn the_welcome() {
    let server = Server::start().await;
    let (client, welcome) = Client::connect(server.address).await;
    assert!(client.response.headers().get("sec-websocket-protocol").is_none());
    assert!(welcome["serverTime"].is_u64());
    assert!(welcome["protocol"]["revision"].is_string());
    assert_eq!(welcome["pingInterval"], 25_000);
    assert_eq!(welcome["pingTimeout"], 20_000);
    assert_eq!(welcome["maxMessage"], 1_000_000);
    assert_eq!(welcome["resumed"], false);
    assert!(welcome.get("session").is_none(), "it ends with its line");
    assert_eq!(server.metrics().sessions, 1);
}

#[tokio::test]
async fn the_welcome_and_the_token_say_the_same_of_the_protocol() {
    let mut options = options();
    options.core.capabilities.extend(CAPABILITIES);
    let runtime = Runtime::start(options, OpenToEveryone).unwrap();
    let server = Server::with_runtime(Config::default(), runtime).await;
    let (mut client, welcome) = Client::connect(server.address).await;
    client.event(1, "easyrtcAuth", &login()).await;
    let token = client.ack(1).await;
    assert_eq!(welcome["protocol"], token["msgData"]["protocol"]);
    let told = ["binary", "connectionApiField", "resume", "stillAlive", "targetGroup"];
    assert_eq!(welcome["protocol"]["capabilities"], json!(told));
}

#[tokio::test]
async fn the_subprotocol() {
    let server = Server::start().await;
    let offered = format!("other, {SUBPROTOCOL}");
    let headers = [("sec-websocket-protocol", offered.as_str())];
    let client = open(server.address, "/ws", &headers).await.unwrap();
    assert_eq!(client.response.headers()["sec-websocket-protocol"], SUBPROTOCOL);
}

#[tokio::test]
async fn origins() {
    let only = Origins::Only(vec!["https://a.example".to_owned()]);
    let server = Server::with(Config { origins: only, ..Config::default() }).await;
    assert_eq!(refused(server.address, "/ws", &[("origin", "https://b.example")]).await, 403);
    assert_eq!(server.metrics().origins_refused, 1);
    assert!(open(server.address, "/ws", &[("origin", "https://a.example")]).await.is_ok());
    assert!(open(server.address, "/ws", &[]).await.is_ok(), "no page of another origin");
}

/// What is answered to a request made by hand.
async fn status(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    crate::support::soon(stream.read_to_string(&mut answer)).await.unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn other_requests() {
    let server = Server::start().await;
    let upgrade = "Upgrade: websocket\r\nConnection: Upgrade, close\r\n";
    for (request, expected) in [
        ("POST /ws HTTP/1.1\r\n".to_owned() + upgrade, "405"),
        ("GET /ws HTTP/1.1\r\nConnection: close\r\n".to_owned(), "426"),
        (format!("GET /ws HTTP/1.1\r\n{upgrade}Sec-WebSocket-Version: 8\r\n"), "426"),
        (format!("GET /ws HTTP/1.1\r\n{upgrade}Sec-WebSocket-Version: 13\r\n"), "400"),
    ] {
        let line = status(&server, &format!("{request}Host: x\r\n\r\n")).await;
        assert!(line.contains(expected), "{request}: {line}");
    }
    assert_eq!(server.metrics().requests_refused, 4);
    assert!(server.transport.serves("/ws"));
    for path in ["/", "/ws/", "/wss", "/ws/x"] {
        assert!(!server.transport.serves(path), "{path}");
    }
}

#[tokio::test]
async fn there_is_a_limit() {
    let server = Server::with(Config { max_sessions: 1, ..Config::default() }).await;
    let (client, _) = Client::connect(server.address).await;
    assert_eq!(refused(server.address, "/ws", &[]).await, 503);
    // Who resumes takes no place of its own, but finds none to start anew.
    let mut late = open(server.address, "/ws?resume=1", &[]).await.unwrap();
    late.send(&json!({"resume": {}})).await;
    assert_eq!(late.closed().await.0, 1013);
    assert_eq!(server.metrics().sessions_refused, 2);
    drop(client);
    server.sessions(0).await;
    Client::connect(server.address).await;
}
