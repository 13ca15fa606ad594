//! Keeping somebody out.

use std::time::Duration;

use easyrtc_proto::ErrorCode;

use super::AdminError;
use crate::ban::{BanId, Banned};
use crate::conn::Conn;
use crate::connection;
use crate::input::{CloseReason, ConnId};
use crate::state::{Ctx, State};

pub(super) fn add(
    state: &mut State,
    who: Banned,
    expires_in: Option<Duration>,
    ctx: &mut Ctx<'_>,
) -> Result<BanId, AdminError> {
    let limit = ctx.config.limits.bans;
    if limit != 0 && state.bans.len() >= limit && !state.bans.contains(&who) {
        return Err(AdminError::TooMany);
    }
    //= docs/spec/messages/error.md#error.ban
    let code = match &who {
        Banned::Address(_) => ErrorCode::BannedIpAddr,
        Banned::User(..) => ErrorCode::LoginBadAuth,
    };
    let there = state.conns.iter().filter(|(_, connection)| is_meant(&who, connection));
    let there: Vec<ConnId> = there.map(|(conn, _)| *conn).collect();
    let id = state.bans.add(who, expires_in, ctx.now, &mut state.deadlines);
    for conn in there {
        connection::dismiss(state, conn, code.clone(), CloseReason::Kicked, ctx);
    }
    Ok(id)
}

pub(super) fn remove(state: &mut State, ban: BanId) -> Result<(), AdminError> {
    let removed = state.bans.remove(ban, &mut state.deadlines);
    removed.map(drop).ok_or(AdminError::NoBan)
}

/// Whether a connection is one of theirs, logged in or not.
fn is_meant(who: &Banned, connection: &Conn) -> bool {
    match who {
        Banned::Address(network) => connection.meta.peer.is_some_and(|peer| network.contains(peer)),
        Banned::User(app, username) => connection
            .client
            .as_ref()
            .is_some_and(|client| client.app == *app && client.username.as_ref() == Some(username)),
    }
}
