//! The messages of the EasyRTC protocol as typed values: no I/O, no state.
//!
//! [`RawMessage::read`] makes sure that what a client sent is JSON. [`ClientMessage::decode_read`]
//! turns that into a value that cannot be wrong, or into a [`DecodeError`] that names the answer.
//! [`ServerMessage`] is what the server says, and [`Encoded`] its bytes, shared by all receivers of
//! a broadcast.
//!
//! Names are newtypes that hold only valid names ([`RoomName`], [`EasyrtcId`], …). What the server
//! merely passes on is a [`Payload`]: text, byte for byte, never parsed into a tree.

#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]

mod attachments;
mod auth;
mod capability;
mod command;
mod custom;
mod decode;
mod encode;
mod envelope;
mod error_code;
mod fields;
pub mod json;
mod limits;
mod name;
mod payload;
mod presence;
#[cfg(feature = "schema")]
pub mod schema;
mod server;
mod user_agent;
mod value;

pub use attachments::{Attachments, Placeholder, placeholders};
pub use auth::Authenticate;
pub use capability::Capability;
pub use command::{
    Command, RoomJoin, RoomLeave, SetPresence, SetRoomApiField, SetUserCfg, Signal, SignalKind,
};
pub use custom::{CustomMessage, Target};
pub use decode::{ClientEvent, ClientMessage, DecodeError, DecodeErrorKind};
pub use encode::{Encoded, ServerEvent};
pub use envelope::RawMessage;
pub use error_code::{ErrorCode, ErrorScope};
pub use fields::{ApiFields, Fields};
pub use limits::DecodeLimits;
pub use name::{
    ApiFieldName, ApiVersion, AppName, EasyrtcId, FieldName, GroupName, InvalidName, MessageType,
    PresenceStatus, RoomName, SessionId, SettingName, Username,
};
pub use payload::Payload;
pub use presence::{Presence, Show};
pub use server::{
    Application, ClientEntry, ClientListDelta, ErrorMessage, ForwardToUrl, Group, IceConfig,
    IceServer, InvalidIceServer, Protocol, RelayedCustom, RelayedSignal, RemovedClient, RoomData,
    RoomList, RoomListEntry, RoomStatus, RoomUpdate, ServerMessage, SessionData, Token,
};
pub use user_agent::{AgentPart, UserAgent};

/// The revision of the protocol this crate implements (decision D29).
pub const PROTOCOL_REVISION: &str = "2026-11-22";
