//! What the operator does with rooms.

use std::collections::BTreeMap;

use easyrtc_proto::{AppName, EasyrtcId, RoomName, RoomStatus, RoomUpdate};
use easyrtc_state::{AdminError, ConnId};

use super::{Model, reached, room_data};
use crate::model::News;

type Done = Result<(), AdminError>;

impl Model {
    pub(super) fn create_room(&mut self, app: &AppName, room: RoomName) -> Done {
        let (made, limit) = (self.new_room(app, &room), self.config.limits.rooms_per_application);
        let rooms = &mut self.apps.get_mut(app).ok_or(AdminError::NoApplication)?.rooms;
        if rooms.contains_key(&room) {
            return Err(AdminError::Exists);
        }
        if reached(rooms.len(), limit) {
            return Err(AdminError::TooMany);
        }
        rooms.insert(room, made);
        Ok(())
    }

    pub(super) fn close_room(&mut self, app: &AppName, room: &RoomName) -> Done {
        let rooms = &self.apps.get(app).ok_or(AdminError::NoApplication)?.rooms;
        if !rooms.contains_key(room) {
            return Err(AdminError::NoRoom);
        }
        for member in self.members(app, room) {
            if let Some(client) = self.client_mut(member) {
                client.rooms.remove(room);
                client.news.remove(room);
            }
            self.needs_proof_again(member, app, room);
            self.hear_left(member, room);
        }
        let made = self.new_room(app, room);
        if let Some(app) = self.apps.get_mut(app) {
            app.rooms.remove(room);
            app.rooms.extend(made.lasting.then(|| (room.clone(), made)));
        }
        Ok(())
    }

    pub(super) fn put_into_room(&mut self, easyrtcid: EasyrtcId, room: RoomName) -> Done {
        let conn = self.named(easyrtcid)?;
        let client = self.client(conn).ok_or(AdminError::NoClient)?;
        let app = client.app.clone();
        if !self.apps.get(&app).is_some_and(|app| app.rooms.contains_key(&room)) {
            return Err(AdminError::NoRoom);
        }
        let members = self.members(&app, &room);
        if members.contains(&conn) {
            return Ok(());
        }
        if reached(members.len(), self.capacity(&app, &room)) {
            return Err(AdminError::RoomFull);
        }
        if reached(client.rooms.len(), self.config.limits.rooms_per_connection) {
            return Err(AdminError::TooMany);
        }
        self.catch_up_all(conn);
        self.enter(conn, std::slice::from_ref(&room));
        let joined = self.joined(&app, &room);
        self.event(conn, room_data(BTreeMap::from([(room.clone(), joined)])));
        self.tell_of_rooms(conn, BTreeMap::from([(room, News::Came)]));
        Ok(())
    }

    pub(super) fn take_out(&mut self, easyrtcid: EasyrtcId, room: RoomName) -> Done {
        let conn = self.named(easyrtcid)?;
        let client = self.client_mut(conn).ok_or(AdminError::NoClient)?;
        client.rooms.remove(&room).ok_or(AdminError::NotInRoom)?;
        client.news.remove(&room);
        let app = client.app.clone();
        self.needs_proof_again(conn, &app, &room);
        self.hear_left(conn, &room);
        self.tell_of_rooms(conn, BTreeMap::from([(room, News::Left)]));
        Ok(())
    }

    /// Who decides about a login or a `roomJoin` was told that the client is in the room.
    fn needs_proof_again(&mut self, conn: ConnId, app: &AppName, room: &RoomName) {
        if self.rules(app, room).guarded {
            let asks = self.asks.values_mut().filter(|ask| ask.conn == conn);
            asks.for_each(|ask| ask.taken_out.push(room.clone()));
        }
    }

    fn hear_left(&mut self, conn: ConnId, room: &RoomName) {
        let update = RoomUpdate::new(room.clone(), RoomStatus::Leave);
        self.event(conn, room_data(BTreeMap::from([(room.clone(), update)])));
    }
}
