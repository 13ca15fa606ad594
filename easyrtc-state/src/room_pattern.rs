//! Patterns of room names.

use std::collections::BTreeMap;
use std::fmt;

use easyrtc_proto::RoomName;

/// The name of a room, or of all rooms whose names begin alike: `Lobby`, `class-*`, `*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomPattern(Box<str>);

/// A text that is no [`RoomPattern`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRoomPattern;

impl fmt::Display for InvalidRoomPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the name of a room, nor the beginning of one and then an asterisk")
    }
}

impl std::error::Error for InvalidRoomPattern {}

impl RoomPattern {
    /// Reads a name, or the beginning of one (perhaps none of it) followed by `*`.
    ///
    /// # Errors
    /// If it is neither, or longer than a name may be.
    pub fn parse(text: &str) -> Result<Self, InvalidRoomPattern> {
        let beginning = text.strip_suffix('*');
        let any = beginning == Some("");
        match any || RoomName::parse(beginning.unwrap_or(text)).is_ok() {
            true => Ok(Self(text.into())),
            false => Err(InvalidRoomPattern),
        }
    }

    /// Whether `room` is one of those meant.
    #[must_use]
    pub fn matches(&self, room: &RoomName) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => room.as_str().starts_with(beginning),
            None => *self.0 == *room.as_str(),
        }
    }

    /// The one room it means, unless it ends with `*`.
    #[must_use]
    pub fn room(&self) -> Option<RoomName> {
        RoomName::parse(&self.0).ok()
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is set for `room`: by its name, or else by the longest beginning.
    #[must_use]
    pub fn find<'a, T>(rules: &'a BTreeMap<Self, T>, room: &RoomName) -> Option<&'a T> {
        let matching = rules.iter().filter(|(pattern, _)| pattern.matches(room));
        let closest = matching.max_by_key(|(pattern, _)| {
            // Of `a` and `a*` the first is closer.
            (pattern.0.trim_end_matches('*').len(), !pattern.0.ends_with('*'))
        });
        closest.map(|(_, rule)| rule)
    }
}

impl From<&RoomName> for RoomPattern {
    fn from(room: &RoomName) -> Self {
        Self(room.as_str().into())
    }
}

impl fmt::Display for RoomPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for RoomPattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for RoomPattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str) -> RoomName {
        RoomName::parse(name).unwrap()
    }

    #[test]
    fn names_and_beginnings_are_patterns() {
        for text in ["Lobby", "class-*", "*", &format!("{}*", "a".repeat(32))] {
            assert_eq!(RoomPattern::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "a*b", "**", "*a", "a b", "a b*", &"a".repeat(33)] {
            assert_eq!(RoomPattern::parse(text), Err(InvalidRoomPattern), "{text:?}");
        }
    }

    #[test]
    fn a_pattern_matches_whole_names() {
        for (pattern, name, matches) in [
            ("Lobby", "Lobby", true),
            ("Lobby", "lobby", false),
            ("Lobby", "Lobby2", false),
            ("class-*", "class-7", true),
            ("class-*", "class-", true),
            ("class-*", "class", false),
            ("*", "anything", true),
        ] {
            let pattern = RoomPattern::parse(pattern).unwrap();
            assert_eq!(pattern.matches(&room(name)), matches, "{pattern} {name}");
        }
    }

    #[test]
    fn the_closest_pattern_counts() {
        let rules: BTreeMap<RoomPattern, &str> = ["a", "a*", "ab*", "abc", "b*"]
            .map(|text| (RoomPattern::parse(text).unwrap(), text))
            .into();
        for (name, closest) in
            [("a", Some("a")), ("ax", Some("a*")), ("abd", Some("ab*")), ("abc", Some("abc"))]
        {
            assert_eq!(RoomPattern::find(&rules, &room(name)).copied(), closest, "{name}");
        }
        assert_eq!(RoomPattern::find(&rules, &room("c")), None);
    }
}
