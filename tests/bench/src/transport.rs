//! How messages travel: over Socket.IO, and over the raw WebSocket.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::websocket::{Opcode, write_frame};

/// How clients reach a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Engine.IO 4 and Socket.IO 5, over a WebSocket from the start
    #[value(name = "socketio")]
    SocketIo,
    /// JSON over a raw WebSocket
    #[value(name = "ws")]
    #[serde(rename = "ws")]
    WebSocket,
}

/// What a text frame of the server says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Packet<'a> {
    /// The session is open as far as Engine.IO goes.
    Handshake,
    /// The client may log in.
    Open,
    /// The answer to the event of this number.
    Answer { id: u64, message: &'a str },
    /// An event; an ack is wanted if it has a number.
    Event { id: Option<u64>, name: &'a str, message: &'a str },
    /// Is to be answered at once.
    Ping,
    /// The server ends the connection.
    Disconnect,
    /// Nothing that matters here.
    Other,
    /// Nothing of this protocol.
    Malformed,
}

const ACK: &[u8] = br#"[{"msgType":"ack"}]"#;

impl Transport {
    /// The path when a URL names none.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::SocketIo => "/socket.io/",
            Self::WebSocket => "/ws",
        }
    }

    /// What a handshake asks for behind the path.
    pub(crate) const fn query(self) -> &'static str {
        match self {
            Self::SocketIo => "?EIO=4&transport=websocket",
            Self::WebSocket => "",
        }
    }

    /// Appends the frame of an event that wants an answer.
    pub(crate) fn write_event(self, out: &mut Vec<u8>, id: u64, name: &str, message: &str) {
        let (id, name, message) = (id.to_string(), name.as_bytes(), message.as_bytes());
        let id = id.as_bytes();
        let parts: &[&[u8]] = match self {
            Self::SocketIo => &[b"42", id, b"[\"", name, b"\",", message, b"]"],
            Self::WebSocket => {
                &[b"{\"event\":\"", name, b"\",\"id\":", id, b",\"message\":", message, b"}"]
            }
        };
        write_frame(out, Opcode::Text, parts);
    }

    /// Appends the frame with the ack of an event, as the stock client sends it. Over the raw
    /// WebSocket nobody asks for one.
    pub(crate) fn write_ack(self, out: &mut Vec<u8>, id: u64) {
        if self == Self::SocketIo {
            write_frame(out, Opcode::Text, &[b"43", id.to_string().as_bytes(), ACK]);
        }
    }

    /// Appends what a client says that leaves of its own accord.
    pub(crate) fn write_leave(self, out: &mut Vec<u8>) {
        if self == Self::SocketIo {
            write_frame(out, Opcode::Text, &[b"41"]);
        }
        write_frame(out, Opcode::Close, &[&1000_u16.to_be_bytes()]);
    }

    /// Reads a text frame.
    pub(crate) fn read(self, text: &str) -> Packet<'_> {
        match self {
            Self::SocketIo => read_socket_io(text),
            Self::WebSocket => read_web_socket(text),
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SocketIo => "socketio",
            Self::WebSocket => "ws",
        })
    }
}

fn read_socket_io(text: &str) -> Packet<'_> {
    let read = match text.as_bytes() {
        [b'0', ..] => Some(Packet::Handshake),
        [b'1'] | [b'4', b'1'] => Some(Packet::Disconnect),
        [b'2', ..] => Some(Packet::Ping),
        [b'4', b'0', ..] => Some(Packet::Open),
        [b'4', b'2', ..] => read_event(&text[2..]),
        [b'4', b'3', ..] => read_answer(&text[2..]),
        [b'3' | b'6', ..] => Some(Packet::Other),
        _ => None,
    };
    read.unwrap_or(Packet::Malformed)
}

/// `12["name",{…}]`, with or without the number.
fn read_event(text: &str) -> Option<Packet<'_>> {
    let (id, rest) = split_number(text);
    let (name, rest) = rest.strip_prefix("[\"")?.split_once("\",")?;
    let message = rest.strip_suffix(']')?;
    let id = if id.is_empty() { None } else { Some(id.parse().ok()?) };
    Some(Packet::Event { id, name, message })
}

/// `12[{…}]`.
fn read_answer(text: &str) -> Option<Packet<'_>> {
    let (id, rest) = split_number(text);
    let message = rest.strip_prefix('[')?.strip_suffix(']')?;
    Some(Packet::Answer { id: id.parse().ok()?, message })
}

fn split_number(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// A frame of the raw WebSocket.
#[derive(Deserialize)]
struct Frame<'a> {
    event: Option<&'a str>,
    ack: Option<u64>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

fn read_web_socket(text: &str) -> Packet<'_> {
    let Ok(frame) = serde_json::from_str::<Frame<'_>>(text) else { return Packet::Malformed };
    let message = frame.message.map_or("", RawValue::get);
    match (frame.event, frame.ack) {
        (Some("welcome"), _) => Packet::Open,
        (Some(name), _) => Packet::Event { id: None, name, message },
        (None, Some(id)) => Packet::Answer { id, message },
        (None, None) => Packet::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_of_socket_io() {
        let read = |text| Transport::SocketIo.read(text);
        assert_eq!(read("0{\"sid\":\"x\"}"), Packet::Handshake);
        assert_eq!(read("40{\"sid\":\"x\"}"), Packet::Open);
        assert_eq!(read("2"), Packet::Ping);
        assert_eq!(read("41"), Packet::Disconnect);
        let event = Packet::Event { id: Some(12), name: "easyrtcCmd", message: r#"{"a":[1]}"# };
        assert_eq!(read(r#"4212["easyrtcCmd",{"a":[1]}]"#), event);
        let event = Packet::Event { id: None, name: "easyrtcMsg", message: "{}" };
        assert_eq!(read(r#"42["easyrtcMsg",{}]"#), event);
        assert_eq!(read("437[{}]"), Packet::Answer { id: 7, message: "{}" });
        for text in ["", "x", "42", "42[]", "43[{}]", "437", "44{}", "451-[]"] {
            assert_eq!(read(text), Packet::Malformed, "{text}");
        }
    }

    #[test]
    fn frames_of_the_raw_web_socket() {
        let read = |text| Transport::WebSocket.read(text);
        assert_eq!(read(r#"{"event":"welcome","message":{}}"#), Packet::Open);
        assert_eq!(read(r#"{"message":{},"ack":7}"#), Packet::Answer { id: 7, message: "{}" });
        let event = Packet::Event { id: None, name: "easyrtcCmd", message: r#"{"a":[1]}"# };
        assert_eq!(read(r#"{"event":"easyrtcCmd","message":{"a":[1]}}"#), event);
        assert_eq!(read(r#"{"received":3}"#), Packet::Other);
        assert_eq!(read("nothing"), Packet::Malformed);
    }
}
