//! From a signal to the end.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::harness::Server;

#[test]
fn a_signal_ends_it_with_0() {
    for signal in ["TERM", "INT"] {
        let mut server = Server::start(&[]);
        let address = server.address();
        server.signal(signal);
        assert_eq!(server.wait().code(), Some(0), "{signal}");
        assert!(TcpStream::connect(address).is_err());
    }
}

#[test]
fn connections_that_wait_for_nothing_do_not_hold_it_up() {
    let mut server = Server::start(&["--shutdown-timeout", "1h"]);
    let idle = server.connect();
    let mut kept = server.connect();
    kept.write_all(b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n").unwrap();
    let mut answered = [0; 15];
    kept.read_exact(&mut answered).unwrap();

    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
    drop((idle, kept));
}

#[test]
fn connections_are_cut_when_the_time_is_over() {
    let pages = tempfile::tempdir().unwrap();
    std::fs::write(pages.path().join("large"), vec![0; 64 * 1024 * 1024]).unwrap();
    let flags = ["--static", pages.path().to_str().unwrap(), "--shutdown-timeout", "50ms"];
    let mut server = Server::start(&flags);
    let stuck = begin_download(&server);
    server.signal("TERM");
    server.wait_for_log("out of time");
    assert_eq!(server.wait().code(), Some(0));
    drop(stuck);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let pages = tempfile::tempdir().unwrap();
    std::fs::write(pages.path().join("large"), vec![0; 64 * 1024 * 1024]).unwrap();
    let flags = ["--static", pages.path().to_str().unwrap(), "--shutdown-timeout", "1h"];
    let mut server = Server::start(&flags);
    let stuck = begin_download(&server);
    server.signal("TERM");
    server.wait_for_log("no new clients");
    server.signal("INT");
    assert_eq!(server.wait().code(), Some(1));
    server.wait_for_log("Ctrl-C again: ended at once");
    drop(stuck);
}

/// A download that does not come to its end, since nobody reads on.
fn begin_download(server: &Server) -> TcpStream {
    let mut stream = server.connect();
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: t\r\n\r\n").unwrap();
    let mut answered = [0; 15];
    stream.read_exact(&mut answered).unwrap();
    assert_eq!(&answered, b"HTTP/1.1 200 OK");
    stream
}
