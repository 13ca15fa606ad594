//! The core lets a client wait: its answer to a login comes later.

use std::time::Duration;

use easyrtc_runtime::{Answer, Question, Responder, Runtime, Verdict};
use easyrtc_transport_socketio::Config;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::http::Polling;
use crate::support::ws::Ws;
use crate::support::{Server, event, login, options, parse_ack, soon};

/// Lets clients in once the door is open.
struct Door(watch::Receiver<bool>);

impl Responder for Door {
    fn respond(&self, question: Question) -> Answer {
        let mut open = self.0.clone();
        match question {
            Question::Login(_) => Answer::Later(Box::pin(async move {
                open.wait_for(|&open| open).await.unwrap();
                Verdict::Allow(easyrtc_state::Grant::default())
            })),
            Question::RoomJoin(_) => Answer::Now(Verdict::RoomJoin),
            Question::IceConfig { .. } => Answer::Now(Verdict::IceServers(None)),
            Question::Application { .. } => Answer::Now(Verdict::Application(None)),
        }
    }
}

async fn server(config: Config) -> (Server, watch::Sender<bool>) {
    let door = watch::Sender::new(false);
    let mut options = options();
    // What comes before the answer: one message waits in the core, the next in the transport.
    options.core.limits.parked = 1;
    let runtime = Runtime::start(options, Door(door.subscribe())).unwrap();
    (Server::with_runtime(config, runtime).await, door)
}

/// Pings often.
fn lively() -> Config {
    Config { ping_interval: Duration::from_millis(20), ..Config::default() }
}

fn room_list() -> Value {
    json!({"msgType": "getRoomList"})
}

/// A payload with a login and a message behind it.
fn login_and_more() -> String {
    let more = event(1, "easyrtcCmd", &room_list());
    format!("{}\x1e{more}", event(0, "easyrtcAuth", &login()))
}

#[tokio::test]
async fn on_a_websocket() {
    let (server, door) = server(lively()).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send(&event(0, "easyrtcAuth", &login())).await;
    ws.send(&event(1, "easyrtcCmd", &room_list())).await;
    ws.send(&event(2, "easyrtcCmd", &room_list())).await;
    ws.send(&event(3, "easyrtcCmd", &room_list())).await;
    // It is not read, but it is written to.
    assert_eq!(ws.text().await, "2");
    ws.send("3").await;
    door.send_replace(true);
    let mut answers = Vec::new();
    while answers.len() < 4 {
        let text = ws.text().await;
        if text == "2" {
            ws.send("3").await;
        } else {
            let ack = answers.len() as u64;
            answers.push(parse_ack(&text, ack).unwrap()["msgType"].clone());
        }
    }
    assert_eq!(answers, ["token", "roomList", "roomList", "roomList"]);
}

/// A client that is not read can't answer pings: not its fault.
#[tokio::test]
async fn waiting_is_no_silence() {
    let (server, door) = server(Config { ping_timeout: Duration::from_secs(1), ..lively() }).await;
    let mut ws = Ws::connect(server.address).await;
    ws.send(&event(0, "easyrtcAuth", &login())).await;
    for ack in 1..4 {
        ws.send(&event(ack, "easyrtcCmd", &room_list())).await;
    }
    assert_eq!(ws.text().await, "2");
    // By the time this one's silence has ended it, so would the other's have.
    let mut silent = Ws::open(server.address).await;
    assert_eq!(silent.text().await, "2");
    silent.assert_closed().await;
    door.send_replace(true);
    assert_eq!(ws.ack(0).await["msgType"], "token");
}

#[tokio::test]
async fn on_polling() {
    let (server, door) = server(lively()).await;
    let polling = Polling::connect(server.address).await;
    assert_eq!(polling.post(login_and_more()).await.body, "ok");
    // A POST is answered when its packets were handed on, so this one waits …
    let mut posting = tokio::spawn({
        let polling = polling.clone();
        async move { polling.post(event(2, "easyrtcCmd", &room_list())).await }
    });
    // … and polls are served meanwhile.
    assert_eq!(polling.poll().await.body, "2");
    let waited = tokio::time::timeout(Duration::from_millis(200), &mut posting).await;
    assert!(waited.is_err(), "{waited:?}");
    door.send_replace(true);
    assert_eq!(soon(posting).await.unwrap().body, "ok");
    let mut packets = Vec::new();
    while packets.len() < 3 {
        packets.extend(polling.packets().await.into_iter().filter(|packet| packet != "2"));
    }
    assert_eq!(parse_ack(&packets[0], 0).unwrap()["msgType"], "token");
    assert_eq!(parse_ack(&packets[1], 1).unwrap()["msgType"], "roomList");
    assert_eq!(parse_ack(&packets[2], 2).unwrap()["msgType"], "roomList");
}

/// A poll given up ends the session even while its client has to wait.
#[tokio::test]
async fn a_client_that_leaves_meanwhile() {
    let (server, _door) = server(Config::default()).await;
    let polling = Polling::connect(server.address).await;
    assert_eq!(polling.post(login_and_more()).await.body, "ok");
    let posting = tokio::spawn({
        let polling = polling.clone();
        async move { polling.post(event(2, "easyrtcCmd", &room_list())).await }
    });
    let second = tokio::spawn({
        let polling = polling.clone();
        async move { (polling.poll().await, polling.poll().await) }
    });
    let first = polling.poll().await;
    let (second, third) = soon(second).await.unwrap();
    assert!([&first, &second, &third].iter().any(|answer| answer.body == "1"));
    assert_eq!(soon(posting).await.unwrap().status, 400);
    server.sessions(0).await;
    assert_eq!(server.runtime.connections(), 0);
}
