//! Whose connection it is that a proxy passes on, by `X-Forwarded-For` and the PROXY protocol.

#[cfg(all(feature = "socketio", feature = "ws"))]
mod logins;

use std::io::{Read, Write};
use std::net::Shutdown;

use crate::harness::{Answer, Server};

/// How version 2 of the PROXY protocol begins.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

const DENY: &str = "192.0.2.7,2001:db8::7";
const BEHIND_PROXY: [&str; 5] =
    ["--deny-address", DENY, "--trusted-proxy", "127.0.0.1,10.0.0.0/8", "--proxy-protocol"];

const LINE: &[u8] = b"PROXY TCP4 192.0.2.8 10.0.0.1 4711 80\r\n";

/// A header of version 2: command, family, what follows.
fn version_2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [&SIGNATURE[..], &[command, family], &length, rest].concat()
}

/// The same about TCP over IPv4 from this address, with a note of the balancer behind it.
fn version_2_from(address: [u8; 4]) -> Vec<u8> {
    version_2(0x21, 0x11, &[&address[..], &[10, 0, 0, 1, 1, 2, 3, 4, 4, 0, 1, 9]].concat())
}

#[test]
fn who_is_no_trusted_proxy_is_closed() {
    let mut server = Server::start(&["--trusted-proxy", "192.0.2.1", "--proxy-protocol"]);
    for preface in [b"PROXY TCP4 192.0.2.1 10.0.0.1 1 2\r\n".to_vec(), version_2_from([9; 4])] {
        server.preface = preface;
        assert_eq!(answer_of(&server, b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n"), b"");
    }
}

#[test]
fn a_cookie_is_secure_if_a_trusted_proxy_says_so() {
    let cookies = ["--easyrtc-options", r#"{"sessionCookieEnable":true}"#];
    let proxied = Server::start(&[&cookies[..], &["--trusted-proxy", "127.0.0.1"]].concat());
    let direct = Server::start(&cookies);
    let mut behind = Server::start(&[&cookies[..], &BEHIND_PROXY].concat());
    behind.preface = LINE.to_vec();
    let told = "X-Forwarded-Proto: https\r\n";
    for path in ["/", "/socket.io/?EIO=4&transport=polling"] {
        if path != "/" && !cfg!(feature = "socketio") {
            continue;
        }
        for (server, headers, secure) in [
            (&proxied, told, true),
            (&proxied, "", false),
            (&direct, told, false),
            (&behind, told, true),
        ] {
            let answer = server.request("GET", path, headers);
            let cookie = answer.header("set-cookie");
            assert!(cookie.starts_with("easyrtcsid="), "{path} {headers}: {cookie:?}");
            assert_eq!(cookie.ends_with("; Secure"), secure, "{path} {headers}: {cookie}");
        }
    }
}

/// What comes back for these bytes until the server closes, behind the preface.
fn answer_of(server: &Server, bytes: &[u8]) -> Vec<u8> {
    let mut stream = server.connect();
    // It may have been closed already.
    drop(stream.write_all(bytes));
    drop(stream.shutdown(Shutdown::Write));
    let mut answer = Vec::new();
    // A reset is as good an end as a close.
    drop(stream.read_to_end(&mut answer));
    answer
}

#[test]
fn what_does_not_begin_with_a_header_is_closed_without_a_word() {
    let mut server = Server::start(&BEHIND_PROXY);
    let request = b"GET /healthz HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    for preface in [
        b"".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00".to_vec(),
        b"PROXY \r\n".to_vec(),
        b"PROXY TCP4 192.0.2.8 10.0.0.1 4711\r\n".to_vec(),
        b"PROXY TCP4 192.0.2.8 10.0.0.1 4711 80\n".to_vec(),
        b"PROXY UDP4 192.0.2.8 10.0.0.1 4711 80\r\n".to_vec(),
        b"PROXY TCP4 2001:db8::7 10.0.0.1 4711 80\r\n".to_vec(),
        [b"PROXY UNKNOWN ".to_vec(), b"x".repeat(92), b"\r\n".to_vec()].concat(),
        b"PROXY UNKNOWN ".repeat(1000),
        version_2(0x21, 0x11, &[1; 11]),
        version_2(0x21, 0x12, &[1; 12]),
        version_2(0x31, 0x11, &[1; 12]),
        version_2(0x22, 0x11, &[1; 12]),
        version_2(0x21, 0x00, &[0; 4097]),
    ] {
        server.preface.clone_from(&preface);
        let text = String::from_utf8_lossy(&preface).into_owned();
        assert_eq!(String::from_utf8(answer_of(&server, request)).unwrap(), "", "{text:?}");
    }
    // Just fits.
    server.preface = [b"PROXY UNKNOWN ".to_vec(), b"x".repeat(91), b"\r\n".to_vec()].concat();
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_header_may_come_in_pieces() {
    let server = Server::start(&BEHIND_PROXY);
    let request = b"GET /healthz HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    for header in [LINE.to_vec(), version_2_from([192, 0, 2, 8])] {
        let mut stream = server.connect();
        stream.set_nodelay(true).unwrap();
        let (last, first) = header.split_last().unwrap();
        for byte in first {
            stream.write_all(&[*byte]).unwrap();
        }
        stream.write_all(&[&[*last], &request[..]].concat()).unwrap();
        assert_eq!(Answer::read(stream).status, 200);
    }
}

#[test]
fn a_header_that_does_not_end_is_closed() {
    let server = Server::start(&[&BEHIND_PROXY[..], &["--header-timeout", "50ms"]].concat());
    for header in [LINE.to_vec(), version_2_from([192, 0, 2, 8])] {
        for length in [0, 1, 13, header.len() - 1] {
            let mut stream = server.connect();
            stream.write_all(&header[..length]).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            assert_eq!(answer, b"", "after {length} bytes");
        }
    }
}
