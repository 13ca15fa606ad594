//! Payloads of revision 3: before each packet stands its length.
//!
//! There are two forms. As text a payload is `<length>:<packet>`, over and over, with lengths in
//! UTF-16 units, and a binary message is `b4` and its bytes in base64. As bytes, which is for
//! clients that can take them, each packet is a mark, the decimal digits of its length as bytes of
//! value 0 to 9, the byte 255, and the packet: its text in UTF-8, or the byte 4 and a message.
//!
//! The clients of Socket.IO 1 write and read text payloads differently from those of Socket.IO 2,
//! and both say `EIO=3`: they take the bytes of its UTF-8 for characters. What we send has only
//! ASCII in its JSON, which means the same to both; of what comes, [`undo_double_utf8`] tells.

use std::borrow::Cow;
use std::fmt::Write as _;

use bytes::Bytes;
use data_encoding::BASE64;

use super::{BINARY_MARK, Body, Part, decode_base64};
use crate::engine::packet::{NoPacket, WirePacket};

/// The kind of a packet that is a message, in front of its bytes.
const MESSAGE: u8 = 4;

/// The same, in front of base64.
const MESSAGE_DIGIT: u8 = b'4';

/// Before a packet that is text, in a payload of bytes.
const TEXT_PACKET: u8 = 0;

/// Before a packet that is bytes.
const BINARY_PACKET: u8 = 1;

/// Behind the digits of a length, in a payload of bytes.
const LENGTH_END: u8 = 255;

/// A length has no more digits: no payload is that long.
const MAX_DIGITS: usize = 15;

/// The most bytes that stand before one packet: a mark or a colon, the digits, and their end.
const MAX_HEAD: usize = MAX_DIGITS + 2;

/// Longer bodies are bytes for clients that can take them: in browsers the clients of Socket.IO 1
/// can't read text of more than about 64 KiB.
const MAX_TEXT: usize = 32 * 1024;

/// Takes the packet that starts at `offset` of a text payload and moves `offset` behind it.
//= docs/spec/socketio.md#socketio.eio3-text-payload
pub(crate) fn next_text_part<'a>(
    payload: &'a str,
    offset: &mut usize,
) -> Option<Result<Part<'a>, NoPacket>> {
    let rest = rest_of(payload.len(), offset).and_then(|start| payload.get(start..))?;
    let Some((packet, behind)) = split_text(rest) else { return Some(Err(NoPacket)) };
    *offset = payload.len() - behind.len();
    let part = decode_text(packet);
    Some(match part {
        Ok(Part::Text(_)) => Ok(Part::Text(undo_double_utf8(packet))),
        Ok(Part::Binary(_)) | Err(NoPacket) => part,
    })
}

/// Takes the packet that starts at `offset` of a payload of bytes and moves `offset` behind it.
//= docs/spec/socketio.md#socketio.eio3-binary-payload
pub(crate) fn next_binary_part<'a>(
    payload: &'a Bytes,
    offset: &mut usize,
) -> Option<Result<Part<'a>, NoPacket>> {
    let rest = rest_of(payload.len(), offset).and_then(|start| payload.get(start..))?;
    let Some((mark, packet, behind)) = split_binary(rest) else { return Some(Err(NoPacket)) };
    *offset = payload.len() - behind.len();
    Some(match mark {
        TEXT_PACKET => std::str::from_utf8(packet).map_err(|_| NoPacket).and_then(decode_text),
        BINARY_PACKET => decode_binary(&payload.slice_ref(packet)).map(Part::Binary),
        _ => Err(NoPacket),
    })
}

/// Where to go on in a payload, if it is not at its end; one without any packet is none. Until
/// the packet is read, `offset` is where nothing follows any more.
fn rest_of(length: usize, offset: &mut usize) -> Option<usize> {
    let start = std::mem::replace(offset, length + 1);
    (start < length || start == 0).then_some(start)
}

/// Splits `<length>:<packet>` off.
fn split_text(text: &str) -> Option<(&str, &str)> {
    let colon = text.bytes().take(MAX_DIGITS + 1).position(|byte| byte == b':')?;
    let digits = text.get(..colon).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    let rest = text.get(colon + 1..)?;
    rest.split_at_checked(byte_offset(rest, digits.parse().ok()?)?)
}

/// Where the first `units` UTF-16 units of `text` end; `None` if it is shorter, or that is in the
/// middle of a character.
fn byte_offset(text: &str, units: usize) -> Option<usize> {
    if text.as_bytes().get(..units)?.is_ascii() {
        return Some(units);
    }
    let mut left = units;
    for (offset, character) in text.char_indices() {
        if left == 0 {
            return Some(offset);
        }
        left = left.checked_sub(character.len_utf16())?;
    }
    (left == 0).then_some(text.len())
}

