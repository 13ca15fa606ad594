//! Cases 9 and 10: long messages, many fragments, many messages; and what is above the limit.

use crate::support::{Frame, MAX_MESSAGE, Server, close, closed, frame};

const TOO_LARGE: u16 = 1009;

/// A message in fragments of `size` bytes.
fn fragmented(opcode: u8, message: &[u8], size: usize) -> Vec<u8> {
    let mut bytes = frame(opcode, b"");
    bytes.extend(message.chunks(size).flat_map(|part| frame(0x00, part)));
    bytes.extend(frame(0x80, b""));
    bytes
}

#[tokio::test]
async fn case_9_as_long_as_may_be() {
    let server = Server::start().await;
    let message = "é".repeat(MAX_MESSAGE / 2).into_bytes();
    for (opcode, first) in [(0x01, 0x81), (0x02, 0x82)] {
        let expected: [Frame; 2] = [(first, message.clone()), closed(1000)];
        let whole = [frame(first, &message), close(1000)].concat();
        server.check("9.1, 9.2, 9.5, 9.6", &whole, &expected).await;
        // Of one byte each: to look at all of the text again with each would take minutes.
        for size in [1, 64, 1300, 65_536] {
            let parts = [fragmented(opcode, &message, size), close(1000)].concat();
            let answers = server.answers(&parts, usize::MAX).await;
            assert!(answers == expected, "9.3, 9.4, 10.1: {size}");
        }
    }
}

#[tokio::test]
async fn case_9_7_many_messages() {
    let server = Server::start().await;
    for (length, count) in [(0, 5000), (16, 5000), (256, 2000), (4096, 500), (65_536, 50)] {
        let message: Frame = (0x81, vec![b'*'; length]);
        let sent = [frame(0x81, &message.1).repeat(count), close(1000)].concat();
        let mut expected = vec![message; count];
        expected.push(closed(1000));
        assert!(server.answers(&sent, usize::MAX).await == expected, "{length}");
    }
}

/// The head says it: nobody waits for the rest.
#[tokio::test]
async fn above_the_limit() {
    let server = Server::start().await;
    let head = |length: u64| [b"\x82\xff", &length.to_be_bytes()[..], b"\0\0\0\0"].concat();
    let full = fragmented(0x02, &[0; MAX_MESSAGE], 65_536);
    let full = &full[..full.len() - frame(0x80, b"").len()];
    for (case, sent) in [
        ("one byte more", head(MAX_MESSAGE as u64 + 1)),
        ("4 GB", head(1 << 32)),
        ("as long as can be said", head(u64::MAX >> 1)),
        ("longer", head(u64::MAX)),
        ("in fragments", [full, &frame(0x00, b"x")[..6]].concat()),
    ] {
        assert_eq!(server.answers(&sent, usize::MAX).await, [closed(TOO_LARGE)], "{case}");
    }
    let and_all_the_rest = [head(2_000_000), vec![0; 200_000]].concat();
    let answers = server.answers(&and_all_the_rest, usize::MAX).await;
    assert_eq!(answers, [closed(TOO_LARGE)], "no reset");
}
