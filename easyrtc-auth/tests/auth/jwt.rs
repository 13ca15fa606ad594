//! Tokens with a fixed key.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use easyrtc_auth::Jwt;
use easyrtc_auth::jwt::{
    Algorithm, ClaimNames, ClaimPath, Expected, JwtOptions, Keys, SigningKey, VerifyingKey,
};
use easyrtc_state::{ConnMeta, LoginQuestion, TransportKind};
use ring::hmac;
use serde_json::{Value, json};

use crate::support::{login, now, outcome};

pub(crate) const SECRET: &[u8] = b"a secret of more than thirty-two bytes";

const RSA: (&[u8], &[u8]) = (include_bytes!("keys/rsa.pem"), include_bytes!("keys/rsa.pub.pem"));
pub(crate) const P256: (&[u8], &[u8]) =
    (include_bytes!("keys/p256.pem"), include_bytes!("keys/p256.pub.pem"));
pub(crate) const ED25519: (&[u8], &[u8]) =
    (include_bytes!("keys/ed25519.pem"), include_bytes!("keys/ed25519.pub.pem"));

pub(crate) fn options(keys: Keys) -> JwtOptions {
    JwtOptions {
        keys,
        algorithms: Algorithm::ALL.to_vec(),
        expected: Expected::default(),
        credential: ClaimPath::key("token"),
        claims: ClaimNames::default(),
    }
}

fn with_pem(public: &[u8]) -> Jwt {
    Jwt::new(options(Keys::Fixed(Arc::new(VerifyingKey::from_pem(public).unwrap()))))
}

fn with_secret() -> Jwt {
    Jwt::new(options(Keys::Fixed(Arc::new(VerifyingKey::from_secret(SECRET).unwrap()))))
}

/// Claims that will do for an hour.
pub(crate) fn claims() -> Value {
    json!({ "sub": "ada", "exp": now().as_secs() + 3600 })
}

fn signed(algorithm: Algorithm, key: &[u8], claims: &Value) -> String {
    SigningKey::new(algorithm, key).unwrap().sign(claims, None).unwrap()
}

fn with_token(token: &str) -> LoginQuestion {
    login(Some(&json!({ "token": token }).to_string()))
}

#[tokio::test]
async fn each_algorithm_with_its_key() {
    for (jwt, algorithm, private) in [
        (with_secret(), Algorithm::Hs256, SECRET),
        (with_pem(RSA.1), Algorithm::Rs256, RSA.0),
        (with_pem(P256.1), Algorithm::Es256, P256.0),
        (with_pem(ED25519.1), Algorithm::EdDsa, ED25519.0),
    ] {
        let token = signed(algorithm, private, &claims());
        assert_eq!(outcome(&jwt, with_token(&token)).await, "allow ada", "{algorithm}");
        let (head, signature) = token.rsplit_once('.').unwrap();
        let mut signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
        signature[5] ^= 1;
        let forged = format!("{head}.{}", BASE64URL_NOPAD.encode(&signature));
        let refused = "LOGIN_BAD_AUTH wrong_signature";
        assert_eq!(outcome(&jwt, with_token(&forged)).await, refused, "{algorithm}");
        let unsigned = format!("{head}.");
        assert_eq!(outcome(&jwt, with_token(&unsigned)).await, refused, "{algorithm}");
    }
}

#[tokio::test]
async fn no_character_of_a_token_can_be_another() {
    let jwt = with_secret();
    let token = signed(Algorithm::Hs256, SECRET, &claims());
    for (at, was) in token.char_indices() {
        for other in ['A', 'B', 'g', '_', '.', '=', '+', '\0'] {
            let mut changed = token.clone();
            changed.replace_range(at..=at, other.encode_utf8(&mut [0; 4]));
            let outcome = outcome(&jwt, with_token(&changed)).await;
            assert_eq!(outcome == "allow ada", was == other, "{changed}: {outcome}");
        }
    }
}

