//! Requests about one client.

use std::sync::Arc;

use easyrtc_proto::{EasyrtcId, ErrorCode, ForwardToUrl, IceConfig, IceServer, ServerMessage};

use super::AdminError;
use crate::effect::{Recipient, Recipients};
use crate::input::{CloseReason, ConnId};
use crate::roster::gather;
use crate::state::{Ctx, State};
use crate::{connection, token};

pub(super) fn find(state: &State, easyrtcid: EasyrtcId) -> Result<ConnId, AdminError> {
    state.ids.get(&easyrtcid).copied().ok_or(AdminError::NoClient)
}

fn one(conn: ConnId, easyrtcid: EasyrtcId) -> Recipients {
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

pub(super) fn forward_to_url(
    state: &State,
    easyrtcid: EasyrtcId,
    forward: ForwardToUrl,
    ctx: &mut Ctx<'_>,
) -> Result<(), AdminError> {
    let conn = find(state, easyrtcid)?;
    //= docs/spec/messages/forwardToUrl.md#forward-to-url.asked-for
    ctx.send(one(conn, easyrtcid), ServerMessage::ForwardToUrl(forward));
    Ok(())
}

pub(super) fn push_ice_config(
    state: &mut State,
    easyrtcid: EasyrtcId,
    ice_servers: Option<Arc<[IceServer]>>,
    ctx: &mut Ctx<'_>,
) -> Result<(), AdminError> {
    let conn = find(state, easyrtcid)?;
    let client = state.client_mut(conn).ok_or(AdminError::NoClient)?;
    let configured = || ctx.config.ice_servers_of(&client.app).clone();
    let sent = ice_servers.clone().unwrap_or_else(configured);
    client.granted.change(|granted| {
        (granted.ice_servers, granted.renew_ice_servers) = (ice_servers, false);
    });
    let message = ServerMessage::IceConfig(IceConfig { ice_servers: sent });
    ctx.send(one(conn, easyrtcid), message);
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
