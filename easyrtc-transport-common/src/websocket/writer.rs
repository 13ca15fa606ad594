//! What waits to be written: packets become frames, as many in one write as fit.

use bytes::{Buf, Bytes};
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{CloseCode, Control, Data, OpCode};

use super::{Packet, PacketSource};

/// How many bytes are handed over in one write at most.
const WRITE_BYTES: usize = 16 * 1024;

/// Bytes of the longest head of a frame without a mask.
const MAX_HEAD: usize = 10;

/// Frames on their way out. Holds nothing while nothing waits.
#[derive(Debug, Default)]
pub(super) struct Writer {
    /// Encoded frames, except the rest of the last one.
    buffer: Vec<u8>,
    /// How much of `buffer` was written.
    written: usize,
    /// The rest of the last frame's payload.
    rest: Bytes,
    /// The answer to the client's last ping; those before need none (RFC 6455, 5.5.3), so that a
    /// client that does not read can't fill memory with them.
    pong: Option<Vec<u8>>,
}

impl Writer {
    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.buffer.is_empty() && self.rest.is_empty() && self.pong.is_none()
    }

    /// Bytes to write next, of what waits and of `queue`; empty if there is nothing.
    pub(super) fn next(&mut self, queue: &mut impl PacketSource) -> &[u8] {
        if self.written == self.buffer.len() {
            self.buffer.clear();
            self.written = 0;
            self.fill(queue);
            if self.buffer.is_empty() {
                // Given back: most connections are idle most of the time.
                self.buffer = Vec::new();
            }
        }
        self.buffer.get(self.written..).unwrap_or_default()
    }

    /// So many bytes were written.
    pub(super) fn advance(&mut self, written: usize) {
        self.written += written;
    }

    /// Appends a message of about `size_hint` bytes that `write` appends. Written in place, so it
    /// is for who knows that what waits is bounded.
    pub(super) fn message(
        &mut self,
        kind: Data,
        size_hint: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        self.flatten();
        let header = FrameHeader { opcode: OpCode::Data(kind), ..FrameHeader::default() };
        let (start, expected) = (self.buffer.len(), header.len(size_hint as u64));
        self.buffer.reserve(size_hint + expected);
        self.buffer.resize(start + expected, 0);
        write(&mut self.buffer);
        let length = self.buffer.len().saturating_sub(start + expected) as u64;
        let mut head = [0; MAX_HEAD];
        // Invariant: no head of a frame is longer.
        let _ = header.format(length, &mut head.as_mut_slice());
        let head = head.get(..header.len(length)).unwrap_or_default();
        match self.buffer.get_mut(start..start + expected) {
            Some(place) if place.len() == head.len() => place.copy_from_slice(head),
            // The hint was wrong by so much that the head has another length.
            _ => drop(self.buffer.splice(start..start + expected, head.iter().copied())),
        }
    }

    /// Puts what is left of the last frame before whatever is appended next.
    fn flatten(&mut self) {
        let rest = std::mem::take(&mut self.rest);
        self.buffer.extend_from_slice(&rest);
    }

    /// Answers a ping of the client, as soon as the frame before has left.
    pub(super) fn pong(&mut self, payload: Vec<u8>) {
        self.pong = Some(payload);
    }

    /// Appends a close frame, the last there is. A `code` of `None` answers a close frame that had
    /// none.
    pub(super) fn close(&mut self, code: Option<CloseCode>, reason: &str) {
        self.flatten();
        // A ping that the client's close came behind needs no answer (RFC 6455, 5.5.2).
        self.pong = None;
        let code = code.map(|code| u16::from(code).to_be_bytes());
        let code = code.as_ref().map_or(&[][..], |code| code.as_slice());
        self.control(Control::Close, &[code, reason.as_bytes()].concat());
    }

    fn control(&mut self, kind: Control, payload: &[u8]) {
        self.head(OpCode::Control(kind), payload.len());
        self.buffer.extend_from_slice(payload);
    }

    fn fill(&mut self, queue: &mut impl PacketSource) {
        loop {
            let room = WRITE_BYTES.saturating_sub(self.buffer.len());
            let part = self.rest.len().min(room);
            self.buffer.extend_from_slice(self.rest.get(..part).unwrap_or_default());
            self.rest.advance(part);
            if !self.rest.is_empty() || room <= MAX_HEAD {
                return;
            }
            // What was sent in full is not kept alive by an empty rest.
            self.rest = Bytes::new();
            if let Some(payload) = self.pong.take() {
                self.control(Control::Pong, &payload);
            }
            match queue.pop() {
                Some(Packet::Text(text)) => self.begin(Data::Text, text),
                Some(Packet::Binary(bytes)) => self.begin(Data::Binary, bytes),
                Some(Packet::Ping) => self.control(Control::Ping, &[]),
                None => return,
            }
        }
    }

    fn begin(&mut self, kind: Data, payload: Bytes) {
        let length = payload.len() + MAX_HEAD;
        self.buffer.reserve(length.min(WRITE_BYTES.saturating_sub(self.buffer.len())));
        self.head(OpCode::Data(kind), payload.len());
        self.rest = payload;
    }

    fn head(&mut self, opcode: OpCode, length: usize) {
        let header = FrameHeader { opcode, ..FrameHeader::default() };
        // Writing into a vector does not fail.
        let _ = header.format(length as u64, &mut self.buffer);
    }
}

