//! What happened, for metrics, logs and hooks. The core itself does not log.

use std::net::IpAddr;

use easyrtc_proto::{
    AppName, ClientEvent, EasyrtcId, ErrorCode, MessageType, RoomName, SessionId, Username,
};

use crate::input::{CloseReason, ConnId, TransportKind};
use crate::rate::LimitName;

/// A fact about the core. Holds names and codes, never payloads or credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Notice {
    /// A connection opened.
    Connected {
        /// Which.
        conn: ConnId,
        /// What carries it.
        transport: TransportKind,
        /// The client's address.
        peer: Option<IpAddr>,
    },
    /// A client logged in, for the first time or again.
    LoggedIn {
        /// Its connection.
        conn: ConnId,
        /// Who it is.
        easyrtcid: EasyrtcId,
        /// Its application.
        app: AppName,
        /// Its name.
        username: Option<Username>,
        /// Its session.
        session: Option<SessionId>,
        /// Whether it was logged in before, under the same easyrtcid.
        again: bool,
    },
    /// A client sent the server-side application a message, which is asked for the answer.
    MessageToServer {
        /// Who.
        easyrtcid: EasyrtcId,
        /// Its application.
        app: AppName,
        /// The kind of message.
        message_type: MessageType,
    },
    /// A message was refused.
    Rejected {
        /// Whose.
        conn: ConnId,
        /// Who that is, if it has logged in.
        easyrtcid: Option<EasyrtcId>,
        /// Its application, likewise.
        app: Option<AppName>,
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
    /// A connection is gone. Comes after the [`Notice::RoomLeft`] of its client; when the server
    /// stops, there are none of those.
    Disconnected {
        /// Which.
        conn: ConnId,
        /// Who it was, if it had logged in.
        easyrtcid: Option<EasyrtcId>,
        /// Its application, likewise.
        app: Option<AppName>,
        /// Its name.
        username: Option<Username>,
        /// Why.
        reason: CloseReason,
    },
}
