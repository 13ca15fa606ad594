//! Tokens whose keys are at a URL.

use std::time::Duration;

use easyrtc_auth::jwt::{Algorithm, Jwks, JwksOptions, Keys, SigningKey};
use easyrtc_auth::{HttpClient, Jwt};
use serde_json::{Value, json};

use crate::jwt::{ED25519, P256, claims, options};
use crate::support::{Backend, Reply, login, outcome};

const LONG: Duration = Duration::from_secs(3600);

fn jwt(backend: &Backend, change: impl FnOnce(&mut JwksOptions)) -> Jwt {
    let mut jwks = JwksOptions {
        url: backend.url(),
        refresh_after: LONG,
        retry_after: Duration::ZERO,
        keep: LONG,
        timeout: LONG,
    };
    change(&mut jwks);
    Jwt::new(options(Keys::Published(Jwks::new(jwks, HttpClient::new(&backend.url()).unwrap()))))
}

/// The last bytes of a public key in PEM, as a JWK has them.
fn tail(pem: &[u8], from_end: usize, length: usize) -> String {
    let text = std::str::from_utf8(pem).unwrap();
    let base64: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let der = data_encoding::BASE64.decode(base64.as_bytes()).unwrap();
    let start = der.len() - from_end;
    data_encoding::BASE64URL_NOPAD.encode(&der[start..start + length])
}

fn ed25519(name: &str) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": name, "x": tail(ED25519.1, 32, 32) })
}

fn p256(name: &str) -> Value {
    let (x, y) = (tail(P256.1, 64, 32), tail(P256.1, 32, 32));
    json!({ "kty": "EC", "crv": "P-256", "kid": name, "use": "sig", "x": x, "y": y })
}

fn keys(keys: &[Value]) -> Reply {
    Reply::Answer(200, json!({ "keys": keys }).to_string())
}

