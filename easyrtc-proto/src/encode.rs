//! From a message to its bytes: once for all its receivers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::json::ObjectWriter;
use crate::name::{EasyrtcId, RoomName};
use crate::payload::Payload;
use crate::server::{ClientEntry, RoomUpdate, ServerMessage};

/// The events the server emits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerEvent {
    /// `easyrtcCmd`
    Cmd,
    /// `easyrtcMsg`
    Msg,
}

impl ServerEvent {
    /// The event's name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cmd => "easyrtcCmd",
            Self::Msg => "easyrtcMsg",
        }
    }
}

/// The JSON text of a message but for the receiver's own `easyrtcid`, the only part that differs
/// between the receivers of a broadcast (decision D2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// What follows the opening brace and the receiver, if there is one.
    tail: Box<str>,
}

impl Encoded {
    /// Writes the message for `receiver`. Answers name none.
    pub fn write(&self, receiver: Option<&EasyrtcId>, out: &mut Vec<u8>) {
        out.push(b'{');
        //= docs/spec/envelope.md#envelope.receiver-id
        if let Some(receiver) = receiver {
            out.extend_from_slice(b"\"easyrtcid\":\"");
            out.extend_from_slice(receiver.as_str().as_bytes());
            out.extend_from_slice(b"\",");
        }
        out.extend_from_slice(self.tail.as_bytes());
    }
}

impl ServerMessage {
    /// The event this message is emitted as, when it is no answer.
    #[must_use]
    pub const fn event(&self) -> ServerEvent {
        //= docs/spec/messages/error.md#error.event
        if matches!(self, Self::Custom(_)) { ServerEvent::Msg } else { ServerEvent::Cmd }
    }

    /// The message's `msgType` as a JSON string literal.
    fn msg_type(&self) -> String {
        let name = match self {
            Self::Ack => "ack",
            Self::Error(_) => "error",
            Self::Token(_) => "token",
            Self::RoomData(_) => "roomData",
            Self::RoomList(_) => "roomList",
            Self::IceConfig(_) => "iceConfig",
            Self::SessionData(_) => "sessionData",
            Self::ForwardToUrl(_) => "forwardToUrl",
            Self::Signal(signal) => signal.kind.name(),
            Self::Custom(custom) => return custom.msg_type.as_json().to_owned(),
        };
        format!("\"{name}\"")
    }

    /// The binary attachments that go with the message.
    #[must_use]
    pub fn attachments(&self) -> &[bytes::Bytes] {
        self.payload().map(Payload::attachments).unwrap_or_default()
    }

    /// How many bytes the message takes on the wire, roughly: passed-on values are counted, what
    /// the server writes itself is estimated. Encodes nothing.
    #[must_use]
    pub fn size_hint(&self) -> usize {
        const SMALL: usize = 256;
        SMALL
            + match self {
                Self::Token(token) => rooms_hint(&token.room_data),
                Self::RoomData(body) => rooms_hint(&body.room_data),
                Self::RoomList(body) => body.room_list.len() * SMALL / 2,
                Self::Signal(_) | Self::Custom(_) => self.payload().map_or(0, Payload::len),
                Self::Ack
                | Self::Error(_)
                | Self::IceConfig(_)
                | Self::SessionData(_)
                | Self::ForwardToUrl(_) => SMALL,
            }
    }

    /// What is passed on, in a message that passes something on.
    fn payload(&self) -> Option<&Payload> {
        if let Self::Signal(signal) = self {
            signal.msg_data.as_ref()
        } else if let Self::Custom(custom) = self {
            custom.msg_data.as_ref()
        } else {
            None
        }
    }

    /// Encodes the message as sent at `server_time` (ms since the epoch), which every message
    /// but a bare `ack` tells (decision D1).
    #[must_use]
    pub fn encode(&self, server_time: u64) -> Encoded {
        let mut message = ObjectWriter::new().member("msgType", &self.msg_type());
        if let Self::Signal(signal) = self {
            message = message.name("senderEasyrtcid", signal.sender_easyrtcid.as_str());
        }
        if let Self::Custom(custom) = self {
            let sender = custom.sender_easyrtcid.map(|id| format!("\"{id}\""));
            message = message.optional("senderEasyrtcid", sender.as_deref());
            //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.keys
            message = custom.target.write(message);
        }
        //= docs/spec/envelope.md#envelope.server-time
        if !matches!(self, Self::Ack) {
            message = message.member("serverTime", &server_time.to_string());
        }
        let text = message.optional("msgData", self.msg_data().as_deref()).finish();
        Encoded { tail: text.get(1..).unwrap_or_default().into() }
    }

    fn msg_data(&self) -> Option<std::borrow::Cow<'_, str>> {
        let wrapped = |name: &str, value: String| {
            Some(ObjectWriter::new().member(name, &value).finish().into())
        };
        match self {
            //= docs/spec/messages/ack.md#ack.bare
            Self::Ack => None,
            Self::Error(body) => Some(json(body).into()),
            Self::Token(body) => Some(json(body).into()),
            Self::RoomData(body) => Some(json(body).into()),
            Self::RoomList(body) => Some(json(body).into()),
            Self::IceConfig(body) => wrapped("iceConfig", json(body)),
            Self::SessionData(body) => wrapped("sessionData", json(body)),
            Self::ForwardToUrl(body) => wrapped("forwardToUrl", json(body)),
            Self::Signal(_) | Self::Custom(_) => self.payload().map(|data| data.as_str().into()),
        }
    }
}

fn rooms_hint(rooms: &BTreeMap<RoomName, RoomUpdate>) -> usize {
    let entry = |entry: &Arc<ClientEntry>| {
        let fields = entry.api_field.iter().flat_map(|fields| fields.0.values());
        let presence = entry.presence.kind.iter();
        256 + fields.chain(presence).map(Payload::len).sum::<usize>()
    };
    let room = |room: &RoomUpdate| {
        let listed = room.client_list.iter().flatten().map(|(_, client)| entry(client));
        let delta = room.client_list_delta.iter();
        let updated = delta.flat_map(|delta| delta.update_client.values().map(entry));
        let fields = room.field.iter().flat_map(|fields| fields.0.values().map(Payload::len));
        128 + listed.chain(updated).chain(fields).sum::<usize>()
    };
    rooms.values().map(room).sum()
}

/// Serialises a body of ours.
#[expect(clippy::expect_used, reason = "see the invariant")]
fn json(body: &impl Serialize) -> String {
    // Invariant: the bodies are structs, maps with string keys, and text that was valid JSON when
    // it was taken, none of which can fail to serialise.
    serde_json::to_string(body).expect("a message body serialises")
}
