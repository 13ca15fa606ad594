//! `candidate`, `offer`, `answer`, `reject` and `hangup` as clients send them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::name::EasyrtcId;
use crate::payload::Payload;
use crate::schema::values::Absent;
use crate::schema::{Direction, Document, described};

pub(super) fn documents() -> [Document; 5] {
    let with_data = |name: &'static str, description: &str, example: Value| {
        answered(described::<SignalWithData>(name, Direction::Client, description, vec![example]))
    };
    let without_data = |name: &'static str, description: &str| {
        let example = json!({ "msgType": name, "targetEasyrtcid": "Zk3Qw8rTb1Xc5VnM" });
        let examples = vec![example];
        answered(described::<SignalWithoutData>(name, Direction::Client, description, examples))
    };
    [
        with_data(
            "candidate",
            "An ICE candidate for another client. Answered with `ack` or `error`.",
            candidate(),
        ),
        with_data(
            "offer",
            "Offers a peer connection to another client. Answered with `ack` or `error`.",
            description("offer"),
        ),
        with_data(
            "answer",
            "Accepts the peer connection that another client offered. Answered with `ack` or \
                `error`.",
            description("answer"),
        ),
        without_data(
            "reject",
            "Does not accept the peer connection that another client offered. Answered with \
                `ack` or `error`.",
        ),
        without_data(
            "hangup",
            "Ends a peer connection, or withdraws an offer. Answered with `ack` or `error`.",
        ),
    ]
}

fn answered(document: Document) -> Document {
    Document { answers: &["ack", "error"], ..document }
}

#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct SignalWithData {
    /// What kind of message this is.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_TYPE"))]
    msg_type: String,
    /// Who is to get it: a client of the same application.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    target_easyrtcid: EasyrtcId,
    /// What WebRTC made, passed on as it is. May hold binary values.
    #[schemars(extend("minProperties" = 1, "x-error" = "MSG_REJECT_BAD_DATA"))]
    msg_data: BTreeMap<String, Payload>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct SignalWithoutData {
    /// What kind of message this is.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_TYPE"))]
    msg_type: String,
    /// Who is to get it: a client of the same application.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    target_easyrtcid: EasyrtcId,
    /// Has to be absent.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_DATA"))]
    msg_data: Option<Absent>,
}

fn description(msg_type: &str) -> Value {
    json!({
        "msgType": msg_type,
        "targetEasyrtcid": "Zk3Qw8rTb1Xc5VnM",
        "msgData": { "type": msg_type, "sdp": "v=0\r\n" }
    })
}

fn candidate() -> Value {
    json!({
        "msgType": "candidate",
        "targetEasyrtcid": "Zk3Qw8rTb1Xc5VnM",
        "msgData": {
            "type": "candidate",
            "label": 0,
            "id": "0",
            "candidate": "candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host"
        }
    })
}
