//! `roomJoin`: enters rooms, all or none of them.

use std::collections::{BTreeMap, BTreeSet};

use easyrtc_proto::{ErrorCode, RoomData, RoomJoin, RoomName, ServerMessage};

use super::{client, join};
use crate::input::ConnId;
use crate::planted::planted;
use crate::roster::{Change, Changes, announce, gather};
use crate::state::{Ctx, Reject, State};

pub(super) fn run(
    state: &mut State,
    conn: ConnId,
    request: &RoomJoin,
    ctx: &mut Ctx<'_>,
) -> Result<ServerMessage, Reject> {
    if planted!(JoinByHalves)
        && let Some(first) = request.rooms.keys().next()
    {
        join::enter(state, conn, first, ctx);
    }
    decide(state, conn, request, ctx)?;
    Ok(apply(state, conn, request, ctx))
}

fn decide(state: &State, conn: ConnId, request: &RoomJoin, ctx: &Ctx<'_>) -> Result<(), Reject> {
    let client = client(state, conn)?;
    //= docs/spec/messages/roomJoin.md#room-join.bad-room
    let refused = &ErrorCode::MsgRejectBadRoom;
    let gone = || Reject::new(refused.clone(), "no such application");
    let app = state.apps.get(&client.app).ok_or_else(gone)?;
    let kept = client.rooms.keys().filter(|room| !request.rooms.contains_key(*room)).count();
    let codes = join::Codes { missing: refused, full: refused };
    join::decide((&client.app, app), conn, &request.rooms, kept, codes, ctx)
}

/// Who is in a room already stays, keeping its fields and the time it entered; the room is
/// answered and announced all the same.
fn apply(state: &mut State, conn: ConnId, request: &RoomJoin, ctx: &mut Ctx<'_>) -> ServerMessage {
    let is_in = |state: &State, name: &RoomName| {
        state.client(conn).is_some_and(|client| client.rooms.contains(name))
    };
    gather::before_listing_rooms(state, conn, ctx);
    let mut entered = BTreeSet::new();
    for name in request.rooms.keys() {
        if !is_in(state, name) {
            join::enter(state, conn, name, ctx);
            entered.insert(name);
        }
    }
    let Some(client) = state.client(conn) else { return ServerMessage::Ack };
    let (app, easyrtcid) = (client.app.clone(), client.easyrtcid);
    let mut changes = Changes::new();
    let mut room_data = BTreeMap::new();
    for name in request.rooms.keys() {
        let Some(room) = state.room(&app, name) else { continue };
        //= docs/spec/messages/roomJoin.md#room-join.again
        room_data.insert(name.clone(), room.joined(name));
        //= docs/spec/rooms.md#rooms.join-announced
        let change = room.entry(conn).map(|entry| match entered.contains(name) {
            true => Change::Arrive(entry),
            false => Change::update(entry, false),
        });
        changes.extend(change.map(|change| (name.clone(), change)));
    }
    announce(state, &app, conn, easyrtcid, &changes, ctx);
    ServerMessage::RoomData(RoomData { room_data })
}
