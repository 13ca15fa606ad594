//! What the operator and the server-side application can do.

mod client;
mod field;
mod group;
mod shutdown;

use std::fmt;
use std::sync::Arc;

use easyrtc_proto::{
    AppName, EasyrtcId, FieldName, ForwardToUrl, GroupName, IceServer, RoomName, SessionId,
};

use crate::config::Field;
use crate::state::{Ctx, State};

/// A request of the operator or the server-side application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum AdminCommand {
    /// Sets a field, or removes it. Those concerned are told of changed shared fields of rooms
    /// (`roomData`) and sessions (`sessionData`) at once, of those of applications and
    /// connections at the next login (decision D20).
    SetField {
        /// Whose field.
        of: FieldOwner,
        /// Which.
        name: FieldName,
        /// What it is to be; `None` removes it.
        field: Option<Field>,
    },
    /// Puts a client into a group, or takes it out.
    SetGroup {
        /// The client.
        easyrtcid: EasyrtcId,
        /// The group; it comes into being with its first member and ends with its last.
        group: GroupName,
        /// Whether it is to be in it.
        member: bool,
    },
    /// Ends a connection: `error` `LOGIN_GEN_FAIL`, then a close (decision D24).
    Kick {
        /// The client.
        easyrtcid: EasyrtcId,
    },
    /// Emits `forwardToUrl`.
    ForwardToUrl {
        /// The client.
        easyrtcid: EasyrtcId,
        /// Where to.
        forward: ForwardToUrl,
    },
    /// Emits `iceConfig`.
    PushIceConfig {
        /// The client.
        easyrtcid: EasyrtcId,
        /// The servers it is to use from now on; `None`: the configured ones.
        ice_servers: Option<Arc<[IceServer]>>,
    },
    /// Emits `token` again. The stock client takes that for an error.
    SendToken {
        /// The client.
        easyrtcid: EasyrtcId,
    },
    /// Tells everybody `SERVER_SHUTDOWN`, closes all connections and lets nobody in any more.
    Shutdown,
}

/// What has fields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum FieldOwner {
    /// An application.
    Application(AppName),
    /// A room.
    Room(AppName, RoomName),
    /// A session.
    Session(AppName, SessionId),
    /// A connection.
    Connection(EasyrtcId),
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum AdminAnswer {
    /// It is done.
    Done,
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
    /// `Limits::fields` or `Limits::groups_per_connection` is reached.
    TooMany,
}

impl fmt::Display for AdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoApplication => "there is no such application",
            Self::NoRoom => "there is no such room",
            Self::NoSession => "there is no such session",
            Self::NoClient => "there is no such client",
            Self::TooMany => "a limit is reached",
        })
    }
}

impl std::error::Error for AdminError {}

pub(crate) fn handle(
    state: &mut State,
    command: AdminCommand,
    ctx: &mut Ctx<'_>,
) -> Result<AdminAnswer, AdminError> {
    match command {
        AdminCommand::SetField { of, name, field } => field::set(state, &of, name, field, ctx)?,
        AdminCommand::SetGroup { easyrtcid, group, member } => {
            group::set(state, easyrtcid, group, member, ctx)?;
        }
        AdminCommand::Kick { easyrtcid } => client::kick(state, easyrtcid, ctx)?,
        AdminCommand::ForwardToUrl { easyrtcid, forward } => {
            client::forward_to_url(state, easyrtcid, forward, ctx)?;
        }
        AdminCommand::PushIceConfig { easyrtcid, ice_servers } => {
            client::push_ice_config(state, easyrtcid, ice_servers, ctx)?;
        }
        AdminCommand::SendToken { easyrtcid } => client::send_token(state, easyrtcid, ctx)?,
        AdminCommand::Shutdown => shutdown::run(state, ctx),
    }
    Ok(AdminAnswer::Done)
}
