//! Sessions that go on after their line was cut.

use std::time::Duration;

use easyrtc_runtime::{AdminCommand, Config as CoreConfig, OpenToEveryone, Options, Runtime};
use easyrtc_transport_ws::Config;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::support::client::{Client, open, token};
use crate::support::{Server, numbered, options, room_list, soon, until};

async fn cut(server: &Server, client: Client) {
    let before = server.metrics().sessions_cut;
    drop(client);
    until(|| server.metrics().sessions_cut == before + 1).await;
}

#[tokio::test]
async fn a_cut_line_is_mended() {
    let server = Server::start().await;
    let (mut alice, alice_id) = Client::log_in(server.address).await;
    // The answer to the login is the first frame.
    let (mut bob, bob_id, first) = Client::resumable(server.address).await;
    alice.frame().await;
    bob.event(1, "easyrtcMsg", &numbered(&alice_id, 1)).await;
    alice.frame().await;
    cut(&server, bob).await;
    alice.event(1, "easyrtcMsg", &numbered(&bob_id, 7)).await;
    assert_eq!(alice.ack(1).await["msgType"], "ack", "he is still there");
    let resume = json!({"token": first, "received": 1});
    let (mut bob, welcome) = Client::resume(server.address, &resume).await;
    assert_eq!(welcome["resumed"], true);
    assert_eq!(welcome["received"], 2);
    assert_ne!(token(&welcome), first);
    assert_eq!(bob.frame().await, json!({"ack": 1, "message": {"msgType": "ack"}}));
    assert_eq!(bob.frame().await["message"]["msgData"]["number"], 7);
    bob.event(2, "easyrtcCmd", &room_list()).await;
    assert_eq!(bob.frame().await["ack"], 2);
    assert_eq!(server.metrics().sessions_resumed, 1);
    assert_eq!(server.metrics().sessions, 2);
    // Nobody left, nobody came.
    alice.event(2, "easyrtcCmd", &room_list()).await;
    assert_eq!(alice.frame().await["ack"], 2);
}

#[tokio::test]
async fn tokens_are_good_until_the_next_is_used() {
    let server = Server::start().await;
    let (client, _, first) = Client::resumable(server.address).await;
    cut(&server, client).await;
    let again = |token: &str| json!({"token": token, "received": 1});
    // The welcome is lost, so the client comes with what it has.
    let (client, lost) = Client::resume(server.address, &again(&first)).await;
    cut(&server, client).await;
    let (mut client, welcome) = Client::resume(server.address, &again(&first)).await;
    assert_eq!(welcome["resumed"], true);
    let second = token(&welcome);
    client.send(&json!({"received": 1})).await;
    client.event(1, "easyrtcCmd", &room_list()).await;
    client.ack(1).await;
    for old in [first, token(&lost), "AAAAAAAAAAAAAAAAAAAAAAAA".to_owned()] {
        let (mut other, welcome) = Client::resume(server.address, &again(&old)).await;
        assert_eq!(welcome["resumed"], false);
        assert!(welcome.get("received").is_none());
        other.stream.close(None).await.unwrap();
        server.sessions(1).await;
    }
    assert_eq!(server.metrics().resumes_failed, 3);
    cut(&server, client).await;
    let (_client, welcome) = Client::resume(server.address, &again(&second)).await;
    assert_eq!(welcome["resumed"], true);
}

#[tokio::test]
async fn another_line_takes_over() {
    let server = Server::start().await;
    let (mut before, _, first) = Client::resumable(server.address).await;
    let resume = json!({"token": first, "received": 1});
    let (mut after, welcome) = Client::resume(server.address, &resume).await;
    assert_eq!(welcome["resumed"], true);
    assert_eq!(before.closed().await, (1000, "resumed elsewhere".to_owned()));
    after.event(1, "easyrtcCmd", &room_list()).await;
    assert_eq!(after.frame().await["ack"], 1);
    assert_eq!(server.metrics().sessions, 1);
}

/// The counts can't be met, so the session ends and another starts.
#[tokio::test]
async fn impossible_counts() {
    let server = Server::start().await;
    let (mut watcher, _) = Client::log_in(server.address).await;
    let (client, _, first) = Client::resumable(server.address).await;
    watcher.frame().await;
    cut(&server, client).await;
    let resume = json!({"token": first, "received": 2});
    let (mut client, welcome) = Client::resume(server.address, &resume).await;
    assert_eq!(welcome["resumed"], false);
    assert!(watcher.frame().await.to_string().contains("removeClient"));
    client.authenticate().await;
    assert!(watcher.frame().await.to_string().contains("updateClient"));
    // While the line is up it is a violation.
    client.send(&json!({"received": 2})).await;
    assert_eq!(client.violation().await.1, 1002);
    server.sessions(1).await;
}

