//! Payloads: several packets in the body of one HTTP request or response.
//!
//! In revision 4 the packets are separated by the record separator, and a binary message is `b`
//! and its bytes in base64. For revision 3 see [`v3`].

use std::borrow::Cow;

use bytes::Bytes;
use data_encoding::{BASE64, BASE64_NOPAD};

use super::packet::{NoPacket, WirePacket};

pub(crate) mod v3;

/// Between the packets of a payload.
const SEPARATOR: u8 = 0x1e;

/// Before the base64 of a binary message.
const BINARY_MARK: u8 = b'b';

/// One packet of a received payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// A packet in text form, as a WebSocket would carry it.
    Text(Cow<'a, str>),
    /// A binary message.
    Binary(Bytes),
}

/// The body of a response to a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// UTF-8 text.
    Text(Bytes),
    /// Any bytes.
    Binary(Bytes),
}

/// Takes the packet that starts at `offset` of `payload` and moves `offset` behind it. `None` at
/// the end.
///
/// A payload is read packet by packet, so that a long one is never held twice.
//= docs/spec/socketio.md#socketio.polling-payload
pub(crate) fn next_part<'a>(
    payload: &'a str,
    offset: &mut usize,
) -> Option<Result<Part<'a>, NoPacket>> {
    let rest = payload.get(*offset..)?;
    let end = memchr(SEPARATOR, rest.as_bytes()).unwrap_or(rest.len());
    *offset += end + 1;
    rest.get(..end).map(decode_part)
}

/// A packet in text form: that of a payload, or a text frame.
pub(crate) fn decode_part(text: &str) -> Result<Part<'_>, NoPacket> {
    match text.as_bytes().split_first() {
        Some((&BINARY_MARK, base64)) => decode_base64(base64).map(Part::Binary),
        _ => Ok(Part::Text(Cow::Borrowed(text))),
    }
}

/// Accepts base64 with its padding or without.
fn decode_base64(base64: &[u8]) -> Result<Bytes, NoPacket> {
    let codec = if base64.ends_with(b"=") { &BASE64 } else { &BASE64_NOPAD };
    codec.decode(base64).map(Bytes::from).map_err(|_| NoPacket)
}

fn memchr(byte: u8, bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&b| b == byte)
}

/// Builds the body of a response to a poll, not longer than a limit.
#[derive(Debug)]
pub(crate) struct PayloadBuilder {
    body: Vec<u8>,
    limit: usize,
}

impl PayloadBuilder {
    /// An empty payload that will take packets up to `limit` bytes in all.
    pub(crate) const fn new(limit: usize) -> Self {
        Self { body: Vec::new(), limit }
    }

    /// Whether `packet` still fits. The first packet always does: it can't be made smaller.
    pub(crate) fn fits(&self, packet: &WirePacket) -> bool {
        self.body.is_empty() || self.body.len() + 1 + encoded_length(packet) <= self.limit
    }

    /// Appends `packet`.
    pub(crate) fn push(&mut self, packet: &WirePacket) {
        self.body.reserve(1 + encoded_length(packet));
        if !self.body.is_empty() {
            //= docs/spec/socketio.md#socketio.polling-payload
            self.body.push(SEPARATOR);
        }
        match packet {
            WirePacket::Text(text) => self.body.extend_from_slice(text),
            WirePacket::Binary(bytes) => {
                self.body.push(BINARY_MARK);
                let start = self.body.len();
                self.body.resize(start + BASE64.encode_len(bytes.len()), 0);
                if let Some(space) = self.body.get_mut(start..) {
                    BASE64.encode_mut(bytes, space);
                }
            }
        }
    }

    /// Whether nothing was appended.
    pub(crate) const fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// The body.
    pub(crate) fn finish(self) -> Bytes {
        self.body.into()
    }
}

