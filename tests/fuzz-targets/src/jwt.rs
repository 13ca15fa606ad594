//! Tokens: nobody gets in without a signature, nor with claims that are no object, or over, or
//! from the future.
//!
//! The first byte says what the others are: a whole token, its head, or its claims; the rest of the
//! token is then as it has to be.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use easyrtc_auth::jwt::{
    Algorithm, ClaimNames, ClaimPath, Expected, JwtOptions, Keys, VerifyingKey,
};
use easyrtc_auth::{Authorizer, Deciding, Decision, Jwt};
use easyrtc_proto::{AppName, Payload};
use easyrtc_state::{ConnId, ConnMeta, Grant, LoginQuestion, TransportKind};
use ring::hmac;
use serde_json::value::RawValue;
use serde_json::{Value, json};

const KEY: &[u8] = b"a secret of more than thirty-two bytes";
const HEAD: &[u8] = br#"{"alg":"HS256"}"#;
/// Good until the year 2286.
const CLAIMS: &[u8] = br#"{"sub":"ada","exp":9999999999}"#;
const LEEWAY: Duration = Duration::from_secs(30);

/// The target.
///
/// # Panics
/// If that does not hold.
pub fn check(bytes: &[u8]) {
    let Some((&kind, rest)) = bytes.split_first() else { return };
    match kind % 3 {
        0 => {
            let Ok(text) = std::str::from_utf8(rest) else { return };
            check_token(text);
        }
        1 => check_token(&signed(rest, CLAIMS)),
        _ => {
            let token = signed(HEAD, rest);
            check_token(&token);
            // One bit of the claims is another.
            let mut forged = rest.to_vec();
            if let Some(last) = forged.last_mut() {
                *last ^= 1;
                let (_, signature) = token.rsplit_once('.').expect("a signature");
                let forged = format!("{}.{signature}", unsigned(HEAD, &forged));
                // One that is too long is not looked into.
                let refused = ["wrong_signature", "malformed_token"];
                assert!(
                    matches!(decide(&forged), Decision::Deny(_, why) if refused.contains(&why))
                );
            }
        }
    }
}

fn unsigned(head: &[u8], claims: &[u8]) -> String {
    format!("{}.{}", BASE64URL_NOPAD.encode(head), BASE64URL_NOPAD.encode(claims))
}

fn signed(head: &[u8], claims: &[u8]) -> String {
    let text = unsigned(head, claims);
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, KEY), text.as_bytes());
    format!("{text}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
}

/// What becomes of a login with this token.
fn decide(token: &str) -> Decision {
    let key = VerifyingKey::from_secret(KEY).expect("a key long enough");
    let jwt = Jwt::new(JwtOptions {
        keys: Keys::Fixed(Arc::new(key)),
        algorithms: Algorithm::ALL.to_vec(),
        expected: Expected { leeway: LEEWAY, ..Expected::default() },
        credential: ClaimPath::key("token"),
        claims: ClaimNames::default(),
    });
    let credential = json!({ "token": token }).to_string();
    let login = LoginQuestion {
        conn: ConnId(1),
        app: AppName::parse("my.app").expect("a name"),
        username: None,
        credential: Some(Payload::parse(&credential).expect("JSON")),
        easyrtcsid: None,
        rooms: [].into(),
        is_in: [].into(),
        meta: ConnMeta::new(TransportKind::WebSocket).into(),
    };
    match jwt.authorize(&Arc::new(login)) {
        Deciding::Now(decision) => decision,
        Deciding::Later(decision) => {
            match pin!(decision).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(decision) => decision,
                Poll::Pending => panic!("there is nothing to wait for"),
            }
        }
    }
}

fn check_token(token: &str) {
    let before = now();
    let decision = decide(token);
    let has_form = form(token).is_some();
    match decision {
        Decision::Allow(grant) => check_allowed(token, &grant, before),
        Decision::Deny(_, "malformed_token") => {}
        Decision::Deny(_, reason) => assert!(has_form, "{reason}: {token}"),
        Decision::Pass | Decision::Fail(_) => panic!("{decision:?}: {token}"),
    }
}

