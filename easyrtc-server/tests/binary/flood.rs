//! One address sends a hundred times what it may, and others are served all the same.
//!
//! How long they wait is measured by `easyrtc-bench`; here the server's work is counted, which says
//! the same without a clock.

use std::io::Write as _;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::Server;
use crate::web_socket::Client;

/// What one connection, and all of one address, may do.
const OPTIONS: &str = r#"{"maxMessagesPerSecond":50,"maxMessagesBurst":100,"rateLimitPause":500,
    "maxMessagesPerSecondPerAddress":100,"maxMessagesBurstPerAddress":300}"#;

const CONNECTIONS: u64 = 4;

/// A hundred times what a connection may send at once.
const MESSAGES: u64 = 10_000;

/// Bytes of one of them, about.
const BYTES: usize = 2_000;

/// How often two others hear of each other meanwhile.
const RELAYS: u64 = 90;

/// What came back to the flooder.
#[derive(Debug, Default)]
struct Answers {
    acks: AtomicU64,
    refusals: AtomicU64,
}

fn client(server: &Server, from: &str) -> (Client, Value) {
    let mut stream = Server::connect_to(server.address());
    write!(stream, "PROXY TCP4 {from} 127.0.0.1 4711 80\r\n").unwrap();
    let mut client = Client::over(stream, "/ws", &[]).unwrap();
    let token = client.login();
    (client, token)
}

/// Sends as fast as it can, and counts what comes back until it is to stop.
fn flood(server: &Server, answers: &Answers, over: &AtomicBool) {
    let (mut client, _) = client(server, "192.0.2.66");
    let (mut writing, reading) = (client.stream(), client.stream());
    reading.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // Ends with the socket, if the server does not read it all.
            let _ = (2..MESSAGES).try_for_each(|id| writing.write_all(&frame(id)));
        });
        while !over.load(Ordering::Relaxed) {
            let Some(frame) = client.try_frame() else { continue };
            let message = &frame["message"];
            match message["msgType"].as_str() {
                Some("ack") => answers.acks.fetch_add(1, Ordering::Relaxed),
                Some("error") => {
                    assert_eq!(message["msgData"]["errorCode"], "MSG_REJECT_GEN_FAIL");
                    answers.refusals.fetch_add(1, Ordering::Relaxed)
                }
                // Others come to the room.
                _ => continue,
            };
        }
        reading.shutdown(Shutdown::Both).unwrap();
    });
}

/// A message as a client sends it, masked with zeros.
fn frame(id: u64) -> Vec<u8> {
    let filler = "x".repeat(BYTES);
    let message = json!({"msgType": "stillAlive", "msgData": filler});
    let text = json!({"event": "easyrtcCmd", "id": id, "message": message}).to_string();
    let length = u16::try_from(text.len()).unwrap().to_be_bytes();
    [&[0x81, 0xfe], &length[..], &[0; 4], text.as_bytes()].concat()
}

#[test]
fn a_flood_costs_no_more_than_its_limits_and_others_are_served() {
    let flags = ["--easyrtc-options", OPTIONS, "--trusted-proxy", "127.0.0.1", "--proxy-protocol"];
    let server = Server::start(&flags);
    let (mut ada, _) = client(&server, "192.0.2.7");
    let (mut bob, token) = client(&server, "192.0.2.7");
    let bob_id = token["msgData"]["easyrtcid"].as_str().unwrap();
    assert_eq!(ada.frame()["message"]["msgType"], "roomData", "of Bob");
    let before = server.memory();
    let started = Instant::now();
    let (answers, over) = (Answers::default(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| flood(&server, &answers, &over));
        }
        // Once it has been refused something, and again and again meanwhile.
        while answers.refusals.load(Ordering::Relaxed) == 0 {
            std::thread::yield_now();
        }
        let relayed = json!({"msgType": "n", "targetEasyrtcid": bob_id, "msgData": 1});
        for id in 2..2 + RELAYS {
            ada.send(id, "easyrtcMsg", &relayed);
            while ada.frame()["ack"] != id {}
            while bob.frame()["event"] != "easyrtcMsg" {}
        }
        let more = server.memory().saturating_sub(before);
        over.store(true, Ordering::Relaxed);
        // What the flooder sent was 80 MB, which the server would hold if it read on.
        assert!(more < 24_000_000, "{more} bytes more");
    });
    let handled = answers.acks.load(Ordering::Relaxed);
    let refused = answers.refusals.load(Ordering::Relaxed);
    let seconds = started.elapsed().as_secs() + 1;
    // Whatever time it took: the rates say how much may have been done in it.
    assert!(handled >= 300 - CONNECTIONS, "{handled} were handled");
    assert!(handled <= 300 + 100 * seconds, "{handled} were handled in {seconds} s");
    assert!(refused <= CONNECTIONS * (2 * seconds + 1), "{refused} refused in {seconds} s");
    let (mut late, _) = client(&server, "192.0.2.7");
    assert_eq!(late.ask(2, "easyrtcCmd", &json!({"msgType": "stillAlive"}))["msgType"], "ack");
}
