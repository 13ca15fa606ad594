//! The keys at a URL (RFC 7517), fetched when they are needed and kept for a while.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use http_body_util::Full;
use hyper::header::ACCEPT;
use hyper::{Request, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::key::{Algorithm, VerifyingKey};
use crate::authorizer::{Decision, Reason};
use crate::http::{HttpClient, Url};

/// Bytes of a response, and keys in it.
const MAX_BYTES: usize = 256 * 1024;
const MAX_KEYS: usize = 100;

/// Where keys are, and how long they are used.
#[derive(Clone, Debug)]
pub struct JwksOptions {
    /// Where they are.
    pub url: Url,
    /// After which age they are fetched anew.
    pub refresh_after: Duration,
    /// The least time between two attempts to fetch them, whatever tokens ask for.
    pub retry_after: Duration,
    /// The age up to which they are used while they cannot be fetched anew.
    pub keep: Duration,
    /// How long fetching them may take.
    pub timeout: Duration,
}

/// The keys at a URL. Clones are the same.
#[derive(Clone)]
pub struct Jwks(Arc<Inner>);

struct Inner {
    options: JwksOptions,
    http: HttpClient,
    cached: Mutex<Cached>,
    /// Held by who fetches.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Cached {
    keys: Arc<[NamedKey]>,
    /// When these keys came.
    fetched: Option<Instant>,
    /// When they were asked for last.
    attempted: Option<Instant>,
}

struct NamedKey {
    name: Option<Box<str>>,
    key: Arc<VerifyingKey>,
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Jwks").field(&self.0.options).finish()
    }
}

impl Jwks {
    /// Nothing is fetched before the first token comes.
    #[must_use]
    pub fn new(options: JwksOptions, http: HttpClient) -> Self {
        let cached = Mutex::default();
        Self(Arc::new(Inner { options, http, cached, turn: tokio::sync::Mutex::new(()) }))
    }

    /// The key of this name, or the only one for this algorithm.
    pub(super) async fn find(
        &self,
        algorithm: Algorithm,
        name: Option<&str>,
    ) -> Result<Arc<VerifyingKey>, Decision> {
        // A secret is nothing to publish.
        if algorithm == Algorithm::Hs256 {
            return Err(Decision::bad_auth("wrong_algorithm"));
        }
        let before = self.cached();
        let age = before.fetched.map(|fetched| fetched.elapsed());
        if let Some(age) = age.filter(|age| *age < self.0.options.keep)
            && let Some(key) = before.find(algorithm, name)
        {
            if age >= self.0.options.refresh_after && self.may_fetch(&before) {
                // Nobody has to wait for it: what there is will do.
                drop(self.start_refresh());
            }
            return Ok(key);
        }
        if self.may_fetch(&before) {
            // It goes on when the login that started it is no longer waited for.
            drop(self.start_refresh().await);
        } else {
            // Somebody may be at it.
            drop(self.0.turn.lock().await);
        }
        let now = self.cached();
        if now.fetched.is_none_or(|fetched| fetched.elapsed() >= self.0.options.keep) {
            return Err(Decision::Fail("keys_unavailable"));
        }
        now.find(algorithm, name).ok_or(Decision::bad_auth("unknown_key"))
    }

