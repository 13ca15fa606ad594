//! Packets that wait for the transport to take them.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::emit::PacketSink;
use crate::engine::packet::WirePacket;
use crate::engine::revision::{Framing, PacketQueue};

/// Replies of the transport itself (pings, refused namespaces, …) that may wait at a time. A client
/// that causes more without reading them is too slow.
const MAX_REPLIES: usize = 64;

/// The packets of one session on their way to the transport, in order.
///
/// Events and answers are put in only when it is empty, one batch at a time, so that the
/// bound of what they came from holds.
#[derive(Debug, Default)]
pub(crate) struct SendQueue {
    /// How a WebSocket that they leave by carries them.
    framing: Framing,
    packets: VecDeque<WirePacket>,
    replies: usize,
}

/// More replies wait than a client that reads would ever cause.
#[derive(Debug)]
pub(crate) struct TooManyReplies;

impl SendQueue {
    /// An empty queue. A WebSocket carries its packets as `framing` says.
    pub(crate) fn new(framing: Framing) -> Self {
        Self { framing, ..Self::default() }
    }

    /// Appends a packet that carries an event or an answer of the core.
    pub(crate) fn push(&mut self, packet: WirePacket) {
        self.packets.push_back(packet);
    }

    /// Appends a packet of the transport itself.
    ///
    /// # Errors
    ///
    /// If too many wait already.
    pub(crate) fn reply(&mut self, packet: WirePacket) -> Result<(), TooManyReplies> {
        if self.replies >= MAX_REPLIES {
            return Err(TooManyReplies);
        }
        self.replies += 1;
        self.packets.push_back(packet);
        Ok(())
    }

    /// Puts what waits in `first` before everything else, which goes by the WebSocket of `first`
    /// from here on.
    pub(crate) fn prepend(&mut self, mut first: Self) {
        first.packets.append(&mut self.packets);
        first.replies += self.replies;
        *self = first;
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.packets.is_empty()
    }

    /// Takes the first packet, as a WebSocket carries it.
    pub(crate) fn pop(&mut self) -> Option<WirePacket> {
        self.pop_if(|_| true).map(|packet| self.framing.frame(packet))
    }
}

impl PacketSink for SendQueue {
    fn text(&mut self, size_hint: usize, write: impl FnOnce(&mut Vec<u8>)) {
        let mut text = Vec::with_capacity(size_hint);
        write(&mut text);
        self.push(WirePacket::Text(text.into()));
    }

    fn attachment(&mut self, attachment: &Bytes) {
        self.push(WirePacket::Binary(attachment.clone()));
    }
}

impl PacketQueue for SendQueue {
    fn pop_if(&mut self, accept: impl FnOnce(&WirePacket) -> bool) -> Option<WirePacket> {
        if !accept(self.packets.front()?) {
            return None;
        }
        let packet = self.packets.pop_front();
        if self.packets.is_empty() {
            self.replies = 0;
            // Most connections are idle most of the time.
            self.packets = VecDeque::new();
        }
        packet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept() {
        let mut queue = SendQueue::default();
        queue.push(WirePacket::PROBE_PONG);
        queue.attachment(&Bytes::from_static(b"a"));
        queue.attachment(&Bytes::from_static(b"b"));
        queue.reply(WirePacket::PING).unwrap();
        let order: Vec<WirePacket> = std::iter::from_fn(|| queue.pop()).collect();
        let binary = |bytes| WirePacket::Binary(Bytes::from_static(bytes));
        assert_eq!(order, [WirePacket::PROBE_PONG, binary(b"a"), binary(b"b"), WirePacket::PING]);
        assert!(queue.is_empty());
    }

    #[test]
    fn what_waits_goes_by_the_websocket_that_takes_over() {
        use crate::engine::revision::Revision;
        let mut queue = SendQueue::default();
        queue.attachment(&Bytes::from_static(b"a"));
        let mut first = SendQueue::new(Framing { revision: Revision::V3, base64: false });
        first.reply(WirePacket::PROBE_PONG).unwrap();
        queue.prepend(first);
        assert_eq!(queue.pop(), Some(WirePacket::PROBE_PONG));
        assert_eq!(queue.pop(), Some(WirePacket::Binary(Bytes::from_static(b"\x04a"))));
    }

    #[test]
    fn replies_are_bounded() {
        let mut queue = SendQueue::default();
        for _ in 0..MAX_REPLIES {
            queue.reply(WirePacket::PING).unwrap();
        }
        assert!(queue.reply(WirePacket::PING).is_err());
        while queue.pop().is_some() {}
        assert!(queue.reply(WirePacket::PING).is_ok());
    }
}
