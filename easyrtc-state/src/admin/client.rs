//! Requests about one client.

use easyrtc_proto::{EasyrtcId, ErrorCode, SetPresence};

use super::AdminError;
use crate::command::set_presence as presence_command;
use crate::effect::{Recipient, Recipients};
use crate::input::{CloseReason, ConnId};
use crate::roster::gather;
use crate::state::{Ctx, State};
use crate::{connection, token};

pub(super) fn find(state: &State, easyrtcid: EasyrtcId) -> Result<ConnId, AdminError> {
    state.ids.get(&easyrtcid).copied().ok_or(AdminError::NoClient)
}

pub(super) const fn one(conn: ConnId, easyrtcid: EasyrtcId) -> Recipients {
    Recipients::One(Recipient { conn, easyrtcid: Some(easyrtcid) })
}

pub(super) fn kick(
    state: &mut State,
    easyrtcid: EasyrtcId,
    ctx: &mut Ctx<'_>,
) -> Result<(), AdminError> {
    let conn = find(state, easyrtcid)?;
    //= docs/spec/messages/error.md#error.kick
    connection::dismiss(state, conn, ErrorCode::LoginGenFail, CloseReason::Kicked, ctx);
    Ok(())
}

/// The client is not told: it would have been answered, and events never name their receiver.
//= docs/spec/messages/setPresence.md#set-presence.by-operator
pub(super) fn set_presence(
    state: &mut State,
    easyrtcid: EasyrtcId,
    presence: &SetPresence,
    ctx: &mut Ctx<'_>,
) -> Result<(), AdminError> {
    let conn = find(state, easyrtcid)?;
    let client = state.client(conn).ok_or(AdminError::NoClient)?;
    let presence = presence.applied_to(&client.presence);
    presence_command::apply(state, conn, presence, ctx);
    Ok(())
}

pub(super) fn send_token(
    state: &mut State,
    easyrtcid: EasyrtcId,
    ctx: &mut Ctx<'_>,
) -> Result<(), AdminError> {
    let conn = find(state, easyrtcid)?;
    let token = token::of(state, conn, ctx).ok_or(AdminError::NoClient)?;
    gather::before_listing_rooms(state, conn, ctx);
    //= docs/spec/messages/token.md#token.emitted
    ctx.send(one(conn, easyrtcid), token);
    Ok(())
}