/// Splits a mark, a length and a packet off.
fn split_binary(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&mark, rest) = bytes.split_first()?;
    let digits = rest.iter().take(MAX_DIGITS + 1).position(|&byte| byte == LENGTH_END)?;
    let (digits, rest) = rest.split_at_checked(digits).filter(|(digits, _)| !digits.is_empty())?;
    let length = digits.iter().try_fold(0_usize, |length, &digit| {
        length.checked_mul(10)?.checked_add(usize::from(digit)).filter(|_| digit < 10)
    })?;
    let (packet, behind) = rest.get(1..)?.split_at_checked(length)?;
    Some((mark, packet, behind))
}

/// A packet in text form: that of a payload, or a text frame.
pub(crate) fn decode_text(text: &str) -> Result<Part<'_>, NoPacket> {
    match text.as_bytes() {
        [BINARY_MARK, MESSAGE_DIGIT, base64 @ ..] => decode_base64(base64).map(Part::Binary),
        [BINARY_MARK, ..] => Err(NoPacket),
        _ => Ok(Part::Text(Cow::Borrowed(text))),
    }
}

/// The message in a packet of bytes: that of a payload, or a binary frame.
//= docs/spec/socketio.md#socketio.eio3-binary-frame
pub(crate) fn decode_binary(packet: &Bytes) -> Result<Bytes, NoPacket> {
    match packet.first() {
        Some(&MESSAGE) => Ok(packet.slice(1..)),
        _ => Err(NoPacket),
    }
}

/// The text that was meant if the characters of `text` are the bytes of its UTF-8.
///
/// That is how the clients of Socket.IO 1 post text. It is told from other text by its looks: no
/// character is beyond U+00FF, and the bytes are valid UTF-8, which text that anybody writes is
/// not.
//= docs/spec/socketio.md#socketio.eio3-double-utf8
fn undo_double_utf8(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    match bytes.map(String::from_utf8) {
        Some(Ok(meant)) => Cow::Owned(meant),
        _ => Cow::Borrowed(text),
    }
}

/// A binary message as a text packet.
pub(crate) fn base64_packet(message: &[u8]) -> Bytes {
    let mut text = Vec::with_capacity(2 + BASE64.encode_len(message.len()));
    text.extend_from_slice(&[BINARY_MARK, MESSAGE_DIGIT]);
    text.extend_from_slice(BASE64.encode(message).as_bytes());
    text.into()
}

/// A binary message as a packet of bytes.
pub(crate) fn binary_packet(message: &[u8]) -> Bytes {
    let mut packet = Vec::with_capacity(1 + message.len());
    packet.push(MESSAGE);
    packet.extend_from_slice(message);
    packet.into()
}

/// The most bytes `packet` can take in a payload.
pub(crate) fn max_encoded_length(packet: &WirePacket) -> usize {
    MAX_HEAD
        + match packet {
            // A character beyond ASCII takes six bytes for every two to four it has.
            WirePacket::Text(text) => text.iter().map(|b| if b.is_ascii() { 1 } else { 3 }).sum(),
            WirePacket::Binary(message) => 2 + BASE64.encode_len(message.len()),
        }
}

/// The payload of `packets`: bytes if there is a binary message or it is long, unless `base64` is
/// asked for.
pub(crate) fn encode(packets: &[WirePacket], base64: bool) -> Body {
    let max_length = packets.iter().map(max_encoded_length).sum();
    let is_binary = |packet: &WirePacket| matches!(packet, WirePacket::Binary(_));
    //= docs/spec/socketio.md#socketio.eio3-binary-payload
    let binary = !base64 && (max_length > MAX_TEXT || packets.iter().any(is_binary));
    let mut body = Vec::with_capacity(max_length);
    for packet in packets {
        match packet {
            WirePacket::Text(text) if binary => push_bytes(&mut body, TEXT_PACKET, text),
            WirePacket::Binary(message) if binary => {
                push_bytes(&mut body, BINARY_PACKET, &binary_packet(message));
            }
            WirePacket::Text(text) => push_text(&mut body, &String::from_utf8_lossy(text)),
            WirePacket::Binary(message) => {
                push_text(&mut body, &String::from_utf8_lossy(&base64_packet(message)));
            }
        }
    }
    if binary { Body::Binary(body.into()) } else { Body::Text(body.into()) }
}

//= docs/spec/socketio.md#socketio.eio3-text-payload
fn push_text(body: &mut Vec<u8>, text: &str) {
    let text = with_ascii_json(text);
    let units = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
    body.extend_from_slice(units.to_string().as_bytes());
    body.push(b':');
    body.extend_from_slice(text.as_bytes());
}

fn push_bytes(body: &mut Vec<u8>, mark: u8, packet: &[u8]) {
    body.push(mark);
    body.extend(packet.len().to_string().bytes().map(|digit| digit - b'0'));
    body.push(LENGTH_END);
    body.extend_from_slice(packet);
}

/// `text` with escapes for what is beyond ASCII in its JSON. That is in strings, so it stays the
/// same JSON; what stands before the first string is the name of a namespace and is left alone.
//= docs/spec/socketio.md#socketio.eio3-ascii
fn with_ascii_json(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let (before, json) = text.split_at(text.find('"').unwrap_or(text.len()));
    let mut escaped = String::with_capacity(2 * text.len());
    escaped.push_str(before);
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string can't fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests;
