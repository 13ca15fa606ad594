//! Who may go where, and do what.

use std::collections::BTreeSet;

use easyrtc_proto::{AppName, GroupName, IceServer, RoomName};
use easyrtc_state::{ConnId, Grant, Permission, RoomConfig, RoomPattern};

use super::Model;

/// What decides what somebody may do.
#[derive(Clone, Debug)]
pub(super) struct Rights {
    pub(super) groups: BTreeSet<GroupName>,
    /// The only rooms it may enter.
    only: Option<BTreeSet<RoomPattern>>,
    permissions: BTreeSet<Permission>,
}

impl Rights {
    pub(super) fn of(grant: &Grant) -> Self {
        use Permission::{CreateRoom, ListRooms, SendMessage};
        let usual = || [CreateRoom, ListRooms, SendMessage].into();
        Self {
            groups: grant.groups.clone(),
            only: grant.rooms.clone(),
            permissions: grant.permissions.clone().unwrap_or_else(usual),
        }
    }

    pub(super) fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Whether a room may be entered for which this is set.
    pub(super) fn may_enter(&self, room: &RoomName, rules: &RoomConfig) -> bool {
        let granted = match &self.only {
            Some(only) => only.iter().any(|pattern| pattern.matches(room)),
            None => true,
        };
        granted && self.is_in_one_of(rules.join_groups.as_ref())
    }

    /// Whether a room may be made for which this is set.
    pub(super) fn may_create(&self, rules: &RoomConfig) -> bool {
        self.may(Permission::CreateRoom) && self.is_in_one_of(rules.create_groups.as_ref())
    }

    fn is_in_one_of(&self, groups: Option<&BTreeSet<GroupName>>) -> bool {
        let in_one = |groups: &BTreeSet<GroupName>| groups.iter().any(|g| self.groups.contains(g));
        self.may(Permission::EnterAnyRoom) || groups.is_none_or(in_one)
    }
}

impl Model {
    /// Whether a client has a permission.
    pub(super) fn may(&self, conn: ConnId, permission: Permission) -> bool {
        self.client(conn).is_some_and(|client| client.rights.may(permission))
    }

    /// What is set for a room: by its name, or by the longest pattern.
    pub(super) fn rules(&self, app: &AppName, room: &RoomName) -> RoomConfig {
        let Some(app) = self.config.applications.get(app) else { return RoomConfig::default() };
        let matching = || app.room_rules.iter().filter(|(pattern, _)| pattern.matches(room));
        let whole = matching().find(|(pattern, _)| pattern.as_str() == room.as_str());
        let longest = || matching().max_by_key(|(pattern, _)| pattern.as_str().len());
        let by_rule = || whole.or_else(longest).map(|(_, rules)| rules);
        app.rooms.get(room).or_else(by_rule).cloned().unwrap_or_default()
    }

    /// Whether clients make rooms in an application.
    pub(super) fn creates_rooms(&self, app: &AppName) -> bool {
        let own = self.config.applications.get(app).and_then(|app| app.room_auto_create);
        own.unwrap_or(self.config.room_auto_create)
    }

    /// The STUN and TURN servers that are configured for an application.
    pub(super) fn ice_servers(&self, app: &AppName) -> std::sync::Arc<[IceServer]> {
        let own = self.config.applications.get(app).and_then(|app| app.ice_servers.clone());
        own.unwrap_or_else(|| self.config.ice_servers.clone())
    }
}
