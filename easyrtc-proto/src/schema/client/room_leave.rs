//! `roomLeave` as clients send it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::name::RoomName;

/// Leaves rooms. One that the client is not in does no harm. Answered with `roomData` of these
/// rooms, or `error`. The others in them get a `roomData` event.
#[derive(JsonSchema)]
#[schemars(rename = "roomLeave", rename_all = "camelCase", example = example())]
pub(super) struct RoomLeave {
    /// What kind of message this is.
    #[schemars(extend("const" = "roomLeave", "x-error" = "MSG_REJECT_BAD_TYPE"))]
    msg_type: String,
    /// Holds `roomLeave`.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_DATA"))]
    msg_data: RoomLeaveData,
}

/// `msgData` of `roomLeave`.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct RoomLeaveData {
    /// The rooms to leave, by name; may be empty.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    room_leave: BTreeMap<RoomName, RoomToLeave>,
}

/// A room to leave.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct RoomToLeave {
    /// The room; the same as the key.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    room_name: RoomName,
}

fn example() -> Value {
    json!({
        "msgType": "roomLeave",
        "msgData": { "roomLeave": { "kitchen": { "roomName": "kitchen" } } }
    })
}
