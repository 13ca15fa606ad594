//! Cases 1 to 5: messages, pings and pongs, reserved bits, reserved opcodes, fragments.

use tokio::io::AsyncReadExt;

use crate::support::{Frame, Server, close, closed, frame, frames, parse, soon};

const NORMAL: u16 = 1000;
const PROTOCOL: u16 = 1002;

/// What is sent, in frames, is answered by these frames; then the client closes.
async fn good(server: &Server, case: &str, sent: &[(u8, &[u8])], expected: &[(u8, &[u8])]) {
    let bytes = [frames(sent), close(NORMAL)].concat();
    let mut expected: Vec<Frame> = expected.iter().map(|(a, b)| (*a, b.to_vec())).collect();
    expected.push(closed(NORMAL));
    server.check(case, &bytes, &expected).await;
}

/// What is sent, in frames, is answered by these frames and a close.
async fn bad(server: &Server, case: &str, sent: &[(u8, &[u8])], expected: &[(u8, &[u8])]) {
    let mut expected: Vec<Frame> = expected.iter().map(|(a, b)| (*a, b.to_vec())).collect();
    expected.push(closed(PROTOCOL));
    server.check(case, &frames(sent), &expected).await;
}

#[tokio::test]
async fn case_1_messages_of_all_lengths() {
    let server = Server::start().await;
    for length in [0, 1, 125, 126, 127, 128, 65_535, 65_536] {
        let payload = vec![b'*'; length];
        for first in [0x81, 0x82] {
            let message = [(first, payload.as_slice())];
            good(&server, &format!("{first:x} {length}"), &message, &message).await;
        }
    }
    good(&server, "not UTF-8", &[(0x82, &[0xfe; 126])], &[(0x82, &[0xfe; 126])]).await;
}

/// Lengths that could have been written shorter are taken.
#[tokio::test]
async fn lengths_in_more_bytes_than_they_need() {
    let server = Server::start().await;
    for head in [&b"\xfe\0\x01"[..], b"\xff\0\0\0\0\0\0\0\x01"] {
        let bytes = [b"\x81", head, b"\0\0\0\0x", &close(NORMAL)].concat();
        server.check("long", &bytes, &[(0x81, b"x".to_vec()), closed(NORMAL)]).await;
    }
}

#[tokio::test]
async fn case_2_pings_and_pongs() {
    let server = Server::start().await;
    for payload in [&b""[..], b"Hello", b"\0\xff\xfe\xfd", &[0xfe; 125]] {
        good(&server, "2.1 to 2.4", &[(0x89, payload)], &[(0x8a, payload)]).await;
        good(&server, "2.7, 2.8", &[(0x8a, payload)], &[]).await;
    }
    bad(&server, "2.5", &[(0x89, &[0xfe; 126])], &[]).await;
    bad(&server, "2.5 of a pong", &[(0x8a, &[0xfe; 126])], &[]).await;
    good(&server, "2.9", &[(0x8a, b"none asked"), (0x89, b"ping")], &[(0x8a, b"ping")]).await;
    let pings: Vec<(u8, &[u8])> = (0..10).map(|at| (0x89, &b"0123456789"[at..=at])).collect();
    let pongs: Vec<(u8, &[u8])> = pings.iter().map(|ping| (0x8a, ping.1)).collect();
    good(&server, "2.10, 2.11", &pings, &pongs).await;
}

#[tokio::test]
async fn case_3_reserved_bits() {
    let server = Server::start().await;
    for bits in 1..8 {
        for opcode in [0x81, 0x82, 0x88, 0x89, 0x8a, 0x01, 0x02] {
            let first = opcode | bits << 4;
            bad(&server, "3.1 to 3.7", &[(first, b"")], &[]).await;
            let after: [(u8, &[u8]); 3] = [(0x81, b"a"), (first, b"b"), (0x89, b"")];
            bad(&server, "3.2 to 3.4", &after, &[(0x81, b"a")]).await;
        }
        bad(&server, "amid a message", &[(0x01, b"a"), (0x80 | bits << 4, b"b")], &[]).await;
    }
}

#[tokio::test]
async fn case_4_reserved_opcodes() {
    let server = Server::start().await;
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        for payload in [&b""[..], b"reserved"] {
            bad(&server, "4.x.1, 2", &[(0x80 | opcode, payload)], &[]).await;
            let after: [(u8, &[u8]); 3] = [(0x81, b"a"), (0x80 | opcode, payload), (0x89, b"")];
            bad(&server, "4.x.3 to 5", &after, &[(0x81, b"a")]).await;
        }
        bad(&server, "a fragment", &[(opcode, b"")], &[]).await;
    }
}

/// Frames of clients are masked (RFC 6455, 5.1).
#[tokio::test]
async fn frames_without_a_mask() {
    let server = Server::start().await;
    for bytes in [&b"\x81\x01a"[..], b"\x82\x00", b"\x89\x00", b"\x8a\x00", b"\x88\x02\x03\xe8"] {
        server.check("no mask", bytes, &[closed(PROTOCOL)]).await;
    }
}

#[tokio::test]
async fn case_5_fragments() {
    let server = Server::start().await;
    for control in [0x09, 0x0a, 0x08] {
        bad(&server, "5.1, 5.2", &[(control, b""), (0x80, b"")], &[]).await;
    }
    let (one, two): (&[u8], &[u8]) = (b"fragment1", b"fragment2");
    let whole = (0x81, &b"fragment1fragment2"[..]);
    good(&server, "5.3 to 5.5", &[(0x01, one), (0x80, two)], &[whole]).await;
    let ping = (0x89, &b"ping"[..]);
    let pong = (0x8a, ping.1);
    good(&server, "5.6 to 5.8", &[(0x01, one), ping, (0x80, two)], &[pong, whole]).await;
    for first in [0x80, 0x00] {
        bad(&server, "5.9 to 5.14", &[(first, b"no beginning"), (0x81, b"a")], &[]).await;
        let after = [(0x01, one), (0x80, two), (first, one), (0x81, b"a")];
        bad(&server, "5.15", &after, &[whole]).await;
    }
    bad(&server, "5.16, 5.17", &[(0x00, one), (0x01, one), (0x80, two)], &[]).await;
    for again in [0x01, 0x81, 0x02, 0x82] {
        bad(&server, "5.18", &[(0x01, one), (again, two)], &[]).await;
        bad(&server, "5.18, binary", &[(0x02, one), (again, two)], &[]).await;
    }
    let parts: [(u8, &[u8]); 7] =
        [(0x01, b"a"), (0x00, b"b"), ping, (0x00, b"c"), (0x00, b"d"), ping, (0x80, b"e")];
    good(&server, "5.19, 5.20", &parts, &[pong, pong, (0x81, b"abcde")]).await;
}

/// Who does not wait for the answer to the handshake.
#[tokio::test]
async fn frames_behind_the_handshake() {
    let server = Server::start().await;
    let bytes = [frame(0x81, b"a"), frame(0x89, b"b"), frame(0x82, b"c"), close(NORMAL)].concat();
    let mut client = server.connect(&bytes).await;
    let mut all = Vec::new();
    soon(client.read_to_end(&mut all)).await.unwrap();
    let answers = [(0x81, b"a".to_vec()), (0x8a, b"b".to_vec()), (0x82, b"c".to_vec())];
    assert_eq!(parse(&all), [&answers[..], &[closed(NORMAL)]].concat());
}
