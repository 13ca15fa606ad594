//! The frames of the plain WebSocket.

use schemars::json_schema;
use serde_json::{Value, json};

use super::{Direction, Document, Scope, finish};

const ID_MAX: u64 = (1 << 53) - 1;
const TIME: u64 = 1_784_000_000_000;

pub(super) fn documents() -> [Document; 2] {
    [
        frame(
            "client-frame",
            Direction::Client,
            "A frame of a client on the plain WebSocket: an event, or on a connection with \
                `resume=1` the first frame, or what was received so far.",
            &json!([event_of_client(), resume(), received()]),
            &client_examples(),
        ),
        frame(
            "server-frame",
            Direction::Server,
            "A frame of the server on the plain WebSocket: the welcome, an event, an answer, an \
                error about a frame, or what was received so far.",
            &json!([
                welcome(),
                event_of_server("easyrtcCmd"),
                event_of_server("easyrtcMsg"),
                answer(),
                error(),
                received()
            ]),
            &server_examples(),
        ),
    ]
}

fn frame(
    name: &'static str,
    direction: Direction,
    description: &str,
    forms: &Value,
    examples: &Value,
) -> Document {
    let schema = json_schema!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "description": description,
        "type": "object",
        "oneOf": forms,
        "examples": examples,
    });
    finish(name, direction, Scope::Frame, schema)
}

fn id(description: &str) -> Value {
    json!({ "description": description, "type": "integer", "minimum": 0, "maximum": ID_MAX })
}

fn event_of_client() -> Value {
    let of = |event: &str| {
        json!({
            "properties": {
                "event": { "type": "string", "const": event },
                "message": { "$ref": format!("../client/{event}.json") },
            },
            "required": ["event", "message"],
        })
    };
    json!({
        "title": "event",
        "description": "A message for the server. Without `id` it has no effect.",
        "type": "object",
        "properties": { "id": id("Chosen by the client; the answer repeats it.") },
        "oneOf": [of("easyrtcAuth"), of("easyrtcCmd"), of("easyrtcMsg")],
        "required": ["event", "message"],
    })
}

fn received() -> Value {
    json!({
        "title": "received",
        "description": "How many frames with `event` or `ack` came so far.",
        "type": "object",
        "properties": { "received": id("The count; the other side lets go of these frames.") },
        "required": ["received"],
        "not": { "anyOf": [{ "required": ["event"] }, { "required": ["ack"] }] },
    })
}

fn resume() -> Value {
    json!({
        "title": "resume",
        "description": "Goes on with the session of a cut line, or begins one.",
        "type": "object",
        "properties": {
            "resume": {
                "description": "Which session.",
                "type": "object",
                "properties": {
                    "token": {
                        "description": "What the last welcome gave; absent or `null` to begin.",
                        "type": ["string", "null"],
                    },
                    "received": id("How many frames with `event` or `ack` came so far."),
                },
            },
        },
        "required": ["resume"],
        "not": { "anyOf": [{ "required": ["event"] }, { "required": ["received"] }] },
    })
}

fn event_of_server(event: &str) -> Value {
    json!({
        "title": event,
        "description": "An event; wants no answer.",
        "type": "object",
        "properties": {
            "event": { "type": "string", "const": event },
            "message": { "$ref": format!("../server/{event}.json") },
        },
        "required": ["event", "message"],
    })
}

fn answer() -> Value {
    json!({
        "title": "answer",
        "description": "The answer to a frame of the client.",
        "type": "object",
        "properties": {
            "ack": id("The `id` of the frame."),
            "message": { "$ref": "../server/reply.json" },
        },
        "required": ["ack", "message"],
    })
}

fn error() -> Value {
    json!({
        "title": "error",
        "description": "The last frame was none; a close follows.",
        "type": "object",
        "properties": {
            "event": { "type": "string", "const": "error" },
            "message": { "$ref": "../server/error.json" },
        },
        "required": ["event", "message"],
    })
}

fn welcome() -> Value {
    let time =
        |description: &str| json!({ "description": description, "type": "integer", "minimum": 0 });
    json!({
        "title": "welcome",
        "description": "The first frame of the server.",
        "type": "object",
        "properties": {
            "event": { "type": "string", "const": "welcome" },
            "message": {
                "type": "object",
                "properties": {
                    "msgType": { "type": "string", "const": "welcome" },
                    "serverTime": time("The server's time in ms since the epoch."),
                    "protocol": { "$ref": "../server/token.json#/$defs/Protocol" },
                    "pingInterval": time("From a pong to the next ping of the server, in ms."),
                    "pingTimeout": time("From a ping until the line counts as cut, in ms."),
                    "maxMessage": time("Bytes of a message of the client at most."),
                    "resumed": {
                        "description": "Whether the session of the cut line goes on.",
                        "type": "boolean",
                    },
                    "received": id("With `resumed`: how many frames of the client came so far."),
                    "session": {
                        "description": "With `resume=1`: how to resume after a cut.",
                        "type": "object",
                        "properties": {
                            "token": { "description": "For `resume`; a secret.", "type": "string" },
                            "keepTime": time("How long the session is kept after a cut, in ms."),
                            "keepBytes": time("How many bytes are kept to be sent again."),
                        },
                        "required": ["token", "keepTime", "keepBytes"],
                    },
                },
                "required": [
                    "msgType", "serverTime", "protocol", "pingInterval", "pingTimeout",
                    "maxMessage", "resumed",
                ],
            },
        },
        "required": ["event", "message"],
    })
}

fn client_examples() -> Value {
    json!([
        { "event": "easyrtcCmd", "id": 7, "message": { "msgType": "getRoomList" } },
        { "resume": { "token": "1WZ0Vh6yLhzhXoxnRt2mnJcA", "received": 12 } },
        { "received": 12 },
    ])
}

fn server_examples() -> Value {
    let protocol = json!({ "revision": crate::PROTOCOL_REVISION, "capabilities": ["resume"] });
    json!([
        {
            "event": "welcome",
            "message": {
                "msgType": "welcome",
                "serverTime": TIME,
                "protocol": protocol,
                "pingInterval": 25_000,
                "pingTimeout": 20_000,
                "maxMessage": 1_000_000,
                "resumed": false,
                "session": {
                    "token": "Gq1tRVOcH3E1Gx9PYjE6cWGx",
                    "keepTime": 30_000,
                    "keepBytes": 1_048_576
                },
            },
        },
        { "ack": 7, "message": { "msgType": "ack" } },
        {
            "event": "easyrtcMsg",
            "message": {
                "msgType": "chat",
                "easyrtcid": "Zk3Qw8rTb1Xc5VnM",
                "senderEasyrtcid": "aB4dE6gH8jK0mN2p",
                "targetRoom": "kitchen",
                "serverTime": TIME,
                "msgData": { "text": "hello" },
            },
        },
        {
            "event": "error",
            "message": {
                "msgType": "error",
                "serverTime": TIME,
                "msgData": {
                    "errorCode": "MSG_REJECT_BAD_STRUCTURE",
                    "errorText": "The id is no integer from 0 to 9007199254740991.",
                },
            },
        },
        { "received": 12 },
    ])
}
