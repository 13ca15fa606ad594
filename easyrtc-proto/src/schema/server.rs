//! The messages of the server: an envelope around the bodies that are serialised.

#![expect(dead_code, reason = "the types of these files are only described, never made")]

mod examples;
mod relayed;

use schemars::{JsonSchema, json_schema};
use serde_json::{Value, json};

use super::{Direction, Document, Scope};
use crate::name::EasyrtcId;
use crate::server::{
    ErrorMessage, ForwardToUrl, IceConfig, RoomData, RoomList, SessionData, Token,
};

pub(super) fn documents() -> Vec<Document> {
    let mut documents = vec![
        ack(),
        message::<ErrorMessage>(
            "error",
            "A message or a login was refused, or the server is about to end the connection. An answer, or an event.",
            examples::error(),
        ),
        message::<Token>(
            "token",
            "The login succeeded: who and where the client is. The answer to `authenticate`.",
            examples::token(),
        ),
        message::<RoomData>(
            "roomData",
            "What changed in the client's rooms. The answer to `roomJoin`, `roomLeave`, `setPresence` and `setRoomApiField`, and an event when others change something.",
            examples::room_data(),
        ),
        message::<RoomList>(
            "roomList",
            "The rooms of the application. The answer to `getRoomList`.",
            examples::room_list(),
        ),
        message::<IceConfigData>(
            "iceConfig",
            "The STUN and TURN servers to use from now on. The answer to `getIceConfig`, and an event when the operator changes them.",
            examples::ice_config(),
        ),
        message::<SessionDataData>(
            "sessionData",
            "The shared fields of the client's session changed. An event.",
            examples::session_data(),
        ),
        message::<ForwardToUrlData>(
            "forwardToUrl",
            "The client is to open another page. An event.",
            examples::forward_to_url(),
        ),
    ];
    documents.extend(relayed::documents());
    documents
}

/// `msgData` of `iceConfig`.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct IceConfigData {
    /// The configuration.
    ice_config: IceConfig,
}

/// `msgData` of `sessionData`.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct SessionDataData {
    /// The session.
    session_data: SessionData,
}

/// `msgData` of `forwardToUrl`.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct ForwardToUrlData {
    /// Where to go.
    forward_to_url: ForwardToUrl,
    /// The same as inside, for stock clients.
    #[schemars(skip_serializing_if = "Option::is_none")]
    new_window: Option<bool>,
}

/// What every message of the server but `ack` has around its `msgData`.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct Envelope<D> {
    /// What kind of message this is.
    msg_type: String,
    /// The receiver's own easyrtcid: in every event after the login, in no answer.
    #[schemars(skip_serializing_if = "Option::is_none")]
    easyrtcid: Option<EasyrtcId>,
    /// The server's time in ms since the epoch.
    server_time: u64,
    /// What the message says.
    msg_data: D,
}

fn message<D: JsonSchema>(name: &'static str, description: &str, examples: Vec<Value>) -> Document {
    super::described::<Envelope<D>>(name, Direction::Server, description, examples)
}

/// The one message without `serverTime`.
fn ack() -> Document {
    let schema = json_schema!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ack",
        "description": "Done, and there is nothing to say. An answer.",
        "type": "object",
        "properties": {
            "msgType": {
                "description": "What kind of message this is.",
                "type": "string",
                "const": "ack",
            },
        },
        "required": ["msgType"],
        "additionalProperties": false,
        "examples": [json!({ "msgType": "ack" })],
    });
    super::finish("ack", Direction::Server, Scope::Message, schema)
}
