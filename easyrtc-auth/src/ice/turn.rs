//! Credentials as TURN servers check them that share a secret with us: what coturn calls
//! `use-auth-secret`, and the draft "A REST API For Access To TURN Services" describes.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64;
use easyrtc_proto::{AppName, IceServer};
use ring::hmac;
use serde_json::json;

use super::TurnUrl;
use crate::Secret;

/// Bytes of an id in a username: far below what TURN allows (508).
const MAX_ID: usize = 64;

/// What makes a [`Turn`].
#[derive(Clone, Debug)]
pub struct TurnOptions {
    /// Where the servers are; at least one. All share the secret.
    pub urls: Vec<TurnUrl>,
    /// The secret; not empty.
    pub secret: Secret,
    /// For how long credentials can be used; at least a second. Allocations that were made with
    /// them in time go on.
    pub lifetime: Duration,
    /// The applications whose clients get credentials; `None`: all.
    pub applications: Option<BTreeSet<AppName>>,
}

/// What is wrong with [`TurnOptions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTurn {
    /// There is no URL.
    #[error("urls names no TURN server")]
    NoUrls,
    /// There is no secret.
    #[error("the secret is empty")]
    NoSecret,
    /// Credentials would expire as they are made.
    #[error("lifetime is less than a second")]
    NoLifetime,
}

/// TURN servers, and the secret we share with them.
#[derive(Clone)]
pub struct Turn {
    urls: Vec<TurnUrl>,
    key: hmac::Key,
    lifetime: Duration,
    applications: Option<BTreeSet<AppName>>,
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").field("urls", &self.urls).finish_non_exhaustive()
    }
}

impl Turn {
    /// Takes what an operator says about the servers.
    ///
    /// # Errors
    /// If something is missing.
    pub fn new(options: TurnOptions) -> Result<Self, InvalidTurn> {
        let TurnOptions { urls, secret, lifetime, applications } = options;
        if urls.is_empty() {
            return Err(InvalidTurn::NoUrls);
        }
        if secret.expose().is_empty() {
            return Err(InvalidTurn::NoSecret);
        }
        if lifetime < Duration::from_secs(1) {
            return Err(InvalidTurn::NoLifetime);
        }
        // What TURN servers know; as a keyed hash it is still sound.
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose());
        Ok(Self { urls, key, lifetime, applications })
    }

    /// Whether clients of `app` get credentials.
    pub(super) fn is_for(&self, app: &AppName) -> bool {
        self.applications.as_ref().is_none_or(|applications| applications.contains(app))
    }

    /// The servers, with credentials from `now` on. The id has to be [fit](is_fit).
    #[expect(clippy::expect_used, reason = "see the invariant")]
    pub(super) fn server(&self, id: &str, now: SystemTime) -> IceServer {
        let expiry = now.duration_since(UNIX_EPOCH).unwrap_or_default() + self.lifetime;
        let username = format!("{}:{id}", expiry.as_secs());
        let urls: Vec<&str> = self.urls.iter().map(TurnUrl::as_str).collect();
        let credential = self.password(&username);
        let entry = json!({ "urls": urls, "username": username, "credential": credential });
        // Invariant: an object with at least one URL, and with texts, is an ICE server.
        IceServer::parse(&entry.to_string()).expect("an ICE server")
    }

    /// The password that goes with a username.
    fn password(&self, username: &str) -> String {
        BASE64.encode(hmac::sign(&self.key, username.as_bytes()).as_ref())
    }
}

/// Whether an id can stand in a username: no `:`, which separates it from the expiry, and nothing
/// that a TURN server or its log might read otherwise.
pub(super) fn is_fit(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._@+".contains(&byte);
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(secret: &str) -> Turn {
        Turn::new(options(secret)).unwrap()
    }

    fn options(secret: &str) -> TurnOptions {
        TurnOptions {
            urls: vec!["turn:turn.example.org".parse().unwrap()],
            secret: Secret::new(secret),
            lifetime: Duration::from_secs(60),
            applications: None,
        }
    }

    #[test]
    fn passwords_are_those_of_the_published_vectors_and_of_openssl() {
        // RFC 2202, test case 2.
        let text = "what do ya want for nothing?";
        assert_eq!(turn("Jefe").password(text), "7/zfauXrL6LSdBbV8YTfnCWafHk=");
        // openssl dgst -binary -sha1 -hmac north | base64
        assert_eq!(turn("north").password("1433895918:ada"), "KJ5PTMBeGkZIwdEVUss3BPdY8wE=");
    }

    #[test]
    fn the_username_is_the_expiry_in_seconds_and_the_id() {
        let now = UNIX_EPOCH + Duration::from_millis(1_433_895_858_999);
        let server = serde_json::to_value(turn("north").server("ada", now)).unwrap();
        assert_eq!(server["username"], "1433895918:ada");
        assert_eq!(server["credential"], "KJ5PTMBeGkZIwdEVUss3BPdY8wE=");
        assert_eq!(server["urls"], json!(["turn:turn.example.org"]));
        assert_eq!(server["url"], "turn:turn.example.org");
    }

    #[test]
    fn what_is_missing_is_said() {
        let refused = |options| Turn::new(options).err();
        let no_urls = TurnOptions { urls: Vec::new(), ..options("s") };
        assert_eq!(refused(no_urls), Some(InvalidTurn::NoUrls));
        assert_eq!(refused(options("")), Some(InvalidTurn::NoSecret));
        let no_lifetime = TurnOptions { lifetime: Duration::from_millis(999), ..options("s") };
        assert_eq!(refused(no_lifetime), Some(InvalidTurn::NoLifetime));
    }

    #[test]
    fn ids_that_are_fit() {
        for (id, fit) in [
            ("ada", true),
            ("ada.lovelace-1815@example.org", true),
            (&"a".repeat(64), true),
            (&"a".repeat(65), false),
            ("", false),
            ("a:b", false),
            ("a b", false),
            ("adä", false),
            ("a\n", false),
        ] {
            assert_eq!(is_fit(id), fit, "{id:?}");
        }
    }

    #[test]
    fn nothing_shows_the_secret() {
        let options = options("s3cret");
        let shown = format!("{options:?} {:?}", Turn::new(options.clone()));
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