    fn cached(&self) -> Cached {
        // What is inside is replaced as a whole.
        self.0.cached.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn may_fetch(&self, cached: &Cached) -> bool {
        let retry_after = self.0.options.retry_after;
        cached.attempted.is_none_or(|attempted| attempted.elapsed() >= retry_after)
    }

    fn start_refresh(&self) -> tokio::task::JoinHandle<()> {
        let this = self.clone();
        tokio::spawn(async move { this.refresh().await })
    }

    async fn refresh(&self) {
        let _turn = self.0.turn.lock().await;
        // Whoever had the turn before may have done it.
        if !self.may_fetch(&self.cached()) {
            return;
        }
        self.change(|cached| cached.attempted = Some(Instant::now()));
        match self.fetch().await {
            Ok(keys) => {
                tracing::debug!(target: "easyrtc_auth", keys = keys.len(), "keys fetched");
                self.change(|cached| {
                    cached.keys = keys.into();
                    cached.fetched = Some(Instant::now());
                });
            }
            Err(reason) => {
                let url = &self.0.options.url;
                tracing::warn!(target: "easyrtc_auth", ?url, reason, "no keys to verify tokens with");
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Cached)) {
        change(&mut self.0.cached.lock().unwrap_or_else(PoisonError::into_inner));
    }

    async fn fetch(&self) -> Result<Vec<NamedKey>, Reason> {
        let Inner { options, http, .. } = &*self.0;
        let request = Request::get(options.url.uri())
            .header(ACCEPT, "application/json")
            .body(Full::new(Bytes::new()))
            .map_err(|_| "bad_url")?;
        let response = http.send(request, MAX_BYTES, options.timeout).await;
        let (status, body) = response.map_err(|error| error.reason())?;
        if status != StatusCode::OK {
            return Err("wrong_status");
        }
        read(&body).ok_or("malformed_keys")
    }
}

impl Cached {
    /// The one key that fits.
    fn find(&self, algorithm: Algorithm, name: Option<&str>) -> Option<Arc<VerifyingKey>> {
        let fits = |named: &&NamedKey| {
            let right_name = name.is_none_or(|name| named.name.as_deref() == Some(name));
            right_name && named.key.algorithm() == algorithm
        };
        let mut fitting = self.keys.iter().filter(fits);
        let found = fitting.next()?;
        fitting.next().is_none().then(|| Arc::clone(&found.key))
    }
}

/// Reads a key set. Keys of other kinds and for other purposes are passed over; one without any
/// that can be used is malformed.
fn read(text: &[u8]) -> Option<Vec<NamedKey>> {
    #[derive(Deserialize)]
    struct KeySet {
        keys: Vec<Box<RawValue>>,
    }
    let set: KeySet = serde_json::from_slice(text).ok()?;
    let keys: Vec<_> = set.keys.iter().take(MAX_KEYS).filter_map(|key| read_key(key)).collect();
    (!keys.is_empty()).then_some(keys)
}

fn read_key(text: &RawValue) -> Option<NamedKey> {
    #[derive(Deserialize)]
    struct Key {
        kty: String,
        kid: Option<Box<str>>,
        alg: Option<String>,
        #[serde(rename = "use")]
        purpose: Option<String>,
        key_ops: Option<Vec<String>>,
        crv: Option<String>,
        n: Option<String>,
        e: Option<String>,
        x: Option<String>,
        y: Option<String>,
    }
    let key: Key = serde_json::from_str(text.get()).ok()?;
    let verifies = key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
        && key.key_ops.is_none_or(|operations| operations.iter().any(|name| name == "verify"));
    let bytes = |text: Option<String>| BASE64URL_NOPAD.decode(text?.as_bytes()).ok();
    let verifying = match (key.kty.as_str(), key.crv.as_deref()) {
        ("RSA", _) => VerifyingKey::from_rsa(&bytes(key.n)?, &bytes(key.e)?)?,
        ("EC", Some("P-256")) => VerifyingKey::from_p256(&bytes(key.x)?, &bytes(key.y)?)?,
        ("OKP", Some("Ed25519")) => VerifyingKey::from_ed25519(&bytes(key.x)?)?,
        _ => return None,
    };
    let meant = key.alg.is_none_or(|name| name == verifying.algorithm().as_str());
    (verifies && meant).then(|| NamedKey { name: key.kid, key: Arc::new(verifying) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn names(keys: &str) -> Option<Vec<(Option<String>, Algorithm)>> {
        let keys = read(format!(r#"{{"keys":[{keys}],"more":1}}"#).as_bytes())?;
        let names = keys
            .iter()
            .map(|named| (named.name.as_deref().map(str::to_owned), named.key.algorithm()));
        Some(names.collect())
    }

    #[test]
    fn only_keys_that_verify_signatures_are_taken() {
        let usable = format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"a","x":"{X}"}}"#);
        for other in [
            r#"{"kty":"oct","k":"c2VjcmV0","alg":"HS256"}"#.to_owned(),
            r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#.to_owned(),
            usable.replace("Ed25519", "X25519"),
            usable.replace("OKP", "EC"),
            usable.replace("AAA\"", "AAAA\""),
            usable.replace("\"kid\"", "\"use\":\"enc\",\"kid\""),
            usable.replace("\"kid\"", "\"key_ops\":[\"sign\"],\"kid\""),
            usable.replace("\"kid\"", "\"alg\":\"ES256\",\"kid\""),
            "7".to_owned(),
        ] {
            assert_eq!(names(&other), None, "{other}");
            let expected = Some(vec![(Some("a".to_owned()), Algorithm::EdDsa)]);
            assert_eq!(names(&format!("{other},{usable}")), expected, "{other}");
        }
        assert!(read(b"{}").is_none() && read(b"garbage").is_none() && read(b"[]").is_none());
    }

    #[test]
    fn a_key_without_a_name_has_to_be_the_only_one_of_its_algorithm() {
        let one = format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"a","x":"{X}"}}"#);
        let two = one.replace("\"a\"", "\"b\"");
        let cached = |keys: String| Cached {
            keys: read(format!(r#"{{"keys":[{keys}]}}"#).as_bytes()).unwrap().into(),
            ..Cached::default()
        };
        assert!(cached(one.clone()).find(Algorithm::EdDsa, None).is_some());
        let both = cached(format!("{one},{two}"));
        assert!(both.find(Algorithm::EdDsa, None).is_none());
        assert!(both.find(Algorithm::EdDsa, Some("b")).is_some());
        assert!(both.find(Algorithm::EdDsa, Some("c")).is_none());
        assert!(both.find(Algorithm::Rs256, Some("b")).is_none());
    }
}
