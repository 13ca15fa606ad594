//! A room and who is in it.

use std::sync::Arc;
use std::time::Duration;

use easyrtc_proto::{ApiFields, ClientEntry, RoomName, RoomStatus, RoomUpdate};

use crate::config::FieldMap;
use crate::conn::Client;
use crate::effect::Recipient;
use crate::gathered::Gathered;
use crate::input::ConnId;
use crate::planted::planted;
use crate::rare::Rare;
use crate::sorted_map::SortedMap;
use crate::unhashed::Unhashed;

/// A room of an application.
#[derive(Debug, Hash)]
pub(crate) struct Room {
    members: SortedMap<ConnId, Member>,
    pub(crate) fields: FieldMap,
    /// Whether it stays when it is empty: the default room and configured ones.
    pub(crate) lasting: bool,
    /// Whether only members and some others find it in lists.
    pub(crate) private: bool,
    /// How many may be in it; 0: no limit.
    pub(crate) capacity: usize,
    /// When it was made, in ms since the epoch, unless its application brought it along.
    pub(crate) created: Unhashed<Option<u64>>,
    /// When it is forgotten, while it is empty.
    pub(crate) forget_at: Option<Duration>,
    /// The changes that wait to go out together, while any would.
    pub(crate) gathered: Option<Box<Gathered>>,
    /// Everybody in it as receivers; made when first needed after a change.
    recipients: Unhashed<Option<Arc<[Recipient]>>>,
}

/// Somebody in a room.
#[derive(Debug, Hash)]
pub(crate) struct Member {
    /// How others see it.
    entry: Arc<ClientEntry>,
    /// Its fields in this room, over those of the connection.
    api_field: Rare<ApiFields>,
}

impl Room {
    pub(crate) const fn new(fields: FieldMap, capacity: usize) -> Self {
        Self {
            members: SortedMap::new(),
            fields,
            lasting: false,
            private: false,
            capacity,
            created: Unhashed(None),
            forget_at: None,
            gathered: None,
            recipients: Unhashed(None),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        //= docs/spec/rooms.md#rooms.full
        let capacity = self.capacity + usize::from(planted!(OneTooMany));
        self.capacity != 0 && self.members.len() >= capacity
    }

    /// Whether changes wait to go out together.
    pub(crate) fn gathers(&self) -> bool {
        self.gathered.is_some()
    }

    pub(crate) fn contains(&self, conn: ConnId) -> bool {
        self.members.contains(&conn)
    }

    /// Lets `client` in; who is in already keeps the time it entered.
    pub(crate) fn enter(&mut self, conn: ConnId, client: &Client, unix_ms: u64) {
        //= docs/spec/rooms.md#rooms.join-time
        let member = self.members.get(&conn).filter(|_| !planted!(JoinTimeReset));
        let joined_at = member.map_or(unix_ms, |member| member.entry.room_join_time);
        let entry = Arc::new(entry(client, joined_at, None));
        self.members.insert(conn, Member { entry, api_field: Rare::none() });
        self.recipients.0 = None;
        if let Some(gathered) = &mut self.gathered
            && !planted!(NewcomerToldTwice)
        {
            //= docs/spec/rooms.md#rooms.gather-newcomer
            gathered.has_told(conn);
        }
    }

    /// Lets `conn` out; true if it was in.
    pub(crate) fn leave(&mut self, conn: ConnId) -> bool {
        self.recipients.0 = None;
        if let Some(gathered) = &mut self.gathered {
            gathered.forget(conn);
        }
        //= docs/spec/rooms.md#rooms.leave-forgets
        self.members.remove(&conn).is_some()
    }

    /// Replaces the fields `conn` has in this room.
    pub(crate) fn set_api_field(&mut self, conn: ConnId, fields: ApiFields) {
        if let Some(member) = self.members.get_mut(&conn) {
            //= docs/spec/messages/setRoomApiField.md#set-room-api-field.replaces
            member.api_field.change(|old| *old = fields);
        }
    }

    /// Sees to it that others see `client` as it now is.
    pub(crate) fn refresh(&mut self, conn: ConnId, client: &Client) {
        if let Some(member) = self.members.get_mut(&conn) {
            let joined_at = member.entry.room_join_time;
            member.entry = Arc::new(entry(client, joined_at, member.api_field.get()));
        }
    }

    /// The members after `after`, as others see them.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Arc<ClientEntry>> {
        self.members.iter().map(|(_, member)| &member.entry)
    }

    /// How others see `conn`, if it is in the room.
    pub(crate) fn entry(&self, conn: ConnId) -> Option<Arc<ClientEntry>> {
        self.members.get(&conn).map(|member| Arc::clone(&member.entry))
    }

    /// Everybody in the room as receivers.
    pub(crate) fn recipients(&mut self) -> Arc<[Recipient]> {
        let members = &self.members;
        let list = self.recipients.0.get_or_insert_with(|| {
            let recipient = |(conn, member): (&ConnId, &Member)| Recipient {
                conn: *conn,
                easyrtcid: Some(member.entry.easyrtcid),
            };
            members.iter().map(recipient).collect()
        });
        Arc::clone(list)
    }

    /// The room as somebody in it is to know it from now on.
    pub(crate) fn joined(&self, name: &RoomName) -> RoomUpdate {
        //= docs/spec/rooms.md#rooms.join-self
        let list = self.entries().map(|entry| (entry.easyrtcid, Arc::clone(entry))).collect();
        RoomUpdate {
            //= docs/spec/messages/roomData.md#room-data.join
            client_list: Some(list),
            field: self.fields.shared_if_any(),
            ..RoomUpdate::new(name.clone(), RoomStatus::Join)
        }
    }
}

fn entry(client: &Client, joined_at: u64, of_room: Option<&ApiFields>) -> ClientEntry {
    let of_client = client.cfg.get().map(|cfg| &cfg.api_field);
    //= docs/spec/rooms.md#rooms.list-empty-field
    let of_client = of_client.filter(|fields| !fields.0.is_empty());
    //= docs/spec/fields.md#fields.api-overlay
    let api_field = match (of_client.cloned(), of_room) {
        (Some(mut fields), Some(of_room)) => {
            let of_room = of_room.0.iter();
            fields.0.extend(of_room.map(|(name, value)| (name.clone(), value.clone())));
            Some(fields)
        }
        (of_client, of_room) => of_client.or_else(|| of_room.cloned()),
    };
    //= docs/spec/rooms.md#rooms.entry
    //= docs/spec/rooms.md#rooms.user-agent
    //= docs/spec/messages/setUserCfg.md#set-user-cfg.private
    ClientEntry {
        easyrtcid: client.easyrtcid,
        username: client.username.clone(),
        room_join_time: joined_at,
        presence: client.presence.clone(),
        api_field,
        user_agent: client.device.clone(),
    }
}