fn encoded_length(packet: &WirePacket) -> usize {
    match packet {
        WirePacket::Text(text) => text.len(),
        WirePacket::Binary(bytes) => 1 + BASE64.encode_len(bytes.len()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(payload: &str) -> Vec<Result<Part<'_>, NoPacket>> {
        let mut offset = 0;
        std::iter::from_fn(|| next_part(payload, &mut offset)).collect()
    }

    fn text(text: &str) -> Result<Part<'_>, NoPacket> {
        Ok(Part::Text(Cow::Borrowed(text)))
    }

    fn binary(bytes: &'static [u8]) -> Result<Part<'static>, NoPacket> {
        Ok(Part::Binary(Bytes::from_static(bytes)))
    }

    fn encode(packets: &[WirePacket]) -> String {
        let mut builder = PayloadBuilder::new(usize::MAX);
        packets.iter().for_each(|packet| builder.push(packet));
        String::from_utf8(builder.finish().to_vec()).unwrap()
    }

    #[test]
    fn known_payloads() {
        assert_eq!(decode("4hello"), [text("4hello")]);
        assert_eq!(
            decode("4test1\x1e4test2\x1e4test3"),
            [text("4test1"), text("4test2"), text("4test3")]
        );
        assert_eq!(decode("4hello\x1ebAQIDBA=="), [text("4hello"), binary(&[1, 2, 3, 4])]);
        assert_eq!(decode("bAQIDBA"), [binary(&[1, 2, 3, 4])]);
        assert_eq!(decode("b"), [binary(&[])]);
    }

    #[test]
    fn what_is_no_packet_is_seen_where_it_stands() {
        assert_eq!(decode(""), [text("")]);
        assert_eq!(decode("4a\x1e"), [text("4a"), text("")]);
        assert_eq!(decode("4a\x1e\x1e4b"), [text("4a"), text(""), text("4b")]);
        assert_eq!(decode("b*"), [Err(NoPacket)]);
        assert_eq!(decode("bAQIDBA="), [Err(NoPacket)]);
    }

    #[test]
    fn known_bodies() {
        let hello = WirePacket::Text(Bytes::from_static(b"4hello"));
        let bytes = WirePacket::Binary(Bytes::from_static(&[1, 2, 3, 4]));
        assert_eq!(encode(&[hello.clone(), bytes, hello]), "4hello\x1ebAQIDBA==\x1e4hello");
    }

    #[test]
    fn a_body_keeps_its_limit() {
        let mut builder = PayloadBuilder::new(10);
        let packet = WirePacket::Text(Bytes::from_static(b"4abcd"));
        assert!(builder.fits(&packet));
        builder.push(&packet);
        assert!(!builder.fits(&packet), "5 + 1 + 5 are 11");
        assert!(builder.fits(&WirePacket::Text(Bytes::from_static(b"4abc"))));
        assert!(
            !builder.fits(&WirePacket::Binary(Bytes::from_static(b"abc"))),
            "b and 4 of base64"
        );
        let huge = WirePacket::Text(Bytes::from(vec![b'4'; 100]));
        assert!(PayloadBuilder::new(10).fits(&huge), "the first always goes");
    }

    fn wire_packet() -> impl Strategy<Value = WirePacket> {
        prop_oneof![
            "[0-6][^\u{1e}]*".prop_map(|text| WirePacket::Text(text.into())),
            proptest::collection::vec(any::<u8>(), 0..50)
                .prop_map(|bytes| WirePacket::Binary(bytes.into())),
        ]
    }

    proptest! {
        #[test]
        fn never_panics(text in ".*") {
            decode(&text);
        }

        #[test]
        fn binary_never_panics(text in "b[A-Za-z0-9+/=]*") {
            decode(&text);
        }

        #[test]
        fn decoding_inverts_encoding(packets in proptest::collection::vec(wire_packet(), 1..10)) {
            let payload = encode(&packets);
            let back: Vec<WirePacket> = decode(&payload).into_iter().map(|part| {
                match part.unwrap() {
                    Part::Binary(bytes) => WirePacket::Binary(bytes),
                    Part::Text(text) => WirePacket::Text(text.into_owned().into()),
                }
            }).collect();
            prop_assert_eq!(back, packets);
        }
    }
}
