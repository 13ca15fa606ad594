//! Presence: whether a client can be talked to.

use serde::{Deserialize, Deserializer, Serialize};

use crate::name::PresenceStatus;
use crate::payload::Payload;

/// The closed set of values of `show`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Show {
    /// Away.
    Away,
    /// Ready to chat: what a client has that never said otherwise.
    #[default]
    Chat,
    /// Do not disturb.
    Dnd,
    /// Away for long ("extended away").
    Xa,
}

impl Show {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Away, Self::Chat, Self::Dnd, Self::Xa].into_iter().find(|show| show.name() == name)
    }

    /// The value on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Chat => "chat",
            Self::Dnd => "dnd",
            Self::Xa => "xa",
        }
    }
}

/// A client's presence, as others see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Presence {
    /// Whether the client can be talked to.
    pub show: Show,
    /// Free text; `null` until the client sets it.
    pub status: Option<PresenceStatus>,
    /// Any value the client set as `type`; not looked at.
    #[serde(
        rename = "type",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub kind: Option<Payload>,
}

/// Keeps `null` apart from an absent key.
pub(crate) fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Payload>, D::Error> {
    Payload::deserialize(deserializer).map(Some)
}
