//! Names that may hold almost any text, kept as JSON string literals.
//!
//! A JavaScript string may hold lone surrogates, which are valid in all of these and which a Rust
//! string cannot hold. The literal loses nothing; it is kept in the form `JSON.stringify` writes,
//! so that equal strings are equal names.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::InvalidName;
use crate::json::{Utf16Units, canonical, plain};

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $kind:literal, $pattern:literal, $allowed:path;)*) => {$(
        $(#[$doc])*
        ///
        #[doc = concat!("Matches `", $pattern, "` as JavaScript reads it, counting UTF-16 units.")]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The rule for these texts, as a regular expression of JavaScript.
            pub const PATTERN: &'static str = $pattern;

            /// Takes `text`.
            ///
            /// # Errors
            /// If it does not match [`Self::PATTERN`].
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                let literal = serde_json::Value::from(text).to_string();
                Self::from_literal(&literal)
                    .ok_or(InvalidName { kind: $kind, pattern: $pattern })
            }

            /// Takes a valid JSON string literal; `None` if it is none or breaks the rule.
            pub(crate) fn from_literal(literal: &str) -> Option<Self> {
                let valid = literal.starts_with('"') && $allowed(Utf16Units::of(literal));
                valid.then(|| Self(canonical(literal).into()))
            }

            /// The JSON string literal, quotes included.
            #[must_use]
            pub fn as_json(&self) -> &str {
                &self.0
            }

            /// The text, with the replacement character for each lone surrogate.
            #[must_use]
            pub fn to_text(&self) -> Cow<'_, str> {
                plain(&self.0).unwrap_or_else(|| {
                    char::decode_utf16(Utf16Units::of(&self.0))
                        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                        .collect()
                })
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.to_text())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let raw: &RawValue =
                    serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
                raw.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = Box::<RawValue>::deserialize(deserializer)?;
                let invalid = InvalidName { kind: $kind, pattern: $pattern };
                Self::from_literal(raw.get()).ok_or_else(|| D::Error::custom(invalid))
            }
        }
    )*};
}

//= docs/spec/names.md#names.patterns
texts! {
    /// The name a client shows to others; need not be unique.
    Username, "username", "^.{1,64}$", is_username;
    /// The free text of a presence.
    PresenceStatus, "presence status", "^.{0,255}$", is_status;
    /// The name of an `apiField`.
    ApiFieldName, "apiField name", "^.{1,128}$", is_api_field_name;
    /// The name of one of a client's `userSettings`: any string.
    SettingName, "setting name", "^[^]*$", is_any;
    /// The `msgType` of an `easyrtcMsg`: any string.
    MessageType, "msgType", "^[^]*$", is_any;
}

fn is_username(units: Utf16Units<'_>) -> bool {
    is_line(units, 1, 64)
}

fn is_status(units: Utf16Units<'_>) -> bool {
    is_line(units, 0, 255)
}

fn is_api_field_name(units: Utf16Units<'_>) -> bool {
    is_line(units, 1, 128)
}

const fn is_any(_: Utf16Units<'_>) -> bool {
    true
}

//= docs/spec/names.md#names.utf16
fn is_line(units: Utf16Units<'_>, min: usize, max: usize) -> bool {
    let mut count = 0;
    for unit in units {
        count += 1;
        //= docs/spec/names.md#names.line-terminators
        if count > max || matches!(unit, 0x0a | 0x0d | 0x2028 | 0x2029) {
            return false;
        }
    }
    count >= min
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_utf16_units() {
        assert!(Username::parse(&"😀".repeat(32)).is_ok());
        assert!(Username::parse(&"😀".repeat(33)).is_err());
        assert!(PresenceStatus::parse(&"😀".repeat(127)).is_ok());
        assert!(PresenceStatus::parse(&"😀".repeat(128)).is_err());
        assert!(PresenceStatus::parse("").is_ok());
        assert!(Username::parse("").is_err());
    }

    #[test]
    fn no_line_terminators() {
        for bad in ["a\nb", "a\rb", "a\u{2028}", "\u{2029}"] {
            assert!(Username::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Username::parse("a\u{85}\u{0b}b").is_ok(), "JavaScript knows four of them");
    }

    #[test]
    fn lone_surrogates_survive() {
        let name = Username::from_literal(r#""a\ud83d""#).unwrap();
        assert_eq!(serde_json::to_string(&name).unwrap(), r#""a\ud83d""#);
        assert_eq!(name.to_text(), "a\u{fffd}");
    }

    #[test]
    fn other_values_are_no_names() {
        for text in ["7", "null", "{}"] {
            assert!(Username::from_literal(text).is_none());
        }
    }
}
