//! Session ids that this server issues (decision D16): a cookie named `easyrtcsid`, which the stock
//! client sends along when it logs in.
//!
//! An id is random and signed, so that nothing has to be kept to know it again. The key is drawn at
//! start: ids of an earlier process are not known, as its sessions are not.

mod cookie;

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub use cookie::Visit;

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
}
