//! Nothing secret is ever seen.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use easyrtc_auth::jwt::{Algorithm, Jwks, JwksOptions, Keys, SigningKey, VerifyingKey};
use easyrtc_auth::{
    Answers, Authorizer, Door, HttpClient, Ice, Jwt, Options, Secret, Turn, TurnOptions, Users,
};
use easyrtc_proto::ErrorCode;
use easyrtc_runtime::{Answer, Responder};
use easyrtc_state::{Config, ConnMeta, LoginQuestion, Question, TransportKind};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::jwt::{claims, options};
use crate::support::{Backend, Reply, login};
use crate::webhook::webhook;

const MARK: &str = "s3cret";
/// Of a user: nothing that may be logged.
const NAME: &str = "N4me";

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<u8>>>);

impl Write for Seen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Seen {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

struct Everybody;

impl Door for Everybody {
    fn refusal(&self, _: &LoginQuestion) -> Option<(ErrorCode, &'static str)> {
        None
    }
}

/// All of them, in a chain of its own each.
fn chains(backend: &Backend) -> Vec<Arc<dyn Authorizer>> {
    let http = HttpClient::new(&backend.url()).unwrap();
    let key = format!("{MARK} of at least thirty-two bytes");
    let fixed = Keys::Fixed(Arc::new(VerifyingKey::from_secret(key.as_bytes()).unwrap()));
    let jwks = Jwks::new(
        JwksOptions {
            url: easyrtc_auth::Url::parse(&format!("{}?key={MARK}", backend.url())).unwrap(),
            refresh_after: Duration::ZERO,
            retry_after: Duration::ZERO,
            keep: Duration::from_secs(60),
            timeout: Duration::from_secs(60),
        },
        http,
    );
    let hash = easyrtc_auth::hash_password(format!("{MARK} password").as_bytes()).unwrap();
    let users = format!("[users.{NAME}]\npassword = '{hash}'");
    vec![
        Arc::new(Users::parse(&users, 1).unwrap()),
        Arc::new(Jwt::new(options(fixed))),
        Arc::new(Jwt::new(options(Keys::Published(jwks)))),
        Arc::new(webhook(backend, |options| {
            options.secret = Secret::new(MARK);
            options.url = easyrtc_auth::Url::parse(&format!("{}?key={MARK}", options.url)).unwrap();
            options.breaker_failures = 2;
        })),
    ]
}

/// TURN servers that share a secret with us.
fn relays() -> Ice {
    let turn = Turn::new(TurnOptions {
        urls: vec!["turn:turn.example.org".parse().unwrap()],
        secret: Secret::new(MARK),
        lifetime: Duration::from_secs(60),
        applications: None,
    });
    Ice::new(&Config::default(), Some(turn.unwrap()))
}

fn logins() -> Vec<LoginQuestion> {
    let key = format!("{MARK} of at least thirty-two bytes");
    let key = SigningKey::new(Algorithm::Hs256, key.as_bytes()).unwrap();
    let mut good = claims();
    good["sub"] = json!(NAME);
    let mut bad = good.clone();
    bad["groups"] = json!([format!("{MARK}/group")]);
    bad[MARK] = json!(MARK);
    let tokens = [good, bad].map(|claims| key.sign(&claims, Some(MARK)).unwrap());
    let right = json!({ "username": NAME, "password": format!("{MARK} password") });
    let wrong = json!({ "username": NAME, "password": MARK });
    let mut credentials = vec![right, wrong, json!({ "key": MARK }), json!({ "token": MARK })];
    credentials.extend(tokens.iter().map(|token| json!({ "token": token })));
    let meta = ConnMeta {
        cookie: Some(MARK.into()),
        authorization: Some(format!("Bearer {MARK}").into()),
        query: Some(format!("access_token={MARK}").into()),
        ..ConnMeta::new(TransportKind::WebSocket)
    };
    let meta = Arc::new(meta);
    let with = |credential: &serde_json::Value| LoginQuestion {
        meta: Arc::clone(&meta),
        ..login(Some(&credential.to_string()))
    };
    credentials.iter().map(with).collect()
}

/// Replies of a backend that knows secrets too.
fn replies() -> [Reply; 5] {
    let field = json!({ "role": { "fieldValue": MARK } });
    [
        Reply::Answer(200, json!({ "decision": "allow", "fields": field }).to_string()),
        Reply::Answer(200, json!({ "decision": "allow", MARK: MARK }).to_string()),
        Reply::Answer(200, json!({ "decision": MARK }).to_string()),
        Reply::Answer(500, MARK.to_owned()),
        Reply::Raw(format!("{MARK}\r\n\r\n")),
    ]
}

#[tokio::test]
async fn no_log_and_no_debug_shows_a_secret() {
    let seen = Seen::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(seen.clone())
        .finish();
    let logging = tracing::subscriber::set_default(subscriber);
    let backend = Backend::start(Reply::Hang).await;
    for authorizer in chains(&backend) {
        let answers = Answers::new(Options {
            chain: vec![authorizer],
            rooms: Arc::default(),
            door: Box::new(Everybody),
            timeout: Duration::from_secs(60),
            max_in_flight: 10,
            ice: relays(),
        });
        for reply in replies() {
            backend.set(reply);
            for login in logins() {
                tracing::trace!(?login.meta, ?login.credential, "asked");
                let verdict = match answers.respond(Question::Login(login)) {
                    Answer::Now(verdict) => verdict,
                    Answer::Later(verdict) => verdict.await,
                };
                tracing::trace!(?verdict, ?answers, metrics = ?answers.metrics(), "answered");
            }
        }
    }
    drop(logging);
    let seen = String::from_utf8(seen.0.lock().unwrap().clone()).unwrap();
    for expected in ["decided", "wrong_credential", "malformed_claims", "breaker_open"] {
        assert!(seen.contains(expected), "{expected} never happened:\n{seen}");
    }
    let shows = |line: &&str| {
        line.contains(MARK) || (line.contains("easyrtc_auth:") && line.contains(NAME))
    };
    let shown: Vec<&str> = seen.lines().filter(shows).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
}
