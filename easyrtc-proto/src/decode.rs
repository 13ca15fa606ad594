//! From the text of a message to a typed value, or to the reason why it is none.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::attachments::Attachments;
use crate::auth::Authenticate;
use crate::command::Command;
use crate::custom::CustomMessage;
use crate::envelope::{Envelope, RawMessage};
use crate::error_code::ErrorCode;
use crate::limits::{DecodeLimits, within};
use crate::value::Value;

/// The events a client may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ClientEvent {
    /// `easyrtcAuth`
    #[serde(rename = "easyrtcAuth")]
    Auth,
    /// `easyrtcCmd`
    #[serde(rename = "easyrtcCmd")]
    Cmd,
    /// `easyrtcMsg`
    #[serde(rename = "easyrtcMsg")]
    Msg,
}

impl ClientEvent {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Auth, Self::Cmd, Self::Msg];

    /// The event called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// The event's name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "easyrtcAuth",
            Self::Cmd => "easyrtcCmd",
            Self::Msg => "easyrtcMsg",
        }
    }
}

/// A message of a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClientMessage {
    /// `easyrtcAuth`, `authenticate`
    Authenticate(Box<Authenticate>),
    /// `easyrtcCmd`
    Command(Command),
    /// `easyrtcMsg`
    Custom(CustomMessage),
}

impl ClientMessage {
    /// Decodes the message that came with `event`.
    ///
    /// `packet` are the attachments of the packet the message is part of. Unknown fields are
    /// ignored, and of duplicate keys the last wins (decision D26).
    ///
    /// # Errors
    /// A [`DecodeError`] whose [`code`](DecodeError::code) is what the client is to be answered.
    pub fn decode(
        event: ClientEvent,
        message: &RawValue,
        packet: &Attachments,
        limits: &DecodeLimits,
    ) -> Result<Self, DecodeError> {
        Self::decode_read(event, &message.into(), packet, limits)
    }

    /// Likewise, for a message that was just read.
    ///
    /// # Errors
    /// As [`Self::decode`].
    pub fn decode_read(
        event: ClientEvent,
        message: &RawMessage<'_>,
        packet: &Attachments,
        limits: &DecodeLimits,
    ) -> Result<Self, DecodeError> {
        Self::decode_envelope(event, message, packet, limits).map_err(|reject| DecodeError {
            event,
            path: reject.path,
            kind: reject.kind,
        })
    }

    fn decode_envelope(
        event: ClientEvent,
        message: &RawMessage<'_>,
        packet: &Attachments,
        limits: &DecodeLimits,
    ) -> Result<Self, Reject> {
        let message = &Envelope::open(message, packet, limits)?;
        Ok(match event {
            ClientEvent::Auth => {
                Self::Authenticate(Box::new(Authenticate::decode(message, limits)?))
            }
            ClientEvent::Cmd => Self::Command(Command::decode(message, limits)?),
            ClientEvent::Msg => Self::Custom(CustomMessage::decode(message)?),
        })
    }

    /// The event this message goes with.
    #[must_use]
    pub const fn event(&self) -> ClientEvent {
        match self {
            Self::Authenticate(_) => ClientEvent::Auth,
            Self::Command(_) => ClientEvent::Cmd,
            Self::Custom(_) => ClientEvent::Msg,
        }
    }

    /// The message as JSON text, without its attachments.
    #[must_use]
    pub fn encode(&self) -> String {
        match self {
            Self::Authenticate(message) => message.encode(),
            Self::Command(command) => command.encode(),
            Self::Custom(message) => message.encode(),
        }
    }
}

/// Why a message could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DecodeError {
    /// The event the message came with.
    pub event: ClientEvent,
    /// Where in the message the fault is, such as `msgData.roomJoin`; empty for the whole.
    pub path: &'static str,
    /// What is wrong there.
    pub kind: DecodeErrorKind,
}

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DecodeErrorKind {
    /// Nested more deeply than [`DecodeLimits::depth`].
    TooDeep,
    /// Larger than its limit.
    TooLarge,
    /// The message is no object.
    NoObject,
    /// `msgType` is no string, or not the only one its event knows.
    MsgType,
    /// What every login needs is missing or of the wrong type.
    Login,
    /// `msgData` is missing, has to be missing, or is of the wrong type.
    MsgData,
    /// Binary data in a value that is kept.
    Binary,
    /// A part is missing, of the wrong type or no valid name.
    Structure,
    /// `roomName` of `setRoomApiField` is no valid name.
    RoomName,
    /// A field is not `{fieldName, fieldValue}` under its own name.
    Field,
    /// `targetEasyrtcid` of an `easyrtcMsg` is no valid name.
    TargetEasyrtcid,
    /// `targetGroup` is no valid name.
    TargetGroup,
    /// `targetRoom` is no valid name.
    TargetRoom,
}

impl DecodeError {
    /// The error code the client is answered with. This is the only place that says so.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        use DecodeErrorKind as Kind;
        match (self.kind, self.event) {
            (Kind::TooDeep | Kind::TooLarge, _) => ErrorCode::MsgRejectBadSize,
            //= docs/spec/login.md#login.bad-auth
            (Kind::NoObject | Kind::MsgType, ClientEvent::Auth) => ErrorCode::LoginBadAuth,
            (Kind::NoObject | Kind::Structure, _) => ErrorCode::MsgRejectBadStructure,
            (Kind::MsgType, _) => ErrorCode::MsgRejectBadType,
            (Kind::Login, _) => ErrorCode::LoginBadStructure,
            (Kind::MsgData | Kind::Binary, _) => ErrorCode::MsgRejectBadData,
            (Kind::RoomName, _) => ErrorCode::MsgRejectBadRoom,
            (Kind::Field, _) => ErrorCode::MsgRejectBadField,
            (Kind::TargetEasyrtcid, _) => ErrorCode::MsgRejectTargetEasyrtcid,
            (Kind::TargetGroup, _) => ErrorCode::MsgRejectTargetGroup,
            (Kind::TargetRoom, _) => ErrorCode::MsgRejectTargetRoom,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the message" } else { self.path };
        write!(f, "{}: {path}: {:?}", self.event.name(), self.kind)
    }
}

impl std::error::Error for DecodeError {}

/// A [`DecodeError`] that does not know its event yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reject {
    path: &'static str,
    kind: DecodeErrorKind,
}

impl Reject {
    pub(crate) const fn at(path: &'static str, kind: DecodeErrorKind) -> Self {
        Self { path, kind }
    }

    pub(crate) const fn structure(path: &'static str) -> Self {
        Self::at(path, DecodeErrorKind::Structure)
    }

    pub(crate) const fn msg_data() -> Self {
        Self::at("msgData", DecodeErrorKind::MsgData)
    }
}

/// `value` if it is an object, else what is wrong at `path`.
pub(crate) fn object<'a>(
    value: Option<Value<'a>>,
    path: &'static str,
) -> Result<Value<'a>, Reject> {
    value.filter(|v| v.is_object()).ok_or_else(|| Reject::structure(path))
}

/// A value that is kept: no binary data, and within `limit` bytes.
pub(crate) fn kept(
    value: Value<'_>,
    limit: usize,
    path: &'static str,
) -> Result<crate::Payload, Reject> {
    //= docs/spec/envelope.md#envelope.binary-kept
    if value.holds_binary() {
        return Err(Reject::at(path, DecodeErrorKind::Binary));
    }
    if !within(value.text().len(), limit) {
        return Err(Reject::at(path, DecodeErrorKind::TooLarge));
    }
    Ok(value.payload())
}
