//! `easyrtcMsg` as clients send it.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::name::{EasyrtcId, GroupName, MessageType, RoomName};
use crate::payload::Payload;

/// A message of the application, for whoever all its targets name. Without any target it is for
/// the server-side application. Answered with `ack`, with what the application answers, or `error`.
#[derive(JsonSchema)]
#[schemars(rename = "easyrtcMsg", rename_all = "camelCase")]
#[schemars(example = to_a_room(), example = to_a_client(), example = to_the_server())]
pub(super) struct EasyrtcMsg {
    /// The kind of message: any string, for the application to choose.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_TYPE"))]
    msg_type: MessageType,
    /// Only this client.
    #[schemars(extend("x-error" = "MSG_REJECT_TARGET_EASYRTCID"))]
    target_easyrtcid: Option<EasyrtcId>,
    /// Only clients in this group.
    #[schemars(extend("x-error" = "MSG_REJECT_TARGET_GROUP"))]
    target_group: Option<GroupName>,
    /// Only clients in this room, which the sender has to be in too.
    #[schemars(extend("x-error" = "MSG_REJECT_TARGET_ROOM"))]
    target_room: Option<RoomName>,
    /// Any JSON, passed on as it is. May hold binary values.
    msg_data: Option<Payload>,
}

fn to_a_room() -> Value {
    json!({ "msgType": "chat", "targetRoom": "kitchen", "msgData": { "text": "hello" } })
}

fn to_a_client() -> Value {
    json!({ "msgType": "poke", "targetEasyrtcid": "Zk3Qw8rTb1Xc5VnM" })
}

fn to_the_server() -> Value {
    json!({ "msgType": "weather", "msgData": "Oslo" })
}
