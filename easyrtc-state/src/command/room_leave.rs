//! `roomLeave`: leaves rooms. Never refused: a room one is not in is answered like any other.

use easyrtc_proto::{RoomData, RoomLeave, RoomName, RoomStatus, RoomUpdate, ServerMessage};

use super::client;
use crate::input::ConnId;
use crate::roster::{Change, Changes, announce};
use crate::state::{Ctx, Reject, State};

pub(super) fn run(
    state: &mut State,
    conn: ConnId,
    request: &RoomLeave,
    ctx: &mut Ctx<'_>,
) -> Result<ServerMessage, Reject> {
    let rooms = decide(state, conn, request)?;
    Ok(apply(state, conn, &rooms, request, ctx))
}

/// The rooms among those named that the client is in.
fn decide(state: &State, conn: ConnId, request: &RoomLeave) -> Result<Vec<RoomName>, Reject> {
    let client = client(state, conn)?;
    //= docs/spec/messages/roomLeave.md#room-leave.never-refused
    Ok(client.rooms.keys().filter(|room| request.rooms.contains(*room)).cloned().collect())
}

fn apply(
    state: &mut State,
    conn: ConnId,
    rooms: &[RoomName],
    request: &RoomLeave,
    ctx: &mut Ctx<'_>,
) -> ServerMessage {
    for name in rooms {
        state.leave_room(conn, name, ctx);
    }
    if let Some(client) = state.client(conn) {
        let (app, easyrtcid) = (client.app.clone(), client.easyrtcid);
        //= docs/spec/rooms.md#rooms.leave-announced
        let changes: Changes = rooms.iter().map(|name| (name.clone(), Change::Remove)).collect();
        announce(state, &app, conn, easyrtcid, &changes, ctx);
    }
    //= docs/spec/messages/roomData.md#room-data.leave
    //= docs/spec/messages/roomLeave.md#room-leave.answer
    let left = |name: &RoomName| (name.clone(), RoomUpdate::new(name.clone(), RoomStatus::Leave));
    ServerMessage::RoomData(RoomData { room_data: request.rooms.iter().map(left).collect() })
}
