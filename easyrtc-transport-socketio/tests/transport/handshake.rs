//! Sessions are opened, or refused.

use easyrtc_transport_socketio::Config;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::http::{Polling, request};
use crate::support::ws::{self, Ws};
use crate::support::{Server, event, login};

fn without_sid(text: &str) -> Value {
    let mut open: Value = serde_json::from_str(text.strip_prefix('0').unwrap()).unwrap();
    let sid = open.as_object_mut().unwrap().remove("sid").unwrap();
    let sid = sid.as_str().unwrap();
    assert!(
        sid.len() >= 24 && sid.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    );
    open
}

#[tokio::test]
async fn polling() {
    let server = Server::start().await;
    let answer = request(server.address, Method::GET, "EIO=4&transport=polling", &[], "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["content-type"], "text/plain; charset=UTF-8");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(
        without_sid(&answer.body),
        json!({"upgrades": ["websocket"], "pingInterval": 25000, "pingTimeout": 20000, "maxPayload": 1_000_000})
    );
}

#[tokio::test]
async fn websocket() {
    let server = Server::start().await;
    let mut ws = Ws::with_query(server.address, "EIO=4&transport=websocket").await;
    assert_eq!(
        without_sid(&ws.text().await),
        json!({"upgrades": [], "pingInterval": 25000, "pingTimeout": 20000, "maxPayload": 1_000_000})
    );
}

#[tokio::test]
async fn refused_requests() {
    let server = Server::start().await;
    for (method, query, code, message) in [
        (Method::GET, "EIO=4", 0, "Transport unknown"),
        (Method::GET, "EIO=4&transport=abc", 0, "Transport unknown"),
        (Method::GET, "EIO=4&transport=polling&sid=abc", 1, "Session ID unknown"),
        (Method::POST, "EIO=4&transport=polling&sid=abc", 1, "Session ID unknown"),
        (Method::POST, "EIO=4&transport=polling", 2, "Bad handshake method"),
        (Method::PUT, "EIO=4&transport=polling", 2, "Bad handshake method"),
        (Method::GET, "EIO=4&transport=websocket", 3, "Bad request"),
        (Method::GET, "EIO=4&transport=polling&j=1", 3, "Bad request"),
        (Method::GET, "transport=polling", 5, "Unsupported protocol version"),
        (Method::GET, "EIO=2&transport=polling", 5, "Unsupported protocol version"),
        (Method::GET, "EIO=abc&transport=polling", 5, "Unsupported protocol version"),
        (Method::GET, "EIO=3", 0, "Transport unknown"),
        (Method::GET, "EIO=3&transport=abc", 0, "Transport unknown"),
        (Method::POST, "EIO=3&transport=polling", 2, "Bad handshake method"),
    ] {
        let answer = request(server.address, method, query, &[], "").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(answer.headers["content-type"], "application/json");
        let expected = json!({"code": code, "message": message}).to_string();
        assert_eq!(answer.body, expected, "{query}");
    }
    assert_eq!(server.metrics().requests_refused, 14);
    assert_eq!(server.metrics().sessions_opened, 0);
}

#[tokio::test]
async fn refused_websockets() {
    let server = Server::start().await;
    for query in [
        "EIO=4",
        "EIO=4&transport=abc",
        "EIO=5&transport=websocket",
        "EIO=abc&transport=websocket",
        "EIO=3",
        "EIO=3&transport=abc",
        "transport=websocket",
        "EIO=4&transport=polling",
        "EIO=4&transport=websocket&sid=abc",
    ] {
        match ws::open(server.address, query, &[]).await.map(drop).map_err(|error| *error) {
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
                assert_eq!(response.status().as_u16(), 400, "{query}");
            }
            other => panic!("{query}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn sessions_are_bounded() {
    let server = Server::with(Config { max_sessions: 2, ..Config::default() }).await;
    let mut first = Ws::open(server.address).await;
    let _second = Polling::open(server.address).await;
    let answer = request(server.address, Method::GET, "EIO=4&transport=polling", &[], "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(ws::open(server.address, "EIO=4&transport=websocket", &[]).await.is_err());
    assert_eq!(server.metrics().sessions_refused, 2);
    first.send("1").await;
    first.assert_closed().await;
    server.sessions(1).await;
    Ws::open(server.address).await;
}

#[tokio::test]
async fn a_server_that_stops_takes_no_more_sessions() {
    let server = Server::start().await;
    let mut idle = Ws::open(server.address).await;
    let (mut active, _) = Ws::log_in(server.address).await;
    server.socketio.stop();
    idle.assert_closed().await;
    let answer = request(server.address, Method::GET, "EIO=4&transport=polling", &[], "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    // Whoever is connected to the core goes when the core says so.
    active.send(&event(1, "easyrtcAuth", &login())).await;
    assert_eq!(active.ack(1).await["msgType"], "token");
    active.send("1").await;
    active.assert_closed().await;
    crate::support::soon(server.socketio.closed()).await;
}
