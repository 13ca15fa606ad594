//! `[hooks.events]`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::backend::{Backend, Reply, events};
use super::{Hooked, ask, events_to, join, leave, messages_to, to_server};

fn take() -> Reply {
    Reply::Answer(204, String::new())
}

/// The numbers of events, which have none that is missing or there twice.
fn assert_consecutive(events: &[Value]) {
    let numbers = events.iter().map(|event| event["sequence"].as_u64().unwrap());
    assert_eq!(numbers.collect::<Vec<_>>(), (1..=events.len() as u64).collect::<Vec<_>>());
    let ids: BTreeSet<&str> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), events.len());
}

/// The first event of a type, without what is its own each time.
fn first(events: &[Value], name: &str) -> Value {
    let mut event = events.iter().find(|event| event["type"] == name).unwrap().clone();
    let keys = event.as_object_mut().unwrap();
    assert!(keys.remove("time").unwrap().as_u64() > Some(1_764_500_000_000));
    for key in ["id", "sequence", "type", "connection"] {
        keys.remove(key);
    }
    event
}

/// A client of `my.app` comes, does one thing of each kind, and goes; its easyrtcid.
fn live(server: &Hooked) -> Value {
    let mut client = server.connect();
    let login = json!({ "msgType": "authenticate", "msgData": {
        "apiVersion": "1.1.1", "applicationName": "my.app", "username": "ada" } });
    let mut token = client.ask(1, "easyrtcAuth", &login);
    ask(&mut client, 2, "easyrtcMsg", &to_server("topic", &json!(1)));
    ask(&mut client, 3, "easyrtcCmd", &join("Lobby"));
    ask(&mut client, 4, "easyrtcCmd", &json!({ "msgType": "dance" }));
    ask(&mut client, 5, "easyrtcCmd", &leave("Lobby"));
    token["msgData"]["easyrtcid"].take()
}

#[test]
fn the_life_of_a_client() {
    let backend = Backend::start(take());
    let answering = Backend::start(Reply::Answer(200, "{}".to_owned()));
    let settings = events_to(&backend, "window = '0s'") + &messages_to(&answering, "");
    let server = Hooked::start(&settings);
    let easyrtcid = live(&server);
    let seen = backend.events_until("disconnected");
    assert_consecutive(&seen);
    let types: Vec<&str> = seen.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let expected = [
        "connected",
        "authenticated",
        // The default room is there from the start.
        "roomJoined",
        "message",
        "roomCreated",
        "roomJoined",
        "error",
        "roomLeft",
        "roomLeft",
        "disconnected",
    ];
    assert_eq!(types, expected);
    for (name, expected) in [
        ("connected", json!({ "transport": "ws", "address": "127.0.0.1" })),
        ("message", json!({ "application": "my.app", "easyrtcid": easyrtcid, "msgType": "topic" })),
        (
            "error",
            json!({ "application": "my.app", "easyrtcid": easyrtcid, "event": "easyrtcCmd",
                    "errorCode": "MSG_REJECT_BAD_TYPE" }),
        ),
        (
            "authenticated",
            json!({ "application": "my.app", "easyrtcid": easyrtcid, "username": "ada",
                    "again": false }),
        ),
    ] {
        assert_eq!(first(&seen, name), expected);
    }
    let last = first(&seen, "disconnected");
    assert_eq!((&last["easyrtcid"], &last["username"]), (&easyrtcid, &json!("ada")));
    assert_eq!(backend.connections(), 1, "it is kept");
    let batches = backend.wait_for(|_| true);
    let body = batches[0].json();
    let server_name = body["server"].as_str().unwrap();
    assert_eq!(seen[0]["id"], format!("{server_name}-1"));
    assert!(batches[0].id.starts_with(server_name));
    let metrics = server.metrics();
    assert!(metrics.contains("easyrtc_events_queued "), "{metrics}");
}

