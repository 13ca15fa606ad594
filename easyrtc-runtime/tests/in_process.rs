//! The example of a transport does what it says.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../examples/in_process.rs"]
#[allow(dead_code, unreachable_pub, reason = "a program of its own, with a main")]
mod in_process;
#[path = "support/logged.rs"]
mod logged;

use std::sync::Arc;

use easyrtc_runtime::{ClientEvent, CloseReason, OpenToEveryone, Options, OutboxLimits, Runtime};
use in_process::{Heard, InProcess, two_clients_meet};
use serde_json::json;

/// What the runtimes of these tests start from.
fn options() -> Options {
    Options { observer: Some(Arc::new(logged::message_log())), ..Options::default() }
}

#[tokio::test]
async fn two_clients_meet_and_part() {
    two_clients_meet(options()).await.unwrap();
}

#[tokio::test]
async fn one_that_does_not_listen_hears_only_that_it_is_cut_off() {
    let outbox = OutboxLimits { frames: 4, ..OutboxLimits::default() };
    let runtime = Runtime::start(Options { outbox, ..options() }, OpenToEveryone).unwrap();
    let mut client = InProcess::connect(&runtime).unwrap();
    let login = json!({"msgType": "authenticate", "msgData": {"apiVersion": "1"}});
    client.say(ClientEvent::Auth, &login).await.unwrap();
    for _ in 0..4 {
        client.say(ClientEvent::Cmd, &json!({"msgType": "getRoomList"})).await.unwrap();
    }
    assert_eq!(client.hear().await.unwrap(), Heard::Closed(CloseReason::Slow));
    assert_eq!(client.hear().await.unwrap(), Heard::Closed(CloseReason::Slow));
    assert_eq!(runtime.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_log_in_is_told_so_and_closed() {
    let runtime = Runtime::start(options(), OpenToEveryone).unwrap();
    let started = tokio::time::Instant::now();
    let mut client = InProcess::connect(&runtime).unwrap();
    let Heard::Event("easyrtcCmd", error) = client.hear().await.unwrap() else { panic!() };
    assert_eq!(error["msgData"]["errorCode"], "LOGIN_TIMEOUT");
    assert_eq!(client.hear().await.unwrap(), Heard::Closed(CloseReason::LoginTimeout));
    assert_eq!(started.elapsed().as_secs(), 30);
}
