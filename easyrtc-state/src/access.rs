//! What a client may do, and which rooms it may enter.

use std::collections::BTreeSet;

use easyrtc_proto::{AppName, GroupName, RoomName};

use crate::ask::Grant;
use crate::config::{Config, RoomConfig};
use crate::conn::Client;
use crate::permission::Permission;
use crate::planted::planted;
use crate::room_pattern::RoomPattern;

/// What decides where somebody may go: what it was given, or will be given with its login.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Access<'a> {
    groups: Option<&'a BTreeSet<GroupName>>,
    /// The only rooms it may enter.
    rooms: Option<&'a BTreeSet<RoomPattern>>,
    /// What it may do, in place of what everybody may.
    permissions: Option<&'a BTreeSet<Permission>>,
}

impl Client {
    /// Whether it has a permission.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        //= docs/spec/login.md#login.permissions
        self.access().may(permission)
    }

    /// Where it may go.
    pub(crate) fn access(&self) -> Access<'_> {
        let Some(granted) = self.granted.get() else { return Access::default() };
        Access {
            groups: Some(&granted.groups),
            rooms: granted.rooms.as_ref(),
            permissions: granted.permissions.as_ref(),
        }
    }

    /// Whether leave from outside is needed before it enters a room.
    //= docs/spec/rooms.md#rooms.guarded-member
    pub(crate) fn needs_leave(&self, room: &RoomName, config: &Config) -> bool {
        config.room(&self.app, room).is_some_and(|room| room.guarded)
            && !self.rooms.contains(room)
            && !self.may(Permission::EnterAnyRoom)
    }
}

impl Grant {
    /// Where who is given this may go.
    pub(crate) const fn access(&self) -> Access<'_> {
        Access {
            groups: Some(&self.groups),
            rooms: self.rooms.as_ref(),
            permissions: self.permissions.as_ref(),
        }
    }
}

impl Access<'_> {
    pub(crate) fn may(self, permission: Permission) -> bool {
        self.permissions
            .map_or_else(|| permission.is_default(), |given| given.contains(&permission))
    }

    /// Whether a room may be entered, `rules` being what is set for it.
    pub(crate) fn may_enter(self, room: &RoomName, rules: Option<&RoomConfig>) -> bool {
        //= docs/spec/login.md#login.granted-rooms
        let granted = self.rooms.is_none_or(|only| only.iter().any(|one| one.matches(room)));
        //= docs/spec/rooms.md#rooms.join-groups
        let groups = rules.and_then(|room| room.join_groups.as_ref());
        (granted || planted!(GrantedRoomsForgotten)) && self.passes(groups)
    }

    /// Whether a room that may be entered may be made, `rules` being what is set for it.
    pub(crate) fn may_create(
        self,
        app: &AppName,
        rules: Option<&RoomConfig>,
        config: &Config,
    ) -> bool {
        //= docs/spec/rooms.md#rooms.create-groups
        let groups = rules.and_then(|room| room.create_groups.as_ref());
        //= docs/spec/rooms.md#rooms.create
        config.creates_rooms(app) && self.may(Permission::CreateRoom) && self.passes(groups)
    }

    /// Whether it is in one of `groups`, where that counts.
    fn passes(self, groups: Option<&BTreeSet<GroupName>>) -> bool {
        let Some(groups) = groups else { return true };
        let is_in = self.groups.is_some_and(|own| !own.is_disjoint(groups));
        is_in || self.may(Permission::EnterAnyRoom)
    }
}
