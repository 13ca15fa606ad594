//! `roomJoin` as clients send it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::limits::DecodeLimits;
use crate::name::RoomName;
use crate::payload::Payload;

/// Enters rooms: all that are named, or none. Answered with `roomData` of these rooms, or `error`.
/// The others in them get a `roomData` event.
#[derive(JsonSchema)]
#[schemars(rename = "roomJoin", rename_all = "camelCase", example = example())]
pub(super) struct RoomJoin {
    /// What kind of message this is.
    #[schemars(extend("const" = "roomJoin", "x-error" = "MSG_REJECT_BAD_TYPE"))]
    msg_type: String,
    /// Holds `roomJoin`.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_DATA"))]
    msg_data: RoomJoinData,
}

/// `msgData` of `roomJoin`.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct RoomJoinData {
    /// The rooms to enter, by name.
    #[schemars(extend("minProperties" = 1, "x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    room_join: BTreeMap<RoomName, RoomToJoin>,
}

/// A room to join.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct RoomToJoin {
    /// The room; the same as the key.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    room_name: RoomName,
    /// For whoever decides who may enter; has a meaning only if it is an object.
    #[schemars(extend("x-maxBytes" = DecodeLimits::default().room_parameter))]
    room_parameter: Option<Payload>,
}

fn example() -> Value {
    json!({
        "msgType": "roomJoin",
        "msgData": {
            "roomJoin": { "kitchen": { "roomName": "kitchen", "roomParameter": { "seat": 4 } } }
        }
    })
}
