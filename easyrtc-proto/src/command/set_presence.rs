//! `setPresence`: changes one's presence in all rooms.

use serde::{Deserialize, Serialize};

use super::object_data;
use crate::decode::{Reject, kept, object};
use crate::json::ObjectWriter;
use crate::limits::DecodeLimits;
use crate::name::PresenceStatus;
use crate::payload::Payload;
use crate::presence::{Presence, Show, present};
use crate::value::Value;

/// What to change; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPresence {
    /// Whether one can be talked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show: Option<Show>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<PresenceStatus>,
    /// `type`: any value, kept and shown as it is.
    #[serde(
        rename = "type",
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    pub kind: Option<Payload>,
}

const PATH: &str = "msgData.setPresence";
const KIND: &str = "msgData.setPresence.type";

impl SetPresence {
    /// `presence` with these changes.
    #[must_use]
    //= docs/spec/messages/setPresence.md#set-presence.merge
    pub fn applied_to(&self, presence: &Presence) -> Presence {
        Presence {
            show: self.show.unwrap_or(presence.show),
            status: self.status.clone().or_else(|| presence.status.clone()),
            kind: self.kind.clone().or_else(|| presence.kind.clone()),
        }
    }

    pub(super) fn decode(
        msg_data: Option<Value<'_>>,
        limits: &DecodeLimits,
    ) -> Result<Self, Reject> {
        let [presence] = object_data(msg_data)?.get(["setPresence"]);
        let (mut decoded, kind) = Self::decode_presence(presence)?;
        //= docs/spec/limits.md#limits.presence-other
        decoded.kind = kind.map(|kind| kept(kind, limits.presence_other, KIND)).transpose()?;
        Ok(decoded)
    }

    /// At login a `type` that is too large is dropped.
    pub(crate) fn decode_login(
        presence: Option<Value<'_>>,
        limits: &DecodeLimits,
    ) -> Result<Option<Self>, Reject> {
        if presence.is_none() {
            return Ok(None);
        }
        let (mut decoded, kind) = Self::decode_presence(presence)?;
        //= docs/spec/limits.md#limits.presence-other
        decoded.kind = kind.and_then(|kind| kept(kind, limits.presence_other, KIND).ok());
        Ok(Some(decoded))
    }

    /// An object of unknown keys alone is accepted, an empty one is not, as the original does.
    fn decode_presence<'a>(
        presence: Option<Value<'a>>,
    ) -> Result<(Self, Option<Value<'a>>), Reject> {
        let presence = object(presence, PATH)?;
        if presence.has_no_members() {
            return Err(Reject::structure(PATH));
        }
        let [show, status, kind] = presence.get(["show", "status", "type"]);
        //= docs/spec/messages/setPresence.md#set-presence.bad-value
        let show = show.map(|show| {
            let show = show.string().and_then(|name| Show::from_name(&name));
            show.ok_or(Reject::structure("msgData.setPresence.show"))
        });
        let status = status.map(|status| {
            let status = status.literal().and_then(PresenceStatus::from_literal);
            status.ok_or(Reject::structure("msgData.setPresence.status"))
        });
        if kind.is_some_and(Value::holds_binary) {
            return Err(Reject::at(KIND, crate::DecodeErrorKind::Binary));
        }
        Ok((Self { show: show.transpose()?, status: status.transpose()?, kind: None }, kind))
    }

    pub(super) fn encode(&self) -> String {
        ObjectWriter::new().member("setPresence", &self.encode_presence()).finish()
    }

    pub(crate) fn encode_presence(&self) -> String {
        if *self == Self::default() {
            // Nothing to change still has to be an object that is not empty.
            return ObjectWriter::new().member("unchanged", "true").finish();
        }
        let show = self.show.map(|show| format!("\"{}\"", show.name()));
        ObjectWriter::new()
            .optional("show", show.as_deref())
            .optional("status", self.status.as_ref().map(PresenceStatus::as_json))
            .optional("type", self.kind.as_ref().map(Payload::as_str))
            .finish()
    }
}
