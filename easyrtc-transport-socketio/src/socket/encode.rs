//! Socket.IO packets on their way out, each inside an Engine.IO message.

use std::io::Write as _;

use bytes::Bytes;

use crate::engine::packet::WirePacket;
use crate::engine::revision::Revision;

/// The server leaves the namespace.
pub(crate) const DISCONNECT: WirePacket = WirePacket::Text(Bytes::from_static(b"41"));

/// The client is connected, as socket `sid` (URL-safe characters). In revision 3 the socket's id
/// is the session's, which the client knows.
pub(crate) fn connected(revision: Revision, sid: &str) -> WirePacket {
    WirePacket::Text(match revision {
        //= docs/spec/socketio.md#socketio.eio3-connect
        Revision::V3 => Bytes::from_static(b"40"),
        //= docs/spec/socketio.md#socketio.connect
        Revision::V4 => format!(r#"40{{"sid":"{sid}"}}"#).into(),
    })
}

/// The client is not connected to `namespace`, as there is none of that name.
pub(crate) fn invalid_namespace(revision: Revision, namespace: &str) -> WirePacket {
    let why = match revision {
        //= docs/spec/socketio.md#socketio.eio3-namespace
        Revision::V3 => r#""Invalid namespace""#,
        //= docs/spec/socketio.md#socketio.namespace
        Revision::V4 => r#"{"message":"Invalid namespace"}"#,
    };
    WirePacket::Text(format!("44{namespace},{why}").into())
}

/// Appends the text of an event whose one argument `write` appends as JSON. `ack` is the id under
/// which an answer is wanted; `attachments` binary messages must follow.
//= docs/spec/socketio.md#socketio.event
pub(crate) fn event(
    name: &str,
    ack: Option<u64>,
    attachments: usize,
    text: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>),
) {
    start(b"42", b"45", attachments, text);
    if let Some(id) = ack {
        push_number(text, id);
    }
    // Event names are ours: letters only.
    text.extend_from_slice(b"[\"");
    text.extend_from_slice(name.as_bytes());
    text.extend_from_slice(b"\",");
    write(text);
    text.push(b']');
}

/// Appends the text of the answer to the client's event `id`, whose one argument `write` appends as
/// JSON.
//= docs/spec/socketio.md#socketio.ack
pub(crate) fn ack(
    id: u64,
    attachments: usize,
    text: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>),
) {
    start(b"43", b"46", attachments, text);
    push_number(text, id);
    text.push(b'[');
    write(text);
    text.push(b']');
}

fn start(plain: &[u8], binary: &[u8], attachments: usize, text: &mut Vec<u8>) {
    if attachments == 0 {
        text.extend_from_slice(plain);
    } else {
        text.extend_from_slice(binary);
        push_number(text, attachments as u64);
        text.push(b'-');
    }
}

fn push_number(text: &mut Vec<u8>, number: u64) {
    // Writing into a vector does not fail.
    let _ = write!(text, "{number}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(packet: &WirePacket) -> &str {
        match packet {
            WirePacket::Text(bytes) => std::str::from_utf8(bytes).unwrap(),
            WirePacket::Binary(_) => panic!("binary"),
        }
    }

    #[test]
    fn known_packets() {
        let json = |out: &mut Vec<u8>| out.extend_from_slice(br#"{"a":1}"#);
        let event = |name, ack, attachments| {
            let mut text = Vec::new();
            event(name, ack, attachments, &mut text, json);
            String::from_utf8(text).unwrap()
        };
        assert_eq!(event("easyrtcCmd", None, 0), r#"42["easyrtcCmd",{"a":1}]"#);
        assert_eq!(event("easyrtcCmd", Some(7), 0), r#"427["easyrtcCmd",{"a":1}]"#);
        assert_eq!(event("easyrtcMsg", Some(7), 2), r#"452-7["easyrtcMsg",{"a":1}]"#);
        assert_eq!(event("easyrtcMsg", None, 2), r#"452-["easyrtcMsg",{"a":1}]"#);
        let ack = |id, attachments| {
            let mut text = Vec::new();
            ack(id, attachments, &mut text, json);
            String::from_utf8(text).unwrap()
        };
        assert_eq!(ack(456, 0), r#"43456[{"a":1}]"#);
        assert_eq!(ack(456, 1), r#"461-456[{"a":1}]"#);
    }

    #[test]
    fn packets_of_either_revision() {
        let [v3, v4] = [Revision::V3, Revision::V4];
        assert_eq!(text(&connected(v4, "abc")), r#"40{"sid":"abc"}"#);
        assert_eq!(text(&connected(v3, "abc")), "40");
        assert_eq!(
            text(&invalid_namespace(v4, "/nope")),
            r#"44/nope,{"message":"Invalid namespace"}"#
        );
        assert_eq!(text(&invalid_namespace(v3, "/nope")), r#"44/nope,"Invalid namespace""#);
    }
}
