//! `getRoomList`: all rooms of the application, also empty ones and those one is not in.

use easyrtc_proto::{ErrorCode, RoomList, RoomListEntry, ServerMessage};

use super::client;
use crate::input::ConnId;
use crate::permission::Permission;
use crate::state::{Ctx, Reject, State};

pub(super) fn run(state: &State, conn: ConnId, ctx: &Ctx<'_>) -> Result<ServerMessage, Reject> {
    let client = client(state, conn)?;
    let app = &client.app;
    //= docs/spec/messages/getRoomList.md#get-room-list.hidden
    if ctx.config.applications.get(app).is_some_and(|configured| configured.hide_room_list) {
        return Err(Reject::new(ErrorCode::MsgRejectNoRoomList, "the application hides its rooms"));
    }
    //= docs/spec/login.md#login.permissions
    if !client.may(Permission::ListRooms) {
        return Err(Reject::new(ErrorCode::MsgRejectNoRoomList, "the client may not list rooms"));
    }
    let sees_private = client.may(Permission::SeePrivateRooms);
    //= docs/spec/messages/roomList.md#room-list.all
    //= docs/spec/rooms.md#rooms.empty-listed
    let rooms = state.apps.get(app).into_iter().flat_map(|app| &app.rooms);
    //= docs/spec/rooms.md#rooms.private
    let seen = rooms.filter(|(_, room)| !room.private || sees_private || room.contains(conn));
    let entries = seen.map(|(name, room)| {
        (name.clone(), RoomListEntry { room_name: name.clone(), number_clients: room.len() })
    });
    Ok(ServerMessage::RoomList(RoomList { room_list: entries.collect() }))
}
