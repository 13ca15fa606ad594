//! The client's side of RFC 6455, as far as a load generator needs it: the handshake, whole frames,
//! no extensions. Made by hand because what the generator spends, it cannot ask of the server.

/// Messages of more bytes than this are taken for garbage.
pub(crate) const MAX_MESSAGE: usize = 16 * 1024 * 1024;

/// Heads of answers of more bytes than this are taken for garbage.
const MAX_HEAD: usize = 16 * 1024;

/// The key of RFC 6455's own example; so what has to come back is known.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// Masks protect careless proxies from hostile pages. Here are neither, so one mask does for all.
const MASK: [u8; 4] = [0x5a, 0xc3, 0x17, 0x96];

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// A frame of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) opcode: Opcode,
    /// Whether it is the last one of its message.
    pub(crate) is_final: bool,
    pub(crate) payload: &'a [u8],
}

/// What stands at the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read<T> {
    /// This, and it is so many bytes long.
    Whole(T, usize),
    /// The start of something.
    Partial,
    /// Nothing that this client understands.
    Broken(String),
}

/// The request that opens a WebSocket.
pub(crate) fn handshake(authority: &str, target: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: {authority}\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
    )
}

/// Reads the answer to [`handshake`].
pub(crate) fn read_handshake(bytes: &[u8]) -> Read<()> {
    let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else {
        if bytes.len() > MAX_HEAD {
            return Read::Broken("the answer to the handshake has no end".to_owned());
        }
        return Read::Partial;
    };
    let head = String::from_utf8_lossy(&bytes[..end]);
    let status = head.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("101") {
        return Read::Broken(format!("the handshake is answered with {status:?}"));
    }
    if !head.contains(ACCEPT) {
        return Read::Broken("the answer to the handshake is not to ours".to_owned());
    }
    Read::Whole((), end + 4)
}

/// Appends a frame whose payload is `parts`, one behind the other.
pub(crate) fn write_frame(out: &mut Vec<u8>, opcode: Opcode, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.push(0x80 | opcode as u8);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..126), _) => out.push(0x80 | short),
        (_, Ok(medium)) => {
            out.push(0x80 | 126);
            out.extend(medium.to_be_bytes());
        }
        _ => {
            out.push(0x80 | 127);
            out.extend((length as u64).to_be_bytes());
        }
    }
    out.extend(MASK);
    let start = out.len();
    for part in parts {
        out.extend_from_slice(part);
    }
    mask(&mut out[start..]);
}

fn mask(payload: &mut [u8]) {
    let [a, b, c, d] = MASK;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, rest) = payload.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(MASK.iter().cycle()) {
        *byte ^= mask;
    }
}

/// Reads a frame of the server.
pub(crate) fn read_frame(bytes: &[u8]) -> Read<Frame<'_>> {
    let [first, second, rest @ ..] = bytes else { return Read::Partial };
    let is_final = first & 0x80 != 0;
    let opcode = match first {
        0x00 | 0x80 => Opcode::Continuation,
        0x01 | 0x81 => Opcode::Text,
        0x02 | 0x82 => Opcode::Binary,
        0x88 => Opcode::Close,
        0x89 => Opcode::Ping,
        0x8a => Opcode::Pong,
        _ => return Read::Broken(format!("a frame that starts with {first:#04x}")),
    };
    let (length, extra) = match (second, rest) {
        (0..126, _) => (u64::from(*second), 0),
        (126, [a, b, ..]) => (u64::from(u16::from_be_bytes([*a, *b])), 2),
        (127, [a, b, c, d, e, f, g, h, ..]) => {
            (u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]), 8)
        }
        (126 | 127, _) => return Read::Partial,
        _ => return Read::Broken("a masked frame from the server".to_owned()),
    };
    let Some(length) = usize::try_from(length).ok().filter(|length| *length <= MAX_MESSAGE) else {
        return Read::Broken(format!("a frame of {length} bytes"));
    };
    match rest.get(extra..extra + length) {
        Some(payload) => Read::Whole(Frame { opcode, is_final, payload }, 2 + extra + length),
        None => Read::Partial,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a server would make of a client's frame: its payload, and the bytes it took.
    fn unmasked(frame: &[u8]) -> (Vec<u8>, usize) {
        let extra = match frame[1] & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mut plain = vec![frame[0], frame[1] & 0x7f];
        plain.extend(&frame[2..2 + extra]);
        let key = &frame[2 + extra..6 + extra];
        plain.extend(frame[6 + extra..].iter().zip(key.iter().cycle()).map(|(a, b)| a ^ b));
        let Read::Whole(frame, length) = read_frame(&plain) else { panic!() };
        assert_eq!((frame.opcode, frame.is_final), (Opcode::Text, true));
        (frame.payload.to_vec(), length + 4)
    }

    #[test]
    fn frames_of_every_length_come_through() {
        for length in [0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 70_001] {
            let payload: Vec<u8> = (0..251).cycle().take(length).collect();
            let (one, two) = payload.split_at(length / 3);
            let mut frame = Vec::new();
            write_frame(&mut frame, Opcode::Text, &[one, two]);
            assert_eq!(unmasked(&frame), (payload, frame.len()), "{length}");
        }
    }

    #[test]
    fn a_frame_is_partial_until_its_last_byte() {
        for length in [3, 200, 70_000_usize] {
            let mut frame = vec![0x01];
            match length {
                3 => frame.push(3),
                200 => frame.extend([126, 0, 200]),
                _ => frame.extend([127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]),
            }
            frame.resize(frame.len() + length, b'x');
            for cut in [0, 1, 2, 3, frame.len() - 1] {
                assert_eq!(read_frame(&frame[..cut]), Read::Partial, "{length}, {cut}");
            }
            frame.extend(b"more");
            let Read::Whole(read, taken) = read_frame(&frame) else { panic!() };
            assert_eq!((read.opcode, read.is_final), (Opcode::Text, false));
            assert_eq!((read.payload.len(), taken), (length, frame.len() - 4));
        }
    }

    #[test]
    fn what_no_server_may_send_is_broken() {
        for bytes in [
            &[0x08, 0x00][..],
            &[0xc1, 0x00],
            &[0x81, 0x85, 0, 0, 0, 0],
            &[0x82, 127, 0, 0, 0, 0, 0xff, 0, 0, 0],
        ] {
            assert!(matches!(read_frame(bytes), Read::Broken(_)), "{bytes:?}");
        }
    }

    #[test]
    fn handshakes_are_accepted_only_with_the_right_key() {
        let good = format!("HTTP/1.1 101 X\r\nSec-WebSocket-Accept: {ACCEPT}\r\n\r\nrest");
        assert_eq!(read_handshake(good.as_bytes()), Read::Whole((), good.len() - 4));
        assert_eq!(read_handshake(&good.as_bytes()[..40]), Read::Partial);
        let other = good.replace("s3p", "S3P");
        assert!(matches!(read_handshake(other.as_bytes()), Read::Broken(_)));
        let refused = "HTTP/1.1 503 Service Unavailable\r\n\r\n";
        assert!(
            matches!(read_handshake(refused.as_bytes()), Read::Broken(why) if why.contains("503"))
        );
    }
}
