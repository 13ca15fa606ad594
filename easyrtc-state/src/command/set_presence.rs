//! `setPresence`: changes the presence, and tells all rooms.

use easyrtc_proto::{Presence, ServerMessage, SetPresence};

use super::client;
use crate::input::ConnId;
use crate::planted::planted;
use crate::roster::{Change, Changes, announce, room_data};
use crate::state::{Ctx, Reject, State};

pub(super) fn run(
    state: &mut State,
    conn: ConnId,
    request: &SetPresence,
    ctx: &mut Ctx<'_>,
) -> Result<ServerMessage, Reject> {
    let presence = decide(state, conn, request, ctx)?;
    Ok(apply(state, conn, presence, ctx))
}

fn decide(
    state: &State,
    conn: ConnId,
    request: &SetPresence,
    ctx: &Ctx<'_>,
) -> Result<Presence, Reject> {
    let client = client(state, conn)?;
    let presence = request.applied_to(&client.presence);
    let refused = |code| Reject::new(code, "the policy refuses");
    //= docs/spec/messages/setPresence.md#set-presence.refused
    ctx.policy.set_presence(&client.easyrtcid, &presence).map_err(refused)?;
    Ok(presence)
}

/// The answer names all one's rooms, as the others are told.
pub(crate) fn apply(
    state: &mut State,
    conn: ConnId,
    presence: Presence,
    ctx: &mut Ctx<'_>,
) -> ServerMessage {
    if let Some(client) = state.client_mut(conn) {
        client.presence = presence;
    }
    if !planted!(StalePresence) {
        state.refresh(conn);
    }
    let Some(client) = state.client(conn) else { return ServerMessage::Ack };
    let (app, easyrtcid) = (client.app.clone(), client.easyrtcid);
    let entry = |name| state.room(&app, name).and_then(|room| room.entry(conn));
    let rooms = client.rooms.keys();
    let changes: Changes = rooms
        .filter_map(|name| Some((name.clone(), Change::update(entry(name)?, false))))
        .collect();
    announce(state, &app, conn, easyrtcid, &changes, ctx);
    ServerMessage::RoomData(room_data(easyrtcid, &changes))
}