#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod fuzzed;
#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    impl PacketSource for VecDeque<Packet> {
        fn is_empty(&self) -> bool {
            Self::is_empty(self)
        }

        fn pop(&mut self) -> Option<Packet> {
            self.pop_front()
        }
    }

    /// Everything that is written of `packets`, write by write, `chunk` bytes taken of each.
    fn written(packets: impl IntoIterator<Item = Packet>, chunk: usize) -> Vec<u8> {
        let mut queue: VecDeque<Packet> = packets.into_iter().collect();
        let (mut writer, mut all) = (Writer::default(), Vec::new());
        loop {
            let next = writer.next(&mut queue);
            assert!(next.len() <= WRITE_BYTES + MAX_HEAD);
            let next = &next[..next.len().min(chunk)];
            if next.is_empty() {
                assert!(writer.is_empty());
                assert_eq!(writer.buffer.capacity(), 0, "given back");
                return all;
            }
            all.extend_from_slice(next);
            let length = next.len();
            writer.advance(length);
        }
    }

    fn text(length: usize) -> Packet {
        Packet::Text(vec![b'4'; length].into())
    }

    #[test]
    fn packets_that_are_ready_together_leave_in_one_write() {
        let mut queue = VecDeque::from([text(2), Packet::Binary(Bytes::from_static(b"x"))]);
        queue.push_back(Packet::Ping);
        let expected = b"\x81\x0244\x82\x01x\x89\x00";
        assert_eq!(Writer::default().next(&mut queue), expected);
    }

    #[test]
    fn long_packets_leave_in_one_frame_and_several_writes() {
        let all = written([text(100_000), text(1)], usize::MAX);
        assert_eq!(all[..10], *b"\x81\x7f\0\0\0\0\0\x01\x86\xa0");
        assert_eq!(all.len(), 10 + 100_000 + 3);
        assert!(all.ends_with(b"4\x81\x014"));
    }

    #[test]
    fn it_does_not_matter_how_much_a_write_takes() {
        let packets = || [text(20_000), Packet::Ping, text(125), text(126), text(65_536)];
        let all = written(packets(), usize::MAX);
        for chunk in [1, 7, 1000] {
            assert!(written(packets(), chunk) == all, "{chunk}");
        }
    }

    #[test]
    fn messages_written_in_place() {
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            let expected = written([text(1), text(length)], usize::MAX);
            for size_hint in [0, 126, length, 1_000_000] {
                let mut writer = Writer::default();
                writer.message(Data::Text, 1, |out| out.push(b'4'));
                let write = |out: &mut Vec<u8>| out.extend(vec![b'4'; length]);
                writer.message(Data::Text, size_hint, write);
                assert!(writer.next(&mut VecDeque::new()) == expected, "{length} {size_hint}");
            }
        }
    }

    #[test]
    fn only_the_last_ping_is_answered_between_frames() {
        let mut queue = VecDeque::from([text(20_000)]);
        let mut writer = Writer::default();
        let first = writer.next(&mut queue).len();
        for number in 0..100 {
            writer.pong(vec![number]);
        }
        writer.advance(first);
        let rest = writer.next(&mut queue);
        assert_eq!(first + rest.len(), 4 + 20_000 + 3);
        assert!(rest.ends_with(b"444\x8a\x01\x63"));
    }

    #[test]
    fn a_close_waits_for_the_end_of_the_frame_before_and_is_the_last() {
        let mut queue = VecDeque::from([text(20_000)]);
        let mut writer = Writer::default();
        let first = writer.next(&mut queue).len();
        writer.advance(first);
        writer.pong(b"too late".to_vec());
        writer.close(Some(CloseCode::Away), "bye");
        let rest = writer.next(&mut queue).to_vec();
        assert_eq!(first + rest.len(), 4 + 20_000 + 7);
        assert!(rest.ends_with(b"444\x88\x05\x03\xe9bye"));
        writer.advance(rest.len());
        assert!(writer.next(&mut queue).is_empty(), "nothing behind the close");
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(choices in proptest::collection::vec(any::<u8>(), 0..90)) {
            fuzzed::writer(&choices);
        }
    }
}
