//! What each connection hears, from the effects.

use std::collections::BTreeMap;

use easyrtc_proto::{
    ApiFields, ClientEntry, EasyrtcId, RoomData, RoomName, RoomUpdate, ServerMessage,
};
use easyrtc_state::{AckId, ConnId, Effect};

use crate::model::{Heard, Told};

/// The messages in `effects`, one for each receiver, in order, and which of the receiver's messages
/// each answers.
pub(crate) fn messages(effects: &[Effect]) -> Vec<(ConnId, Option<AckId>, &ServerMessage)> {
    let mut messages = Vec::new();
    for effect in effects {
        match effect {
            Effect::Send { to, frame } => {
                messages.extend(to.iter().map(|to| (to.conn, None, frame.message())));
            }
            Effect::Reply { conn, ack, frame } => {
                messages.push((*conn, Some(*ack), frame.message()));
            }
            _ => {}
        }
    }
    messages
}

/// What each connection hears, in order, as the model puts it.
#[must_use]
pub fn heard(effects: &[Effect]) -> BTreeMap<ConnId, Vec<Heard>> {
    let mut heard: BTreeMap<ConnId, Vec<Heard>> = BTreeMap::new();
    let mut hear = |conn, what| heard.entry(conn).or_default().push(what);
    for effect in effects {
        match effect {
            Effect::Send { to, frame } => {
                for to in to.iter() {
                    hear(to.conn, event(to.easyrtcid, frame.message()));
                }
            }
            Effect::Reply { conn, ack, frame } => {
                hear(*conn, Heard::Answer(*ack, without_empty_fields(frame.message())));
            }
            Effect::Close { conn, reason } => hear(*conn, Heard::Closed(*reason)),
            Effect::Pause { conn } => hear(*conn, Heard::Paused),
            Effect::Resume { conn } => hear(*conn, Heard::Resumed),
            Effect::Ask { .. } | Effect::AdminReply { .. } | Effect::Notice(_) => {}
        }
    }
    heard
}

fn event(own: Option<EasyrtcId>, message: &ServerMessage) -> Heard {
    let delta = own.zip(match message {
        ServerMessage::RoomData(data) => about_others(data),
        _ => None,
    });
    match delta {
        Some((to, rooms)) => Heard::Delta { to, rooms },
        None => Heard::Event(own, message.clone()),
    }
}

/// About whom `data` is, if it is about clients and nothing else.
fn about_others(data: &RoomData) -> Option<BTreeMap<RoomName, BTreeMap<EasyrtcId, Told>>> {
    let of_room = |(name, update): (&RoomName, &RoomUpdate)| {
        let delta = update.client_list_delta.as_ref()?;
        let updated = delta.update_client.keys().map(|id| (*id, Told::Update));
        let removed = delta.remove_client.keys().map(|id| (*id, Told::Remove));
        let told: BTreeMap<EasyrtcId, Told> = updated.chain(removed).collect();
        let more = update.client_list.is_some() || update.field.is_some();
        let clear = told.len() == delta.update_client.len() + delta.remove_client.len();
        (clear && !more && !told.is_empty()).then(|| (name.clone(), told))
    };
    data.room_data.iter().map(of_room).collect()
}

/// `message` with `apiField` left out of deltas where it is empty. Whether it has to be there
/// depends on what the receiver knows, which the model doesn't; the receiver's view will show.
fn without_empty_fields(message: &ServerMessage) -> ServerMessage {
    let mut message = message.clone();
    if let ServerMessage::RoomData(data) = &mut message {
        let deltas = data.room_data.values_mut().filter_map(|r| r.client_list_delta.as_mut());
        for entry in deltas.flat_map(|delta| delta.update_client.values_mut()) {
            if entry.api_field == Some(ApiFields::default()) {
                *entry = ClientEntry { api_field: None, ..(**entry).clone() }.into();
            }
        }
    }
    message
}
