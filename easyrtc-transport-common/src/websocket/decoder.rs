//! From bytes to messages (RFC 6455, section 5), without I/O.

use std::io::Cursor;

use bytes::Bytes;
use tungstenite::Utf8Bytes;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{CloseCode, Control, Data, OpCode};

/// Bytes of the longest head of a frame.
const MAX_HEAD: usize = 14;

/// Bytes that a control frame may carry.
pub(super) const MAX_CONTROL: usize = 125;

/// What a client sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// A text message.
    Text(Utf8Bytes),
    /// A binary message.
    Binary(Bytes),
    /// A ping, to be answered with the same bytes.
    Ping(Vec<u8>),
    /// A pong.
    Pong,
    /// A close frame, with its code if it has one.
    Close(Option<CloseCode>),
}

/// Why bytes are no messages that a client may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// They are against the protocol.
    Protocol,
    /// A text is no UTF-8.
    Text,
    /// A message is too large.
    TooLarge,
}

/// The frame whose payload is being read.
#[derive(Clone, Copy, Debug)]
struct Begun {
    opcode: OpCode,
    is_final: bool,
    mask: [u8; 4],
    /// Payload bytes still to come.
    left: usize,
}

/// Reads the frames of a client. Holds nothing between messages.
#[derive(Debug)]
pub(crate) struct Decoder {
    max_message: usize,
    /// The beginning of a head that has not come in full.
    head: [u8; MAX_HEAD],
    head_bytes: u8,
    frame: Option<Begun>,
    /// What kind of message waits for its next fragment.
    fragmented: Option<Data>,
    /// The message so far.
    message: Vec<u8>,
    /// How much of a fragmented text is known to be UTF-8.
    valid: usize,
    /// The control frame so far, which may come amid the fragments of a message.
    control: Vec<u8>,
}

impl Decoder {
    /// Messages may have up to `max_message` bytes.
    pub(crate) const fn new(max_message: usize) -> Self {
        Self {
            max_message,
            head: [0; MAX_HEAD],
            head_bytes: 0,
            frame: None,
            fragmented: None,
            message: Vec::new(),
            valid: 0,
            control: Vec::new(),
        }
    }

    /// Takes bytes from the front of `input` until a message is complete. `None`: all of it was
    /// taken, and more is needed.
    ///
    /// # Errors
    ///
    /// If they are none that a client may send. Nothing that follows means anything.
    pub(crate) fn decode(&mut self, input: &mut &[u8]) -> Result<Option<Message>, Invalid> {
        loop {
            let mut frame = match self.frame {
                Some(frame) => frame,
                None => match self.begin(input)? {
                    Some(frame) => frame,
                    None => return Ok(None),
                },
            };
            let (part, rest) = input.split_at(frame.left.min(input.len()));
            *input = rest;
            let payload = match frame.opcode {
                OpCode::Data(_) => &mut self.message,
                OpCode::Control(_) => &mut self.control,
            };
            // A message may go on in other frames.
            let most = if frame.is_final { frame.left } else { self.max_message - payload.len() };
            make_room(payload, part.len(), most);
            append_unmasked(payload, part, frame.mask);
            frame.left -= part.len();
            // The mask goes on where this part of the payload ended.
            frame.mask.rotate_left(part.len() % 4);
            if frame.left > 0 {
                self.frame = Some(frame);
                return Ok(None);
            }
            self.frame = None;
            if let Some(message) = self.complete(frame)? {
                return Ok(Some(message));
            }
        }
    }

    /// Reads the head of a frame; `None` if it has not come in full.
    fn begin(&mut self, input: &mut &[u8]) -> Result<Option<Begun>, Invalid> {
        if self.head_bytes == 0 {
            return match parse(input)? {
                Some((header, length, head)) => {
                    *input = input.get(head..).unwrap_or_default();
                    self.check(&header, length).map(Some)
                }
                None => {
                    // Shorter than a head, or there would be one.
                    for &byte in std::mem::take(input) {
                        self.keep(byte);
                    }
                    Ok(None)
                }
            };
        }
        while let Some((&byte, rest)) = input.split_first() {
            *input = rest;
            self.keep(byte);
            let kept = self.head.get(..usize::from(self.head_bytes)).unwrap_or_default();
            if let Some((header, length, _)) = parse(kept)? {
                self.head_bytes = 0;
                return self.check(&header, length).map(Some);
            }
        }
        Ok(None)
    }

    fn keep(&mut self, byte: u8) {
        if let Some(place) = self.head.get_mut(usize::from(self.head_bytes)) {
            *place = byte;
            self.head_bytes += 1;
        }
    }

