//! What differs between revisions of the Engine.IO protocol.

use bytes::Bytes;
use data_encoding::BASE64;

use super::packet::{NoPacket, WirePacket};
use super::payload::{self, Body, Part, PayloadBuilder, v3};

/// A revision of the protocol, as the client names it in `EIO`.
///
/// Everything that depends on it goes through this type and [`Framing`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Revision {
    /// `EIO=3`: Socket.IO 1 and 2. The client pings, and is connected to the namespace `/` without
    /// asking.
    V3,
    /// `EIO=4`: Socket.IO 3 and 4. The server pings.
    #[default]
    V4,
}

impl Revision {
    /// The revision that the value of the `EIO` parameter names; `None` if we do not speak it.
    pub(crate) fn from_query(value: &str, allow_eio3: bool) -> Option<Self> {
        match value {
            //= docs/spec/socketio.md#socketio.eio3
            "3" if allow_eio3 => Some(Self::V3),
            "4" => Some(Self::V4),
            _ => None,
        }
    }
}

/// How packets are written on one transport of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Framing {
    /// The session's revision.
    pub(crate) revision: Revision,
    /// Whether binary messages go out as base64: the client said by `b64` that it can't take bytes.
    pub(crate) base64: bool,
}

/// The body of a POST.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Posted<'a> {
    /// It was sent as text.
    Text(&'a str),
    /// It was sent as `application/octet-stream`.
    Binary(&'a Bytes),
}

impl Framing {
    /// Takes the packet that starts at `offset` of a received payload and moves `offset` behind
    /// it. `None` at the end.
    ///
    /// A payload is read packet by packet, so that a long one is never held twice.
    pub(crate) fn next_part<'a>(
        self,
        payload: Posted<'a>,
        offset: &mut usize,
    ) -> Option<Result<Part<'a>, NoPacket>> {
        match (self.revision, payload) {
            (Revision::V4, Posted::Text(text)) => payload::next_part(text, offset),
            (Revision::V4, Posted::Binary(_)) => Some(Err(NoPacket)),
            (Revision::V3, Posted::Text(text)) => v3::next_text_part(text, offset),
            (Revision::V3, Posted::Binary(bytes)) => v3::next_binary_part(bytes, offset),
        }
    }

    /// Reads a text frame of a WebSocket.
    pub(crate) fn text_frame(self, text: &str) -> Result<Part<'_>, NoPacket> {
        match self.revision {
            Revision::V3 => v3::decode_text(text),
            Revision::V4 => payload::decode_part(text),
        }
    }

    /// Reads the message in a binary frame of a WebSocket.
    pub(crate) fn binary_frame(self, frame: Bytes) -> Result<Bytes, NoPacket> {
        match self.revision {
            Revision::V3 => v3::decode_binary(&frame),
            Revision::V4 => Ok(frame),
        }
    }

    /// `packet` as a frame of a WebSocket.
    pub(crate) fn frame(self, packet: WirePacket) -> WirePacket {
        match (packet, self.revision) {
            //= docs/spec/socketio.md#socketio.eio3-binary-frame
            (WirePacket::Binary(message), Revision::V3) if self.base64 => {
                WirePacket::Text(v3::base64_packet(&message))
            }
            (WirePacket::Binary(message), Revision::V3) => {
                WirePacket::Binary(v3::binary_packet(&message))
            }
            (WirePacket::Binary(message), Revision::V4) if self.base64 => {
                WirePacket::Text(format!("b{}", BASE64.encode(&message)).into())
            }
            (packet, _) => packet,
        }
    }

    /// Puts packets from the front of `queue` into the body of one response, at most `limit` bytes
    /// unless the first packet alone is longer. `None` if there is nothing to send.
    pub(crate) fn encode_payload(self, queue: &mut impl PacketQueue, limit: usize) -> Option<Body> {
        match self.revision {
            Revision::V3 => {
                let mut packets = Vec::new();
                let mut left = limit;
                while let Some(packet) = queue
                    .pop_if(|packet| packets.is_empty() || v3::max_encoded_length(packet) <= left)
                {
                    left = left.saturating_sub(v3::max_encoded_length(&packet));
                    packets.push(packet);
                }
                (!packets.is_empty()).then(|| v3::encode(&packets, self.base64))
            }
            Revision::V4 => {
                let mut builder = PayloadBuilder::new(limit);
                while let Some(packet) = queue.pop_if(|packet| builder.fits(packet)) {
                    builder.push(&packet);
                }
                (!builder.is_empty()).then(|| Body::Text(builder.finish()))
            }
        }
    }

    /// The body of a response that holds just `packet`.
    pub(crate) fn encode_packet(self, packet: WirePacket) -> Option<Body> {
        self.encode_payload(&mut Some(packet), usize::MAX)
    }
}

/// Where packets wait to be sent.
pub(crate) trait PacketQueue {
    /// Takes the first packet if there is one and `accept` says so.
    fn pop_if(&mut self, accept: impl FnOnce(&WirePacket) -> bool) -> Option<WirePacket>;
}