#[test]
fn what_is_not_taken_comes_again_as_it_was() {
    let backend = Backend::start(take());
    let replies = [
        Reply::Answer(500, "s3cret".to_owned()),
        Reply::Raw("s3cret garbage\r\n\r\n".to_owned()),
        Reply::Raw(String::new()),
        Reply::Slowly,
    ];
    let failing = replies.len() - 1;
    backend.first(replies);
    let mut server = Hooked::start_with(&events_to(&backend, ""), &["--log-level", "trace"]);
    let mut client = server.connect();
    client.login();
    let requests = backend.wait_for(|requests| requests.len() > failing);
    for again in &requests[..=failing] {
        assert_eq!((&again.id, &again.text), (&requests[0].id, &requests[0].text));
    }
    drop(client);
    assert_consecutive(&backend.events_until("disconnected"));
    // The body of an answer does not matter, however long.
    backend.set(Reply::Answer(200, "s3cret".repeat(1_000_000)));
    let before = backend.wait_for(|_| true).len();
    let another = server.connect();
    backend.wait_for(|requests| requests.len() > before);
    drop(another);
    let taken = loop {
        let metrics = server.metrics();
        if metrics.contains("easyrtc_events_queued 0\n") {
            break metrics;
        }
    };
    for expected in ["\"wrong_status\"} 1\n", "\"broken_response\"} 2\n"] {
        assert!(taken.contains(expected), "{expected} in {taken}");
    }
    server.server.signal("TERM");
    assert!(server.server.wait().success());
    let log = server.server.rest_of_log();
    assert_eq!(log.matches("the backend fails").count(), 1, "{log}");
    assert_eq!(log.matches("the backend works again").count(), 1, "{log}");
    assert!(!log.contains("s3cret") && !taken.contains("s3cret"), "{log}");
}

#[test]
fn nothing_is_lost_while_the_backend_is_down() {
    let backend = Backend::start(take());
    let server = Hooked::start(&events_to(&backend, ""));
    let mut client = server.connect();
    client.login();
    backend.events_until("authenticated");
    backend.stop();
    for id in 2..100 {
        let room = if id % 2 == 0 { join("Lobby") } else { leave("Lobby") };
        ask(&mut client, id, "easyrtcCmd", &room);
    }
    while server.metrics().contains("outcome=\"unreachable\"} 0\n") {}
    backend.start_again();
    drop(client);
    let seen = backend.events_until("disconnected");
    assert_consecutive(&seen);
    let joined = seen.iter().filter(|event| event["type"] == "roomJoined").count();
    assert_eq!(joined, 1 + 49, "the default room too");
}

#[test]
fn each_room_is_told_of_in_order_however_many_clients_there_are() {
    let backend = Backend::start(take());
    let server = Hooked::start(&events_to(&backend, "batch = 7\nwindow = '1ms'"));
    std::thread::scope(|scope| {
        for number in 0..8 {
            let mut client = server.connect();
            scope.spawn(move || {
                client.login();
                for id in 0..20 {
                    let room = format!("room{}", (id + number) % 3);
                    ask(&mut client, 2 + 2 * id, "easyrtcCmd", &join(&room));
                    ask(&mut client, 3 + 2 * id, "easyrtcCmd", &leave(&room));
                }
            });
        }
    });
    let ended = |events: &[Value]| {
        events.iter().filter(|event| event["type"] == "disconnected").count() == 8
    };
    let seen = events(&backend.wait_for(|requests| ended(&events(requests))));
    assert_consecutive(&seen);
    let mut rooms = BTreeMap::from([("default".to_owned(), BTreeSet::new())]);
    let mut left = 0;
    for event in &seen {
        let text = |key: &str| event[key].as_str().unwrap().to_owned();
        match event["type"].as_str().unwrap() {
            "roomCreated" => assert!(rooms.insert(text("room"), BTreeSet::new()).is_none()),
            "roomJoined" => {
                assert!(rooms.get_mut(&text("room")).unwrap().insert(text("easyrtcid")));
            }
            "roomLeft" => {
                assert!(rooms.get_mut(&text("room")).unwrap().remove(&text("easyrtcid")));
                left += 1;
            }
            _ => {}
        }
    }
    assert_eq!(left, 8 * 21);
    assert!(rooms.len() == 4 && rooms.values().all(BTreeSet::is_empty), "{rooms:?}");
}

#[test]
fn the_last_events_are_told_before_the_end() {
    let backend = Backend::start(take());
    let mut server = Hooked::start(&events_to(&backend, "window = '1m'"));
    let mut client = server.connect();
    client.login();
    server.server.signal("TERM");
    assert_eq!(client.frame()["message"]["msgData"]["errorCode"], "SERVER_SHUTDOWN");
    drop(client);
    assert!(server.server.wait().success());
    let seen = backend.events_until("disconnected");
    assert_consecutive(&seen);
    assert_eq!(seen.last().unwrap()["reason"], "shutdown");
}

#[test]
fn a_backend_that_hangs_does_not_hold_up_the_end() {
    let backend = Backend::start(Reply::Hang);
    let settings = format!("shutdown_timeout = '1h'\n{}", events_to(&backend, "flush = '50ms'"));
    let mut server = Hooked::start(&settings);
    let mut client = server.connect();
    client.login();
    backend.wait_for(|requests| !requests.is_empty());
    drop(client);
    server.server.signal("TERM");
    server.server.wait_for_log("not taken before the end");
    assert!(server.server.wait().success());
}
