//! Case 6: texts that are UTF-8, and texts that are not.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Server, close, closed, frame, frames, parse, soon};

/// A text that is no UTF-8.
const INVALID: u16 = 1007;

const VALID: [&[u8]; 36] = [
    // 6.1, 6.2
    b"",
    "Hello-µ@ßöäüàá-UTF-8!!".as_bytes(),
    "κόσμε".as_bytes(),
    // 6.5, 6.6: each character of it
    b"\xce\xba",
    b"\xce\xba\xe1\xbd\xb9",
    b"\xce\xba\xe1\xbd\xb9\xcf\x83",
    // 6.7: the first of each length
    b"\x00",
    b"\xc2\x80",
    b"\xe0\xa0\x80",
    b"\xf0\x90\x80\x80",
    // 6.9: the last of each length
    b"\x7f",
    b"\xdf\xbf",
    b"\xef\xbf\xbf",
    b"\xf4\x8f\xbf\xbf",
    // 6.11: about the surrogates, and the last of all
    b"\xed\x9f\xbf",
    b"\xee\x80\x80",
    b"\xef\xbf\xbd",
    // 6.22: noncharacters
    b"\xef\xb7\x90",
    b"\xef\xbf\xbe",
    b"\xf0\x9f\xbf\xbe",
    b"\xf0\x9f\xbf\xbf",
    b"\xf0\xaf\xbf\xbe",
    b"\xf0\xbf\xbf\xbf",
    b"\xf1\x8f\xbf\xbe",
    b"\xf1\x9f\xbf\xbf",
    b"\xf1\xaf\xbf\xbe",
    b"\xf1\xbf\xbf\xbf",
    b"\xf2\x8f\xbf\xbe",
    b"\xf2\x9f\xbf\xbf",
    b"\xf3\x8f\xbf\xbe",
    b"\xf3\xbf\xbf\xbf",
    b"\xf4\x8f\xbf\xbe",
    // 6.23: specials
    b"\xef\xbf\xb9",
    b"\xef\xbf\xba",
    b"\xef\xbf\xbb",
    b"\xef\xbf\xbc",
];

/// What can't be the beginning of a text, with the byte that shows it the last.
const BROKEN: [&[u8]; 55] = [
    // 6.3, 6.4: a surrogate, and what is above all characters
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0",
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90",
    // 6.8, 6.10: five and six bytes
    b"\xf8",
    b"\xf9",
    b"\xfb",
    b"\xfc",
    b"\xfd",
    b"\xf5",
    b"\xf6",
    b"\xf7",
    // 6.11.5
    b"\xf4\x90",
    // 6.12: continuations of nothing
    b"\x80",
    b"\xbf",
    b"a\x80",
    b"\xc2\x80\x80",
    b"\xe0\xa0\x80\xbf",
    b"\xf0\x90\x80\x80\x80",
    // 6.13, 6.14: what is not continued
    b"\xc2 ",
    b"\xdf ",
    b"\xe0 ",
    b"\xe0\xa0 ",
    b"\xef ",
    b"\xef\xbf ",
    b"\xf0 ",
    b"\xf0\x90 ",
    b"\xf0\x90\x80 ",
    b"\xf4\x8f\xbf ",
    b"\xc2\xc2",
    b"\xe0\xe0",
    b"\xef\xbf\xc2",
    b"\xf0\xf0",
    b"\xf0\x90\xf0",
    // 6.16
    b"\xfe",
    b"\xff",
    // 6.17, 6.18, 6.19: longer than needed
    b"\xc0",
    b"\xc1",
    b"\xe0\x80",
    b"\xe0\x9f",
    b"\xf0\x80",
    b"\xf0\x8f",
    b"a\xc0",
    b"a\xc1",
    b"\xc3\xa4\xe0\x80",
    b"\xc3\xa4\xf0\x80",
    // 6.20, 6.21: surrogates
    b"\xed\xa0",
    b"\xed\xad",
    b"\xed\xae",
    b"\xed\xaf",
    b"\xed\xb0",
    b"\xed\xbe",
    b"\xed\xbf",
    b"a\xed\xa0",
    b"a\xed\xbf",
    b"\xf0\x90\x80\xed",
    b"\xf0\x90\x80\x7f",
];

/// What could go on, and doesn't.
const UNFINISHED: [&[u8]; 14] = [
    // 6.6, 6.14, 6.15
    b"\xce",
    b"\xce\xba\xe1",
    b"\xce\xba\xe1\xbd",
    b"\xc2",
    b"\xdf",
    b"\xe0\xa0",
    b"\xef\xbf",
    b"\xed\x9f",
    b"\xee\x80",
    b"\xf0",
    b"\xf0\x90",
    b"\xf0\x90\x80",
    b"\xf4\x8f\xbf",
    b"\xf3\xbf",
];

/// The text with each byte in a frame of its own; the last ends the message if `is_final`.
fn fragments(text: &[u8], is_final: bool) -> Vec<u8> {
    let mut bytes = frame(0x01, b"");
    bytes.extend(text.iter().flat_map(|&byte| frame(0x00, &[byte])));
    if is_final {
        bytes.extend(frame(0x80, b""));
    }
    bytes
}

#[tokio::test]
async fn texts() {
    let server = Server::start().await;
    for text in VALID {
        let expected = [(0x81, text.to_vec()), closed(1000)];
        for sent in [frame(0x81, text), fragments(text, true)] {
            server.check("valid", &[sent, close(1000)].concat(), &expected).await;
        }
    }
    let parts: [(u8, &[u8]); 3] = [(0x01, b""), (0x00, b"middle frame payload"), (0x80, b"")];
    let whole = (0x81, b"middle frame payload".to_vec());
    server.check("6.1.3", &[frames(&parts), close(1000)].concat(), &[whole, closed(1000)]).await;
}

#[tokio::test]
async fn what_is_no_text() {
    let server = Server::start().await;
    for text in BROKEN.into_iter().chain(UNFINISHED) {
        for sent in [frame(0x81, text), fragments(text, true)] {
            server.check(&format!("{text:x?}"), &sent, &[closed(INVALID)]).await;
        }
        let reason = frame(0x88, &[b"\x03\xe8", text].concat());
        server.check(&format!("reason {text:x?}"), &reason, &[closed(INVALID)]).await;
        let binary = [frame(0x82, text), close(1000)].concat();
        server.check("binary", &binary, &[(0x82, text.to_vec()), closed(1000)]).await;
    }
}

/// Case 6.4: a fragment that can't belong to any text is refused before the message ends.
#[tokio::test]
async fn what_becomes_no_text_is_refused_at_once() {
    let server = Server::start().await;
    for text in BROKEN {
        server.check(&format!("{text:x?}"), &fragments(text, false), &[closed(INVALID)]).await;
    }
    // What may go on may.
    for text in UNFINISHED {
        let mut client = server.connect(&[]).await;
        client.write_all(&[fragments(text, false), close(1000)].concat()).await.unwrap();
        let mut all = Vec::new();
        soon(client.read_to_end(&mut all)).await.unwrap();
        assert_eq!(parse(&all), [closed(1000)], "{text:x?}");
    }
}
