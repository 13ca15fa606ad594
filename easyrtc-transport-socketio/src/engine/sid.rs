//! Session ids: who knows one may act for its session, so they can't be guessed.

use std::fmt;

use data_encoding::BASE64URL;

/// Random bytes in a session id: 144 bits.
pub(crate) const SID_BYTES: usize = 18;

/// Characters of a session id: base64 of [`SID_BYTES`], without padding.
const SID_LENGTH: usize = SID_BYTES / 3 * 4;

/// The id of an Engine.IO session, or of a Socket.IO socket: 24 URL-safe characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Sid([u8; SID_LENGTH]);

impl Sid {
    /// The id made of `random` bytes, which must come from a cryptographic generator.
    pub(crate) fn from_random(random: [u8; SID_BYTES]) -> Self {
        let mut sid = [0; SID_LENGTH];
        BASE64URL.encode_mut(&random, &mut sid);
        Self(sid)
    }

    /// The id a client sent; `None` if it can't be one of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.as_bytes().try_into().ok().map(Self)
    }

    /// The id as text.
    pub(crate) fn as_str(&self) -> &str {
        // One that is no text was never issued, so what is shown for it does not matter.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Shows only the start: who has read a log must not be able to act for a session.
impl fmt::Debug for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.as_str().get(..6).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_url_safe_and_come_back() {
        let sid = Sid::from_random([0xff; SID_BYTES]);
        assert_eq!(sid.as_str(), "________________________");
        assert_eq!(Sid::parse(sid.as_str()), Some(sid));
        let other = Sid::from_random(*b"123456789012345678");
        assert_ne!(sid, other);
        assert!(other.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
    }

    #[test]
    fn other_text_is_no_id() {
        for text in ["", "abc", "0123456789012345678901234", "€€€€€€€€"] {
            let sid = Sid::parse(text);
            assert!(sid.is_none() || text.len() == SID_LENGTH, "{text}");
        }
    }

    #[test]
    fn logs_do_not_give_it_away() {
        let sid = Sid::from_random([7; SID_BYTES]);
        assert_eq!(format!("{sid:?}"), "BwcHBw…");
    }
}
