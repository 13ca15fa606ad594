//! I2: views equal rosters.

use std::collections::BTreeMap;
use std::sync::Arc;

use easyrtc_proto::{ApiFields, ClientEntry, EasyrtcId, Fields, RoomName};

use super::{Invariant, Step};
use crate::client::{Occupant, RoomView};
use crate::model::{Client, Model, News};

/// What a client believes of each of its rooms, having folded all it was answered and sent in that
/// order, and what it has yet to be told, is the roster: who is in it, since when, with which
/// presence and fields; and it believes itself in no other room. Left out is what the stock client
/// does not fold: a changed username of somebody it knows, and its own fields and presence. The
/// latter the operator may have set.
#[derive(Debug)]
pub(super) struct ViewsEqualRosters;

impl Invariant for ViewsEqualRosters {
    fn name(&self) -> &'static str {
        "I2, views equal rosters"
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        for (conn, client) in step.model.clients() {
            let Some(view) = step.clients.get(&conn) else {
                return Err(format!("{conn:?} is logged in and not there"));
            };
            if view.easyrtcid != Some(client.easyrtcid) {
                return Err(format!("{conn:?} takes itself for {:?}", view.easyrtcid));
            }
            if !view.rooms.keys().eq(client.rooms.keys()) {
                return Err(format!(
                    "{conn:?} believes itself in {:?}, not in {:?}",
                    view.rooms.keys(),
                    client.rooms.keys()
                ));
            }
            for (name, room) in &view.rooms {
                compare(step.model, client, name, room)
                    .map_err(|what| format!("{conn:?} about the room {name}: {what}"))?;
            }
        }
        Ok(())
    }
}

fn compare(model: &Model, client: &Client, name: &RoomName, view: &RoomView) -> Result<(), String> {
    let roster = model.roster(&client.app, name);
    let view = &told_the_rest(client, name, view, &roster)?;
    if !view.occupants.keys().eq(roster.keys()) {
        return Err(format!("sees {:?}, not {:?}", view.occupants.keys(), roster.keys()));
    }
    for (id, entry) in roster {
        let Some(Occupant { room_join_time, presence, api_field, .. }) = view.occupants.get(&id)
        else {
            continue;
        };
        let of_others = |fields: &Option<ApiFields>| {
            fields.clone().filter(|fields| !fields.0.is_empty() && id != client.easyrtcid)
        };
        if *room_join_time != entry.room_join_time {
            return Err(format!("{id} is in it since {}", entry.room_join_time));
        }
        // The operator may have set one's own, which one is not told.
        if *presence != entry.presence && id != client.easyrtcid {
            return Err(format!("sees {id} as {presence:?}, not as {:?}", entry.presence));
        }
        if of_others(api_field) != of_others(&entry.api_field) {
            return Err(format!("sees {id} with {api_field:?}, not {:?}", entry.api_field));
        }
    }
    let some = |fields: Option<Fields>| fields.filter(|fields| !fields.0.is_empty());
    let fields = some(model.room_fields(&client.app, name));
    if some(view.field.clone()) != fields {
        return Err(format!("sees the fields {:?}, not {fields:?}", view.field));
    }
    Ok(())
}

/// What a client will believe when it was told what is gathered.
fn told_the_rest(
    client: &Client,
    name: &RoomName,
    view: &RoomView,
    roster: &BTreeMap<EasyrtcId, Arc<ClientEntry>>,
) -> Result<RoomView, String> {
    let mut view = view.clone();
    for (id, news) in client.news_of(name) {
        let known = view.occupants.contains_key(&id);
        if known == (news == News::Came) {
            return Err(format!("is to be told {news:?} of {id}, known: {known}"));
        }
        match (news, roster.get(&id)) {
            (News::Left, _) | (_, None) => view.occupants.remove(&id),
            (News::Came | News::Changed, Some(entry)) => {
                let occupant = Occupant {
                    username: entry.username.clone(),
                    room_join_time: entry.room_join_time,
                    presence: entry.presence.clone(),
                    api_field: entry.api_field.clone(),
                };
                view.occupants.insert(id, occupant)
            }
        };
    }
    Ok(view)
}
