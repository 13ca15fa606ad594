//! Numbers for Prometheus.

mod parser;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::SocketAddr;

use crate::harness::Server;
use parser::{Families, parse};

fn start(flags: &[&str]) -> Server {
    Server::start(&[&["--metrics-listen", "127.0.0.1:0"], flags].concat())
}

/// All that there is to see, as text.
#[cfg(feature = "ws")]
pub(crate) fn text(server: &Server) -> String {
    Server::request_at(place(server), "GET", "/metrics", "").body
}

fn place(server: &Server) -> SocketAddr {
    let mut lines = server.announced.iter();
    let url = lines.find_map(|line| line.strip_prefix("Metrics: http://")).unwrap();
    url.strip_suffix("/metrics").unwrap().parse().unwrap()
}

fn fetch(server: &Server) -> Families {
    let answer = Server::request_at(place(server), "GET", "/metrics", "");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    parse(&answer.body)
}

#[test]
#[cfg(all(feature = "socketio", feature = "ws"))]
fn numbers_follow_what_happens() {
    use crate::{signalling, web_socket};

    let limit = ["--easyrtc-options", r#"{"maxUnauthenticatedPerAddress":1}"#];
    let server = start(&[&limit[..], &["--allow-origin", "https://example.org"]].concat());
    let before = fetch(&server);
    for (sample, value) in [
        ("easyrtc_connections", 0),
        ("easyrtc_clients", 0),
        ("easyrtc_transport_sessions{transport=\"ws\"}", 0),
        ("easyrtc_transport_origins_refused_total{transport=\"socketio\"}", 0),
        ("easyrtc_draining", 0),
    ] {
        assert_eq!(before.value(sample), value, "{sample}");
    }

    let polling = signalling::Client::connect(&server, "");
    polling.login("");
    let mut client = web_socket::Client::connect(server.address(), "/ws", &[]).unwrap();
    client.login();
    let _silent = web_socket::Client::connect(server.address(), "/ws", &[]).unwrap();
    let mut refused = web_socket::Client::connect(server.address(), "/ws", &[]).unwrap();
    assert_eq!(refused.frame()["message"]["msgData"]["errorCode"], "LOGIN_NO_SOCKETS");
    drop(refused);
    let handshake = "/socket.io/?EIO=4&transport=polling";
    let refused = server.request("GET", handshake, "Origin: https://example.com\r\n");
    assert_eq!(refused.status, 403);

    let after = loop {
        let after = fetch(&server);
        // Until the server has seen that the refused client is gone.
        if after.value("easyrtc_connections") == 3 {
            break after;
        }
    };
    for (sample, value) in [
        ("easyrtc_clients", 2),
        ("easyrtc_applications", 1),
        ("easyrtc_rooms", 1),
        ("easyrtc_questions", 0),
        ("easyrtc_bans", 0),
        ("easyrtc_logins_total{by=\"open\",outcome=\"allowed\"}", 2),
        ("easyrtc_logins_total{by=\"door\",outcome=\"denied\"}", 0),
        ("easyrtc_logins_in_flight", 0),
        ("easyrtc_limited_total{limit=\"maxUnauthenticatedPerAddress\"}", 1),
        ("easyrtc_transport_sessions{transport=\"socketio\"}", 1),
        ("easyrtc_transport_sessions_opened_total{transport=\"ws\"}", 3),
        ("easyrtc_transport_origins_refused_total{transport=\"socketio\"}", 1),
        ("easyrtc_transport_origins_refused_total{transport=\"ws\"}", 0),
        ("easyrtc_sockets_refused_total", 0),
    ] {
        assert_eq!(after.value(sample), value, "{sample}");
    }
    assert!(after.value("easyrtc_sockets") >= 2);
    // Three WebSockets, the requests of the client that polls, and the refused one.
    assert_eq!(after.value("easyrtc_sockets_accepted_total"), 3 + 5 + 1);
}

#[test]
fn they_are_at_their_own_address_and_nothing_else_is() {
    let server = start(&[]);
    assert_eq!(server.get("/metrics").status, 404);
    let at = |method, path| Server::request_at(place(&server), method, path, "").status;
    assert_eq!(at("GET", "/metrics"), 200);
    assert_eq!(at("GET", "/healthz"), 200);
    for path in ["/", "/metrics/", "/ws", "/socket.io/?EIO=4&transport=polling"] {
        assert_eq!(at("GET", path), 404, "{path}");
    }
    assert_eq!(at("POST", "/metrics"), 404);
    assert_eq!(Server::start(&[]).get("/metrics").status, 404);
}

#[test]
fn they_are_there_when_nobody_gets_in() {
    let server = start(&["--max-sockets", "1"]);
    let mut only = server.connect();
    only.write_all(b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n").unwrap();
    let mut answered = [0; 15];
    only.read_exact(&mut answered).unwrap();
    assert_eq!(&answered, b"HTTP/1.1 200 OK");
    assert_eq!(server.get("/healthz").status, 503);
    let found = fetch(&server);
    assert_eq!(found.value("easyrtc_sockets"), 1);
    assert_eq!(found.value("easyrtc_sockets_refused_total"), 1);
}

#[test]
fn refused_headers_of_proxies_are_counted() {
    let mut server = start(&["--proxy-protocol", "--trusted-proxy", "127.0.0.1"]);
    let mut stream = server.connect();
    stream.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    // A reset is as good an end as a close.
    drop(stream.read_to_end(&mut Vec::new()));
    server.preface = b"PROXY UNKNOWN\r\n".to_vec();
    assert_eq!(server.get("/healthz").status, 200);
    let found = fetch(&server);
    let refused = |reason| {
        found.value(&format!("easyrtc_proxy_headers_refused_total{{reason=\"{reason}\"}}"))
    };
    assert_eq!(["untrusted", "timeout", "ended", "malformed"].map(refused), [0, 0, 0, 1]);
}

#[test]
fn each_is_documented() {
    let documents = include_str!("../../../docs/metrics.md");
    let documented: BTreeSet<&str> = documents
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(|name| name.split('{').next().unwrap_or(name))
        .collect();
    // With an authorizer that asks a server, hooks and the admin API: each has its numbers.
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("easyrtc.toml");
    let backend = "url = 'https://a/'
secret = 's'
";
    let tables = ["auth.webhook", "hooks.events", "hooks.messages"];
    let tables = tables
        .map(|table| {
            format!(
                "[{table}]
{backend}"
            )
        })
        .concat();
    let admin = "[admin]
listen = '127.0.0.1:0'
token = 'more-than-16-bytes'
";
    std::fs::write(
        &path,
        format!(
            "auth.chain = ['webhook', 'open']
{tables}{admin}"
        ),
    )
    .unwrap();
    let served = fetch(&start(&["--config", path.to_str().unwrap()]));
    assert_eq!(served.value("easyrtc_authorizer_breaker_open{authorizer=\"webhook\"}"), 0);
    let served: BTreeSet<&str> = served.names().collect();
    if cfg!(all(feature = "socketio", feature = "ws")) {
        assert_eq!(served, documented);
    } else {
        assert!(served.is_subset(&documented), "{served:?}");
    }
}
