//! Anything is sent, in any order, in writes that take any amount; tungstenite reads it.

use std::collections::VecDeque;
use std::sync::LazyLock;

use tungstenite::error::ProtocolError;
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Error, Message, WebSocket};

use super::*;
use crate::websocket::decoder::MAX_CONTROL;
use crate::websocket::decoder::fuzzed::Sent;

/// Lengths about which something changes: heads, writes.
const LENGTHS: [u16; 6] = [0, 110, 1000, 16_360, 32_740, 65_520];

/// No more is sent than so many bytes: a run is to be short.
const MOST: usize = 300_000;

/// ASCII that shows if a part is missing or doubled. Payloads are pieces of it.
static PATTERN: LazyLock<Bytes> = LazyLock::new(|| {
    let byte = |index: u32| index.wrapping_mul(2_654_435_761).to_be_bytes()[0] & 0x7f;
    (0..70_000).map(byte).collect()
});

/// What one write may have besides a full buffer: a pong, and the head of what comes next.
const BEYOND: usize = 2 + MAX_CONTROL + MAX_HEAD;

/// Each three bytes choose what happens next: something is sent, or some of it written.
pub(crate) fn writer(bytes: &[u8]) {
    let mut line = Line::default();
    for &[choice, first, second] in bytes.as_chunks().0 {
        let length = usize::from(LENGTHS[usize::from(first) % LENGTHS.len()]);
        let length = length + usize::from(second % 32);
        match choice % 11 {
            0 => {
                let text = line.payload(length);
                line.queue.waiting.push_back(Packet::Text(text));
            }
            1 => {
                let bytes = line.payload(length);
                line.queue.waiting.push_back(Packet::Binary(bytes));
            }
            2 => line.queue.waiting.push_back(Packet::Ping),
            3 => line.in_place(length, length),
            // A hint that may be far off.
            4 => line.in_place(length, usize::from(second) << 8),
            5 => line.pinged(usize::from(first) % (MAX_CONTROL + 1)),
            6 if choice > 200 => {
                line.close(first, second);
                break;
            }
            6 | 7 => line.write(1 + usize::from(second % 16)),
            8 => line.write(1 + usize::from(second)),
            9 => line.write(1 + (usize::from(second) << 8)),
            _ => line.write(usize::MAX),
        }
        if line.sent > MOST {
            break;
        }
    }
    line.finish();
    line.check();
}

/// A writer, what went into it and what came out.
#[derive(Default)]
struct Line {
    writer: Writer,
    queue: Queue,
    /// The answers to pings.
    pongs: Vec<Vec<u8>>,
    /// The close frame, once there is one.
    closed: Option<Vec<u8>>,
    written: Vec<u8>,
    /// Bytes of all payloads, and how many there were.
    sent: usize,
    number: u8,
}

/// A queue that knows what was taken.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Packet>,
    taken: Vec<Packet>,
}

impl PacketSource for Queue {
    fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn pop(&mut self) -> Option<Packet> {
        let packet = self.waiting.pop_front()?;
        self.taken.push(packet.clone());
        Some(packet)
    }
}

impl Line {
    fn payload(&mut self, length: usize) -> Bytes {
        self.sent += length;
        self.number = self.number.wrapping_add(1);
        let start = usize::from(self.number);
        PATTERN.slice(start..start + length)
    }

    fn in_place(&mut self, length: usize, size_hint: usize) {
        let payload = self.payload(length);
        let is_text = self.number & 1 == 0;
        let kind = if is_text { Data::Text } else { Data::Binary };
        self.writer.message(kind, size_hint, |out| out.extend_from_slice(&payload));
        let packet = if is_text { Packet::Text(payload) } else { Packet::Binary(payload) };
        self.queue.taken.push(packet);
    }

    /// A ping of the client came.
    fn pinged(&mut self, length: usize) {
        let payload = self.payload(length).to_vec();
        self.writer.pong(payload.clone());
        self.pongs.push(payload);
    }

    fn close(&mut self, first: u8, second: u8) {
        let code = 4000 + u16::from(second);
        if first & 1 == 0 {
            self.writer.close(Some(CloseCode::from(code)), "bye");
            self.closed = Some([&[0x88, 5], &code.to_be_bytes()[..], b"bye"].concat());
        } else {
            self.writer.close(None, "");
            self.closed = Some(vec![0x88, 0]);
        }
        self.queue.waiting.clear();
    }

    /// A write that takes `most` bytes, or all there are.
    fn write(&mut self, most: usize) {
        let gathers = self.writer.written == self.writer.buffer.len();
        let next = self.writer.next(&mut self.queue);
        assert!(!gathers || next.len() <= WRITE_BYTES + BEYOND);
        let taken = next.len().min(most);
        self.written.extend_from_slice(next.get(..taken).unwrap_or_default());
        self.writer.advance(taken);
    }

    /// All the rest is written.
    fn finish(&mut self) {
        let mut before = None;
        while before != Some(self.written.len()) {
            before = Some(self.written.len());
            self.write(usize::MAX);
        }
        assert!(self.writer.is_empty() && self.queue.is_empty());
        assert_eq!(self.writer.buffer.capacity(), 0, "given back");
    }

    /// What came out is what went in, each once, in order.
    fn check(self) {
        let config = WebSocketConfig::default().read_buffer_size(4096);
        let sent = Sent(&self.written);
        let mut client = WebSocket::from_raw_socket(sent, Role::Client, Some(config));
        let mut taken = self.queue.taken.into_iter();
        let mut pongs = self.pongs.iter();
        let mut last_pong = None;
        loop {
            let packet = match client.read() {
                Ok(Message::Text(text)) => Packet::Text(text.into()),
                Ok(Message::Binary(bytes)) => Packet::Binary(bytes),
                Ok(Message::Ping(_)) => Packet::Ping,
                // Not each is sent, but those that are come in order.
                Ok(Message::Pong(payload)) => {
                    assert!(pongs.any(|pong| *pong == payload));
                    last_pong = Some(payload.to_vec());
                    continue;
                }
                Ok(Message::Close(_)) => {
                    let close = self.closed.as_deref();
                    assert!(close.is_some_and(|close| self.written.ends_with(close)), "the end");
                    break;
                }
                Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => {
                    assert_eq!(self.closed, None);
                    assert_eq!(last_pong.as_ref(), self.pongs.last());
                    break;
                }
                Ok(Message::Frame(_)) | Err(_) => panic!("no client can read this"),
            };
            assert!(taken.next() == Some(packet));
        }
        assert!(taken.next().is_none());
    }
}
