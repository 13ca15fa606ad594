//! The types of events, and which of them are wanted.

use std::fmt;

use serde::Deserialize;

/// A type of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// A connection opened.
    Connected,
    /// A client logged in, for the first time or again.
    Authenticated,
    /// A room came into being.
    RoomCreated,
    /// A client entered a room.
    RoomJoined,
    /// A client left a room.
    RoomLeft,
    /// An empty room was forgotten.
    RoomForgotten,
    /// A connection is gone.
    Disconnected,
    /// A client sent a message without a target.
    Message,
    /// A message or a login was refused.
    Error,
}

impl EventType {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Connected,
        Self::Authenticated,
        Self::RoomCreated,
        Self::RoomJoined,
        Self::RoomLeft,
        Self::RoomForgotten,
        Self::Disconnected,
        Self::Message,
        Self::Error,
    ];

    /// Its name in settings and events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Authenticated => "authenticated",
            Self::RoomCreated => "roomCreated",
            Self::RoomJoined => "roomJoined",
            Self::RoomLeft => "roomLeft",
            Self::RoomForgotten => "roomForgotten",
            Self::Disconnected => "disconnected",
            Self::Message => "message",
            Self::Error => "error",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of them.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct EventTypes(u16);

/// All but errors, which clients can cause as often as they like.
impl Default for EventTypes {
    fn default() -> Self {
        let all = EventType::ALL.into_iter().filter(|of| *of != EventType::Error);
        all.collect()
    }
}

impl EventTypes {
    /// Whether this type is among them.
    #[must_use]
    pub const fn contains(self, of: EventType) -> bool {
        self.0 & of.bit() != 0
    }

    /// Those in it.
    pub fn iter(self) -> impl Iterator<Item = EventType> {
        EventType::ALL.into_iter().filter(move |of| self.contains(*of))
    }
}

impl FromIterator<EventType> for EventTypes {
    fn from_iter<T: IntoIterator<Item = EventType>>(types: T) -> Self {
        Self(types.into_iter().fold(0, |set, of| set | of.bit()))
    }
}

impl fmt::Debug for EventTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl TryFrom<Vec<String>> for EventTypes {
    type Error = String;

    fn try_from(names: Vec<String>) -> Result<Self, String> {
        if names.is_empty() {
            return Err("no type at all: leave out the url if nobody is to be told".to_owned());
        }
        let known = |name: &String| {
            let found = EventType::ALL.into_iter().find(|of| of.name() == name);
            found.ok_or_else(|| {
                let all = EventType::ALL.map(EventType::name).join(", ");
                format!("{name:?} is no type of event: there are {all}")
            })
        };
        names.iter().map(known).collect()
    }
}
