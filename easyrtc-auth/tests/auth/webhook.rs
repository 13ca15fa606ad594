//! A backend that decides, or does not.

use std::time::Duration;

use data_encoding::BASE64;
use easyrtc_auth::webhook::{BreakerState, OnFailure, WebhookOptions};
use easyrtc_auth::{Authorizer, Decision, HttpClient, Secret, Webhook};
use easyrtc_state::{ConnMeta, LoginQuestion, TransportKind};
use ring::hmac;
use serde_json::{Value, json};

use crate::support::{Backend, Reply, decide, login, now, outcome};

const LONG: Duration = Duration::from_secs(3600);
const SECRET: &[u8] = b"the webhook's key";

pub(crate) fn webhook(backend: &Backend, change: impl FnOnce(&mut WebhookOptions)) -> Webhook {
    let mut options = WebhookOptions {
        url: backend.url(),
        secret: Secret::new(SECRET),
        attempts: 3,
        attempt_timeout: LONG,
        backoff: Duration::ZERO,
        timeout: LONG,
        on_failure: OnFailure::Deny,
        breaker_failures: 0,
        breaker_time: LONG,
    };
    change(&mut options);
    let http = HttpClient::new(&options.url).unwrap();
    Webhook::new(options, http)
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let (head, _) = request.split_once("\r\n\r\n").unwrap();
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    headers.find(|(found, _)| *found == name).map(|(_, value)| value).unwrap()
}

