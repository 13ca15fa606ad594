//! `setUserCfg`: what the client's library tells about itself, and the fields it shows in all its
//! rooms (decision D7).

use std::collections::BTreeMap;

use easyrtc_proto::{ApiFields, ErrorCode, Payload, ServerMessage, SetUserCfg, SettingName};

use super::client;
use crate::config::Limits;
use crate::conn::Client;
use crate::input::ConnId;
use crate::roster::{Change, Changes, announce};
use crate::state::{Ctx, Reject, State};

/// The configuration as it is to be.
pub(super) struct NewCfg {
    api_field: ApiFields,
    user_settings: BTreeMap<SettingName, Payload>,
    p2p_list: Option<Payload>,
}

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
) -> Result<NewCfg, Reject> {
    let too_large = |why| Err(Reject::new(ErrorCode::MsgRejectBadSize, why));
    let api_field = ApiFields(merged(&client.api_field.0, request.api_field));
    let limit = limits.user_api_field_units;
    //= docs/spec/limits.md#limits.connection-api-field
    if limit != 0 && api_field.stringified_units() >= limit {
        return too_large("apiField is too large");
    }
    let user_settings = merged(&client.user_settings, request.user_settings);
    let sizes = user_settings.iter().map(|(name, value)| name.as_json().len() + value.len());
    //= docs/spec/limits.md#limits.user-settings
    if limits.user_settings != 0 && sizes.sum::<usize>() > limits.user_settings {
        return too_large("userSettings are too large");
    }
    //= docs/spec/messages/setUserCfg.md#set-user-cfg.p2p-list
    let p2p_list = request.p2p_list.or_else(|| client.p2p_list.clone());
    Ok(NewCfg { api_field, user_settings, p2p_list })
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

impl NewCfg {
    /// Gives the client this configuration.
    pub(super) fn apply_to(self, client: &mut Client) {
        client.api_field = self.api_field;
        client.user_settings = self.user_settings;
        client.p2p_list = self.p2p_list;
    }
}

/// Changed fields are announced in all rooms; that nothing changed is told to nobody.
fn apply(state: &mut State, conn: ConnId, cfg: NewCfg, ctx: &mut Ctx<'_>) {
    let Some(client) = state.client_mut(conn) else { return };
    let changed = client.api_field != cfg.api_field;
    cfg.apply_to(client);
    //= docs/spec/messages/setUserCfg.md#set-user-cfg.announced
    if !changed {
        return;
    }
    state.refresh(conn);
    let Some(client) = state.client(conn) else { return };
    let (app, easyrtcid) = (client.app.clone(), client.easyrtcid);
    let entry = |name| state.room(&app, name).and_then(|room| room.entry(conn));
    let rooms = client.rooms.iter();
    let changes: Changes =
        rooms.filter_map(|name| Some((name.clone(), Change::update(entry(name)?, true)))).collect();
    announce(state, &app, conn, easyrtcid, &changes, ctx);
}
