//! From what the core says to packets.

use easyrtc_runtime::{CloseReason, Frame, Outgoing};

use crate::engine::packet::WirePacket;
use crate::metrics::Counters;
use crate::queue::SendQueue;
use crate::socket::acks::Acks;
use crate::socket::encode;

/// Puts an event or an answer into the queue, its attachments behind it. `acks` gives the id if an
/// answer is wanted. An end of the connection is returned: it is not the queue's alone.
pub(crate) fn emit(
    outgoing: Outgoing,
    acks: Option<&mut Acks>,
    counters: &Counters,
    queue: &mut SendQueue,
) -> Option<CloseReason> {
    match outgoing {
        Outgoing::Event { frame, to } => {
            let id = acks.map(|acks| ask(acks, counters));
            let attachments = frame.attachments().len();
            let name = frame.event().name();
            let write = |out: &mut Vec<u8>| frame.write_json(to.as_ref(), out);
            push(encode::event(name, id, attachments, frame.size_hint(), write), &frame, queue);
            None
        }
        Outgoing::Reply { ack, frame } => {
            let attachments = frame.attachments().len();
            let write = |out: &mut Vec<u8>| frame.write_json(None, out);
            push(encode::ack(ack.0, attachments, frame.size_hint(), write), &frame, queue);
            None
        }
        Outgoing::Close(reason) => Some(reason),
    }
}

fn push(text: WirePacket, frame: &Frame, queue: &mut SendQueue) {
    queue.push(text);
    queue.push_attachments(frame.attachments());
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
