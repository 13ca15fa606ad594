//! Telling those in a room who came, changed or left: deltas.
//!
//! A change that touches several rooms is one message per receiver, naming exactly the rooms it
//! shares with the client concerned; receivers that share the same rooms share one frame.

pub(crate) mod gather;

use std::collections::BTreeMap;
use std::sync::Arc;

use easyrtc_proto::{
    ApiFields, AppName, ClientEntry, ClientListDelta, EasyrtcId, RemovedClient, RoomData, RoomName,
    RoomStatus, RoomUpdate, ServerMessage,
};

use crate::effect::{Effect, Frame, Recipient, Recipients};
use crate::input::ConnId;
use crate::planted::planted;
use crate::room::Room;
use crate::state::{Ctx, State};

/// What there is to tell about a client in one room.
#[derive(Clone, Debug, Hash)]
pub(crate) enum Change {
    /// It came: how it is seen.
    Arrive(Arc<ClientEntry>),
    /// It changed: how it is seen now.
    Update(Arc<ClientEntry>),
    /// It left.
    Remove,
}

impl Change {
    /// An update; of a client that has just lost its last field it says so, because those present
    /// keep what they know of fields that are not mentioned (decision D8).
    pub(crate) fn update(entry: Arc<ClientEntry>, had_fields: bool) -> Self {
        //= docs/spec/fields.md#fields.api-cleared
        if had_fields && entry.api_field.is_none() {
            let cleared = Some(ApiFields::default());
            return Self::Update(Arc::new(ClientEntry { api_field: cleared, ..(*entry).clone() }));
        }
        Self::Update(entry)
    }

    /// Adds it to what is told of a room.
    pub(crate) fn add_to(&self, delta: &mut ClientListDelta, easyrtcid: EasyrtcId) {
        match self {
            Self::Arrive(entry) | Self::Update(entry) => {
                delta.update_client.insert(easyrtcid, Arc::clone(entry));
            }
            Self::Remove => {
                delta.remove_client.insert(easyrtcid, RemovedClient { easyrtcid });
            }
        }
    }

    fn in_room(&self, easyrtcid: EasyrtcId, room: &RoomName) -> RoomUpdate {
        let mut delta = ClientListDelta::default();
        self.add_to(&mut delta, easyrtcid);
        update_of(room, delta)
    }
}

fn update_of(room: &RoomName, delta: ClientListDelta) -> RoomUpdate {
    let update = RoomUpdate::new(room.clone(), RoomStatus::Update);
    RoomUpdate { client_list_delta: Some(delta), ..update }
}

/// What there is to tell about one client, room by room.
pub(crate) type Changes = BTreeMap<RoomName, Change>;

/// `roomData` with `changes`, as the client concerned is answered.
pub(crate) fn room_data(easyrtcid: EasyrtcId, changes: &Changes) -> RoomData {
    let rooms = changes.iter();
    RoomData {
        room_data: rooms
            .map(|(name, change)| (name.clone(), change.in_room(easyrtcid, name)))
            .collect(),
    }
}

/// Tells everybody who shares one of the rooms but the client itself: at once, or where a room
/// gathers its changes with those.
//= docs/spec/rooms.md#rooms.delta-known
//= docs/spec/rooms.md#rooms.delta-complete
pub(crate) fn announce(
    state: &mut State,
    app: &AppName,
    conn: ConnId,
    easyrtcid: EasyrtcId,
    changes: &Changes,
    ctx: &mut Ctx<'_>,
) {
    let gathers = |name: &RoomName| state.room(app, name).is_some_and(Room::gathers);
    if !changes.keys().any(gathers) {
        return tell(state, app, conn, easyrtcid, changes, ctx);
    }
    let (later, now): (Vec<_>, Vec<_>) = changes.iter().partition(|(name, _)| gathers(name));
    if !now.is_empty() {
        let now = now.into_iter().map(|(name, change)| (name.clone(), change.clone())).collect();
        tell(state, app, conn, easyrtcid, &now, ctx);
    }
    for (name, change) in later {
        gather::add(state, app, name, easyrtcid, change.clone(), ctx);
    }
}

fn tell(
    state: &mut State,
    app: &AppName,
    conn: ConnId,
    easyrtcid: EasyrtcId,
    changes: &Changes,
    ctx: &mut Ctx<'_>,
) {
    for name in changes.keys() {
        gather::begin(state, app, name, ctx);
    }
    let unix_ms = ctx.now.unix_ms;
    let mut send = |to: Recipients, rooms: &[&RoomName]| {
        if to.iter().next().is_none() {
            return;
        }
        let named = rooms.iter().filter_map(|&name| Some((name, changes.get(name)?)));
        let room_data =
            named.map(|(name, change)| (name.clone(), change.in_room(easyrtcid, name))).collect();
        let message = ServerMessage::RoomData(RoomData { room_data });
        ctx.out.push(Effect::Send { to, frame: Frame::new(message, unix_ms) });
    };
    let mut names = changes.keys();
    if let (Some(name), None) = (names.next(), names.next()) {
        if let Some(room) = state.room_mut(app, name) {
            //= docs/spec/rooms.md#rooms.delta-not-self
            let except = Some(conn).filter(|_| !planted!(DeltaToOneself));
            send(Recipients::Many { list: room.recipients(), except }, &[name]);
        }
        return;
    }
    for (rooms, list) in by_shared_rooms(state, app, conn, changes) {
        send(Recipients::Many { list: list.into(), except: None }, &rooms);
    }
}

/// The receivers by the rooms they share with `conn`.
fn by_shared_rooms<'a>(
    state: &mut State,
    app: &AppName,
    conn: ConnId,
    changes: &'a Changes,
) -> BTreeMap<Vec<&'a RoomName>, Vec<Recipient>> {
    let mut shared: BTreeMap<ConnId, (Recipient, Vec<&RoomName>)> = BTreeMap::new();
    for name in changes.keys() {
        let Some(room) = state.room_mut(app, name) else { continue };
        //= docs/spec/rooms.md#rooms.delta-not-self
        for recipient in room.recipients().iter().filter(|recipient| recipient.conn != conn) {
            let rooms = shared.entry(recipient.conn).or_insert_with(|| (*recipient, Vec::new()));
            rooms.1.push(name);
        }
    }
    let mut groups: BTreeMap<Vec<&RoomName>, Vec<Recipient>> = BTreeMap::new();
    for (recipient, rooms) in shared.into_values() {
        groups.entry(rooms).or_default().push(recipient);
    }
    groups
}
