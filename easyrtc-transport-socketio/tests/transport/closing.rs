//! The server ends a connection.

use std::time::Duration;

use easyrtc_runtime::AdminCommand;
use easyrtc_transport_socketio::Config;
use serde_json::json;

use crate::support::http::Polling;
use crate::support::ws::Ws;
use crate::support::{Server, bad_login, event, parse_ack, parse_event, soon};

fn quick() -> Config {
    Config { close_grace: Duration::from_millis(20), ..Config::default() }
}

#[tokio::test]
async fn a_refused_login_on_a_websocket() {
    let server = Server::with(quick()).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send(&event(0, "easyrtcAuth", &bad_login())).await;
    let answer = parse_ack(&ws.text().await, 0).unwrap();
    assert_eq!(answer["msgData"]["errorCode"], "LOGIN_BAD_STRUCTURE");
    assert_eq!(ws.text().await, "41");
    assert_eq!(ws.close_code().await, Some(1000));
    server.sessions(0).await;
}

#[tokio::test]
async fn a_refused_login_on_polling() {
    let server = Server::with(quick()).await;
    let polling = Polling::connect(server.address).await;
    assert_eq!(polling.post(event(0, "easyrtcAuth", &bad_login())).await.body, "ok");
    let packets = polling.packets().await;
    assert_eq!(packets.len(), 2, "{packets:?}");
    let answer = parse_ack(&packets[0], 0).unwrap();
    assert_eq!(answer["msgData"]["errorCode"], "LOGIN_BAD_STRUCTURE");
    assert_eq!(packets[1], "41");
    // The next poll is told of the end, unless the session is gone before it comes.
    let last = polling.poll().await;
    assert!(last.body == "1" || last.code() == Some(1), "{last:?}");
    polling.assert_over().await;
}

#[tokio::test]
async fn the_client_may_close_first() {
    let server = Server::with(Config { close_grace: Duration::from_secs(600), ..quick() }).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send(&event(0, "easyrtcAuth", &bad_login())).await;
    // What it said before it knew is not held against it.
    ws.send(&event(1, "easyrtcCmd", &json!({"msgType": "getRoomList"}))).await;
    ws.send("41").await;
    ws.ack(0).await;
    assert_eq!(ws.text().await, "41");
    ws.send(r#"42["too late"]"#).await;
    ws.send("1").await;
    ws.assert_closed().await;
    let polling = Polling::connect(server.address).await;
    assert_eq!(polling.post(event(0, "easyrtcAuth", &bad_login())).await.body, "ok");
    assert_eq!(polling.packets().await[1], "41");
    assert_eq!(polling.post("1").await.body, "ok");
    polling.assert_over().await;
    server.sessions(0).await;
    assert_eq!(server.metrics().violations, 0);
}

#[tokio::test]
async fn a_client_that_polls_late_still_gets_the_answer() {
    let server = Server::with(quick()).await;
    let polling = Polling::connect(server.address).await;
    let both = format!("{}\x1e3", event(0, "easyrtcAuth", &bad_login()));
    assert_eq!(polling.post(both).await.body, "ok");
    // Far longer than the grace, which starts only when the answer has left.
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(polling.packets().await.len(), 2);
}

/// Sends long messages to `slow`, who does not read, until he is gone.
async fn flood(server: &Server, slow: &str) {
    let (mut sender, _) = Ws::log_in(server.address).await;
    let data = "x".repeat(200_000);
    let message = json!({"msgType": "flood", "targetEasyrtcid": slow, "msgData": data});
    for ack in 1..1000 {
        sender.send(&event(ack, "easyrtcMsg", &message)).await;
        if sender.ack(ack).await["msgType"] == "error" {
            server.sessions(1).await;
            assert_eq!(server.metrics().aborted, 1);
            return;
        }
    }
    panic!("200 MB, and still not too slow");
}

/// Who reads nothing while much is sent to him is dropped, stuck in a write as he is.
#[tokio::test]
async fn a_slow_reader_on_a_websocket() {
    let server = Server::start().await;
    let (_slow, id) = Ws::log_in(server.address).await;
    flood(&server, &id).await;
}

#[tokio::test]
async fn a_slow_reader_on_polling() {
    let server = Server::start().await;
    let (slow, id) = Polling::log_in(server.address).await;
    flood(&server, &id).await;
    slow.assert_over().await;
}

/// Everybody is told, everybody is closed, and the runtime knows when that is done.
#[tokio::test]
async fn shutdown() {
    let server = Server::with(quick()).await;
    let (mut ws, _) = Ws::log_in(server.address).await;
    let (polling, _) = Polling::log_in(server.address).await;
    ws.text().await; // the other's arrival
    let waiting = Ws::open(server.address).await;
    server.socketio.stop();
    server.runtime.admin(AdminCommand::Shutdown).unwrap();
    let (name, message) = parse_event(&ws.text().await).unwrap();
    assert_eq!(name, "easyrtcCmd");
    assert_eq!(message["msgData"]["errorCode"], "SERVER_SHUTDOWN");
    assert_eq!(ws.text().await, "41");
    assert_eq!(ws.close_code().await, Some(1000));
    let packets = polling.packets().await;
    let (_, message) = parse_event(&packets[packets.len() - 2]).unwrap();
    assert_eq!(message["msgData"]["errorCode"], "SERVER_SHUTDOWN");
    assert_eq!(packets.last().unwrap(), "41");
    drop(waiting);
    soon(server.runtime.drained()).await;
    soon(server.socketio.closed()).await;
}
