//! Frames of a WebSocket, up to the messages for the core and back.

use bytes::Bytes;
use easyrtc_proto::{Attachments, ClientMessage, DecodeLimits};

use super::framing;
use crate::engine::packet::{Packet as EnginePacket, PacketKind};
use crate::engine::payload::Part;
use crate::engine::revision::Framing;
use crate::socket::encode;
use crate::socket::packet::{Packet, PacketType};
use crate::socket::receiver::{Event, Incoming, Limits, Receiver};
use crate::socket::route::{Routed, route};

/// Between two frames: no byte of UTF-8.
const SEPARATOR: u8 = 0xff;

/// Before the bytes of a binary frame. Anything else stands before the text of a text frame.
const BINARY: u8 = b'b';

/// A client sends frames until one breaks the protocol. What reaches the layers above is within the
/// limits and in its place, and attachments survive being passed on. The first byte says how
/// packets are written and which limits hold.
///
/// # Panics
/// If that does not hold.
pub fn packets(bytes: &[u8]) {
    let Some((&head, frames)) = bytes.split_first() else { return };
    let framing = framing(head);
    let limits = if head & 4 == 0 {
        Limits { max_bytes: 1_000_000, max_attachments: 32 }
    } else {
        Limits { max_bytes: 60, max_attachments: 2 }
    };
    let mut receiver = Receiver::new(limits, framing.revision);
    for frame in frames.split(|&byte| byte == SEPARATOR) {
        let Some((&kind, content)) = frame.split_first() else { return };
        let goes_on = if kind == BINARY {
            let frame = framing.binary_frame(Bytes::copy_from_slice(content));
            frame.is_ok_and(|message| binary(&mut receiver, message, limits))
        } else {
            std::str::from_utf8(content)
                .is_ok_and(|content| text(&mut receiver, framing, content, limits))
        };
        if !goes_on {
            return;
        }
    }
}

fn text(receiver: &mut Receiver, framing: Framing, frame: &str, limits: Limits) -> bool {
    let message = match framing.text_frame(frame) {
        Err(_) => return false,
        Ok(Part::Binary(message)) => return binary(receiver, message, limits),
        Ok(Part::Text(text)) => text,
    };
    let Ok(packet) = EnginePacket::parse(&message) else { return false };
    if packet.kind != PacketKind::Message {
        return true;
    }
    let before = receiver.is_connected();
    let Ok(incoming) = receiver.text(packet.data) else { return false };
    let after = match &incoming {
        Incoming::Connect => {
            assert!(!before, "connected twice");
            true
        }
        Incoming::Disconnect => {
            assert!(before, "left without having come");
            false
        }
        Incoming::UnknownNamespace(_) => before,
        Incoming::Partial | Incoming::Event(_) | Incoming::Ack(_) => {
            assert!(before, "{incoming:?} of a client that is not connected");
            true
        }
    };
    take(&incoming, limits);
    assert_eq!(receiver.is_connected(), after);
    true
}

fn binary(receiver: &mut Receiver, message: Bytes, limits: Limits) -> bool {
    let Ok(incoming) = receiver.binary(message) else { return false };
    take(&incoming, limits);
    true
}

fn take(incoming: &Incoming<'_>, limits: Limits) {
    let Incoming::Event(event) = incoming else { return };
    assert!(event.attachments.len() <= limits.max_attachments);
    assert!(event.attachments.iter().map(Bytes::len).sum::<usize>() <= limits.max_bytes);
    let Event { attachments, .. } = event;
    let Routed::Feed { event, ack, message } = route(event) else { return };
    let packet = Attachments::new(attachments.clone());
    let limits = DecodeLimits::default();
    if let Ok(ClientMessage::Custom(custom)) =
        ClientMessage::decode_read(event, &message, &packet, &limits)
        && let Some(data) = custom.msg_data
    {
        pass_on(ack.unwrap_or_default(), data.as_str(), data.attachments());
    }
}

/// What is sent comes back.
fn pass_on(id: u64, data: &str, attachments: &[Bytes]) {
    let write = |out: &mut Vec<u8>| out.extend_from_slice(data.as_bytes());
    let count = attachments.len();
    let (mut ack, mut event) = (Vec::new(), Vec::new());
    encode::ack(id, count, &mut ack, write);
    encode::event("easyrtcMsg", Some(id), count, &mut event, write);
    for (sent, expected) in
        [(ack, format!("[{data}]")), (event, format!("[\"easyrtcMsg\",{data}]"))]
    {
        let text = std::str::from_utf8(&sent).unwrap_or_default();
        let packet = Packet::parse(text.get(1..).unwrap_or_default(), Attachments::MAX);
        assert!(
            packet.is_ok_and(|packet| {
                let binary =
                    [PacketType::BinaryAck, PacketType::BinaryEvent].contains(&packet.kind);
                binary == (count > 0)
                    && (packet.attachments, packet.id) == (count, Some(id))
                    && packet.data == Some(expected.as_str())
                    && packet.check_data().is_ok()
            }),
            "{text}"
        );
    }
}
