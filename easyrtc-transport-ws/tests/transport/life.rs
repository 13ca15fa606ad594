//! Signs of life, and a core that lets a client wait.

use std::time::{Duration, Instant};

use easyrtc_runtime::{
    Answer, Config as CoreConfig, OpenToEveryone, Options, Question, Rate, Responder, Runtime,
    Verdict,
};
use easyrtc_transport_ws::Config;
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;

use crate::support::client::{Client, token};
use crate::support::{Server, login, options, room_list, soon, until};

/// Pings often, and does not wait long for the answers.
fn impatient() -> Config {
    let ping_interval = Duration::from_millis(20);
    Config { ping_interval, ping_timeout: Duration::from_millis(400), ..Config::default() }
}

#[tokio::test]
async fn pings_are_answered_by_who_reads() {
    let server = Server::with(impatient()).await;
    let (mut client, _) = Client::connect(server.address).await;
    let mut pings = 0;
    // Far longer than the timeout.
    while pings < 50 {
        if let Message::Ping(_) = soon(client.stream.next()).await.unwrap().unwrap() {
            pings += 1;
        }
    }
    assert_eq!(server.metrics().ping_timeouts, 0);
}

#[tokio::test]
async fn who_does_not_answer_is_closed() {
    let server = Server::with(impatient()).await;
    let (mut client, _) = Client::connect(server.address).await;
    // It is not read, so it does not answer.
    server.sessions(0).await;
    assert_eq!(server.metrics().ping_timeouts, 1);
    assert_eq!(client.closed().await, (4000, "no pong".to_owned()));
}

#[tokio::test]
async fn a_session_outlives_a_silent_line() {
    let server = Server::with(impatient()).await;
    let (_silent, welcome) = Client::resume(server.address, &json!({})).await;
    until(|| server.metrics().sessions_cut == 1).await;
    let resume = json!({"token": token(&welcome), "received": 0});
    let (_client, welcome) = Client::resume(server.address, &resume).await;
    assert_eq!(welcome["resumed"], true);
}

/// Whatever a client sends as fast as it can is read no faster than it may be sent; nothing is
/// refused, and nothing lost.
#[tokio::test]
async fn a_flood_of_pings_is_read_slowly() {
    const PINGS: usize = 40;
    let max_packets = Rate::new(20, 25);
    let server = Server::with(Config { max_packets, ..impatient() }).await;
    let (mut client, _) = Client::log_in(server.address).await;
    let start = Instant::now();
    for _ in 0..PINGS {
        client.stream.send(Message::Ping(Vec::new().into())).await.unwrap();
    }
    client.send(&json!({"event": "easyrtcCmd", "id": 9, "message": room_list()})).await;
    while !soon(client.stream.next()).await.unwrap().unwrap().is_text() {}
    // What it has to wait for is no silence, though it is longer than the ping timeout.
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    let metrics = server.metrics();
    assert!((1..=3).contains(&metrics.lines_held), "{metrics:?}");
    assert_eq!(metrics.ping_timeouts, 0);
}

#[tokio::test]
async fn silence_is_closed() {
    let core = CoreConfig {
        still_alive_interval: Duration::from_millis(50),
        still_alive_grace: Duration::from_millis(50),
        ..CoreConfig::default()
    };
    let runtime = Runtime::start(Options { core, ..options() }, OpenToEveryone).unwrap();
    let server = Server::with_runtime(Config::default(), runtime).await;
    let (mut client, _) = Client::connect(server.address).await;
    assert_eq!(client.closed().await, (4000, "silent".to_owned()));
    server.sessions(0).await;
}

#[tokio::test]
async fn pings_of_the_client_are_answered() {
    let server = Server::start().await;
    let (mut client, _) = Client::connect(server.address).await;
    client.stream.send(Message::Ping("hi".into())).await.unwrap();
    assert_eq!(soon(client.stream.next()).await.unwrap().unwrap(), Message::Pong("hi".into()));
}

#[tokio::test]
async fn who_does_not_log_in_is_told_and_closed() {
    let core =
        CoreConfig { login_timeout_websocket: Duration::from_millis(20), ..CoreConfig::default() };
    let runtime = Runtime::start(Options { core, ..options() }, OpenToEveryone).unwrap();
    let server = Server::with_runtime(Config::default(), runtime).await;
    let (mut client, _) = Client::connect(server.address).await;
    assert_eq!(client.frame().await["message"]["msgData"]["errorCode"], "LOGIN_TIMEOUT");
    assert_eq!(client.closed().await, (1008, "no login".to_owned()));
}

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

async fn behind_a_door(config: Config) -> (Server, watch::Sender<bool>) {
    let door = watch::Sender::new(false);
    let mut options = options();
    // What comes before the answer: one message waits in the core, the next in the transport.
    options.core.limits.parked = 1;
    let runtime = Runtime::start(options, Door(door.subscribe())).unwrap();
    (Server::with_runtime(config, runtime).await, door)
}

async fn login_and_more(client: &mut Client) {
    client.event(0, "easyrtcAuth", &login()).await;
    for id in 1..4 {
        client.event(id, "easyrtcCmd", &room_list()).await;
    }
}

#[tokio::test]
async fn a_client_that_has_to_wait_is_not_silent() {
    let (server, door) = behind_a_door(impatient()).await;
    let (mut client, _) = Client::connect(server.address).await;
    login_and_more(&mut client).await;
    // It is not read, so its pongs don't arrive; that is not held against it.
    tokio::time::sleep(Duration::from_millis(900)).await;
    door.send_replace(true);
    for id in 0..4 {
        assert_eq!(client.frame().await["ack"], id);
    }
}

/// Frames that were taken before the cut are not to be sent again, also those that wait.
#[tokio::test]
async fn a_line_is_mended_while_its_client_waits() {
    let (server, door) = behind_a_door(Config::default()).await;
    let (mut client, welcome) = Client::resume(server.address, &json!({})).await;
    login_and_more(&mut client).await;
    // The core has the first two frames, the transport the third, and the fourth is not read.
    let received = soon(async {
        let mut token = token(&welcome);
        loop {
            let resume = json!({"token": token, "received": 0});
            let (next, welcome) = Client::resume(server.address, &resume).await;
            client = next;
            token = welcome["session"]["token"].as_str().unwrap().to_owned();
            let received = welcome["received"].as_u64().unwrap();
            // Frames that were not taken in time were lost with their line.
            for id in received..4 {
                let (name, message) =
                    if id == 0 { ("easyrtcAuth", login()) } else { ("easyrtcCmd", room_list()) };
                client.event(id, name, &message).await;
            }
            if received == 3 {
                return received;
            }
        }
    })
    .await;
    assert_eq!(received, 3);
    door.send_replace(true);
    for id in 0..4 {
        assert_eq!(client.frame().await["ack"], id);
    }
}
