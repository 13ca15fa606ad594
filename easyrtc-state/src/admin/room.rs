//! Rooms: making and closing them, and who is in them.

use easyrtc_proto::{
    AppName, EasyrtcId, RoomData, RoomName, RoomStatus, RoomUpdate, ServerMessage,
};

use super::{AdminError, client};
use crate::app::new_room;
use crate::command::join;
use crate::deadline::Timer;
use crate::effect::Recipients;
use crate::input::ConnId;
use crate::notice::Notice;
use crate::planted::planted;
use crate::roster::{Change, Changes, announce, gather};
use crate::state::{Ctx, State};

pub(super) fn create(
    state: &mut State,
    app_name: &AppName,
    name: RoomName,
    ctx: &mut Ctx<'_>,
) -> Result<(), AdminError> {
    let app = state.apps.get_mut(app_name).ok_or(AdminError::NoApplication)?;
    if app.rooms.contains_key(&name) {
        return Err(AdminError::Exists);
    }
    if !app.has_place_for_rooms(1, ctx.config) {
        return Err(AdminError::TooMany);
    }
    let mut room = new_room(app_name, &name, ctx.config);
    room.created.0 = Some(ctx.now.unix_ms);
    //= docs/spec/rooms.md#rooms.empty-forgotten
    if !room.lasting {
        let timer = Timer::Room(app_name.clone(), name.clone());
        room.forget_at = state.deadlines.set(ctx.now.mono, ctx.config.room_empty_ttl, timer);
    }
    app.rooms.insert(name.clone(), room);
    ctx.notice(Notice::RoomCreated { app: app_name.clone(), room: name });
    Ok(())
}

/// Those who are in it are told so; nobody is told who else goes.
//= docs/spec/rooms.md#rooms.closed-by-operator
pub(super) fn close(
    state: &mut State,
    app_name: &AppName,
    name: &RoomName,
    ctx: &mut Ctx<'_>,
) -> Result<(), AdminError> {
    let app = state.apps.get_mut(app_name).ok_or(AdminError::NoApplication)?;
    let members = app.rooms.get_mut(name).ok_or(AdminError::NoRoom)?.recipients();
    // The last first: to take out the first of many moves all others.
    for member in members.iter().rev() {
        take_out(state, app_name, member.conn, name, ctx);
    }
    if !members.is_empty() && !planted!(ClosedRoomUntold) {
        ctx.send(Recipients::Many { list: members, except: None }, left(name));
    }
    let Some(app) = state.apps.get_mut(app_name) else { return Ok(()) };
    let Some(mut room) = app.rooms.remove(name) else { return Ok(()) };
    let timer = Timer::Room(app_name.clone(), name.clone());
    state.deadlines.cancel(room.forget_at.take(), timer);
    if room.lasting {
        //= docs/spec/rooms.md#rooms.configured-stay
        app.rooms.insert(name.clone(), new_room(app_name, name, ctx.config));
    } else {
        ctx.notice(Notice::RoomForgotten { app: app_name.clone(), room: name.clone() });
        state.forget_app_if_unused(app_name);
    }
    Ok(())
}

//= docs/spec/rooms.md#rooms.joined-by-operator
pub(super) fn join(
    state: &mut State,
    easyrtcid: EasyrtcId,
    name: &RoomName,
    ctx: &mut Ctx<'_>,
) -> Result<(), AdminError> {
    let conn = client::find(state, easyrtcid)?;
    let client = state.client(conn).ok_or(AdminError::NoClient)?;
    let app = client.app.clone();
    let room = state.room(&app, name).ok_or(AdminError::NoRoom)?;
    if room.contains(conn) {
        return Ok(());
    }
    if room.is_full() {
        return Err(AdminError::RoomFull);
    }
    let limit = ctx.config.limits.rooms_per_connection;
    if limit != 0 && client.rooms.len() >= limit {
        return Err(AdminError::TooMany);
    }
    gather::before_listing_rooms(state, conn, ctx);
    join::enter(state, conn, name, ctx);
    let Some(room) = state.room(&app, name) else { return Ok(()) };
    let (joined, entry) = (room.joined(name), room.entry(conn));
    let room_data = std::iter::once((name.clone(), joined)).collect();
    ctx.send(client::one(conn, easyrtcid), ServerMessage::RoomData(RoomData { room_data }));
    //= docs/spec/rooms.md#rooms.join-announced
    let arrives = entry.map(|entry| (name.clone(), Change::Arrive(entry)));
    let changes: Changes = arrives.into_iter().collect();
    announce(state, &app, conn, easyrtcid, &changes, ctx);
    Ok(())
}

//= docs/spec/rooms.md#rooms.left-by-operator
pub(super) fn leave(
    state: &mut State,
    easyrtcid: EasyrtcId,
    name: &RoomName,
    ctx: &mut Ctx<'_>,
) -> Result<(), AdminError> {
    let conn = client::find(state, easyrtcid)?;
    let client = state.client(conn).ok_or(AdminError::NoClient)?;
    if !client.rooms.contains(name) {
        return Err(AdminError::NotInRoom);
    }
    let app = client.app.clone();
    take_out(state, &app, conn, name, ctx);
    ctx.send(client::one(conn, easyrtcid), left(name));
    //= docs/spec/rooms.md#rooms.leave-announced
    let changes: Changes = std::iter::once((name.clone(), Change::Remove)).collect();
    announce(state, &app, conn, easyrtcid, &changes, ctx);
    Ok(())
}

/// If it is being asked about the client, the answer must not bring it back without a proof.
fn take_out(state: &mut State, app: &AppName, conn: ConnId, name: &RoomName, ctx: &mut Ctx<'_>) {
    state.leave_room(conn, name, ctx);
    let gate = state.conns.get(&conn).and_then(|connection| connection.gate());
    if let Some(pending) = gate.and_then(|gate| state.asks.get_mut(gate))
        && ctx.config.room(app, name).is_some_and(|room| room.guarded)
    {
        pending.taken_out.insert(name.clone());
    }
}

/// `roomData` for somebody who is in a room no longer.
fn left(name: &RoomName) -> ServerMessage {
    //= docs/spec/messages/roomData.md#room-data.leave
    let update = RoomUpdate::new(name.clone(), RoomStatus::Leave);
    ServerMessage::RoomData(RoomData {
        room_data: std::iter::once((name.clone(), update)).collect(),
    })
}
