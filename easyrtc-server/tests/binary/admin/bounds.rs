//! However the admin API is abused, it holds, and clients notice nothing.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::{Admin, TOKEN, assert_refused, next};
use crate::harness::Answer;
use crate::metrics;

/// As many connections as there may be, each open and waiting.
fn fill(admin: &Admin) -> Vec<TcpStream> {
    let connect = || {
        let mut stream = admin.connect();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n").unwrap();
        let mut answered = [0; 15];
        stream.read_exact(&mut answered).unwrap();
        assert_eq!(&answered, b"HTTP/1.1 200 OK");
        stream
    };
    (0..64).map(|_| connect()).collect()
}

#[test]
fn connections_are_bounded_apart_from_all_others() {
    let admin = Admin::start(&["--metrics-listen", "127.0.0.1:0"]);
    let held = fill(&admin);
    let refused = admin.send("GET", "/v1/status", "");
    assert_eq!((refused.status, refused.header("retry-after")), (503, "5"));
    assert_eq!(admin.server.get("/healthz").status, 200);
    assert!(metrics::text(&admin.server).contains("easyrtc_connections 0"));
    admin.client(&json!({}));
    drop(held);
    while admin.send("GET", "/v1/status", "").status != 200 {
        std::thread::yield_now();
    }
}

#[test]
fn a_request_that_does_not_end_is_ended() {
    let admin = Admin::start(&["--header-timeout", "50ms"]);
    let head = "PUT /v1/applications/default/fields/x HTTP/1.1\r\nHost: t\r\n";
    for part in ["", "GET /v1/status HTTP/1.1\r\nAuthorization: Bea", head] {
        let mut stream = admin.connect();
        stream.write_all(part.as_bytes()).unwrap();
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 408"), "{rest}");
    }
    let mut stream = admin.connect();
    let body = format!(
        "{head}Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{{"
    );
    stream.write_all(body.as_bytes()).unwrap();
    assert_refused(&Answer::read(stream), 408, "bodyTimeout", "a slow body");
}

#[test]
fn a_call_notices_nothing_of_what_goes_on_there() {
    let admin = Admin::start(&[]);
    let (mut ada, _, _) = admin.client(&json!({}));
    let (mut bob, bob_id, _) = admin.client(&json!({}));
    next(&mut ada, "roomData");
    let over = AtomicBool::new(false);
    let large = json!({ "fieldValue": "x".repeat(900_000) }).to_string();
    let deep = "[".repeat(500_000);
    let token = format!("Authorization: Bearer {TOKEN}\r\n");
    let requests = [
        ("PUT", "/v1/applications/default/fields/x", token.as_str(), large.as_str()),
        ("POST", "/v1/messages", &token, &deep),
        ("GET", "/v1/status", "Authorization: Bearer x\r\n", ""),
        ("DELETE", "/v1/connections/nobody", &token, ""),
        ("GET", "/v1/connections?limit=1000", &token, ""),
    ];
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (admin, over) = (&admin, &over);
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    requests.iter().for_each(|request| abuse(admin, *request));
                }
            });
        }
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                drop(fill_some(&admin));
            }
        });
        let relayed = json!({ "msgType": "n", "targetEasyrtcid": bob_id, "msgData": 1 });
        for id in 2..300 {
            assert_eq!(ada.ask(id, "easyrtcMsg", &relayed)["msgType"], "ack");
            next(&mut bob, "n");
        }
        over.store(true, Ordering::Relaxed);
    });
    // Until the server has seen that the others have gone.
    while admin.send("GET", "/v1/status", "").status != 200 {
        std::thread::yield_now();
    }
}

/// A request, whatever comes of it: there may be too many connections.
fn abuse(admin: &Admin, (method, path, headers, body): (&str, &str, &str, &str)) {
    let mut stream = admin.connect();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{headers}\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    drop(stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()));
    drop(stream.read_to_end(&mut Vec::new()));
}

/// Connections that say a little, and then nothing.
fn fill_some(admin: &Admin) -> Vec<TcpStream> {
    let connect = || {
        let mut stream = admin.connect();
        drop(stream.write_all(b"GET /v1/sta"));
        stream
    };
    (0..16).map(|_| connect()).collect()
}
