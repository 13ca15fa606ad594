//! Any bytes, in any pieces; beside what comes of them what tungstenite makes of them.

use std::io::{self, Read, Write};

use tungstenite::error::ProtocolError;
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Error, Message as Theirs, WebSocket};

use super::*;

/// How large a message may be. Tungstenite's limit holds for control frames too: none is below what
/// those may have.
const LIMITS: [usize; 4] = [125, 126, 300, 66_000];

/// How tungstenite's reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// Nothing more came.
    Cut,
    /// By a close frame, which is the last message.
    Closed,
    /// By what may not be sent.
    Refused,
}

/// The first byte says how large a message may be, the second in which pieces the others come.
pub(crate) fn decoder(bytes: &[u8]) {
    let Some((&[limit, seed], bytes)) = bytes.split_first_chunk() else { return };
    let limit = LIMITS[usize::from(limit) % LIMITS.len()];
    let mut state = u32::from(seed);
    let sizes = std::iter::from_fn(|| {
        // The constants of a linear congruential generator.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [.., high] = state.to_le_bytes();
        Some(1 + usize::from(high >> (seed % 8)))
    });
    check(bytes, limit, sizes);
}

/// Pieces don't matter, and tungstenite makes the same of it all.
pub(super) fn check(bytes: &[u8], max: usize, sizes: impl IntoIterator<Item = usize>) {
    let whole = decoded(bytes, max, [bytes.len()]);
    assert_eq!(decoded(bytes, max, sizes), whole);
    compare(bytes, max, &whole.0, whole.1);
}

/// What comes of `bytes` when they arrive in pieces of these sizes.
pub(super) fn decoded(
    mut bytes: &[u8],
    max: usize,
    sizes: impl IntoIterator<Item = usize>,
) -> (Vec<Message>, Option<Invalid>) {
    let mut decoder = Decoder::new(max);
    let mut messages = Vec::new();
    for size in sizes {
        let (mut piece, rest) = bytes.split_at(size.min(bytes.len()));
        bytes = rest;
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break assert!(piece.is_empty()),
                Err(invalid) => return (messages, Some(invalid)),
            }
            check_held(&decoder);
        }
        check_held(&decoder);
        if bytes.is_empty() {
            break;
        }
    }
    (messages, None)
}

/// Nothing is held but parts of what is under way, and no more than that may have.
fn check_held(decoder: &Decoder) {
    let amid = decoder.frame.map(|frame| frame.opcode);
    let in_message = decoder.fragmented.is_some() || matches!(amid, Some(OpCode::Data(_)));
    let message = if in_message { decoder.max_message } else { 0 };
    assert!(decoder.message.capacity() <= message, "{decoder:?}");
    let control = if matches!(amid, Some(OpCode::Control(_))) { MAX_CONTROL } else { 0 };
    assert!(decoder.control.capacity() <= control, "{decoder:?}");
}

fn compare(bytes: &[u8], max: usize, ours: &[Message], invalid: Option<Invalid>) {
    if let Some(close) = ours.iter().position(|message| matches!(message, Message::Close(_))) {
        // Tungstenite does not look at what follows a close.
        let ours = ours.get(..=close).unwrap_or_default();
        assert_eq!((ours, Ended::Closed), as_ref(&reference(bytes, max)));
        return;
    }
    if invalid.is_none() {
        assert_eq!((ours, Ended::Cut), as_ref(&reference(bytes, max)));
        return;
    }
    // Most frames are refused by their heads here, and once they have come there.
    let (mut theirs, ended) = reference(&[bytes, &vec![0; max + MAX_HEAD]].concat(), max);
    if ended == Ended::Closed {
        // Codes that may not be sent are answered there instead of refused.
        let close = Some(Message::Close(Some(CloseCode::Protocol)));
        assert_eq!((theirs.pop(), invalid), (close, Some(Invalid::Protocol)));
    }
    assert_ne!(ended, Ended::Cut);
    assert_eq!(ours, theirs);
}

fn as_ref((messages, ended): &(Vec<Message>, Ended)) -> (&[Message], Ended) {
    (messages, *ended)
}

/// What tungstenite makes of `bytes`, up to the first close.
fn reference(bytes: &[u8], max: usize) -> (Vec<Message>, Ended) {
    let config = WebSocketConfig::default()
        .read_buffer_size(4096)
        .max_message_size(Some(max))
        .max_frame_size(Some(max));
    let mut socket = WebSocket::from_raw_socket(Sent(bytes), Role::Server, Some(config));
    let mut messages = Vec::new();
    loop {
        messages.push(match socket.read() {
            Ok(Theirs::Text(text)) => Message::Text(text),
            Ok(Theirs::Binary(bytes)) => Message::Binary(bytes),
            Ok(Theirs::Ping(payload)) => Message::Ping(payload.to_vec()),
            Ok(Theirs::Pong(_)) => Message::Pong,
            Ok(Theirs::Close(frame)) => {
                messages.push(Message::Close(frame.map(|frame| frame.code)));
                return (messages, Ended::Closed);
            }
            Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => {
                return (messages, Ended::Cut);
            }
            // Reading gives no bare frames.
            Ok(Theirs::Frame(_)) | Err(_) => return (messages, Ended::Refused),
        });
    }
}

/// A peer that sent these bytes, and takes whatever it gets.
pub(crate) struct Sent<'a>(pub(crate) &'a [u8]);

impl Read for Sent<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        self.0.read(space)
    }
}

impl Write for Sent<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
