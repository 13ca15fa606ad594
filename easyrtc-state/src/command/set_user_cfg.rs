//! `setUserCfg`: what the client's library tells about itself, and the fields it shows in all its
//! rooms (decision D7).

use std::collections::BTreeMap;

use easyrtc_proto::{ApiFields, ErrorCode, Payload, ServerMessage, SetUserCfg};

use super::client;
use crate::config::Limits;
use crate::conn::{Client, UserCfg};
use crate::input::ConnId;
use crate::roster::{Change, Changes, announce};
use crate::state::{Ctx, Reject, State};

pub(super) fn run(
    state: &mut State,
    conn: ConnId,
    request: SetUserCfg,
    ctx: &mut Ctx<'_>,
) -> Result<ServerMessage, Reject> {
    //= docs/spec/messages/setUserCfg.md#set-user-cfg.unchanged-when-refused
    let cfg = decide(client(state, conn)?, request, &ctx.config.limits)?;
    apply(state, conn, cfg, ctx);
    Ok(ServerMessage::Ack)
}

/// Merges what is asked for into what is there. The limits hold for the result, or a client could
/// go beyond them piece by piece.
pub(super) fn decide(
    client: &Client,
    request: SetUserCfg,
    limits: &Limits,
) -> Result<UserCfg, Reject> {
    let none = UserCfg::default();
    let old = client.cfg.get().unwrap_or(&none);
    let too_large = |why| Err(Reject::new(ErrorCode::MsgRejectBadSize, why));
    let api_field = ApiFields(merged(&old.api_field.0, request.api_field));
    let limit = limits.user_api_field_units;
    //= docs/spec/limits.md#limits.connection-api-field
    if limit != 0 && api_field.stringified_units() >= limit {
        return too_large("apiField is too large");
    }
    let user_settings = merged(&old.user_settings, request.user_settings);
    let sizes = user_settings.iter().map(|(name, value)| name.as_json().len() + value.len());
    //= docs/spec/limits.md#limits.user-settings
    if limits.user_settings != 0 && sizes.sum::<usize>() > limits.user_settings {
        return too_large("userSettings are too large");
    }
    //= docs/spec/messages/setUserCfg.md#set-user-cfg.p2p-list
    let p2p_list = request.p2p_list.or_else(|| old.p2p_list.clone());
    Ok(UserCfg { api_field, user_settings, p2p_list })
}

//= docs/spec/messages/setUserCfg.md#set-user-cfg.merge
fn merged<K: Clone + Ord>(
    old: &BTreeMap<K, Payload>,
    changes: BTreeMap<K, Option<Payload>>,
) -> BTreeMap<K, Payload> {
    let mut map = old.clone();
    for (key, value) in changes {
        match value {
            Some(value) => map.insert(key, value),
            //= docs/spec/messages/setUserCfg.md#set-user-cfg.null-removes
            None => map.remove(&key),
        };
    }
    map
}

/// Changed fields are announced in all rooms; that nothing changed is told to nobody.
fn apply(state: &mut State, conn: ConnId, cfg: UserCfg, ctx: &mut Ctx<'_>) {
    let Some(client) = state.client_mut(conn) else { return };
    let changed = client.cfg.change(|old| {
        let changed = old.api_field != cfg.api_field;
        *old = cfg;
        changed
    });
    //= docs/spec/messages/setUserCfg.md#set-user-cfg.announced
    if !changed {
        return;
    }
    state.refresh(conn);
    let Some(client) = state.client(conn) else { return };
    let (app, easyrtcid) = (client.app.clone(), client.easyrtcid);
    let entry = |name| state.room(&app, name).and_then(|room| room.entry(conn));
    let rooms = client.rooms.keys();
    let changes: Changes =
        rooms.filter_map(|name| Some((name.clone(), Change::update(entry(name)?, true)))).collect();
    announce(state, &app, conn, easyrtcid, &changes, ctx);
}
