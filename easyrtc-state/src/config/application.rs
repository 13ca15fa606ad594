//! What is set for single applications, and for rooms of theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use easyrtc_proto::{AppName, GroupName, IceServer, Payload, RoomName};

use super::{Config, FieldMap};
use crate::room_pattern::RoomPattern;

/// What is set for one application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AppConfig {
    /// Options clients see as `application.option` in the token.
    pub public_options: BTreeMap<String, Payload>,
    /// Whether `getRoomList` is answered with `MSG_REJECT_NO_ROOM_LIST`.
    pub hide_room_list: bool,
    /// `roomMaxConnection` of this application, if it is not the server's.
    pub room_max_connection: Option<usize>,
    /// Rooms with settings of their own, which hold alone: no rule is looked at for them. They
    /// exist from the start and stay when they are empty, unless [`RoomConfig::keep_empty`] says
    /// no.
    pub rooms: BTreeMap<RoomName, RoomConfig>,
    /// What is set for rooms that clients make. Of several that match the longest holds, alone.
    pub room_rules: BTreeMap<RoomPattern, RoomConfig>,
    /// Whether clients create rooms here, if not as in [`Config::room_auto_create`].
    pub room_auto_create: Option<bool>,
    /// The STUN and TURN servers, in place of [`Config::ice_servers`].
    pub ice_servers: Option<Arc<[IceServer]>>,
    /// The application's fields, in place of [`Config::app_default_fields`].
    pub default_fields: Option<FieldMap>,
}

/// What is set for one room, or for all that match a pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RoomConfig {
    /// `roomMaxConnection` of this room, if it is not the application's.
    pub room_max_connection: Option<usize>,
    /// Whether `getRoomList` shows it only to its members and to those who may
    /// [see private rooms](crate::Permission::SeePrivateRooms).
    pub private: bool,
    /// To enter it a client has to be in one of these groups.
    pub join_groups: Option<BTreeSet<GroupName>>,
    /// To make it a client has to be in one of these groups.
    pub create_groups: Option<BTreeSet<GroupName>>,
    /// Whether entering it has to be allowed from outside: with the login
    /// ([`LoginQuestion::rooms`](crate::LoginQuestion::rooms)) or by the answer to
    /// [`Question::RoomJoin`](crate::Question::RoomJoin).
    pub guarded: bool,
    /// Its fields, in place of [`Config::room_default_fields`].
    pub fields: Option<FieldMap>,
    /// Whether it stays when it is empty. By default those of [`AppConfig::rooms`] do, and those
    /// clients make are forgotten after [`Config::room_empty_ttl`].
    pub keep_empty: Option<bool>,
}

impl Config {
    /// What is set for a room, if anything is.
    #[must_use]
    pub fn room(&self, app: &AppName, room: &RoomName) -> Option<&RoomConfig> {
        let app = self.applications.get(app)?;
        app.rooms.get(room).or_else(|| RoomPattern::find(&app.room_rules, room))
    }

    /// The STUN and TURN servers configured for the clients of an application.
    #[must_use]
    pub fn ice_servers_of(&self, app: &AppName) -> &Arc<[IceServer]> {
        let own = self.applications.get(app).and_then(|app| app.ice_servers.as_ref());
        own.unwrap_or(&self.ice_servers)
    }

    /// Whether clients create rooms in an application.
    pub(crate) fn creates_rooms(&self, app: &AppName) -> bool {
        let own = self.applications.get(app).and_then(|app| app.room_auto_create);
        own.unwrap_or(self.room_auto_create)
    }
}
