//! Identifiers: names of ASCII letters, digits and a few signs.

use std::fmt;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text that is not a name of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidName {
    /// What the name would have been the name of.
    pub kind: &'static str,
    /// The rule it breaks, as a regular expression.
    pub pattern: &'static str,
}

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a valid {}: it has to match {}", self.kind, self.pattern)
    }
}

impl std::error::Error for InvalidName {}

macro_rules! identifiers {
    ($(
        $(#[$doc:meta])*
        $name:ident, $kind:literal, $pattern:literal, $max:literal, $extra:literal;
    )*) => {$(
        $(#[$doc])*
        ///
        #[doc = concat!("Matches `", $pattern, "`.")]
        //= docs/spec/names.md#names.case
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The rule for these names, as a regular expression.
            pub const PATTERN: &'static str = $pattern;

            /// Reads `text` as such a name.
            ///
            /// # Errors
            /// If it does not match [`Self::PATTERN`].
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                if is_identifier(text, $max, $extra) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidName { kind: $kind, pattern: $pattern })
                }
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(D::Error::custom)
            }
        }
    )*};
}

//= docs/spec/names.md#names.patterns
identifiers! {
    /// The version of the client's API; any is accepted.
    ApiVersion, "api version", "^[A-Za-z0-9_.+-]{1,32}$", 32, b"_.+-";
    /// The name of an application. Nothing passes between applications.
    AppName, "application name", "^[A-Za-z0-9_.-]{1,32}$", 32, b"_.-";
    /// The name of a room within its application.
    RoomName, "room name", "^[A-Za-z0-9_.-]{1,32}$", 32, b"_.-";
    /// The name of a group within its application.
    GroupName, "group name", "^[A-Za-z0-9_.-]{1,32}$", 32, b"_.-";
    /// The name of a field of an application, room, session or connection.
    FieldName, "field name", "^[A-Za-z0-9_. -]{1,32}$", 32, b"_. -";
    /// The identifier of a session: `easyrtcsid`.
    SessionId, "easyrtcsid", "^[A-Za-z0-9_.%-]{1,100}$", 100, b"_.%-";
}

//= docs/spec/envelope.md#envelope.ordinary-names
//= docs/spec/names.md#names.ascii-only
fn is_identifier(text: &str, max: usize, extra: &[u8]) -> bool {
    (1..=max).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
}

/// The identifier of a connection: `easyrtcid`. Kept in place, so that copying it allocates
/// nothing.
///
/// Matches `^[A-Za-z0-9_.-]{1,32}$`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EasyrtcId {
    length: u8,
    bytes: [u8; Self::MAX],
}

impl EasyrtcId {
    const MAX: usize = 32;
    /// The rule for these names, as a regular expression.
    pub const PATTERN: &'static str = "^[A-Za-z0-9_.-]{1,32}$";

    /// Reads `text` as an easyrtcid.
    ///
    /// # Errors
    /// If it does not match [`Self::PATTERN`].
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName { kind: "easyrtcid", pattern: Self::PATTERN };
        if !is_identifier(text, Self::MAX, b"_.-") {
            return Err(invalid());
        }
        let mut bytes = [0; Self::MAX];
        bytes.get_mut(..text.len()).ok_or_else(invalid)?.copy_from_slice(text.as_bytes());
        let length = u8::try_from(text.len()).map_err(|_| invalid())?;
        Ok(Self { length, bytes })
    }

    /// The easyrtcid.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        // Invariant: `parse`, the only way in, takes nothing but ASCII.
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for EasyrtcId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EasyrtcId({})", self.as_str())
    }
}

impl fmt::Display for EasyrtcId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Ord for EasyrtcId {
    /// As text. What follows a shorter one is less than any of its characters, so the whole arrays
    /// say the same, and fast: every map of clients asks.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bytes.cmp(&other.bytes)
    }
}

impl PartialOrd for EasyrtcId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for EasyrtcId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for EasyrtcId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_their_patterns() {
        let long = "r".repeat(33);
        for bad in ["", "a b", "a/b", "é", "\u{212a}", "a\n", long.as_str()] {
            assert!(RoomName::parse(bad).is_err(), "{bad:?}");
            assert!(EasyrtcId::parse(bad).is_err(), "{bad:?}");
        }
        for good in [".", "_-.A9", "constructor", "__proto__", &long[1..]] {
            assert_eq!(RoomName::parse(good).unwrap().as_str(), good);
            assert_eq!(EasyrtcId::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn easyrtcids_are_in_the_order_of_their_texts() {
        let long = "b".repeat(32);
        let texts = ["-", "A", "B", "_", "a", "a-", "aa", "ab", "b", "b.", &long];
        for (one, other) in texts.iter().flat_map(|one| texts.map(|other| (one, other))) {
            let ids = EasyrtcId::parse(one).unwrap().cmp(&EasyrtcId::parse(other).unwrap());
            assert_eq!(ids, (**one).cmp(other), "{one} {other}");
        }
    }

    #[test]
    fn some_names_have_more_signs() {
        assert!(ApiVersion::parse("1.1.1+beta").is_ok());
        assert!(RoomName::parse("1+1").is_err());
        assert!(FieldName::parse("a field").is_ok());
        assert!(SessionId::parse("s%3Aabc").is_ok());
        assert!(SessionId::parse(&"s".repeat(100)).is_ok());
        assert!(SessionId::parse(&"s".repeat(101)).is_err());
    }
}
