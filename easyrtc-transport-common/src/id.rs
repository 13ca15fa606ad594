//! Ids of sessions: who knows one may act for its session, so they can't be guessed.

use std::fmt;

use data_encoding::BASE64URL;

/// Random bytes in an id: 144 bits.
//= docs/spec/websocket.md#websocket.token
pub const RANDOM_BYTES: usize = 18;

/// Characters of an id: base64 of [`RANDOM_BYTES`], without padding.
const LENGTH: usize = RANDOM_BYTES / 3 * 4;

/// An id: 24 URL-safe characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RandomId([u8; LENGTH]);

impl RandomId {
    /// A fresh id; `None`, and an error in the log, if the operating system has no random bytes.
    #[must_use]
    pub fn generate() -> Option<Self> {
        let mut random = [0; RANDOM_BYTES];
        match getrandom::fill(&mut random) {
            Ok(()) => Some(Self::from_random(random)),
            Err(error) => {
                tracing::error!(%error, "no random bytes for an id");
                None
            }
        }
    }

    /// The id made of `random` bytes, which must come from a cryptographic generator.
    #[must_use]
    pub fn from_random(random: [u8; RANDOM_BYTES]) -> Self {
        let mut id = [0; LENGTH];
        BASE64URL.encode_mut(&random, &mut id);
        Self(id)
    }

    /// The id a client sent; `None` if it can't be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.as_bytes().try_into().ok().map(Self)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // One that is no text was never issued, so what is shown for it does not matter.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Shows only the start: who has read a log must not be able to act for a session.
//= docs/spec/websocket.md#websocket.token
impl fmt::Debug for RandomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.as_str().get(..6).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_url_safe_and_come_back() {
        let id = RandomId::from_random([0xff; RANDOM_BYTES]);
        assert_eq!(id.as_str(), "________________________");
        assert_eq!(RandomId::parse(id.as_str()), Some(id));
        let other = RandomId::from_random(*b"123456789012345678");
        assert_ne!(id, other);
        assert!(other.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
    }

    #[test]
    fn fresh_ids_differ() {
        assert_ne!(RandomId::generate().unwrap(), RandomId::generate().unwrap());
    }

    #[test]
    fn other_text_is_no_id() {
        for text in ["", "abc", "0123456789012345678901234", "€€€€€€€€"] {
            let id = RandomId::parse(text);
            assert!(id.is_none() || text.len() == LENGTH, "{text}");
        }
    }

    #[test]
    fn logs_do_not_give_it_away() {
        let id = RandomId::from_random([7; RANDOM_BYTES]);
        assert_eq!(format!("{id:?}"), "BwcHBw…");
    }
}
