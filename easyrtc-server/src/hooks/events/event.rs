//! An event, and how it is written.

use std::net::IpAddr;

use easyrtc_proto::{AppName, EasyrtcId, ErrorCode, MessageType, RoomName, SessionId, Username};
use easyrtc_runtime::{CloseReason, Notice, TransportKind};
use serde::Serialize;
use tokio::time::Instant;

use crate::settings::{EventType, EventTypes};

/// Characters of a `msgType`, which a client can make as long as a message: an event is small.
const MAX_MSG_TYPE: usize = 256;

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) sequence: u64,
    /// When: ms since the epoch.
    pub(super) time: u64,
    /// The same on a clock that does not jump.
    pub(super) at: Instant,
    pub(super) kind: EventKind,
}

/// What happened. Texts that clients choose are kept as Rust has them: a lone surrogate, which
/// some parsers refuse, would hold up everything behind it.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum EventKind {
    Connected {
        connection: u64,
        transport: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        address: Option<IpAddr>,
    },
    Authenticated {
        connection: u64,
        easyrtcid: EasyrtcId,
        application: AppName,
        #[serde(skip_serializing_if = "Option::is_none")]
        username: Option<Box<str>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        easyrtcsid: Option<SessionId>,
        again: bool,
    },
    RoomCreated {
        application: AppName,
        room: RoomName,
    },
    RoomJoined {
        application: AppName,
        room: RoomName,
        easyrtcid: EasyrtcId,
    },
    RoomLeft {
        application: AppName,
        room: RoomName,
        easyrtcid: EasyrtcId,
    },
    RoomForgotten {
        application: AppName,
        room: RoomName,
    },
    Disconnected {
        connection: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        easyrtcid: Option<EasyrtcId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        application: Option<AppName>,
        #[serde(skip_serializing_if = "Option::is_none")]
        username: Option<Box<str>>,
        reason: &'static str,
    },
    Message {
        application: AppName,
        easyrtcid: EasyrtcId,
        msg_type: Box<str>,
    },
    Error {
        connection: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        easyrtcid: Option<EasyrtcId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        application: Option<AppName>,
        event: &'static str,
        error_code: ErrorCode,
    },
}

impl EventKind {
    /// The event of a notice, if it is one and its type is among `types`.
    pub(super) fn of(notice: &Notice, types: EventTypes) -> Option<Self> {
        if !types.contains(type_of(notice)?) {
            return None;
        }
        Some(match notice {
            Notice::Connected { conn, transport, peer } => Self::Connected {
                connection: conn.0,
                transport: transport_name(*transport),
                address: peer.map(|peer| peer.to_canonical()),
            },
            Notice::LoggedIn { conn, easyrtcid, app, username, session, again } => {
                Self::Authenticated {
                    connection: conn.0,
                    easyrtcid: *easyrtcid,
                    application: app.clone(),
                    username: username.as_ref().map(text),
                    easyrtcsid: session.clone(),
                    again: *again,
                }
            }
            Notice::MessageToServer { easyrtcid, app, message_type } => Self::Message {
                application: app.clone(),
                easyrtcid: *easyrtcid,
                msg_type: cut(message_type),
            },
            Notice::Rejected { conn, easyrtcid, app, event, code, .. } => Self::Error {
                connection: conn.0,
                easyrtcid: *easyrtcid,
                application: app.clone(),
                event: event.name(),
                error_code: code.clone(),
            },
            Notice::RoomCreated { app, room } => {
                Self::RoomCreated { application: app.clone(), room: room.clone() }
            }
            Notice::RoomJoined { easyrtcid, app, room } => Self::RoomJoined {
                application: app.clone(),
                room: room.clone(),
                easyrtcid: *easyrtcid,
            },
            Notice::RoomLeft { easyrtcid, app, room } => Self::RoomLeft {
                application: app.clone(),
                room: room.clone(),
                easyrtcid: *easyrtcid,
            },
            Notice::RoomForgotten { app, room } => {
                Self::RoomForgotten { application: app.clone(), room: room.clone() }
            }
            Notice::Disconnected { conn, easyrtcid, app, username, reason } => Self::Disconnected {
                connection: conn.0,
                easyrtcid: *easyrtcid,
                application: app.clone(),
                username: username.as_ref().map(text),
                reason: reason_name(*reason),
            },
            Notice::Limited { .. } | Notice::Ignored { .. } => return None,
        })
    }

