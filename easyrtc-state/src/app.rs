//! An application: a world of its own, with its rooms, groups and sessions.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use easyrtc_proto::{AppName, GroupName, RoomName, SessionId};

use crate::config::{Config, FieldMap};
use crate::input::ConnId;
use crate::room::Room;
use crate::sorted_map::SortedSet;

/// One application.
#[derive(Debug, Hash)]
pub(crate) struct App {
    pub(crate) fields: FieldMap,
    pub(crate) rooms: BTreeMap<RoomName, Box<Room>>,
    /// Who is in which group; a group nobody is in does not exist.
    pub(crate) groups: BTreeMap<GroupName, BTreeSet<ConnId>>,
    pub(crate) sessions: BTreeMap<SessionId, Session>,
    /// The clients of the application.
    pub(crate) clients: BTreeSet<ConnId>,
    /// Whether it stays when nothing is left of it: the default one and configured ones.
    pub(crate) lasting: bool,
}

/// A session: what several connections of one browser have in common.
#[derive(Debug, Default, Hash)]
pub(crate) struct Session {
    pub(crate) fields: FieldMap,
    pub(crate) connections: SortedSet<ConnId>,
    /// When it is forgotten, while no connection uses it.
    pub(crate) forget_at: Option<Duration>,
}

impl App {
    /// The application `name` as it is when it comes into being.
    pub(crate) fn new(name: &AppName, config: &Config) -> Self {
        let configured = config.applications.get(name);
        let own_fields = configured.and_then(|app| app.default_fields.as_ref());
        let mut app = Self {
            fields: own_fields.unwrap_or(&config.app_default_fields).clone(),
            rooms: BTreeMap::new(),
            groups: BTreeMap::new(),
            sessions: BTreeMap::new(),
            clients: BTreeSet::new(),
            lasting: configured.is_some() || *name == config.app_default_name,
        };
        let of_config = configured.into_iter().flat_map(|app| app.rooms.keys());
        for room in config.room_default.iter().chain(of_config) {
            //= docs/spec/rooms.md#rooms.configured-stay
            let made = new_room(name, room, config);
            if made.lasting {
                app.rooms.insert(room.clone(), made);
            }
        }
        app
    }

    /// Takes `conn` out of a group, which ceases to exist with its last member.
    pub(crate) fn leave_group(&mut self, conn: ConnId, name: &GroupName) {
        if let Some(group) = self.groups.get_mut(name) {
            group.remove(&conn);
            //= docs/spec/groups.md#groups.left-on-close
            if group.is_empty() {
                self.groups.remove(name);
            }
        }
    }

    /// Whether a room can be created without going over the limit.
    pub(crate) fn has_place_for_rooms(&self, more: usize, config: &Config) -> bool {
        let limit = config.limits.rooms_per_application;
        limit == 0 || self.rooms.len().saturating_add(more) <= limit
    }

    /// Whether the application can be forgotten: nobody is in it, and nothing but what every new
    /// one has is left.
    //= docs/spec/rooms.md#rooms.application-forgotten
    pub(crate) fn is_forgettable(&self) -> bool {
        !self.lasting
            && self.clients.is_empty()
            && self.sessions.is_empty()
            && self.rooms.values().all(|room| room.lasting)
    }
}

/// The room `room` of the application `app` as it is when it comes into being.
pub(crate) fn new_room(app: &AppName, room: &RoomName, config: &Config) -> Box<Room> {
    let of_room = config.room(app, room);
    let of_app = config.applications.get(app);
    let capacity = of_room.and_then(|room| room.room_max_connection);
    let capacity = capacity.or_else(|| of_app.and_then(|app| app.room_max_connection));
    let capacity = capacity.unwrap_or(config.limits.room_max_connection);
    //= docs/spec/rooms.md#rooms.create
    let fields = of_room.and_then(|room| room.fields.as_ref());
    let fields = fields.unwrap_or(&config.room_default_fields).clone();
    let is_named = of_app.is_some_and(|app| app.rooms.contains_key(room));
    //= docs/spec/rooms.md#rooms.keep-empty
    let kept = of_room.and_then(|room| room.keep_empty);
    let is_default = config.room_default.as_ref() == Some(room);
    let mut made = Box::new(Room::new(fields, capacity));
    made.lasting = is_default || kept.unwrap_or(is_named);
    made.private = of_room.is_some_and(|room| room.private);
    made
}
