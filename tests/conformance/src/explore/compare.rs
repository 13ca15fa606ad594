//! What was predicted and what came, side by side.

use std::collections::BTreeMap;

use easyrtc_proto::{EasyrtcId, ServerMessage};
use easyrtc_state::ConnId;
use easyrtc_test_kit::model::{Heard, Model, Told};
use serde_json::{Map, Value, json};

use crate::message::Message;
use crate::view::View;

/// A difference, and what tells it from others.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub(super) kind: &'static str,
    pub(super) text: String,
}

impl Difference {
    pub(super) fn new(kind: &'static str, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// A message as the model has it, as JSON.
pub(super) fn written(message: &ServerMessage, to: Option<&EasyrtcId>) -> Value {
    let mut text = Vec::new();
    message.encode(0).write(to, &mut text);
    serde_json::from_slice(&text).unwrap_or_default()
}

/// A message without what nobody can predict, and, if lenient, without what servers differ in.
pub(super) fn plain(value: &Value, lenient: bool) -> Value {
    let mut value = value.clone();
    strip(&mut value);
    if let Some(map) = value.as_object_mut() {
        map.remove("serverTime");
    }
    if value["msgType"] == "token"
        && let Some(data) = value["msgData"].as_object_mut()
    {
        data.remove("serverTime");
        data.remove("protocol");
        if lenient {
            data.remove("stillAliveInterval");
            data.remove("iceConfig");
        }
    }
    if lenient && value["msgType"] == "iceConfig" {
        return json!({"msgType": "iceConfig"});
    }
    value
}

/// Takes out times, and `apiField` maps that are empty, wherever they stand in rosters.
fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("roomJoinTime");
            if map.get("apiField").is_some_and(|field| *field == json!({})) {
                map.remove("apiField");
            }
            map.values_mut().for_each(strip);
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

/// The answer is what the model says.
pub(super) fn answers(due: &Value, came: &Value, lenient: bool) -> Result<(), Difference> {
    let (due, came) = (plain(due, lenient), plain(came, lenient));
    if due == came {
        return Ok(());
    }
    let kind = if due["msgType"] == came["msgType"] { "another answer" } else { "the answer" };
    Err(Difference::new(kind, format!("the answer is {came}, not {due}")))
}

/// The events of one client are what the model says, in that order. If lenient, rosters are told in
/// any way that comes to the same, which [`views`] looks at.
pub(super) fn events(
    who: usize,
    due: &[Heard],
    came: &[Message],
    lenient: bool,
) -> Result<(), Difference> {
    let of_rooms = |value: &Value| value["msgType"] == "roomData";
    let came: Vec<Value> = came
        .iter()
        .map(|message| plain(&message.value, lenient))
        .filter(|value| !(lenient && of_rooms(value)))
        .collect();
    let mut due_events = Vec::new();
    for heard in due {
        match heard {
            Heard::Event(to, message) => {
                due_events.push(plain(&written(message, to.as_ref()), lenient));
            }
            Heard::Delta { to, rooms } => {
                let removed = |(id, told): (&EasyrtcId, &Told)| {
                    (id.to_string(), json!(*told == Told::Remove))
                };
                let told = |told: &BTreeMap<_, _>| told.iter().map(removed).collect::<Map<_, _>>();
                let rooms =
                    rooms.iter().map(|(room, by_id)| (room.to_string(), told(by_id).into()));
                due_events.push(json!({"delta": [to.as_str(), rooms.collect::<Map<_, _>>()]}));
            }
            Heard::Answer(..) | Heard::Closed(_) | Heard::Paused | Heard::Resumed => {}
        }
    }
    if lenient {
        due_events.retain(|value| !of_rooms(value) && value.get("delta").is_none());
    }
    let came: Vec<Value> = if lenient { came } else { came.iter().map(as_delta).collect() };
    if due_events == came {
        return Ok(());
    }
    let kind = if came.len() > due_events.len() { "more events" } else { "other events" };
    let (came, due) = (json!(came), json!(due_events));
    Err(Difference::new(kind, format!("client {who} hears {came}, not {due}")))
}

/// An event that tells of clients in some rooms and of nothing else, as the model puts it.
fn as_delta(event: &Value) -> Value {
    let mut rooms = Map::new();
    for (name, room) in event["msgData"]["roomData"].as_object().into_iter().flatten() {
        let mut told = Map::new();
        for (map, removed) in [("updateClient", false), ("removeClient", true)] {
            for (id, _) in room["clientListDelta"][map].as_object().into_iter().flatten() {
                if told.insert(id.clone(), json!(removed)).is_some() {
                    return event.clone();
                }
            }
        }
        if told.is_empty() {
            return event.clone();
        }
        rooms.insert(name.clone(), told.into());
    }
    if rooms.is_empty() { event.clone() } else { json!({"delta": [event["easyrtcid"], rooms]}) }
}

/// What a client believes of its rooms is what the model knows.
pub(super) fn views(
    who: usize,
    conn: ConnId,
    view: &View,
    model: &Model,
) -> Result<(), Difference> {
    let Some(client) = model.client(conn) else { return Ok(()) };
    let mut due: BTreeMap<String, Value> = BTreeMap::new();
    for room in client.rooms.keys() {
        let roster = model.roster(&client.app, room);
        let entries = roster
            .iter()
            .map(|(id, entry)| (id.to_string(), serde_json::to_value(entry).unwrap_or_default()));
        due.insert(room.to_string(), plain(&Value::Object(entries.collect()), true));
    }
    let believed: BTreeMap<String, Value> =
        view.0.iter().map(|(room, members)| (room.clone(), plain(&json!(members), true))).collect();
    let mut believed = believed;
    // Its own fields it knows from elsewhere: setUserCfg is only acked.
    for members in believed.values_mut().chain(due.values_mut()) {
        if let Some(own) = members.get_mut(client.easyrtcid.as_str()).and_then(Value::as_object_mut)
        {
            own.remove("apiField");
        }
    }
    if believed == due {
        return Ok(());
    }
    let same_members = believed.keys().eq(due.keys())
        && believed.iter().all(|(room, members)| {
            let keys = |value: &Value| value.as_object().map(|map| map.keys().cloned().collect());
            let (one, other): (Option<Vec<String>>, _) = (keys(members), keys(&due[room]));
            one == other
        });
    let kind = if same_members { "a member looks different" } else { "other members" };
    let text = format!("client {who} takes its rooms for {}, not {}", json!(believed), json!(due));
    Err(Difference::new(kind, text))
}
