//! From what the core says to packets.

use bytes::Bytes;
use easyrtc_runtime::{CloseReason, Frame, Outgoing};

use crate::metrics::Counters;
use crate::socket::acks::Acks;
use crate::socket::encode;

/// Where packets go that carry an event or an answer of the core.
pub(crate) trait PacketSink {
    /// Appends a packet whose text, about `size_hint` bytes, `write` appends.
    fn text(&mut self, size_hint: usize, write: impl FnOnce(&mut Vec<u8>));

    /// Appends an attachment of the packet before.
    fn attachment(&mut self, attachment: &Bytes);
}

/// Bytes of a packet around the message in it, roughly.
const AROUND: usize = 40;

/// Hands an event or an answer to `sink`, its attachments behind it. `acks` gives the id if an
/// answer is wanted. An end of the connection is returned: it is not the sink's alone.
pub(crate) fn emit(
    outgoing: Outgoing,
    acks: Option<&mut Acks>,
    counters: &Counters,
    sink: &mut impl PacketSink,
) -> Option<CloseReason> {
    let (frame, to, ack) = match outgoing {
        Outgoing::Event { frame, to } => (frame, to, None),
        Outgoing::Reply { ack, frame } => (frame, None, Some(ack)),
        Outgoing::Close(reason) => return Some(reason),
    };
    let attachments = frame.attachments().len();
    let write = |out: &mut Vec<u8>| frame.write_json(to.as_ref(), out);
    match ack {
        None => {
            let id = acks.map(|acks| ask(acks, counters));
            let name = frame.event().name();
            sink.text(AROUND + frame.size_hint(), |text| {
                encode::event(name, id, attachments, text, write);
            });
        }
        Some(ack) => sink.text(AROUND + frame.size_hint(), |text| {
            encode::ack(ack.0, attachments, text, write);
        }),
    }
    push_attachments(&frame, sink);
    None
}

fn push_attachments(frame: &Frame, sink: &mut impl PacketSink) {
    for attachment in frame.attachments() {
        sink.attachment(attachment);
    }
}

fn ask(acks: &mut Acks, counters: &Counters) -> u64 {
    let before = acks.outstanding();
    let id = acks.ask();
    counters.acks_requested.add(1);
    if acks.outstanding() > before {
        counters.acks_outstanding.add(1);
    }
    id
}
