//! `setRoomApiField` as clients send it.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::fields::ApiFields;
use crate::limits::DecodeLimits;
use crate::name::RoomName;

/// Replaces the client's own fields in one room. Answered with `roomData` of this room, or
/// `error`. The others in it get a `roomData` event.
#[derive(JsonSchema)]
#[schemars(rename = "setRoomApiField", rename_all = "camelCase")]
#[schemars(example = example(), example = cleared())]
pub(super) struct SetRoomApiField {
    /// What kind of message this is.
    #[schemars(extend("const" = "setRoomApiField", "x-error" = "MSG_REJECT_BAD_TYPE"))]
    msg_type: String,
    /// Holds `setRoomApiField`.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_DATA"))]
    msg_data: SetRoomApiFieldData,
}

/// `msgData` of `setRoomApiField`.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct SetRoomApiFieldData {
    /// The room and the fields.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    set_room_api_field: RoomApiField,
}

/// The client's fields in one room.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct RoomApiField {
    /// The room; the client has to be in it.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_ROOM"))]
    room_name: RoomName,
    /// All the client's fields in this room; none if absent. A field whose value is `""` is
    /// removed. An entry that does not fit is refused with `MSG_REJECT_BAD_FIELD`.
    #[schemars(extend(
        "x-maxUnits" = DecodeLimits::default().room_api_field_units - 1,
        "x-error" = "MSG_REJECT_BAD_STRUCTURE"
    ))]
    field: Option<ApiFields>,
}

fn example() -> Value {
    json!({
        "msgType": "setRoomApiField",
        "msgData": {
            "setRoomApiField": {
                "roomName": "kitchen",
                "field": { "hand": { "fieldName": "hand", "fieldValue": "up" } }
            }
        }
    })
}

fn cleared() -> Value {
    json!({
        "msgType": "setRoomApiField",
        "msgData": { "setRoomApiField": { "roomName": "kitchen" } }
    })
}