    /// Its type.
    pub(super) const fn of_type(&self) -> EventType {
        match self {
            Self::Connected { .. } => EventType::Connected,
            Self::Authenticated { .. } => EventType::Authenticated,
            Self::RoomCreated { .. } => EventType::RoomCreated,
            Self::RoomJoined { .. } => EventType::RoomJoined,
            Self::RoomLeft { .. } => EventType::RoomLeft,
            Self::RoomForgotten { .. } => EventType::RoomForgotten,
            Self::Disconnected { .. } => EventType::Disconnected,
            Self::Message { .. } => EventType::Message,
            Self::Error { .. } => EventType::Error,
        }
    }
}

/// The type of a notice's event, if it is one.
const fn type_of(notice: &Notice) -> Option<EventType> {
    Some(match notice {
        Notice::Connected { .. } => EventType::Connected,
        Notice::LoggedIn { .. } => EventType::Authenticated,
        Notice::MessageToServer { .. } => EventType::Message,
        Notice::RoomCreated { .. } => EventType::RoomCreated,
        Notice::RoomJoined { .. } => EventType::RoomJoined,
        Notice::RoomLeft { .. } => EventType::RoomLeft,
        Notice::RoomForgotten { .. } => EventType::RoomForgotten,
        Notice::Disconnected { .. } => EventType::Disconnected,
        Notice::Rejected { .. } => EventType::Error,
        Notice::Limited { .. } | Notice::Ignored { .. } => return None,
    })
}

fn text(username: &Username) -> Box<str> {
    username.to_text().into()
}

fn cut(msg_type: &MessageType) -> Box<str> {
    msg_type.to_text().chars().take(MAX_MSG_TYPE).collect()
}

/// As settings, the login's webhook and metrics call it.
const fn transport_name(transport: TransportKind) -> &'static str {
    match transport {
        TransportKind::SocketIo => "socketio",
        TransportKind::WebSocket => "ws",
    }
}

const fn reason_name(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::ClientLeft => "clientLeft",
        CloseReason::TransportError => "transportError",
        CloseReason::PingTimeout => "pingTimeout",
        CloseReason::ParseError => "parseError",
        CloseReason::TooLarge => "tooLarge",
        CloseReason::Slow => "slow",
        CloseReason::Refused => "refused",
        CloseReason::LoginTimeout => "loginTimeout",
        CloseReason::LoginExpired => "loginExpired",
        CloseReason::Silent => "silent",
        CloseReason::Kicked => "kicked",
        CloseReason::TooMany => "tooMany",
        CloseReason::Shutdown => "shutdown",
    }
}

#[derive(Serialize)]
struct Written<'a> {
    id: String,
    sequence: u64,
    time: u64,
    #[serde(flatten)]
    kind: &'a EventKind,
}

#[derive(Serialize)]
struct Body<'a> {
    server: &'a str,
    missed: u64,
    events: Vec<Written<'a>>,
}

/// The body of a request.
pub(super) fn write(instance: &str, missed: u64, events: &[Event]) -> Vec<u8> {
    let events = events.iter().map(|Event { sequence, time, kind, .. }| Written {
        id: format!("{instance}-{sequence}"),
        sequence: *sequence,
        time: *time,
        kind,
    });
    let body = Body { server: instance, missed, events: events.collect() };
    // Texts, numbers and truth values under fixed keys can always be written.
    serde_json::to_vec(&body).unwrap_or_default()
}
