//! What happened, for metrics, logs and hooks. The core itself does not log.

use easyrtc_proto::{AppName, ClientEvent, EasyrtcId, ErrorCode, RoomName};

use crate::input::{CloseReason, ConnId};
use crate::rate::LimitName;

/// A fact about the core. Holds names and codes, never payloads or credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Notice {
    /// A client logged in, for the first time or again.
    LoggedIn {
        /// Its connection.
        conn: ConnId,
        /// Who it is.
        easyrtcid: EasyrtcId,
        /// Its application.
        app: AppName,
    },
    /// A message was refused.
    Rejected {
        /// Whose.
        conn: ConnId,
        /// The event it came with.
        event: ClientEvent,
        /// The code the client was answered with.
        code: ErrorCode,
        /// Why, for people who look into it.
        why: &'static str,
    },
    /// A client met a limit: what it wanted is refused.
    Limited {
        /// Its connection.
        conn: ConnId,
        /// The limit.
        limit: LimitName,
        /// Whether the connection is paused because of it, so that it can't happen again soon.
        pauses: bool,
    },
    /// A message was not answered, because nothing asked for an answer.
    Ignored {
        /// Whose.
        conn: ConnId,
        /// The event it came with.
        event: ClientEvent,
    },
    /// A room came into being.
    RoomCreated {
        /// Its application.
        app: AppName,
        /// The room.
        room: RoomName,
    },
    /// A client entered a room.
    RoomJoined {
        /// Who.
        easyrtcid: EasyrtcId,
        /// Its application.
        app: AppName,
        /// The room.
        room: RoomName,
    },
    /// A client left a room.
    RoomLeft {
        /// Who.
        easyrtcid: EasyrtcId,
        /// Its application.
        app: AppName,
        /// The room.
        room: RoomName,
    },
    /// An empty room was forgotten.
    RoomForgotten {
        /// Its application.
        app: AppName,
        /// The room.
        room: RoomName,
    },
    /// A connection is gone.
    Disconnected {
        /// Which.
        conn: ConnId,
        /// Who it was, if it had logged in.
        easyrtcid: Option<EasyrtcId>,
        /// Why.
        reason: CloseReason,
    },
}
