//! `[hooks.messages]`.

use serde_json::{Value, json};

use super::backend::{Backend, Reply};
use super::{Hooked, ask, messages_to, to_server};
use crate::web_socket::Client;

fn answer(body: &str) -> Reply {
    Reply::Answer(200, body.to_owned())
}

/// What the client is answered: the code if that is an error.
fn outcome(client: &mut Client, id: u64, message: &Value) -> Value {
    let mut answer = ask(client, id, "easyrtcMsg", message);
    if answer["msgType"] == "error" {
        return answer["msgData"]["errorCode"].take();
    }
    // When it was said.
    answer.as_object_mut().unwrap().remove("serverTime");
    answer
}

#[test]
fn the_backends_answer_is_the_clients() {
    let backend = Backend::start(answer("{}"));
    let server = Hooked::start(&messages_to(&backend, ""));
    let mut client = server.connect();
    let login = json!({ "msgType": "authenticate", "msgData": {
        "apiVersion": "1.1.1", "applicationName": "my.app", "username": "ada" } });
    let token = client.ask(1, "easyrtcAuth", &login);
    let ack = json!({ "msgType": "ack", "msgData": null });
    let large = format!(r#"{{"msgType":"large","msgData":"{}"}}"#, "x".repeat(65_536));
    let fail = json!("MSG_REJECT_GEN_FAIL");
    let cases = [
        (answer("{}"), ack.clone()),
        (Reply::Answer(204, String::new()), ack),
        (
            answer(r#"{"msgType":"topic","msgData":{"text":"what now"}}"#),
            json!({ "msgType": "topic", "msgData": { "text": "what now" } }),
        ),
        (answer(r#"{"msgType":"done"}"#), json!({ "msgType": "done" })),
        (answer(r#"{"error":"MSG_REJECT_NO_AUTH"}"#), json!("MSG_REJECT_NO_AUTH")),
        (answer(r#"{"error":"LOGIN_BAD_AUTH"}"#), fail.clone()),
        (answer("<html>garbage"), fail.clone()),
        (answer(""), fail.clone()),
        (answer(&large), fail.clone()),
        (Reply::Answer(201, "{}".to_owned()), fail.clone()),
        (Reply::Answer(403, r#"{"error":"MSG_REJECT_NO_AUTH"}"#.to_owned()), fail.clone()),
        (Reply::Answer(500, "{}".to_owned()), fail.clone()),
        (Reply::Raw("garbage\r\n\r\n".to_owned()), fail.clone()),
        (Reply::Raw(String::new()), fail),
    ];
    for (id, (reply, expected)) in (2..).zip(cases) {
        backend.set(reply.clone());
        let message = to_server("ask", &json!({ "number": id }));
        let found = outcome(&mut client, id, &message);
        if expected["msgType"] == "ack" {
            assert_eq!(found["msgType"], "ack", "{reply:?}");
        } else {
            assert_eq!(found, expected, "{reply:?}");
        }
    }
    let requests = backend.wait_for(|_| true);
    assert_eq!(requests.len(), 14, "nothing is asked twice");
    assert_eq!(
        requests[3].json(),
        json!({ "application": "my.app", "easyrtcid": token["msgData"]["easyrtcid"],
                "username": "ada", "groups": [], "msgType": "ask", "msgData": { "number": 5 } })
    );
    let metrics = server.metrics();
    for (of, number) in [("answered", 4), ("refused", 1), ("failed", 9)] {
        let line = format!("easyrtc_server_messages_total{{outcome=\"{of}\"}} {number}\n");
        assert!(metrics.contains(&line), "{metrics}");
    }
}

#[test]
fn one_that_is_late_or_one_too_many_is_refused() {
    let backend = Backend::start(Reply::Hang);
    let server = Hooked::start(&messages_to(&backend, "timeout = '100ms'\nmax_in_flight = 2"));
    let mut client = server.connect();
    client.login();
    let late = outcome(&mut client, 2, &to_server("late", &json!(1)));
    assert_eq!(late, "MSG_REJECT_GEN_FAIL");

    let patient = Hooked::start(&messages_to(&backend, "timeout = '9s'\nmax_in_flight = 2"));
    let mut client = patient.connect();
    client.login();
    for id in [2, 3] {
        client.send(id, "easyrtcMsg", &to_server("waits", &json!(id)));
    }
    backend.wait_for(|requests| requests.len() == 3);
    // Others need not wait for them; this one is answered before they are.
    let refused = client.ask(4, "easyrtcMsg", &to_server("too many", &json!(4)));
    assert_eq!(refused["msgData"]["errorCode"], "MSG_REJECT_GEN_FAIL");
    let list = client.ask(5, "easyrtcCmd", &json!({ "msgType": "getRoomList" }));
    assert_eq!(list["msgType"], "roomList");
    assert!(patient.metrics().contains("easyrtc_server_messages_in_flight 2\n"));
    backend.set(answer("{}"));
    for _ in 0..2 {
        assert_eq!(client.frame()["message"]["msgData"]["errorCode"], "MSG_REJECT_GEN_FAIL");
    }
    assert_eq!(outcome(&mut client, 6, &to_server("again", &json!(6)))["msgType"], "ack");
    backend.wait_for(|requests| requests.len() == 4);
}

#[test]
fn binary_data_and_messages_that_nobody_answers_are_refused() {
    let backend = Backend::start(answer("{}"));
    let server = Hooked::start(&messages_to(&backend, ""));
    let mut client = server.connect();
    client.login();
    let file = json!({ "_placeholder": true, "num": 0, "base64": "AAE=" });
    assert_eq!(outcome(&mut client, 2, &to_server("file", &file)), "MSG_REJECT_BAD_DATA");
    assert!(backend.wait_for(|_| true).is_empty());

    let server = Hooked::start("");
    let mut client = server.connect();
    client.login();
    assert_eq!(outcome(&mut client, 2, &to_server("ask", &json!(1))), "MSG_REJECT_BAD_TYPE");
}

#[test]
fn nothing_secret_is_seen_and_a_failure_is_said_once() {
    let backend = Backend::start(answer("{}"));
    let settings = messages_to(&backend, "timeout = '9s'");
    let mut server = Hooked::start_with(&settings, &["--log-level", "trace"]);
    let mut client = server.connect();
    client.login();
    let secret = r#"{"msgType":"s3cret","msgData":"s3cret"}"#;
    let replies = [
        answer(secret),
        Reply::Answer(500, secret.to_owned()),
        answer(r#"{"error":"s3cret"}"#),
        Reply::Raw("s3cret\r\n\r\n".to_owned()),
        Reply::Answer(307, secret.to_owned()),
    ];
    for (id, reply) in (2..).zip(replies) {
        backend.set(reply);
        outcome(&mut client, id, &to_server("ask", &json!("s3cret")));
    }
    let metrics = server.metrics();
    server.server.signal("TERM");
    assert!(server.server.wait().success());
    let log = server.server.rest_of_log();
    assert_eq!(log.matches("the backend fails").count(), 1, "{log}");
    assert!(!log.contains("s3cret") && !metrics.contains("s3cret"), "{log}");
}
