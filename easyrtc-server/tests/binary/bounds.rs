//! More than there may be gets an answer or a close.

use std::io::{Read, Write};
use std::time::Instant;

use crate::harness::{Answer, DEADLINE, Server};

const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";

#[test]
fn a_connection_above_the_limit_is_told_so_until_there_is_room() {
    let server = Server::start(&["--max-sockets", "1"]);
    let mut first = server.connect();
    first.write_all(b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n").unwrap();
    let mut answered = [0; 15];
    first.read_exact(&mut answered).unwrap();
    assert_eq!(&answered, b"HTTP/1.1 200 OK");

    let mut second = server.connect();
    second.write_all(REQUEST).unwrap();
    let refused = Answer::read(second);
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), "5");
    assert_eq!(refused.body, "Too many connections.\n");

    drop(first);
    // Until the server has read that the first has ended, there is no room.
    let started = Instant::now();
    while server.get("/healthz").status != 200 {
        assert!(started.elapsed() < DEADLINE, "the place is not given back");
    }
}

#[test]
fn no_more_files_is_no_end() {
    let mut server = Server::start_with_few_files(32);
    let connections: Vec<_> = (0..40).map(|_| server.connect()).collect();
    server.wait_for_log("no connection can be accepted");
    drop(connections);
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_head_that_does_not_end_is_closed() {
    let server = Server::start(&["--header-timeout", "50ms"]);
    for part in ["", "GET / HTTP/1.1\r\nHost:"] {
        let mut stream = server.connect();
        stream.write_all(part.as_bytes()).unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        let rest = String::from_utf8(rest).unwrap();
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 408"), "{rest}");
    }
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let server = Server::start(&["--max-header-bytes", "8192"]);
    let answer = server.request("GET", "/", &format!("X: {}\r\n", "x".repeat(8192)));
    assert_eq!(answer.status, 431);
    let many = "X: x\r\n".repeat(200);
    assert_eq!(server.request("GET", "/", &many).status, 431);
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn what_is_no_http_is_closed() {
    let server = Server::start(&[]);
    for garbage in [&b"\x16\x03\x01\x02\x00\x01\x00\x01"[..], b"HELO\r\n\r\n", b"\0\0\0\0\r\n\r\n"]
    {
        let mut stream = server.connect();
        stream.write_all(garbage).unwrap();
        let mut rest = Vec::new();
        // A reset is as good an end as a close.
        drop(stream.read_to_end(&mut rest));
        assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 400"), "{rest:?}");
    }
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_body_that_nobody_asked_for_does_not_hold_anything_up() {
    let server = Server::start(&[]);
    let mut stream = server.connect();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000000\r\n\r\nx").unwrap();
    assert_eq!(Answer::read(stream).status, 405);
}