#[tokio::test]
async fn no_algorithm_but_that_of_the_key() {
    let none = |header: &str| {
        let [header, claims] =
            [header, &claims().to_string()].map(|part| BASE64URL_NOPAD.encode(part.as_bytes()));
        format!("{header}.{claims}.")
    };
    // The public key taken for a secret.
    let confused = signed(Algorithm::Hs256, RSA.1, &claims());
    let others = [
        none(r#"{"alg":"none"}"#),
        none(r#"{"alg":"None"}"#),
        none(r#"{"alg":""}"#),
        none(r#"{"alg":"rs256"}"#),
        none(r#"{"alg":"RS512"}"#),
        confused,
        signed(Algorithm::Es256, P256.0, &claims()),
        signed(Algorithm::EdDsa, ED25519.0, &claims()),
    ];
    for token in &others {
        let refused = outcome(&with_pem(RSA.1), with_token(token)).await;
        assert_eq!(refused, "LOGIN_BAD_AUTH wrong_algorithm", "{token}");
    }
    // Signed as it should be, but it says something else.
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    for name in ["none", "HS512", "hs256"] {
        let unsigned = none(&json!({ "alg": name }).to_string());
        let message = unsigned.strip_suffix('.').unwrap();
        let signature = BASE64URL_NOPAD.encode(hmac::sign(&key, message.as_bytes()).as_ref());
        let refused = outcome(&with_secret(), with_token(&format!("{message}.{signature}"))).await;
        assert_eq!(refused, "LOGIN_BAD_AUTH wrong_algorithm", "{name}");
    }
    let token = signed(Algorithm::Rs256, RSA.0, &claims());
    let narrowed = JwtOptions {
        algorithms: vec![Algorithm::Es256],
        ..options(Keys::Fixed(Arc::new(VerifyingKey::from_pem(RSA.1).unwrap())))
    };
    let refused = outcome(&Jwt::new(narrowed), with_token(&token)).await;
    assert_eq!(refused, "LOGIN_BAD_AUTH wrong_algorithm");
}

#[test]
fn keys_that_are_none() {
    for (pem, expected) in [
        (&include_bytes!("keys/rsa1024.pub.pem")[..], "2048"),
        (include_bytes!("keys/p384.pub.pem"), "P-256"),
        (RSA.0, "no section PUBLIC KEY"),
        (b"", "no section PUBLIC KEY"),
    ] {
        let error = VerifyingKey::from_pem(pem).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(VerifyingKey::from_secret(&SECRET[..31]).is_err());
    for (algorithm, key) in [
        (Algorithm::Hs256, &SECRET[..31]),
        (Algorithm::Rs256, P256.0),
        (Algorithm::Es256, RSA.0),
        (Algorithm::EdDsa, P256.0),
        (Algorithm::EdDsa, ED25519.1),
    ] {
        assert!(SigningKey::new(algorithm, key).is_err(), "{algorithm}");
    }
}

#[tokio::test]
async fn what_a_token_has_to_say() {
    let mut strict = options(Keys::Fixed(Arc::new(VerifyingKey::from_secret(SECRET).unwrap())));
    strict.expected.issuer = Some("https://id.example".to_owned());
    strict.expected.audience = vec!["calls".to_owned()];
    let strict = Jwt::new(strict);
    let now = now().as_secs();
    let good = json!({
        "sub": "ada", "exp": now + 60, "nbf": now - 60, "iss": "https://id.example", "aud": "calls"
    });
    for (key, value, expected) in [
        ("x", json!(1), "allow ada"),
        ("exp", json!(now - 31), "LOGIN_BAD_AUTH expired_token"),
        ("exp", json!("soon"), "LOGIN_BAD_AUTH malformed_claims"),
        ("nbf", json!(now + 3600), "LOGIN_BAD_AUTH future_token"),
        ("nbf", json!((now + 3600).to_string()), "LOGIN_BAD_AUTH malformed_claims"),
        ("iss", json!("https://id.example.org"), "LOGIN_BAD_AUTH wrong_issuer"),
        ("aud", json!(["other", "calls"]), "allow ada"),
        ("aud", json!("other"), "LOGIN_BAD_AUTH wrong_audience"),
        ("sub", json!("a\nb"), "LOGIN_BAD_AUTH malformed_claims"),
        ("groups", json!(["no/group"]), "LOGIN_BAD_AUTH malformed_claims"),
        ("rooms", json!(null), "LOGIN_BAD_AUTH malformed_claims"),
        ("permissions", json!(["everything"]), "LOGIN_BAD_AUTH malformed_claims"),
        ("applications", json!(["my.app", "other.app"]), "allow ada"),
        ("applications", json!("my.app"), "allow ada"),
        ("applications", json!("other.app"), "LOGIN_APP_AUTH_FAIL wrong_application"),
        ("applications", json!([]), "LOGIN_APP_AUTH_FAIL wrong_application"),
    ] {
        let mut claims = good.clone();
        claims[key] = value;
        let token = signed(Algorithm::Hs256, SECRET, &claims);
        assert_eq!(outcome(&strict, with_token(&token)).await, expected, "{claims}");
    }
}

#[tokio::test]
async fn where_the_token_is_and_is_not() {
    let jwt = with_secret();
    let token = signed(Algorithm::Hs256, SECRET, &claims());
    let meta = |authorization: Option<&str>, query: Option<&str>| ConnMeta {
        authorization: authorization.map(Box::from),
        query: query.map(Box::from),
        ..ConnMeta::new(TransportKind::WebSocket)
    };
    let with = |credential: Option<&str>, meta: ConnMeta| LoginQuestion {
        meta: meta.into(),
        ..login(credential)
    };
    let bearer = format!("Bearer {token}");
    let query = format!("EIO=4&access_token={token}&transport=websocket");
    let object = json!({ "token": token }).to_string();
    for (login, expected) in [
        (with(Some(&object), meta(None, None)), "allow ada"),
        (with(None, meta(Some(&bearer), None)), "allow ada"),
        (with(None, meta(Some(&bearer.replace("Bearer", "bearer")), None)), "allow ada"),
        (with(None, meta(None, Some(&query))), "allow ada"),
        (with(Some(r#"{"password":"x"}"#), meta(None, Some(&query))), "allow ada"),
        // What is given for this login counts, not what the connection came with.
        (
            with(Some(r#"{"token":"x.y.z"}"#), meta(Some(&bearer), None)),
            "LOGIN_BAD_AUTH malformed_token",
        ),
        (with(Some(r#"{"password":"x"}"#), meta(Some("Basic eA=="), None)), "pass"),
        (with(Some(r#"{"token":7}"#), meta(None, Some("EIO=4"))), "pass"),
        (with(None, meta(Some("Bearer x"), None)), "LOGIN_BAD_AUTH malformed_token"),
    ] {
        let shown = format!("{:?} {:?}", login.credential, login.meta);
        assert_eq!(outcome(&jwt, login).await, expected, "{shown}");
    }
    let long = format!("{token}{}", "A".repeat(16 * 1024));
    assert_eq!(outcome(&jwt, with_token(&long)).await, "LOGIN_BAD_AUTH malformed_token");
}

#[tokio::test]
async fn a_login_is_good_for_as_long_as_its_token() {
    let token = signed(Algorithm::Hs256, SECRET, &claims());
    let easyrtc_auth::Decision::Allow(grant) =
        crate::support::decide(&with_secret(), with_token(&token)).await
    else {
        panic!("refused")
    };
    let seconds = grant.expires_in.unwrap().as_secs();
    assert!((3600..=3630).contains(&seconds), "{seconds}: an hour and 30 s of leeway");
}
