//! How connections end.

use easyrtc_runtime::{AdminCommand, OpenToEveryone, Options, Runtime};
use easyrtc_transport_ws::Config;
use futures_util::SinkExt;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::support::client::{Client, open};
use crate::support::{Server, bad_login, login, options, room_list, soon};

const BAD_STRUCTURE: &str = "MSG_REJECT_BAD_STRUCTURE";

#[tokio::test]
async fn what_is_no_frame() {
    let server = Server::start().await;
    let too_many = json!({"_placeholder": true, "num": 32, "base64": ""}).to_string();
    let bad = json!({"_placeholder": true, "num": 0, "base64": "%"}).to_string();
    for (text, code, close) in [
        ("{".to_owned(), BAD_STRUCTURE, 1002),
        ("{}".to_owned(), BAD_STRUCTURE, 1002),
        (r#"{"event":"welcome","message":{}}"#.to_owned(), BAD_STRUCTURE, 1002),
        (r#"{"event":"easyrtcCmd","id":-1,"message":{}}"#.to_owned(), BAD_STRUCTURE, 1002),
        (r#"{"event":"easyrtcCmd","id":1}"#.to_owned(), BAD_STRUCTURE, 1002),
        (r#"{"resume":{}}"#.to_owned(), BAD_STRUCTURE, 1002),
        (
            format!(r#"{{"event":"easyrtcMsg","id":1,"message":{too_many}}}"#),
            "MSG_REJECT_BAD_SIZE",
            1009,
        ),
        (
            format!(r#"{{"event":"easyrtcMsg","id":1,"message":{bad}}}"#),
            "MSG_REJECT_BAD_DATA",
            1002,
        ),
    ] {
        let (mut client, _) = Client::connect(server.address).await;
        client.send_text(&text).await;
        assert_eq!(client.violation().await, (code.to_owned(), close), "{text}");
    }
    server.sessions(0).await;
    assert_eq!(server.metrics().violations, 8);
    assert_eq!(server.runtime.connections(), 0);
}

#[tokio::test]
async fn binary_messages() {
    let server = Server::start().await;
    let (mut client, _) = Client::connect(server.address).await;
    client.stream.send(Message::binary(vec![1])).await.unwrap();
    assert_eq!(client.violation().await, ("MSG_REJECT_BAD_DATA".to_owned(), 1003));
}

#[tokio::test]
async fn messages_above_the_limit() {
    let server = Server::with(Config { max_message: 1000, ..Config::default() }).await;
    let (mut client, _) = Client::connect(server.address).await;
    client.send_text(&"x".repeat(1001)).await;
    assert_eq!(client.closed().await.0, 1009);
}

/// Sends bytes that no WebSocket library would.
async fn raw(bytes: &[u8]) -> u16 {
    let server = Server::start().await;
    let (mut client, _) = Client::connect(server.address).await;
    client.stream.get_mut().write_all(bytes).await.unwrap();
    client.closed().await.0
}

#[tokio::test]
async fn broken_frames() {
    // A text frame, masked with zeros, of one byte that is no UTF-8.
    assert_eq!(raw(&[0x81, 0x81, 0, 0, 0, 0, 0xff]).await, 1007);
    // A reserved opcode.
    assert_eq!(raw(&[0x83, 0x80, 0, 0, 0, 0]).await, 1002);
    // A frame that is not masked.
    assert_eq!(raw(&[0x81, 0x01, b'x']).await, 1002);
}

#[tokio::test]
async fn logins() {
    let server = Server::start().await;
    let (mut refused, _) = Client::connect(server.address).await;
    refused.event(1, "easyrtcAuth", &bad_login()).await;
    // What was said before it knew has no answer.
    refused.event(2, "easyrtcCmd", &room_list()).await;
    let answer = refused.frame().await;
    assert_eq!((&answer["ack"], &answer["message"]["msgType"]), (&json!(1), &json!("error")));
    assert_eq!(refused.closed().await, (1008, "refused".to_owned()));
    let (mut nameless, _) = Client::connect(server.address).await;
    nameless.send(&json!({"event": "easyrtcAuth", "message": login()})).await;
    assert_eq!(nameless.closed().await.0, 1008);
    server.sessions(0).await;
}

#[tokio::test]
async fn the_client_leaves() {
    let server = Server::start().await;
    let (mut watcher, _) = Client::log_in(server.address).await;
    let (mut client, id, _) = Client::resumable(server.address).await;
    watcher.frame().await;
    let frame = CloseFrame { code: 1000.into(), reason: "".into() };
    client.stream.close(Some(frame)).await.unwrap();
    assert_eq!(client.closed().await.0, 1000);
    let gone = watcher.frame().await;
    assert!(
        gone["message"]["msgData"]["roomData"]["default"]["clientListDelta"]["removeClient"][&id]
            .is_object()
    );
    server.sessions(1).await;
}

/// Who can't be resumed and breaks off is gone at once.
#[tokio::test]
async fn the_line_breaks() {
    let server = Server::start().await;
    let (mut watcher, _) = Client::log_in(server.address).await;
    let (client, _) = Client::log_in(server.address).await;
    watcher.frame().await;
    drop(client);
    assert!(watcher.frame().await.to_string().contains("removeClient"));
    server.sessions(1).await;
}

#[tokio::test]
async fn shutdown() {
    let server = Server::start().await;
    let (mut plain, _) = Client::log_in(server.address).await;
    let (mut resumable, ..) = Client::resumable(server.address).await;
    plain.frame().await; // the other's arrival
    let (cut, ..) = Client::resumable(server.address).await;
    plain.frame().await;
    resumable.frame().await;
    drop(cut);
    crate::support::until(|| server.metrics().sessions_cut == 1).await;
    let mut undecided = open(server.address, "/ws?resume=1", &[]).await.unwrap();
    server.transport.stop();
    server.runtime.admin(AdminCommand::Shutdown).unwrap();
    for client in [&mut plain, &mut resumable] {
        let frame = client.frame().await;
        assert_eq!(frame["message"]["msgData"]["errorCode"], "SERVER_SHUTDOWN");
        assert_eq!(client.closed().await, (1001, "shutdown".to_owned()));
    }
    assert_eq!(undecided.closed().await.0, 1001);
    soon(server.runtime.drained()).await;
    soon(server.transport.closed()).await;
    assert_eq!((server.metrics().sessions, server.metrics().sessions_cut), (0, 0));
    assert_eq!(crate::support::client::refused(server.address, "/ws", &[]).await, 503);
}

/// Nobody new is let in, and who is there stays, whatever becomes of the line.
#[tokio::test]
async fn draining() {
    let server = Server::start().await;
    let (plain, _) = Client::log_in(server.address).await;
    let (cut, _, first) = Client::resumable(server.address).await;
    drop(cut);
    crate::support::until(|| server.metrics().sessions_cut == 1).await;
    server.transport.drain();
    assert_eq!(crate::support::client::refused(server.address, "/ws", &[]).await, 503);
    for token in [json!(null), json!("AAAAAAAAAAAAAAAAAAAAAAAA")] {
        let mut new = open(server.address, "/ws?resume=1", &[]).await.unwrap();
        new.send(&json!({ "resume": { "token": token, "received": 0 } })).await;
        assert_eq!(new.closed().await.0, 1001, "{token}");
    }
    let resume = json!({ "token": first, "received": 1 });
    let (mut back, welcome) = Client::resume(server.address, &resume).await;
    assert_eq!(welcome["resumed"], true);
    back.event(1, "easyrtcCmd", &json!({ "msgType": "stillAlive" })).await;
    assert_eq!(back.ack(1).await["msgType"], "ack");
    drop(plain);
    back.stream.close(None).await.unwrap();
    soon(server.runtime.drained()).await;
    soon(server.transport.closed()).await;
}

/// Who reads nothing while much is sent to him is dropped, stuck in a write as he is.
#[tokio::test]
async fn a_slow_reader() {
    let server = Server::start().await;
    for resumable in [false, true] {
        let (slow, id) = if resumable {
            let (slow, id, _) = Client::resumable(server.address).await;
            (slow, id)
        } else {
            Client::log_in(server.address).await
        };
        let (mut sender, _) = Client::log_in(server.address).await;
        let data = "x".repeat(200_000);
        let message = json!({"msgType": "flood", "targetEasyrtcid": id, "msgData": data});
        let mut gone = false;
        for ack in 1..1000 {
            sender.event(ack, "easyrtcMsg", &message).await;
            gone = sender.ack(ack).await["msgType"] == "error";
            if gone {
                break;
            }
        }
        assert!(gone, "200 MB, and still not too slow");
        server.sessions(1).await;
        drop((slow, sender));
        server.sessions(0).await;
    }
    assert_eq!(server.metrics().aborted, 2);
}

#[tokio::test]
async fn the_runtime_has_no_room() {
    let options = Options { hard_connection_limit: 1, ..options() };
    let runtime = Runtime::start(options, OpenToEveryone).unwrap();
    let server = Server::with_runtime(Config::default(), runtime).await;
    let (_client, _) = Client::connect(server.address).await;
    let mut second = open(server.address, "/ws", &[]).await.unwrap();
    assert_eq!(second.closed().await.0, 1013);
}
