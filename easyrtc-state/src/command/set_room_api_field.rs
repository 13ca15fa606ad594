//! `setRoomApiField`: replaces one's fields in a room, and tells the room.

use easyrtc_proto::{ErrorCode, ServerMessage, SetRoomApiField};

use super::client;
use crate::input::ConnId;
use crate::roster::{Change, Changes, announce, room_data};
use crate::state::{Ctx, Reject, State};

pub(super) fn run(
    state: &mut State,
    conn: ConnId,
    request: SetRoomApiField,
    ctx: &mut Ctx<'_>,
) -> Result<ServerMessage, Reject> {
    decide(state, conn, &request)?;
    Ok(apply(state, conn, request, ctx))
}

fn decide(state: &State, conn: ConnId, request: &SetRoomApiField) -> Result<(), Reject> {
    //= docs/spec/messages/setRoomApiField.md#set-room-api-field.room
    if client(state, conn)?.rooms.contains(&request.room_name) {
        Ok(())
    } else {
        Err(Reject::new(ErrorCode::MsgRejectBadRoom, "not in that room"))
    }
}

fn apply(
    state: &mut State,
    conn: ConnId,
    request: SetRoomApiField,
    ctx: &mut Ctx<'_>,
) -> ServerMessage {
    let SetRoomApiField { room_name, field } = request;
    let Some(client) = state.client(conn) else { return ServerMessage::Ack };
    let (app, easyrtcid) = (client.app.clone(), client.easyrtcid);
    if let Some(room) = state.room_mut(&app, &room_name) {
        room.set_api_field(conn, field);
    }
    state.refresh(conn);
    let entry = state.room(&app, &room_name).and_then(|room| room.entry(conn));
    let changes: Changes =
        entry.map(|entry| (room_name, Change::update(entry, true))).into_iter().collect();
    announce(state, &app, conn, easyrtcid, &changes, ctx);
    ServerMessage::RoomData(room_data(easyrtcid, &changes))
}