impl PacketQueue for Option<WirePacket> {
    fn pop_if(&mut self, accept: impl FnOnce(&WirePacket) -> bool) -> Option<WirePacket> {
        self.take_if(|packet| accept(packet))
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::collections::VecDeque;

    use super::*;

    const V3: Framing = Framing { revision: Revision::V3, base64: false };
    const V3_BASE64: Framing = Framing { revision: Revision::V3, base64: true };
    const V4: Framing = Framing { revision: Revision::V4, base64: false };
    const V4_BASE64: Framing = Framing { revision: Revision::V4, base64: true };

    impl PacketQueue for VecDeque<WirePacket> {
        fn pop_if(&mut self, accept: impl FnOnce(&WirePacket) -> bool) -> Option<WirePacket> {
            if accept(self.front()?) { self.pop_front() } else { None }
        }
    }

    fn text(text: &'static str) -> WirePacket {
        WirePacket::Text(Bytes::from_static(text.as_bytes()))
    }

    fn binary(bytes: &'static [u8]) -> WirePacket {
        WirePacket::Binary(Bytes::from_static(bytes))
    }

    #[test]
    fn revisions_3_and_4_are_spoken() {
        assert_eq!(Revision::from_query("4", true), Some(Revision::V4));
        assert_eq!(Revision::from_query("4", false), Some(Revision::V4));
        assert_eq!(Revision::from_query("3", true), Some(Revision::V3));
        assert_eq!(Revision::from_query("3", false), None);
        for other in ["", "2", "5", "04", "03", "abc"] {
            assert_eq!(Revision::from_query(other, true), None, "{other}");
        }
    }

    #[test]
    fn a_long_queue_goes_in_several_bodies_in_order() {
        for (framing, limit, expected) in [
            (V4, 10, ["4aaa\x1e4bbb", "4ccccccccccccccc", "4d"]),
            (V3, 45, ["4:4aaa4:4bbb", "16:4ccccccccccccccc", "2:4d"]),
        ] {
            let mut queue: VecDeque<WirePacket> =
                ["4aaa", "4bbb", "4ccccccccccccccc", "4d"].map(text).into();
            let mut bodies = Vec::new();
            while let Some(body) = framing.encode_payload(&mut queue, limit) {
                let Body::Text(body) = body else { panic!("{body:?}") };
                bodies.push(String::from_utf8(body.to_vec()).unwrap());
            }
            assert_eq!(bodies, expected, "{framing:?}");
        }
    }

    #[test]
    fn single_packets() {
        let body = |framing: Framing| framing.encode_packet(WirePacket::NOOP).unwrap();
        assert_eq!(body(V4), Body::Text(Bytes::from_static(b"6")));
        assert_eq!(body(V3), Body::Text(Bytes::from_static(b"1:6")));
    }

    #[test]
    fn frames_out() {
        for (framing, expected) in [
            (V4, binary(&[1, 2, 3])),
            (V4_BASE64, text("bAQID")),
            (V3, binary(&[4, 1, 2, 3])),
            (V3_BASE64, text("b4AQID")),
        ] {
            assert_eq!(framing.frame(binary(&[1, 2, 3])), expected, "{framing:?}");
            assert_eq!(framing.frame(text("4é")), text("4é"));
        }
    }

    #[test]
    fn frames_in() {
        let message = Bytes::from_static(&[1, 2, 3]);
        for (framing, frame, base64) in
            [(V4, &[1_u8, 2, 3][..], "bAQID"), (V3, &[4, 1, 2, 3], "b4AQID")]
        {
            let frame = Bytes::from_static(frame);
            assert_eq!(framing.binary_frame(frame), Ok(message.clone()));
            assert_eq!(framing.text_frame(base64), Ok(Part::Binary(message.clone())));
            assert_eq!(framing.text_frame("4b"), Ok(Part::Text(Cow::Borrowed("4b"))));
            assert_eq!(framing.text_frame("b*"), Err(NoPacket));
        }
        for frame in [&[][..], b"4", &[2, 1], &[0]] {
            assert_eq!(V3.binary_frame(Bytes::from_static(frame)), Err(NoPacket), "{frame:?}");
        }
        for frame in ["b", "bAQID", "b2", "b14"] {
            assert_eq!(V3.text_frame(frame), Err(NoPacket), "{frame}");
        }
        assert_eq!(V3.text_frame("b4"), Ok(Part::Binary(Bytes::new())));
    }

    #[test]
    fn only_revision_3_takes_payloads_of_bytes() {
        let payload = Bytes::from_static(&[0, 1, 255, b'2']);
        assert_eq!(V4.next_part(Posted::Binary(&payload), &mut 0), Some(Err(NoPacket)));
        let ping = Part::Text(Cow::Borrowed("2"));
        assert_eq!(V3.next_part(Posted::Binary(&payload), &mut 0), Some(Ok(ping)));
    }
}
