//! Fields of applications, rooms, sessions and connections.

use easyrtc_proto::{
    FieldName, RoomData, RoomName, RoomStatus, RoomUpdate, ServerMessage, SessionData, SessionId,
};

use super::{AdminError, FieldOwner, client};
use crate::app::App;
use crate::config::{Field, FieldMap};
use crate::effect::Recipients;
use crate::state::{Ctx, State};

pub(super) fn set(
    state: &mut State,
    of: &FieldOwner,
    name: FieldName,
    field: Option<Field>,
    ctx: &mut Ctx<'_>,
) -> Result<(), AdminError> {
    let limit = ctx.config.limits.fields;
    let visibly = change(state, of, |fields| {
        let is_new = field.is_some() && !fields.0.contains_key(&name);
        if is_new && limit != 0 && fields.0.len() >= limit {
            return Err(AdminError::TooMany);
        }
        let before = fields.shared();
        match field {
            Some(field) => fields.0.insert(name, field),
            None => fields.0.remove(&name),
        };
        Ok(fields.shared() != before)
    })??;
    if !visibly {
        return Ok(());
    }
    match of {
        FieldOwner::Room(app, room) => {
            //= docs/spec/fields.md#fields.room-changed
            if let Some(app) = state.apps.get_mut(app) {
                tell_room(app, room, ctx);
            }
        }
        //= docs/spec/fields.md#fields.session-changed
        FieldOwner::Session(app, sid) => tell_session(state, app, sid, ctx),
        //= docs/spec/fields.md#fields.next-login
        FieldOwner::Application(_) | FieldOwner::Connection(_) => {}
    }
    Ok(())
}

/// Changes the fields of an application, room, session or connection.
fn change<R>(
    state: &mut State,
    of: &FieldOwner,
    how: impl FnOnce(&mut FieldMap) -> R,
) -> Result<R, AdminError> {
    let (no_app, apps) = (AdminError::NoApplication, &mut state.apps);
    Ok(match of {
        FieldOwner::Application(app) => how(&mut apps.get_mut(app).ok_or(no_app)?.fields),
        FieldOwner::Room(app, room) => {
            let rooms = &mut apps.get_mut(app).ok_or(no_app)?.rooms;
            how(&mut rooms.get_mut(room).ok_or(AdminError::NoRoom)?.fields)
        }
        FieldOwner::Session(app, sid) => {
            let sessions = &mut apps.get_mut(app).ok_or(no_app)?.sessions;
            how(&mut sessions.get_mut(sid).ok_or(AdminError::NoSession)?.fields)
        }
        FieldOwner::Connection(easyrtcid) => {
            let conn = client::find(state, *easyrtcid)?;
            let client = state.client_mut(conn).ok_or(AdminError::NoClient)?;
            client.granted.change(|granted| how(&mut granted.fields))
        }
    })
}

/// The complete map always, also when the last field is gone: clients replace what they have.
fn tell_room(app: &mut App, name: &RoomName, ctx: &mut Ctx<'_>) {
    let Some(room) = app.rooms.get_mut(name).filter(|room| !room.is_empty()) else { return };
    let update = RoomUpdate {
        //= docs/spec/fields.md#fields.complete
        field: Some(room.fields.shared()),
        ..RoomUpdate::new(name.clone(), RoomStatus::Update)
    };
    let room_data = std::iter::once((name.clone(), update)).collect();
    let to = Recipients::Many { list: room.recipients(), except: None };
    ctx.send(to, ServerMessage::RoomData(RoomData { room_data }));
}

fn tell_session(state: &State, app: &easyrtc_proto::AppName, sid: &SessionId, ctx: &mut Ctx<'_>) {
    let session = state.apps.get(app).and_then(|app| app.sessions.get(sid));
    let Some(session) = session.filter(|session| !session.connections.is_empty()) else { return };
    //= docs/spec/messages/sessionData.md#session-data.complete
    let data = SessionData { easyrtcsid: sid.clone(), field: Some(session.fields.shared()) };
    let conns = session.connections.keys();
    let list = conns.filter_map(|&conn| Some(state.conns.get(&conn)?.recipient(conn))).collect();
    ctx.send(Recipients::Many { list, except: None }, ServerMessage::SessionData(data));
}
