//! Lines that are cut at any byte, any number of times, with real sockets.

use proptest::prelude::*;
use proptest::test_runner::{Config as ProptestConfig, TestRunner};
use serde_json::{Value, json};

use crate::support::client::{Client, open, token};
use crate::support::relay::Relay;
use crate::support::{Server, login, numbered, soon};

/// A client that resumes, as the specification has it.
struct Resuming {
    address: std::net::SocketAddr,
    line: Option<Client>,
    token: Option<String>,
    received: u64,
    /// All that was said, by `id`.
    said: Vec<Value>,
    /// The ids of the answers, and the numbers in the messages.
    answers: Vec<u64>,
    heard: Vec<u64>,
    id: String,
}

impl Resuming {
    fn new(relay: &Relay) -> Self {
        Self {
            address: relay.address,
            line: None,
            token: None,
            received: 0,
            said: Vec::new(),
            answers: Vec::new(),
            heard: Vec::new(),
            id: String::new(),
        }
    }

    async fn say(&mut self, event: &str, message: &Value) {
        let id = self.said.len();
        let frame = json!({"event": event, "id": id, "message": message});
        self.said.push(frame.clone());
        if let Some(line) = &mut self.line
            && line.try_send(&frame).await.is_err()
        {
            self.line = None;
        }
    }

    /// Takes the next frame. If the line is cut, connects again instead.
    async fn go_on(&mut self) {
        let Some(line) = &mut self.line else { return self.connect().await };
        let Some(frame) = line.try_frame().await else {
            self.line = None;
            return;
        };
        if frame.get("received").is_some() {
            return;
        }
        self.received += 1;
        if let Some(id) = frame["ack"].as_u64() {
            self.answers.push(id);
            if let Some(id) = frame["message"]["msgData"]["easyrtcid"].as_str() {
                self.id = id.to_owned();
            }
        } else if let Some(number) = frame["message"]["msgData"]["number"].as_u64() {
            self.heard.push(number);
        }
    }

    async fn connect(&mut self) {
        let Ok(mut line) = open(self.address, "/ws?resume=1", &[]).await else { return };
        let resume = json!({"resume": {"token": self.token, "received": self.received}});
        if line.try_send(&resume).await.is_err() {
            return;
        }
        let Some(frame) = line.try_frame().await else { return };
        assert_eq!(frame["event"], "welcome", "{frame}");
        let welcome = &frame["message"];
        assert_eq!(welcome["resumed"], self.token.is_some(), "{welcome}");
        self.token = Some(token(welcome));
        let taken = usize::try_from(welcome["received"].as_u64().unwrap_or(0)).unwrap();
        for frame in self.said.iter().skip(taken) {
            if line.try_send(frame).await.is_err() {
                return;
            }
        }
        self.line = Some(line);
    }
}

async fn nothing_is_lost_or_doubled(cuts: Vec<[usize; 2]>) {
    const MESSAGES: u64 = 20;
    let server = Server::start().await;
    let (mut alice, alice_id) = Client::log_in(server.address).await;
    let relay = Relay::start(server.address, cuts).await;
    let mut bob = Resuming::new(&relay);
    bob.say("easyrtcAuth", &login()).await;
    while bob.id.is_empty() {
        bob.go_on().await;
    }
    for number in 0..MESSAGES {
        bob.say("easyrtcMsg", &numbered(&alice_id, number)).await;
        alice.event(number, "easyrtcMsg", &numbered(&bob.id, number)).await;
    }
    while bob.heard.len() < 20 || bob.answers.len() < 21 {
        bob.go_on().await;
    }
    let all: Vec<u64> = (0..MESSAGES).collect();
    assert_eq!(bob.heard, all);
    assert_eq!(bob.answers, (0..=MESSAGES).collect::<Vec<u64>>());
    let (mut heard, mut answers) = (Vec::new(), Vec::new());
    while heard.len() < 20 || answers.len() < 20 {
        let frame = alice.frame().await;
        assert!(!frame.to_string().contains("removeClient"), "nobody left");
        heard.extend(frame["message"]["msgData"]["number"].as_u64());
        answers.extend(frame["ack"].as_u64());
    }
    assert_eq!((heard, answers), (all.clone(), all));
    assert_eq!(server.metrics().violations, 0);
}

#[test]
fn cut_at_any_byte_any_number_of_times() {
    // The handshake has some 200 bytes each way, a message some 150.
    let line = [150_usize..3000, 100_usize..4000].map(|range| range.boxed());
    let [up, down] = line;
    let cuts = prop::collection::vec((up, down).prop_map(|(up, down)| [up, down]), 0..12);
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    TestRunner::new(config)
        .run(&cuts, |cuts| {
            runtime.block_on(soon(nothing_is_lost_or_doubled(cuts)));
            Ok(())
        })
        .unwrap();
}

/// Cut by hand in the middle of everything, again and again.
#[tokio::test]
async fn cut_while_much_is_under_way() {
    let server = Server::start().await;
    let relay = Relay::start(server.address, Vec::new()).await;
    let (mut alice, alice_id) = Client::log_in(server.address).await;
    let mut bob = Resuming::new(&relay);
    bob.say("easyrtcAuth", &login()).await;
    while bob.id.is_empty() {
        bob.go_on().await;
    }
    for number in 0..200 {
        bob.say("easyrtcMsg", &numbered(&alice_id, number)).await;
        alice.event(number, "easyrtcMsg", &numbered(&bob.id, number)).await;
        if number % 20 == 19 {
            relay.cut();
        }
    }
    soon(async {
        while bob.heard.len() < 200 || bob.answers.len() < 201 {
            bob.go_on().await;
        }
    })
    .await;
    assert_eq!(bob.heard, (0..200).collect::<Vec<u64>>());
    assert_eq!(bob.answers, (0..=200).collect::<Vec<u64>>());
    assert!(server.metrics().sessions_resumed > 0);
}