    /// Whether a client may send a frame with this head now.
    fn check(&self, header: &FrameHeader, length: u64) -> Result<Begun, Invalid> {
        let FrameHeader { is_final, rsv1, rsv2, rsv3, opcode, mask } = *header;
        let mask = mask.filter(|_| !rsv1 && !rsv2 && !rsv3).ok_or(Invalid::Protocol)?;
        let in_place = match opcode {
            OpCode::Control(_) => is_final && length <= MAX_CONTROL as u64,
            OpCode::Data(Data::Continue) => self.fragmented.is_some(),
            OpCode::Data(_) => self.fragmented.is_none(),
        };
        if !in_place {
            return Err(Invalid::Protocol);
        }
        //= docs/spec/limits.md#limits.message
        //= docs/spec/socketio.md#socketio.max-payload
        let room = match opcode {
            OpCode::Control(_) => MAX_CONTROL,
            OpCode::Data(_) => self.max_message - self.message.len(),
        };
        let left = usize::try_from(length).ok().filter(|&length| length <= room);
        let left = left.ok_or(Invalid::TooLarge)?;
        Ok(Begun { opcode, is_final, mask, left })
    }

    /// What `frame`, which has come in full, completes.
    fn complete(&mut self, frame: Begun) -> Result<Option<Message>, Invalid> {
        let kind = match frame.opcode {
            OpCode::Control(kind) => {
                let payload = std::mem::take(&mut self.control);
                return match kind {
                    Control::Ping => Ok(Some(Message::Ping(payload))),
                    Control::Pong => Ok(Some(Message::Pong)),
                    Control::Close => close_code(&payload).map(|code| Some(Message::Close(code))),
                    Control::Reserved(_) => Err(Invalid::Protocol),
                };
            }
            OpCode::Data(Data::Continue) => self.fragmented.take().unwrap_or(Data::Binary),
            OpCode::Data(kind) => kind,
        };
        if !frame.is_final {
            self.fragmented = Some(kind);
            return if kind == Data::Text { self.check_text() } else { Ok(()) }.map(|()| None);
        }
        self.valid = 0;
        let message = Bytes::from(std::mem::take(&mut self.message));
        if kind == Data::Text {
            let text = Utf8Bytes::try_from(message).map_err(|_| Invalid::Text)?;
            return Ok(Some(Message::Text(text)));
        }
        Ok(Some(Message::Binary(message)))
    }

    /// Whether the fragments so far can be the beginning of a text: what can't is refused at once.
    fn check_text(&mut self) -> Result<(), Invalid> {
        let unchecked = self.message.get(self.valid..).unwrap_or_default();
        self.valid += match std::str::from_utf8(unchecked) {
            Ok(text) => text.len(),
            // A character may go on in the next fragment.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Err(Invalid::Text),
        };
        Ok(())
    }
}

/// The head at the front of `bytes`, the length of the payload, and that of the head.
fn parse(bytes: &[u8]) -> Result<Option<(FrameHeader, u64, usize)>, Invalid> {
    let mut cursor = Cursor::new(bytes);
    // It fails only for opcodes that mean nothing.
    let parsed = FrameHeader::parse(&mut cursor).map_err(|_| Invalid::Protocol)?;
    // What was read is within `bytes`, whose length is a usize.
    let read = usize::try_from(cursor.position()).unwrap_or(bytes.len());
    Ok(parsed.map(|(header, length)| (header, length, read)))
}

/// Makes room for `more` bytes, and for as many again as there are, so that bytes are moved seldom;
/// but not for more than `most`, which is all that can come. Nothing is held for what was promised.
fn make_room(payload: &mut Vec<u8>, more: usize, most: usize) {
    if payload.capacity() - payload.len() < more {
        payload.reserve_exact(more.max(payload.len()).min(most));
    }
}

/// Appends `masked` without its mask.
fn append_unmasked(payload: &mut Vec<u8>, masked: &[u8], mask: [u8; 4]) {
    let start = payload.len();
    payload.extend_from_slice(masked);
    let added = payload.get_mut(start..).unwrap_or_default();
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, rest) = added.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
}

/// The code of a close frame, which may have none.
fn close_code(payload: &[u8]) -> Result<Option<CloseCode>, Invalid> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { Ok(None) } else { Err(Invalid::Protocol) };
    };
    let code = CloseCode::from(u16::from_be_bytes(*code));
    if !code.is_allowed() {
        return Err(Invalid::Protocol);
    }
    if std::str::from_utf8(reason).is_err() {
        return Err(Invalid::Text);
    }
    Ok(Some(code))
}

#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod fuzzed;
#[cfg(test)]
mod tests;