#[tokio::test]
async fn nobody_comes_in_time() {
    let config = Config { keep_time: Duration::from_millis(50), ..Config::default() };
    let server = Server::with(config).await;
    let (mut watcher, _) = Client::log_in(server.address).await;
    let (client, _, first) = Client::resumable(server.address).await;
    watcher.frame().await;
    drop(client);
    assert!(watcher.frame().await.to_string().contains("removeClient"));
    server.sessions(1).await;
    assert_eq!((server.metrics().sessions_expired, server.metrics().sessions_cut), (1, 0));
    let resume = json!({"token": first, "received": 1});
    let (_client, welcome) = Client::resume(server.address, &resume).await;
    assert_eq!(welcome["resumed"], false);
}

#[tokio::test]
async fn too_much_for_somebody_who_is_away() {
    let server = Server::with(Config { keep_bytes: 10_000, ..Config::default() }).await;
    let (mut alice, _) = Client::log_in(server.address).await;
    let (bob, bob_id, first) = Client::resumable(server.address).await;
    alice.frame().await;
    cut(&server, bob).await;
    let data = "x".repeat(2000);
    let message = json!({"msgType": "m", "targetEasyrtcid": bob_id, "msgData": data});
    let mut left = Value::Null;
    for id in 1..20 {
        alice.event(id, "easyrtcMsg", &message).await;
    }
    while left.is_null() {
        left = alice.frame().await["message"]["msgData"]["roomData"].clone();
    }
    assert!(left.to_string().contains("removeClient"));
    server.sessions(1).await;
    let (_bob, welcome) =
        Client::resume(server.address, &json!({"token": first, "received": 1})).await;
    assert_eq!(welcome["resumed"], false);
}

/// A close with a code of the client's own means: I'll be back.
#[tokio::test]
async fn closing_the_line_is_not_leaving() {
    let server = Server::start().await;
    let (mut client, _, first) = Client::resumable(server.address).await;
    let frame = CloseFrame { code: 4001.into(), reason: "".into() };
    client.stream.close(Some(frame)).await.unwrap();
    until(|| server.metrics().sessions_cut == 1).await;
    let (_client, welcome) =
        Client::resume(server.address, &json!({"token": first, "received": 1})).await;
    assert_eq!(welcome["resumed"], true);
}

#[tokio::test]
async fn the_first_frame_says_which_session() {
    let server = Server::start().await;
    for text in [
        r#"{"event":"easyrtcCmd","id":1,"message":{}}"#,
        r#"{"received":1}"#,
        r#"{"resume":null}"#,
        "nothing",
    ] {
        let mut client = open(server.address, "/ws?resume=1", &[]).await.unwrap();
        client.send_text(text).await;
        assert_eq!(client.violation().await.1, 1002, "{text}");
    }
    let config = Config { resume_timeout: Duration::from_millis(20), ..Config::default() };
    let server = Server::with(config).await;
    let mut silent = open(server.address, "/ws?resume=1", &[]).await.unwrap();
    assert_eq!(silent.closed().await.0, 1008);
    drop(silent);
    soon(server.transport.closed()).await;
}

#[tokio::test]
async fn kicked_while_away() {
    let server = Server::start().await;
    let (client, id, first) = Client::resumable(server.address).await;
    cut(&server, client).await;
    server.runtime.admin(AdminCommand::Shutdown).unwrap();
    server.sessions(0).await;
    soon(server.runtime.drained()).await;
    let (mut client, welcome) =
        Client::resume(server.address, &json!({"token": first, "received": 1})).await;
    assert_eq!(welcome["resumed"], false);
    assert_eq!(client.frame().await["message"]["msgData"]["errorCode"], "SERVER_SHUTDOWN");
    drop(id);
}

/// Silence is not held against a client whose line is cut.
#[tokio::test]
async fn still_alive_while_away() {
    let core = CoreConfig {
        still_alive_interval: Duration::from_millis(400),
        still_alive_grace: Duration::from_millis(400),
        ..CoreConfig::default()
    };
    let runtime = Runtime::start(Options { core, ..options() }, OpenToEveryone).unwrap();
    let config = Config { keep_time: Duration::from_millis(2000), ..Config::default() };
    let server = Server::with_runtime(config, runtime).await;
    let (client, _, _) = Client::resumable(server.address).await;
    cut(&server, client).await;
    server.sessions(0).await;
    assert_eq!(server.metrics().sessions_expired, 1, "not silence, but the time to come back");
}

#[tokio::test]
async fn the_server_says_what_it_has() {
    let server = Server::start().await;
    let (mut client, ..) = Client::resumable(server.address).await;
    client.event(1, "easyrtcCmd", &room_list()).await;
    client.ack(1).await;
    assert_eq!(client.any_frame().await, json!({"received": 2}));
}