fn allow() -> Reply {
    Reply::Answer(200, r#"{"decision":"allow","username":"ada"}"#.to_owned())
}

#[tokio::test]
async fn what_is_asked_is_signed() {
    let backend = Backend::start(allow()).await;
    let login = LoginQuestion {
        meta: ConnMeta {
            peer: Some("192.0.2.7".parse().unwrap()),
            cookie: Some("sid=1".into()),
            ..ConnMeta::new(TransportKind::SocketIo)
        }
        .into(),
        ..login(Some(r#"{ "any" : 1.0 }"#))
    };
    assert_eq!(outcome(&webhook(&backend, |_| {}), login).await, "allow ada");
    let request = &backend.requests()[0];
    assert!(request.starts_with("POST /ask HTTP/1.1\r\n"), "{request}");
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(body.contains(r#""credential":{ "any" : 1.0 }"#), "byte for byte: {body}");
    let json: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        json,
        json!({
            "applicationName": "my.app", "username": "somebody", "credential": { "any": 1.0 },
            "rooms": {},
            "connection": { "transport": "socketio", "address": "192.0.2.7", "cookie": "sid=1" },
        })
    );
    let (id, time) = (header(request, "webhook-id"), header(request, "webhook-timestamp"));
    let age = now().as_secs() - time.parse::<u64>().unwrap();
    assert!(id.len() == 32 && age < 60, "{request}");
    let signature = header(request, "webhook-signature").strip_prefix("v1,").unwrap();
    let signature = BASE64.decode(signature.as_bytes()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    hmac::verify(&key, format!("{id}.{time}.{body}").as_bytes(), &signature).unwrap();
}

#[tokio::test]
async fn what_the_backend_grants() {
    let answer = json!({
        "decision": "allow", "username": "ada", "groups": ["staff"], "rooms": ["Lobby", "class-*"],
        "permissions": ["sendMessage"], "expiresIn": 60, "iceServers": [{ "urls": "stun:a" }],
        "fields": { "role": { "fieldValue": "host" } },
    });
    let backend = Backend::start(Reply::Answer(200, answer.to_string())).await;
    let decided = decide(&webhook(&backend, |_| {}), login(None)).await;
    let Decision::Allow(grant) = decided else { panic!("{decided:?}") };
    assert_eq!((grant.groups.len(), grant.fields.0.len()), (1, 1));
    assert_eq!((grant.rooms.unwrap().len(), grant.permissions.unwrap().len()), (2, 1));
    assert_eq!(grant.expires_in, Some(Duration::from_secs(60)));
    assert_eq!(grant.ice_servers.unwrap().len(), 1);
}

#[tokio::test]
async fn a_backend_that_does_not_decide() {
    let backend = Backend::start(Reply::Hang).await;
    let answer = |text: &str| Reply::Answer(200, text.to_owned());
    let redirect = "HTTP/1.1 307 X\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n".to_owned();
    let cut = "HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{\"decision\":\"allow\"".to_owned();
    for (reply, expected, attempts) in [
        (Reply::Answer(500, "{}".to_owned()), "wrong_status", 3),
        (Reply::Answer(503, r#"{"decision":"allow"}"#.to_owned()), "wrong_status", 3),
        (Reply::Answer(404, r#"{"decision":"allow"}"#.to_owned()), "wrong_status", 1),
        (Reply::Answer(201, r#"{"decision":"allow"}"#.to_owned()), "wrong_status", 1),
        (Reply::Raw(redirect), "wrong_status", 1),
        (Reply::Raw(cut), "broken_response", 3),
        (Reply::Raw(String::new()), "broken_response", 3),
        (answer("<html>garbage"), "malformed_answer", 1),
        (answer(""), "malformed_answer", 1),
        (answer(r#"{"decision":"allow","groups":"staff"}"#), "malformed_answer", 1),
        (answer(r#"{"decision":"allow","rooms":null}"#), "malformed_answer", 1),
        (answer(r#"{"decision":"allow","applicationName":"other.app"}"#), "malformed_answer", 1),
        (
            answer(&format!("{}{}", r#"{"decision":"allow"}"#, " ".repeat(65_536))),
            "response_too_long",
            1,
        ),
        (Reply::Flood, "response_too_long", 1),
    ] {
        backend.set(reply.clone());
        let before = backend.requests().len();
        let webhook = webhook(&backend, |_| {});
        assert_eq!(outcome(&webhook, login(None)).await, format!("fail {expected}"), "{reply:?}");
        let requests = backend.requests().split_off(before);
        assert_eq!(requests.len(), attempts, "{reply:?}");
        let ids: std::collections::BTreeSet<_> =
            requests.iter().map(|request| header(request, "webhook-id")).collect();
        assert_eq!(ids.len(), 1, "the same question");
    }
    assert!(backend.sent() < 20_000_000, "{}", backend.sent());
}

#[tokio::test]
async fn a_backend_that_hangs_or_is_not_there() {
    let backend = Backend::start(Reply::Hang).await;
    let hasty = webhook(&backend, |options| options.attempt_timeout = Duration::from_millis(20));
    assert_eq!(outcome(&hasty, login(None)).await, "fail timeout");
    // On a busy machine not every attempt gets as far as a request.
    let hasty = backend.requests().len();
    assert!(hasty <= 3, "{hasty}");
    // Nothing is left of the time for a second attempt.
    let late = webhook(&backend, |options| options.timeout = Duration::from_millis(20));
    assert_eq!(outcome(&late, login(None)).await, "fail timeout");
    let asked = backend.requests().len();
    assert!(asked <= hasty + 1, "{asked}");

    let nobody = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let nowhere = webhook(&backend, |options| {
        options.url = easyrtc_auth::Url::parse(&format!("http://{nobody}/")).unwrap();
    });
    assert_eq!(outcome(&nowhere, login(None)).await, "fail unreachable");
    let no_tls = webhook(&backend, |options| {
        options.url = easyrtc_auth::Url::parse(&format!("https://{}/", backend.address)).unwrap();
        options.attempt_timeout = Duration::from_millis(200);
    });
    assert!(outcome(&no_tls, login(None)).await.starts_with("fail "), "never in the clear");
    assert_eq!(backend.requests().len(), asked);
}

#[tokio::test]
async fn a_backend_that_refuses_is_believed() {
    let backend = Backend::start(Reply::Hang).await;
    // Even where failures let people in.
    let webhook = webhook(&backend, |options| options.on_failure = OnFailure::Allow);
    for (reply, expected) in [
        (Reply::Answer(403, String::new()), "LOGIN_BAD_AUTH refused"),
        (Reply::Answer(401, r#"{"decision":"allow"}"#.to_owned()), "LOGIN_BAD_AUTH refused"),
        (Reply::Answer(200, r#"{"decision":"deny"}"#.to_owned()), "LOGIN_BAD_AUTH refused"),
        (
            Reply::Answer(
                200,
                r#"{"decision":"deny","errorCode":"LOGIN_GEN_FAIL","x":1}"#.to_owned(),
            ),
            "LOGIN_GEN_FAIL refused",
        ),
        (Reply::Answer(200, r#"{"decision":"pass"}"#.to_owned()), "pass"),
        // Nobody is told who: it lets in as without a backend.
        (Reply::Answer(200, "garbage".to_owned()), "allow "),
        (Reply::Answer(500, String::new()), "allow "),
    ] {
        backend.set(reply.clone());
        assert_eq!(outcome(&webhook, login(None)).await, expected, "{reply:?}");
    }
}

#[tokio::test]
async fn a_passing_failure_is_got_over() {
    let backend = Backend::start(Reply::Answer(503, String::new())).await;
    let patient = webhook(&backend, |options| {
        options.attempts = 1000;
        options.backoff = Duration::from_millis(1);
    });
    let asking = tokio::spawn(async move { outcome(&patient, login(None)).await });
    while backend.requests().len() < 2 {
        tokio::task::yield_now().await;
    }
    backend.set(allow());
    assert_eq!(asking.await.unwrap(), "allow ada");
}

#[tokio::test]
async fn the_breaker_opens_and_closes() {
    let backend = Backend::start(Reply::Answer(500, String::new())).await;
    let opening = webhook(&backend, |options| options.breaker_failures = 2);
    assert_eq!(opening.breaker(), Some(BreakerState::Closed));
    // The third attempt is not made any more, nor any of the next login.
    for _ in 0..2 {
        assert_eq!(outcome(&opening, login(None)).await, "fail breaker_open");
        assert_eq!(opening.breaker(), Some(BreakerState::Open));
        assert_eq!(backend.requests().len(), 2);
    }

    // Its time is over at once: each further attempt is a trial.
    let closing = webhook(&backend, |options| {
        options.breaker_failures = 2;
        options.breaker_time = Duration::ZERO;
    });
    assert_eq!(outcome(&closing, login(None)).await, "fail wrong_status");
    assert_eq!(closing.breaker(), Some(BreakerState::HalfOpen));
    backend.set(allow());
    assert_eq!(outcome(&closing, login(None)).await, "allow ada");
    assert_eq!(closing.breaker(), Some(BreakerState::Closed));
    assert_eq!(backend.requests().len(), 2 + 3 + 1);
}
