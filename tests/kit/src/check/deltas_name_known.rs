//! I3: deltas name known members.

use easyrtc_proto::{
    ApiFields, ClientEntry, EasyrtcId, RoomName, RoomStatus, RoomUpdate, ServerMessage,
};
use easyrtc_state::Input;

use super::{Delivery, Invariant};

/// A delta is about a room its receiver is in. It names no unknown member, except one it introduces
/// in full; `removeClient` names only known ones; an emitted delta never names its receiver
/// (answers do).
#[derive(Debug)]
pub(super) struct DeltasNameKnown;

impl Invariant for DeltasNameKnown {
    fn name(&self) -> &'static str {
        "I3, deltas name known members"
    }

    fn delivered(&mut self, delivery: &Delivery<'_>) -> Result<(), String> {
        let ServerMessage::RoomData(data) = delivery.message else { return Ok(()) };
        for (name, update) in &data.room_data {
            check(delivery, name, update)
                .map_err(|what| format!("{:?} about the room {name}: {what}", delivery.conn))?;
        }
        Ok(())
    }
}

fn check(delivery: &Delivery<'_>, name: &RoomName, update: &RoomUpdate) -> Result<(), String> {
    if update.room_name != *name {
        return Err(format!("it is called {}", update.room_name));
    }
    let room = delivery.receiver.rooms.get(name);
    // The operator may put a client into a room.
    let joins = update.room_status == RoomStatus::Join;
    if !delivery.answer && room.is_none() && !joins {
        return Err("told about a room it is not in".to_owned());
    }
    let Some(delta) = &update.client_list_delta else { return Ok(()) };
    let known = |id: &EasyrtcId| room.is_some_and(|room| room.occupants.contains_key(id));
    let own = delivery.receiver.easyrtcid;
    let mut named = delta.update_client.keys().chain(delta.remove_client.keys());
    if !delivery.answer && named.any(|id| Some(*id) == own) {
        return Err("told about itself".to_owned());
    }
    if let Some(id) = delta.remove_client.keys().find(|id| !known(id)) {
        return Err(format!("told that {id} left, whom it does not know"));
    }
    if let Some(id) = delta.remove_client.keys().find(|id| delta.update_client.contains_key(id)) {
        return Err(format!("told that {id} is there and that it left"));
    }
    for (id, entry) in &delta.update_client {
        if entry.easyrtcid != *id {
            return Err(format!("{id} is called {}", entry.easyrtcid));
        }
        is_full(delivery, name, entry)?;
    }
    Ok(())
}

/// Entries are always full (decision D9). What they were in the midst of several messages at once
/// is not known.
fn is_full(delivery: &Delivery<'_>, name: &RoomName, entry: &ClientEntry) -> Result<(), String> {
    let Some(receiver) = delivery.model.client(delivery.conn) else { return Ok(()) };
    if !matches!(delivery.input, Input::Message { .. }) {
        return Ok(());
    }
    let roster = delivery.model.roster(&receiver.app, name);
    let Some(full) = roster.get(&entry.easyrtcid) else {
        return Err(format!("introduced to {}, who is not there", entry.easyrtcid));
    };
    let api_field = entry.api_field.clone().filter(|fields| *fields != ApiFields::default());
    let entry = ClientEntry { api_field, ..entry.clone() };
    if entry == **full { Ok(()) } else { Err(format!("told {entry:?}, not {full:?}")) }
}