/// How a login with a token that names this key comes out.
async fn log_in(jwt: &Jwt, algorithm: Algorithm, name: &str) -> String {
    let private = if algorithm == Algorithm::Es256 { P256.0 } else { ED25519.0 };
    let key = SigningKey::new(algorithm, private).unwrap();
    let token = key.sign(&claims(), Some(name)).unwrap();
    outcome(jwt, login(Some(&json!({ "token": token }).to_string()))).await
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_when_one_is_unknown() {
    let backend = Backend::start(keys(&[ed25519("a")])).await;
    let jwt = jwt(&backend, |_| {});
    assert_eq!(log_in(&jwt, Algorithm::EdDsa, "a").await, "allow ada");
    assert_eq!(log_in(&jwt, Algorithm::EdDsa, "a").await, "allow ada");
    assert_eq!(backend.requests().len(), 1);

    backend.set(keys(&[ed25519("a"), p256("b")]));
    assert_eq!(log_in(&jwt, Algorithm::Es256, "b").await, "allow ada");
    assert_eq!(backend.requests().len(), 2);

    // Rotated away; a name is not enough, the key has to be for the algorithm.
    backend.set(keys(&[p256("a")]));
    assert_eq!(log_in(&jwt, Algorithm::Es256, "c").await, "LOGIN_BAD_AUTH unknown_key");
    assert_eq!(log_in(&jwt, Algorithm::EdDsa, "a").await, "LOGIN_BAD_AUTH unknown_key");
    assert_eq!(log_in(&jwt, Algorithm::Es256, "a").await, "allow ada");
    assert!(backend.requests()[0].starts_with("GET /ask HTTP/1.1\r\n"));
}

#[tokio::test]
async fn unknown_keys_do_not_make_it_ask_without_end() {
    let backend = Backend::start(keys(&[ed25519("a")])).await;
    let jwt = jwt(&backend, |jwks| jwks.retry_after = LONG);
    for name in ["x", "y", "z"] {
        assert_eq!(log_in(&jwt, Algorithm::EdDsa, name).await, "LOGIN_BAD_AUTH unknown_key");
    }
    assert_eq!(log_in(&jwt, Algorithm::EdDsa, "a").await, "allow ada");
    assert_eq!(backend.requests().len(), 1);
}

#[tokio::test]
async fn logins_that_come_together_ask_once() {
    let backend = Backend::start(keys(&[ed25519("a")])).await;
    let jwt = jwt(&backend, |jwks| jwks.retry_after = LONG);
    let logins: Vec<_> = (0..10)
        .map(|_| {
            let jwt = jwt.clone();
            tokio::spawn(async move { log_in(&jwt, Algorithm::EdDsa, "a").await })
        })
        .collect();
    for login in logins {
        assert_eq!(login.await.unwrap(), "allow ada");
    }
    assert_eq!(backend.requests().len(), 1);
}

#[tokio::test]
async fn a_secret_is_never_asked_for() {
    let backend = Backend::start(keys(&[ed25519("a")])).await;
    let jwt = jwt(&backend, |_| {});
    let key = SigningKey::new(Algorithm::Hs256, ED25519.1).unwrap();
    let token = key.sign(&claims(), Some("a")).unwrap();
    let credential = json!({ "token": token }).to_string();
    let refused = outcome(&jwt, login(Some(&credential))).await;
    assert_eq!(refused, "LOGIN_BAD_AUTH wrong_algorithm");
    assert_eq!(backend.requests().len(), 0);
}

#[tokio::test]
async fn without_keys_nobody_gets_in() {
    let backend = Backend::start(Reply::Answer(500, String::new())).await;
    let hasty = jwt(&backend, |jwks| jwks.timeout = Duration::from_millis(20));
    backend.set(Reply::Hang);
    assert_eq!(log_in(&hasty, Algorithm::EdDsa, "a").await, "fail keys_unavailable");
    let jwt = jwt(&backend, |_| {});
    for reply in [
        Reply::Answer(500, "error".to_owned()),
        Reply::Answer(200, "<html>garbage".to_owned()),
        Reply::Answer(200, r#"{"keys":[]}"#.to_owned()),
        Reply::Answer(204, String::new()),
        Reply::Raw("HTTP/1.1 302 X\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n".to_owned()),
        Reply::Raw("HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{\"keys\":".to_owned()),
        Reply::Raw("no http at all\r\n\r\n".to_owned()),
        Reply::Raw(String::new()),
    ] {
        backend.set(reply.clone());
        let failed = log_in(&jwt, Algorithm::EdDsa, "a").await;
        assert_eq!(failed, "fail keys_unavailable", "{reply:?}");
    }
    backend.set(keys(&[ed25519("a")]));
    assert_eq!(log_in(&jwt, Algorithm::EdDsa, "a").await, "allow ada", "it recovers");
}

#[tokio::test]
async fn a_flood_is_not_taken_in() {
    let backend = Backend::start(Reply::Flood).await;
    let jwt = jwt(&backend, |_| {});
    assert_eq!(log_in(&jwt, Algorithm::EdDsa, "a").await, "fail keys_unavailable");
    // What the system buffers on both sides is more than what was read.
    assert!(backend.sent() < 20_000_000, "{}", backend.sent());
}

#[tokio::test]
async fn old_keys_are_used_while_there_are_no_new_ones_but_not_for_ever() {
    let backend = Backend::start(keys(&[ed25519("a")])).await;
    // Old at once, and kept.
    let keeping = jwt(&backend, |jwks| jwks.refresh_after = Duration::ZERO);
    assert_eq!(log_in(&keeping, Algorithm::EdDsa, "a").await, "allow ada");
    backend.set(Reply::Answer(500, String::new()));
    while backend.requests().len() < 4 {
        assert_eq!(log_in(&keeping, Algorithm::EdDsa, "a").await, "allow ada");
        tokio::task::yield_now().await;
    }
    assert_eq!(log_in(&keeping, Algorithm::EdDsa, "a").await, "allow ada");

    // Too old at once.
    let forgetting = jwt(&backend, |jwks| jwks.keep = Duration::ZERO);
    assert_eq!(log_in(&forgetting, Algorithm::EdDsa, "a").await, "fail keys_unavailable");
    backend.set(keys(&[ed25519("a")]));
    assert_eq!(log_in(&forgetting, Algorithm::EdDsa, "a").await, "fail keys_unavailable");
}
