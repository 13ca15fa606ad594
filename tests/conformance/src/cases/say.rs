//! Messages as clients write them, and parts of answers.

use serde_json::{Value, json};

use crate::case::{Outcome, fail};
use crate::client::Client;
use crate::world::named;

pub(super) fn room_join(rooms: &[&str]) -> Value {
    json!({"msgType": "roomJoin", "msgData": {"roomJoin": named(rooms)}})
}

pub(super) fn room_leave(rooms: &[&str]) -> Value {
    json!({"msgType": "roomLeave", "msgData": {"roomLeave": named(rooms)}})
}

pub(super) fn presence(presence: &Value) -> Value {
    json!({"msgType": "setPresence", "msgData": {"setPresence": presence}})
}

pub(super) fn user_cfg(user_cfg: &Value) -> Value {
    json!({"msgType": "setUserCfg", "msgData": {"setUserCfg": user_cfg}})
}

pub(super) fn room_api_field(room: &str, field: &Value) -> Value {
    let set = json!({"roomName": room, "field": field});
    json!({"msgType": "setRoomApiField", "msgData": {"setRoomApiField": set}})
}

/// A field as clients set it.
pub(super) fn field(name: &str, value: &Value) -> Value {
    json!({name: {"fieldName": name, "fieldValue": value}})
}

pub(super) fn offer(to: &str) -> Value {
    let data = json!({"type": "offer", "sdp": "v=0\r\n"});
    json!({"msgType": "offer", "targetEasyrtcid": to, "msgData": data})
}

/// The entries in `updateClient` of one room.
pub(super) fn updated<'a>(message: &'a Value, room: &str) -> &'a Value {
    &message["msgData"]["roomData"][room]["clientListDelta"]["updateClient"]
}

/// The rooms there are, with the number of their members.
pub(super) async fn room_list(client: &mut Client) -> Outcome<Value> {
    let answer = client.cmd(&json!({"msgType": "getRoomList"})).await?;
    let Some(rooms) = answer.value["msgData"]["roomList"].as_object() else {
        return fail(format!("no room list: {}", answer.value));
    };
    let counts = rooms.iter().map(|(name, room)| (name.clone(), room["numberClients"].clone()));
    Ok(Value::Object(counts.collect()))
}
