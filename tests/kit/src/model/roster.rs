//! Who is in which room, and how they are seen there.

use std::collections::BTreeMap;
use std::sync::Arc;

use easyrtc_proto::{AppName, ClientEntry, EasyrtcId, RoomName, RoomStatus, RoomUpdate, SessionId};
use easyrtc_state::ConnId;

use super::{App, Client, Heard, Kept, Model, News};

impl Client {
    /// How others see it in a room it is in.
    pub(super) fn entry(&self, room: &RoomName) -> Option<ClientEntry> {
        let (room_join_time, in_room) = self.rooms.get(room)?;
        let mut api_field = self.api_field.clone();
        api_field.0.extend(in_room.0.clone());
        Some(ClientEntry {
            easyrtcid: self.easyrtcid,
            username: self.username.clone(),
            room_join_time: *room_join_time,
            presence: self.presence.clone(),
            api_field: Some(api_field).filter(|fields| !fields.0.is_empty()),
            user_agent: self.device.clone(),
        })
    }
}

impl Model {
    /// The members of a room.
    pub fn members(&self, app: &AppName, room: &RoomName) -> Vec<ConnId> {
        let inside = |client: &Client| client.app == *app && client.rooms.contains_key(room);
        self.clients().filter(|(_, client)| inside(client)).map(|(conn, _)| conn).collect()
    }

    /// Everybody in a room as everybody in it is to see them.
    #[must_use]
    pub fn roster(&self, app: &AppName, room: &RoomName) -> BTreeMap<EasyrtcId, Arc<ClientEntry>> {
        let inside = self.clients().filter(|(_, client)| client.app == *app);
        let entries = inside.filter_map(|(_, client)| client.entry(room));
        entries.map(|entry| (entry.easyrtcid, Arc::new(entry))).collect()
    }

    /// The shared fields of a room, if there are any.
    #[must_use]
    pub fn room_fields(&self, app: &AppName, room: &RoomName) -> Option<easyrtc_proto::Fields> {
        self.apps.get(app)?.rooms.get(room)?.fields.shared_if_any()
    }

    /// A room as somebody who joins it is told about it.
    pub(super) fn joined(&self, app: &AppName, room: &RoomName) -> RoomUpdate {
        RoomUpdate {
            client_list: Some(self.roster(app, room)),
            field: self.room_fields(app, room),
            ..RoomUpdate::new(room.clone(), RoomStatus::Join)
        }
    }

    /// The client called so, if it is in this application.
    pub(super) fn peer(&self, app: &AppName, easyrtcid: EasyrtcId) -> Option<ConnId> {
        let found = self.clients().find(|(_, c)| c.easyrtcid == easyrtcid && c.app == *app);
        found.map(|(conn, _)| conn)
    }

    /// Lets everybody else who is in one of the rooms hear of `about`: once, naming the rooms they
    /// are in; later where the room gathers.
    pub(super) fn tell(
        &mut self,
        conn: ConnId,
        app: &AppName,
        about: EasyrtcId,
        mut changes: BTreeMap<RoomName, News>,
    ) {
        let mut later = changes.clone();
        later.retain(|room, _| self.gathers(app, room));
        changes.retain(|room, _| !later.contains_key(room));
        let others = self.clients().filter(|(other, client)| *other != conn && client.app == *app);
        let told = others.filter_map(|(other, client)| {
            let known = changes.iter().filter(|(room, _)| client.rooms.contains_key(*room));
            let told = |news: News| BTreeMap::from([(about, news.told())]);
            let rooms: BTreeMap<_, _> = known.map(|(r, news)| (r.clone(), told(*news))).collect();
            let heard = Heard::Delta { to: client.easyrtcid, rooms: rooms.clone() };
            (!rooms.is_empty()).then_some((other, heard))
        });
        for (other, heard) in told.collect::<Vec<_>>() {
            self.hear(other, heard);
        }
        for room in changes.keys() {
            self.begin_gathering(app, room);
        }
        for (room, news) in later {
            self.gather(conn, app, about, &room, news);
        }
    }

    /// The same about rooms `conn` is in, of which it has changed.
    pub(super) fn tell_changed(&mut self, conn: ConnId, rooms: Vec<RoomName>) {
        self.tell_of_rooms(conn, rooms.into_iter().map(|room| (room, News::Changed)).collect());
    }

    /// The same about rooms `conn` is in.
    pub(super) fn tell_of_rooms(&mut self, conn: ConnId, changes: BTreeMap<RoomName, News>) {
        let Some(client) = self.client(conn) else { return };
        let (app, about) = (client.app.clone(), client.easyrtcid);
        self.tell(conn, &app, about, changes);
    }

    pub(super) fn new_app(&self, name: &AppName) -> App {
        let configured = self.config.applications.get(name);
        let fields = self.config.app_default_fields.clone();
        let mut app = App {
            lasting: configured.is_some() || *name == self.config.app_default_name,
            fields: configured.and_then(|app| app.default_fields.clone()).unwrap_or(fields),
            rooms: BTreeMap::new(),
            sessions: BTreeMap::new(),
        };
        let lasting = configured.iter().flat_map(|app| app.rooms.keys());
        for room in lasting.chain(&self.config.room_default) {
            let made = self.new_room(name, room);
            if made.lasting {
                app.rooms.insert(room.clone(), made);
            }
        }
        app
    }

    /// A room as it is made: one that is configured by its name stays unless it is not to, one that
    /// is not does not unless it is to, and the default room stays in any case.
    pub(super) fn new_room(&self, app: &AppName, room: &RoomName) -> Kept {
        let rules = self.rules(app, room);
        let named = self.config.applications.get(app).is_some_and(|a| a.rooms.contains_key(room));
        let lasting =
            rules.keep_empty.unwrap_or(named) || self.config.room_default.as_ref() == Some(room);
        let fields = rules.fields.unwrap_or_else(|| self.config.room_default_fields.clone());
        Kept { lasting, private: rules.private, fields, ..Kept::default() }
    }

    /// How many may be in a room; 0: no limit.
    #[must_use]
    pub fn capacity(&self, app: &AppName, room: &RoomName) -> usize {
        let configured = self.config.applications.get(app);
        let of_room = self.rules(app, room).room_max_connection;
        let of_app = configured.and_then(|app| app.room_max_connection);
        of_room.or(of_app).unwrap_or(self.config.limits.room_max_connection)
    }

    pub(super) fn in_session(&self, app: &AppName, sid: &SessionId) -> Vec<ConnId> {
        let inside = |client: &Client| client.app == *app && client.session.as_ref() == Some(sid);
        self.clients().filter(|(_, client)| inside(client)).map(|(conn, _)| conn).collect()
    }
}