/// The head and the claims of a token, if it has three parts, each base64.
fn form(token: &str) -> Option<[Vec<u8>; 3]> {
    let parts: Vec<Vec<u8>> = token
        .split('.')
        .map(|part| BASE64URL_NOPAD.decode(part.as_bytes()))
        .collect::<Result<_, _>>()
        .ok()?;
    parts.try_into().ok()
}

fn check_allowed(token: &str, grant: &Grant, before: Duration) {
    let [head, claims, signature] = form(token).expect("three parts");
    let (text, _) = token.rsplit_once('.').expect("three parts");
    let key = hmac::Key::new(hmac::HMAC_SHA256, KEY);
    hmac::verify(&key, text.as_bytes(), &signature).expect("a signature of ours");
    // Not as values: what does not matter may be what no value can hold.
    let head: BTreeMap<String, &RawValue> = serde_json::from_slice(&head).expect("an object");
    let [algorithm, critical] = ["alg", "crit"].map(|name| head.get(name).map(|raw| raw.get()));
    let algorithm = algorithm.and_then(|text| serde_json::from_str::<String>(text).ok());
    assert_eq!((algorithm.as_deref(), critical.unwrap_or("null")), (Some("HS256"), "null"));

    let claims: Value = serde_json::from_slice(&claims).expect("claims of JSON");
    assert!(claims.is_object(), "{claims}");
    let number = |name: &str| claims.get(name).map(|value| value.as_f64().expect("a number"));
    let expires = number("exp").expect("it is over some time");
    assert!(expires + LEEWAY.as_secs_f64() > before.as_secs_f64(), "{claims}");
    for from in ["nbf", "iat"].into_iter().filter_map(number) {
        assert!(from <= (now() + LEEWAY).as_secs_f64(), "{claims}");
    }
    assert!(claims.get("aud").is_none(), "for nobody in particular: {claims}");
    assert!(grant.expires_in.is_some_and(|time| !time.is_zero()), "{claims}");
    if let Some(name) = claims.get("sub").and_then(Value::as_str) {
        assert_eq!(
            grant.username.as_ref().map(|granted| granted.to_text().into_owned()).as_deref(),
            Some(name)
        );
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// What to start from.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let tokens = [
        signed(HEAD, CLAIMS),
        signed(br#"{"alg":"none"}"#, CLAIMS),
        format!("{}.", unsigned(br#"{"alg":"none"}"#, CLAIMS)),
        signed(HEAD, CLAIMS).replace('.', ".."),
        "..".to_owned(),
    ];
    let heads = [
        r#"{"alg":"HS256","typ":"JWT","kid":"a"}"#,
        r#"{"alg":"RS256"}"#,
        r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"["HS256",null,null]"#,
    ];
    let claims = [
        r#"{"exp":9999999999,"sub":"ada","applications":["my.app"],"rooms":["Lobby","class-*"]}"#,
        r#"{"exp":9999999999,"groups":"staff","permissions":["sendMessage"],"nbf":1,"iat":1.5}"#,
        r#"{"exp":9999999999,"fields":{"role":{"fieldValue":"host","fieldOption":{"isShared":true}}}}"#,
        r#"{"exp":1e300,"sub":"\ud83d\ude00"}"#,
        r#"{"exp":1,"aud":["x"],"iss":"y"}"#,
        r#"{"exp":"9999999999"}"#,
        r#"{"exp":9999999999,"nbf":9999999998}"#,
        "[9999999999]",
    ];
    let headed = |kind: u8, text: &str| [&[kind], text.as_bytes()].concat();
    let tokens = tokens.iter().map(|text| headed(0, text));
    let heads = heads.into_iter().map(|text| headed(1, text));
    tokens.chain(heads).chain(claims.into_iter().map(|text| headed(2, text))).collect()
}
