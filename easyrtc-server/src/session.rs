//! Session ids that this server issues (decision D16): a cookie named `easyrtcsid`, which the stock
//! client sends along when it logs in.
//!
//! An id is random and signed, so that nothing has to be kept to know it again. The key is drawn at
//! start: ids of an earlier process are not known, as its sessions are not.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use hyper::HeaderMap;
use hyper::header::{COOKIE, HeaderValue};
use sha2::Sha256;

/// Name of the cookie, which the stock client looks for.
const COOKIE_NAME: &str = "easyrtcsid";

/// How long a browser keeps it, in seconds: 30 days, as from the Node server.
const COOKIE_LIFETIME: u32 = 30 * 24 * 60 * 60;

/// Random bytes of an id, and bytes of its signature.
const HALF: usize = 16;

/// Issues session ids and knows them again.
#[derive(Clone)]
pub struct SessionIds(Hmac<Sha256>);

impl std::fmt::Debug for SessionIds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionIds(..)")
    }
}

impl SessionIds {
    /// Draws a key.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut key = hmac::digest::Key::<Hmac<Sha256>>::default();
        getrandom::fill(&mut key)?;
        Ok(Self(Hmac::new(&key)))
    }

    /// A new id: letters, digits, `-`, `_` and a `.` in its middle.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn issue(&self) -> Result<String, getrandom::Error> {
        let mut random = [0; HALF];
        getrandom::fill(&mut random)?;
        Ok(self.sign(&BASE64URL_NOPAD.encode(&random)))
    }

    /// Whether this server issued `id`.
    #[must_use]
    pub fn is_ours(&self, id: &str) -> bool {
        let Some((random, signature)) = id.split_once('.') else { return false };
        let Ok(signature) = BASE64URL_NOPAD.decode(signature.as_bytes()) else { return false };
        signature.len() == HALF
            && self.0.clone().chain_update(random).verify_truncated_left(&signature).is_ok()
    }

    /// The cookie for a browser that sent these headers; `None` if it has one already.
    #[must_use]
    pub fn cookie(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).map(str::trim);
        let has_one = pairs.any(|pair| {
            pair.split_once('=').is_some_and(|(name, id)| name == COOKIE_NAME && self.is_ours(id))
        });
        if has_one {
            return None;
        }
        // Without randomness the page comes without a cookie: it works, only without a session.
        let id = self.issue().ok()?;
        // Not HttpOnly: the client's script has to read it.
        let cookie = format!("{COOKIE_NAME}={id}; Path=/; Max-Age={COOKIE_LIFETIME}; SameSite=Lax");
        HeaderValue::try_from(cookie).ok()
    }

    fn sign(&self, random: &str) -> String {
        let signature = self.0.clone().chain_update(random).finalize().into_bytes();
        let signature = signature.get(..HALF).unwrap_or_default();
        format!("{random}.{}", BASE64URL_NOPAD.encode(signature))
    }
}

#[cfg(test)]
mod tests {
    use easyrtc_proto::SessionId;

    use super::*;

    #[test]
    fn knows_its_own_ids_and_no_others() {
        let ids = SessionIds::new().unwrap();
        let id = ids.issue().unwrap();
        assert!(SessionId::parse(&id).is_ok(), "{id}");
        assert!(ids.is_ours(&id));
        assert_ne!(ids.issue().unwrap(), id);
        assert!(!SessionIds::new().unwrap().is_ours(&id), "another process");
        let other = if id.starts_with('A') { "B" } else { "A" };
        for forged in [
            format!("{other}{}", &id[1..]),
            id.split_once('.').unwrap().0.to_owned(),
            format!("{}.", id.split_once('.').unwrap().0),
            format!("{id}A"),
            String::new(),
            ".".to_owned(),
        ] {
            assert!(!ids.is_ours(&forged), "{forged}");
        }
    }

    #[test]
    fn a_browser_gets_one_cookie() {
        let ids = SessionIds::new().unwrap();
        let mut headers = HeaderMap::new();
        let cookie = ids.cookie(&headers).unwrap();
        let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        assert!(ids.is_ours(pair.strip_prefix("easyrtcsid=").unwrap()));
        headers.insert(COOKIE, HeaderValue::try_from(format!("a=b; {pair}")).unwrap());
        assert_eq!(ids.cookie(&headers), None);
        headers.insert(COOKIE, HeaderValue::from_static("easyrtcsid=of-somebody-else"));
        assert!(ids.cookie(&headers).is_some());
    }
}
