//! Bodies of POSTs, and of what answers polls.

use bytes::Bytes;

use super::framing;
use crate::engine::packet::{Packet, WirePacket};
use crate::engine::payload::{Body, Part};
use crate::engine::revision::{Framing, Posted, Revision};
use crate::queue::SendQueue;

/// Reads the body of a POST, and writes its packets into the bodies of responses, from which they
/// come back as they were. The first byte says how packets are written and how the body was sent.
///
/// # Panics
/// If that does not hold.
pub fn payload(bytes: &[u8]) {
    let Some((&head, rest)) = bytes.split_first() else { return };
    let framing = framing(head);
    let body = Bytes::copy_from_slice(rest);
    let posted = match (head & 4 == 0, std::str::from_utf8(&body)) {
        (true, Ok(text)) => Posted::Text(text),
        (true, Err(_)) => return,
        (false, _) => Posted::Binary(&body),
    };
    let sent = packets(framing, posted);
    let mut queue = SendQueue::new(framing);
    sent.iter().cloned().for_each(|packet| queue.push(packet));
    let limit = usize::from(head >> 3) * 8;
    let mut back = Vec::new();
    while let Some(body) = framing.encode_payload(&mut queue, limit) {
        let (length, packets) = match &body {
            Body::Text(body) => {
                let text = std::str::from_utf8(body).unwrap_or_default();
                (body.len(), packets(framing, Posted::Text(text)))
            }
            Body::Binary(body) => (body.len(), packets(framing, Posted::Binary(body))),
        };
        assert!(!packets.is_empty(), "{body:?}");
        assert!(length <= limit || packets.len() == 1, "{length} bytes, {limit} are allowed");
        back.extend(packets);
    }
    let is_ascii = |packet: &WirePacket| match packet {
        WirePacket::Text(text) => text.is_ascii(),
        WirePacket::Binary(_) => true,
    };
    // In revision 3 other text goes out escaped.
    if framing.revision == Revision::V4 || sent.iter().all(is_ascii) {
        assert_eq!(back, sent);
    } else {
        assert_eq!(back.len(), sent.len());
    }
}

/// The packets of a body, up to what is none: that ends the session.
fn packets(framing: Framing, posted: Posted<'_>) -> Vec<WirePacket> {
    let mut packets = Vec::new();
    let mut offset = 0;
    loop {
        let before = offset;
        let Some(Ok(part)) = framing.next_part(posted, &mut offset) else { return packets };
        assert!(offset > before, "a packet takes at least one byte");
        packets.push(match part {
            Part::Binary(bytes) => WirePacket::Binary(bytes),
            Part::Text(text) if Packet::parse(&text).is_ok() => {
                WirePacket::Text(text.into_owned().into())
            }
            Part::Text(_) => return packets,
        });
    }
}
