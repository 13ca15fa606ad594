//! What the server passes on, as its receivers get it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::name::{EasyrtcId, GroupName, MessageType, RoomName};
use crate::payload::Payload;
use crate::schema::values::Absent;
use crate::schema::{Direction, Document, Scope, described, document};

pub(super) fn documents() -> [Document; 6] {
    let with_data = |name: &'static str, description: &str, data: Value| {
        let examples = vec![signal(name, Some(data))];
        described::<SignalWithData>(name, Direction::Server, description, examples)
    };
    let without_data = |name: &'static str, description: &str| {
        let examples = vec![signal(name, None)];
        described::<SignalWithoutData>(name, Direction::Server, description, examples)
    };
    let sdp = |name: &str| json!({ "type": name, "sdp": "v=0\r\n" });
    [
        with_data("candidate", "An ICE candidate of another client. An event.", candidate()),
        with_data("offer", "Another client offers a peer connection. An event.", sdp("offer")),
        with_data("answer", "Another client accepts a peer connection. An event.", sdp("answer")),
        without_data(
            "reject",
            "Another client does not accept the peer connection it was offered. An event.",
        ),
        without_data(
            "hangup",
            "Another client ends a peer connection, or withdraws its offer. An event.",
        ),
        document::<EasyrtcMsg>("easyrtcMsg", Direction::Server, Scope::Message),
    ]
}

#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct SignalWithData {
    /// What kind of message this is.
    msg_type: String,
    /// The receiver's own easyrtcid.
    easyrtcid: EasyrtcId,
    /// Who sent it.
    sender_easyrtcid: EasyrtcId,
    /// The server's time in ms since the epoch.
    server_time: u64,
    /// What the sender sent, as it was: an object, if it keeps to its schema.
    msg_data: SignalData,
}

/// What WebRTC made, or what clients in the field send in its place.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
enum SignalData {
    /// What WebRTC made.
    Object(#[schemars(extend("minProperties" = 1))] BTreeMap<String, Payload>),
    /// The server cannot tell the two apart, as clients in the field cannot.
    Array(#[schemars(extend("minItems" = 1))] Vec<Payload>),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct SignalWithoutData {
    /// What kind of message this is.
    msg_type: String,
    /// The receiver's own easyrtcid.
    easyrtcid: EasyrtcId,
    /// Who sent it.
    sender_easyrtcid: EasyrtcId,
    /// The server's time in ms since the epoch.
    server_time: u64,
    /// Absent.
    #[schemars(skip_serializing_if = "Option::is_none")]
    msg_data: Option<Absent>,
}

/// A message of the application: of another client, or of the server-side application. An event;
/// also the answer of the server-side application to a message that names no target.
#[derive(JsonSchema)]
#[schemars(rename = "easyrtcMsg", rename_all = "camelCase")]
#[schemars(example = to_a_room(), example = of_the_server())]
struct EasyrtcMsg {
    /// The kind of message: what its sender chose.
    msg_type: MessageType,
    /// The receiver's own easyrtcid: in every event, in no answer.
    #[schemars(skip_serializing_if = "Option::is_none")]
    easyrtcid: Option<EasyrtcId>,
    /// Who sent it; absent if the server-side application did.
    #[schemars(skip_serializing_if = "Option::is_none")]
    sender_easyrtcid: Option<EasyrtcId>,
    /// As the sender named it.
    #[schemars(skip_serializing_if = "Option::is_none")]
    target_easyrtcid: Option<EasyrtcId>,
    /// As the sender named it.
    #[schemars(skip_serializing_if = "Option::is_none")]
    target_group: Option<GroupName>,
    /// As the sender named it.
    #[schemars(skip_serializing_if = "Option::is_none")]
    target_room: Option<RoomName>,
    /// The server's time in ms since the epoch.
    server_time: u64,
    /// What the sender sent, as it was; absent if it was.
    #[schemars(skip_serializing_if = "Option::is_none")]
    msg_data: Option<Payload>,
}

fn candidate() -> Value {
    json!({
        "type": "candidate",
        "label": 0,
        "id": "0",
        "candidate": "candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host"
    })
}

fn signal(msg_type: &str, data: Option<Value>) -> Value {
    let mut message = json!({
        "msgType": msg_type,
        "easyrtcid": "Zk3Qw8rTb1Xc5VnM",
        "senderEasyrtcid": "aB4dE6gH8jK0mN2p",
        "serverTime": 1_764_500_000_000_u64,
    });
    if let (Some(data), Some(message)) = (data, message.as_object_mut()) {
        message.insert("msgData".to_owned(), data);
    }
    message
}

fn to_a_room() -> Value {
    json!({
        "msgType": "chat",
        "easyrtcid": "Zk3Qw8rTb1Xc5VnM",
        "senderEasyrtcid": "aB4dE6gH8jK0mN2p",
        "targetRoom": "kitchen",
        "serverTime": 1_764_500_000_000_u64,
        "msgData": { "text": "hello" }
    })
}

fn of_the_server() -> Value {
    json!({
        "msgType": "announcement",
        "easyrtcid": "Zk3Qw8rTb1Xc5VnM",
        "serverTime": 1_764_500_000_000_u64,
        "msgData": "The lecture begins."
    })
}
