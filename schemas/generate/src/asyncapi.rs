//! The AsyncAPI 3.0 document: both transports, what each side sends there, and what answers it.

mod messages;
mod operations;
mod schema;

use easyrtc_proto::PROTOCOL_REVISION;
use easyrtc_proto::schema::Document;
use serde_json::{Map, Value, json};

use crate::{Output, print};

/// `schemas/asyncapi.json`.
pub(crate) fn file(documents: &[Document]) -> Output {
    let messages = messages::all(documents);
    let document = json!({
        "asyncapi": "3.0.0",
        "info": info(),
        "defaultContentType": "application/json",
        "servers": servers(),
        "channels": {
            "socketio": channel(&socketio(), &messages.socketio),
            "websocket": channel(&websocket(), &messages.websocket),
        },
        "operations": operations::all(documents),
        "components": {
            "securitySchemes": security_schemes(),
            "messages": messages.socketio.into_iter().chain(messages.websocket).collect::<Value>(),
            "schemas": schema::components(documents),
        },
    });
    Output::new("schemas/asyncapi.json", print::document(&document))
}

fn info() -> Value {
    json!({
        "title": "EasyRTC signalling",
        "version": PROTOCOL_REVISION,
        "description": "How WebRTC clients find each other: who is in which room, and which offer, \
            answer and candidate goes to whom.\n\n\
            The application described here is the server. It receives what clients send, and \
            sends what clients receive. The same messages travel over two transports, each with a \
            channel of its own: over Socket.IO as the arguments and acks of events, over a plain \
            WebSocket in frames of JSON. The first event of a client is `easyrtcAuth`.\n\n\
            The version is the revision of the protocol. Within a revision keys and messages may \
            be added, so a client ignores those it does not know.",
        "license": { "name": "MIT OR Apache-2.0" },
    })
}

fn servers() -> Value {
    let host = json!({
        "default": "localhost:8080",
        "description": "Where the server listens: port 8080 unless it is set up otherwise.",
    });
    let security = json!([{ "$ref": "#/components/securitySchemes/credential" }]);
    json!({
        "socketio": {
            "title": "Socket.IO",
            "host": "{host}",
            "protocol": "socket.io",
            "protocolVersion": "5",
            "description": "Socket.IO 5 over Engine.IO 4, as socket.io-client 3 and 4 speak them, \
                and Socket.IO 3 and 4 over Engine.IO 3, as socket.io-client 1 and 2 do; over \
                WebSocket, HTTP long-polling, and the upgrade from one to the other.",
            "variables": { "host": host },
            "security": security,
        },
        "websocket": {
            "title": "Plain WebSocket",
            "host": "{host}",
            "protocol": "ws",
            "protocolVersion": "13",
            "description": "One JSON object in each text frame, for clients without a Socket.IO \
                library; with `resume=1` a session outlives a cut line. `wss` where something in \
                front of the server speaks TLS.",
            "variables": { "host": host },
            "security": security,
        },
    })
}

fn security_schemes() -> Value {
    json!({
        "credential": {
            "type": "userPassword",
            "description": "`credential` in the `authenticate` of a client: whatever the server's \
                operator asks for, such as a name and a password, or a token. A server that asks \
                for nothing lets everybody in.",
        },
    })
}

/// A channel without its messages.
fn socketio() -> Value {
    json!({
        "title": "Socket.IO",
        "address": "/socket.io/",
        "description": "The namespace `/`. A message is the one argument of an event, whose name \
            is `x-event` of the operation; an event of a client has to ask for an ack, and the \
            answer is the ack's one argument. On the wire: `420[\"easyrtcCmd\",{\"msgType\":\
            \"getRoomList\"}]` and `430[{\"msgType\":\"roomList\",…}]`. Events of the server ask \
            for an ack unless it is set up otherwise. Binary values in `msgData` travel as \
            Socket.IO's attachments.",
        "servers": [{ "$ref": "#/servers/socketio" }],
        "bindings": {
            "ws": {
                "method": "GET",
                "query": {
                    "type": "object",
                    "required": ["EIO", "transport"],
                    "properties": {
                        "EIO": {
                            "description": "The revision of Engine.IO.",
                            "type": "string",
                            "enum": ["4", "3"],
                        },
                        "transport": {
                            "description": "`polling` over HTTP, in the same place.",
                            "type": "string",
                            "const": "websocket",
                        },
                        "sid": {
                            "description": "The session to upgrade, if it began with polling.",
                            "type": "string",
                        },
                    },
                },
                "bindingVersion": "0.1.0",
            },
        },
    })
}

/// A channel without its messages.
fn websocket() -> Value {
    json!({
        "title": "Plain WebSocket",
        "address": "/ws",
        "description": "A frame with `event` carries a message; one of a client has an `id`, and \
            the server's answer has it as `ack`. The first frame of the server is the welcome; \
            with `resume=1` it follows the first frame of the client, `resume`, and either side \
            says with `received` how many frames with `event` or `ack` came. Binary values in \
            `msgData` are `{\"_placeholder\":true,\"num\":0,\"base64\":\"AAECAw==\"}`.",
        "servers": [{ "$ref": "#/servers/websocket" }],
        "bindings": {
            "ws": {
                "method": "GET",
                "query": {
                    "type": "object",
                    "properties": {
                        "resume": {
                            "description": "Asks for a session that outlives a cut line.",
                            "type": "string",
                            "const": "1",
                        },
                    },
                },
                "headers": {
                    "type": "object",
                    "properties": {
                        "Sec-WebSocket-Protocol": {
                            "description": "Need not be offered.",
                            "type": "string",
                            "const": "easyrtc.v1.json",
                        },
                    },
                },
                "bindingVersion": "0.1.0",
            },
        },
    })
}

fn channel(channel: &Value, messages: &Map<String, Value>) -> Value {
    let mut channel = channel.clone();
    let reference = |name: &String| json!({ "$ref": format!("#/components/messages/{name}") });
    let messages = messages.keys().map(|name| (name.clone(), reference(name)));
    if let Some(channel) = channel.as_object_mut() {
        channel.insert("messages".to_owned(), messages.collect());
    }
    channel
}
