//! What comes of a request.

use std::fmt;

use crate::ban::BanId;

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum AdminAnswer {
    /// It is done.
    Done,
    /// It was sent.
    Sent {
        /// To how many clients.
        to: usize,
    },
    /// Somebody is banned.
    Banned(BanId),
}

/// Why a request failed; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum AdminError {
    /// There is no such application.
    NoApplication,
    /// There is no such room.
    NoRoom,
    /// There is no such session.
    NoSession,
    /// There is no such client.
    NoClient,
    /// The client is not in the room.
    NotInRoom,
    /// There is no such ban.
    NoBan,
    /// The room is there already.
    Exists,
    /// The room is full.
    RoomFull,
    /// The code of the error ends connections, which is what kicking is for.
    EndsConnections,
    /// A limit is reached: of fields, groups of a connection, rooms of an application or of a
    /// connection, or bans.
    TooMany,
}

impl fmt::Display for AdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoApplication => "there is no such application",
            Self::NoRoom => "there is no such room",
            Self::NoSession => "there is no such session",
            Self::NoClient => "there is no such client",
            Self::NotInRoom => "the client is not in the room",
            Self::NoBan => "there is no such ban",
            Self::Exists => "the room is there already",
            Self::RoomFull => "the room is full",
            Self::EndsConnections => "such an error ends connections",
            Self::TooMany => "a limit is reached",
        })
    }
}

impl std::error::Error for AdminError {}
