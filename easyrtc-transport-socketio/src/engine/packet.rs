//! Engine.IO packets: one character that says the kind, then the data.

use bytes::Bytes;

/// What an Engine.IO packet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PacketKind {
    /// The handshake; only the server sends it.
    Open,
    /// The sender wants the session to end.
    Close,
    /// Asks for a [`PacketKind::Pong`].
    Ping,
    /// Answers a [`PacketKind::Ping`].
    Pong,
    /// Carries data of the layer above.
    Message,
    /// The client moves the session to the WebSocket it was sent on.
    Upgrade,
    /// Nothing; it ends a poll.
    Noop,
}

impl PacketKind {
    /// The kind a first character stands for; `None` if it stands for none.
    pub(crate) const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            b'0' => Self::Open,
            b'1' => Self::Close,
            b'2' => Self::Ping,
            b'3' => Self::Pong,
            b'4' => Self::Message,
            b'5' => Self::Upgrade,
            b'6' => Self::Noop,
            _ => return None,
        })
    }
}

/// A packet as received in text form, borrowed from its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packet<'a> {
    /// What it is for.
    pub(crate) kind: PacketKind,
    /// What follows the kind; often empty.
    pub(crate) data: &'a str,
}

/// Text that is no Engine.IO packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no Engine.IO packet")]
pub(crate) struct NoPacket;

impl<'a> Packet<'a> {
    /// Reads a packet from the text of one WebSocket frame, or of one part of a payload.
    pub(crate) fn parse(text: &'a str) -> Result<Self, NoPacket> {
        let kind = text.bytes().next().and_then(PacketKind::from_byte).ok_or(NoPacket)?;
        // The kind is one ASCII character, so the rest starts at a character boundary.
        let data = text.get(1..).ok_or(NoPacket)?;
        Ok(Self { kind, data })
    }
}

/// A packet on its way out, encoded as a WebSocket carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WirePacket {
    /// UTF-8 text that starts with the packet's kind.
    Text(Bytes),
    /// The bare bytes of a binary message.
    Binary(Bytes),
}

impl WirePacket {
    /// A ping of the heartbeat.
    pub(crate) const PING: Self = Self::Text(Bytes::from_static(b"2"));
    /// The answer to a ping of the client.
    pub(crate) const PONG: Self = Self::Text(Bytes::from_static(b"3"));
    /// The answer to a probe.
    pub(crate) const PROBE_PONG: Self = Self::Text(Bytes::from_static(b"3probe"));
    /// The end of the session.
    pub(crate) const CLOSE: Self = Self::Text(Bytes::from_static(b"1"));
    /// The end of a poll that has nothing to say.
    pub(crate) const NOOP: Self = Self::Text(Bytes::from_static(b"6"));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_packets() {
        for (text, kind, data) in [
            ("0{}", PacketKind::Open, "{}"),
            ("1", PacketKind::Close, ""),
            ("2probe", PacketKind::Ping, "probe"),
            ("3", PacketKind::Pong, ""),
            ("4€", PacketKind::Message, "€"),
            ("5", PacketKind::Upgrade, ""),
            ("6", PacketKind::Noop, ""),
        ] {
            assert_eq!(Packet::parse(text), Ok(Packet { kind, data }), "{text}");
        }
    }

    #[test]
    fn other_text_is_no_packet() {
        for text in ["", "7", "abc", "€", " 4", "-1", "bAQID"] {
            assert_eq!(Packet::parse(text), Err(NoPacket), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in ".*") {
            let _ = Packet::parse(&text);
        }
    }
}
