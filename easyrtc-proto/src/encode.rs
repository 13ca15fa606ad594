//! From a message to its bytes: once for all its receivers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::custom::Target;
use crate::name::{EasyrtcId, GroupName, RoomName};
use crate::payload::Payload;
use crate::server::{ClientEntry, ForwardToUrl, RoomUpdate, ServerMessage};

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
    /// The members, except the value of the last one if that is passed on.
    members: Box<[u8]>,
    /// What is passed on, as the last value. Not copied: it may be long.
    payload: Option<Payload>,
}

impl Encoded {
    /// Writes the message for `receiver`. Answers name none.
    pub fn write(&self, receiver: Option<&EasyrtcId>, out: &mut Vec<u8>) {
        begin(receiver, out);
        out.extend_from_slice(&self.members);
        end(self.payload.as_ref(), out);
    }
}

/// The opening brace and the receiver, if there is one.
fn begin(receiver: Option<&EasyrtcId>, out: &mut Vec<u8>) {
    out.push(b'{');
    //= docs/spec/envelope.md#envelope.receiver-id
    if let Some(receiver) = receiver {
        out.extend_from_slice(b"\"easyrtcid\":\"");
        out.extend_from_slice(receiver.as_str().as_bytes());
        out.extend_from_slice(b"\",");
    }
}

/// The value of the last member, if it is passed on, and the closing brace.
fn end(payload: Option<&Payload>, out: &mut Vec<u8>) {
    if let Some(payload) = payload {
        out.extend_from_slice(payload.as_str().as_bytes());
    }
    out.push(b'}');
}

impl ServerMessage {
    /// The event this message is emitted as, when it is no answer.
    #[must_use]
    pub const fn event(&self) -> ServerEvent {
        //= docs/spec/messages/error.md#error.event
        if matches!(self, Self::Custom(_)) { ServerEvent::Msg } else { ServerEvent::Cmd }
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
        let mut members = Vec::with_capacity(self.members_hint());
        self.write_members(server_time, &mut members);
        Encoded { members: members.into(), payload: self.payload().cloned() }
    }

    /// Writes the message as [`Self::encode`] and [`Encoded::write`] would, for a single receiver.
    pub fn write(&self, server_time: u64, receiver: Option<&EasyrtcId>, out: &mut Vec<u8>) {
        begin(receiver, out);
        self.write_members(server_time, out);
        end(self.payload(), out);
    }

    /// About how many bytes [`Self::write_members`] writes.
    fn members_hint(&self) -> usize {
        self.size_hint() - self.payload().map_or(0, Payload::len)
    }

    /// Writes the members, except the value of the last one if that is passed on.
    fn write_members(&self, server_time: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\"msgType\":");
        match self {
            Self::Ack => return out.extend_from_slice(b"\"ack\""),
            Self::Error(_) => out.extend_from_slice(b"\"error\""),
            Self::Token(_) => out.extend_from_slice(b"\"token\""),
            Self::RoomData(_) => out.extend_from_slice(b"\"roomData\""),
            Self::RoomList(_) => out.extend_from_slice(b"\"roomList\""),
            Self::IceConfig(_) => out.extend_from_slice(b"\"iceConfig\""),
            Self::SessionData(_) => out.extend_from_slice(b"\"sessionData\""),
            Self::ForwardToUrl(_) => out.extend_from_slice(b"\"forwardToUrl\""),
            Self::Signal(signal) => {
                quoted(signal.kind.name(), out);
                name("senderEasyrtcid", Some(signal.sender_easyrtcid.as_str()), out);
            }
            Self::Custom(custom) => {
                out.extend_from_slice(custom.msg_type.as_json().as_bytes());
                let sender = custom.sender_easyrtcid.as_ref().map(EasyrtcId::as_str);
                name("senderEasyrtcid", sender, out);
                let Target { easyrtcid, group, room } = &custom.target;
                //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.keys
                name("targetEasyrtcid", easyrtcid.as_ref().map(EasyrtcId::as_str), out);
                name("targetGroup", group.as_ref().map(GroupName::as_str), out);
                name("targetRoom", room.as_ref().map(RoomName::as_str), out);
            }
        }
        //= docs/spec/envelope.md#envelope.server-time
        member("serverTime", out);
        json(&server_time, out);
        self.write_msg_data(out);
    }

    fn write_msg_data(&self, out: &mut Vec<u8>) {
        match self {
            //= docs/spec/messages/ack.md#ack.bare
            Self::Ack => {}
            Self::Signal(_) | Self::Custom(_) => {
                if self.payload().is_some() {
                    member("msgData", out);
                }
            }
            Self::Error(body) => msg_data(body, out),
            Self::Token(body) => msg_data(body, out),
            Self::RoomData(body) => msg_data(body, out),
            Self::RoomList(body) => msg_data(body, out),
            Self::IceConfig(body) => wrapped_msg_data("iceConfig", body, out),
            Self::SessionData(body) => wrapped_msg_data("sessionData", body, out),
            Self::ForwardToUrl(body) => forward_msg_data(body, out),
        }
    }
}

fn msg_data(body: &impl Serialize, out: &mut Vec<u8>) {
    member("msgData", out);
    json(body, out);
}

/// A `msgData` with one member.
fn wrapped_msg_data(name: &str, body: &impl Serialize, out: &mut Vec<u8>) {
    member("msgData", out);
    out.push(b'{');
    quoted(name, out);
    out.push(b':');
    json(body, out);
    out.push(b'}');
}

/// The `msgData` of `forwardToUrl`. The stock client looks for `newWindow` beside the map that has
/// the URL, others inside it.
fn forward_msg_data(forward: &ForwardToUrl, out: &mut Vec<u8>) {
    member("msgData", out);
    out.push(b'{');
    quoted("forwardToUrl", out);
    out.push(b':');
    json(forward, out);
    //= docs/spec/messages/forwardToUrl.md#forward-to-url.new-window-twice
    if let Some(new_window) = forward.new_window {
        member("newWindow", out);
        json(&new_window, out);
    }
    out.push(b'}');
}

/// The key of a member that is not the first.
fn member(key: &str, out: &mut Vec<u8>) {
    out.push(b',');
    quoted(key, out);
    out.push(b':');
}

/// A member whose value is a name, which needs no escaping, if there is one.
fn name(key: &str, value: Option<&str>, out: &mut Vec<u8>) {
    if let Some(value) = value {
        member(key, out);
        quoted(value, out);
    }
}

fn quoted(plain: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(plain.as_bytes());
    out.push(b'"');
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
fn json(body: &impl Serialize, out: &mut Vec<u8>) {
    // Invariant: the bodies are structs, maps with string keys, and text that was valid JSON when
    // it was taken, none of which can fail to serialise; and a vector takes everything.
    serde_json::to_writer(out, body).expect("a message body serialises");
}
