//! Case 7: how connections end.

use crate::support::{Frame, Server, close, closed, frame, frames};

const PROTOCOL: u16 = 1002;

#[tokio::test]
async fn case_7_1_what_follows_a_close_means_nothing() {
    let server = Server::start().await;
    let (short, long) = (b"Hello".to_vec(), vec![b'*'; 256 * 1024]);
    for (case, before, after, expected) in [
        ("7.1.1", frame(0x81, &short), vec![], vec![(0x81, short)]),
        ("7.1.2", vec![], close(1000), vec![]),
        ("7.1.3", vec![], frame(0x89, b"ping"), vec![]),
        ("7.1.4", vec![], frame(0x81, b"late"), vec![]),
        ("7.1.5", frame(0x01, b"fragment"), frame(0x80, b"late"), vec![]),
        ("7.1.6", frame(0x81, &long), frame(0x89, b"ping"), vec![(0x81, long)]),
        ("late and long", vec![], frame(0x81, &[b'*'; 200_000]), vec![]),
        ("no frame", vec![], vec![0xff; 200_000], vec![]),
    ] {
        let sent = [before, close(1000), after].concat();
        let expected = [expected, vec![closed(1000)]].concat();
        // At once: what comes when the server is gone already is answered with a reset.
        assert_eq!(server.answers(&sent, usize::MAX).await, expected, "{case}");
    }
}

#[tokio::test]
async fn case_7_3_payloads() {
    let server = Server::start().await;
    let reason = [b"\x03\xe8", "é".repeat(61).as_bytes(), b"x"].concat();
    for (case, payload, answer) in [
        ("7.3.1", &b""[..], &b""[..]),
        ("7.3.2", b"\x03", &PROTOCOL.to_be_bytes()),
        ("7.3.3", b"\x03\xe8", b"\x03\xe8"),
        ("7.3.4", b"\x03\xe8Hello", b"\x03\xe8"),
        ("7.3.5", &reason, b"\x03\xe8"),
        ("7.3.6", &[&reason[..], b"x"].concat(), &PROTOCOL.to_be_bytes()),
        ("7.5.1", b"\x03\xe8\xed\xa0\x80", b"\x03\xef"),
    ] {
        let expected: [Frame; 1] = [(0x88, answer.to_vec())];
        server.check(case, &frame(0x88, payload), &expected).await;
    }
}

/// The codes that a client may send come back; 1014 is for gateways, which are no clients.
#[tokio::test]
async fn case_7_7_to_7_13_codes() {
    let server = Server::start().await;
    let good = (1000..=1003).chain(1007..=1013).chain([3000, 3999, 4000, 4999]);
    for code in good {
        server.check(&format!("{code}"), &close(code), &[closed(code)]).await;
    }
    let bad = [0, 1, 999, 1004, 1005, 1006, 1014, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];
    for code in bad {
        server.check(&format!("{code}"), &close(code), &[closed(PROTOCOL)]).await;
    }
}

/// A close may come amid a message.
#[tokio::test]
async fn a_close_between_fragments() {
    let server = Server::start().await;
    let sent = frames(&[(0x01, b"a"), (0x88, b"\x0f\xa1"), (0x80, b"b")]);
    server.check("amid", &sent, &[closed(4001)]).await;
}
