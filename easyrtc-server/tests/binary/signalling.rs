//! The protocol behind the binary: a client that polls, written out by hand.

use std::io::Write;

use crate::harness::{Answer, Server};

/// Separates packets in a poll's answer.
const RECORD_SEPARATOR: char = '\u{1e}';

/// A Socket.IO client over HTTP long-polling.
pub(crate) struct Client<'a> {
    server: &'a Server,
    sid: String,
    headers: &'static str,
}

impl<'a> Client<'a> {
    pub(crate) fn connect(server: &'a Server, headers: &'static str) -> Self {
        let answer = server.request("GET", "/socket.io/?EIO=4&transport=polling", headers);
        assert_eq!(answer.status, 200, "{answer:?}");
        let open: serde_json::Value = serde_json::from_str(&answer.body[1..]).unwrap();
        let sid = open["sid"].as_str().unwrap().to_owned();
        let client = Self { server, sid, headers };
        client.send("40");
        assert!(client.poll().starts_with("40{\"sid\":"));
        client
    }

    fn url(&self) -> String {
        format!("/socket.io/?EIO=4&transport=polling&sid={}", self.sid)
    }

    fn send(&self, packet: &str) {
        let length = packet.len();
        let mut stream = self.server.connect();
        let (url, headers) = (self.url(), self.headers);
        let request = format!(
            "POST {url} HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Type: text/plain\r\n\
             Content-Length: {length}\r\n{headers}\r\n{packet}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        assert_eq!(Answer::read(stream).status, 200);
    }

    fn poll(&self) -> String {
        let answer = self.server.request("GET", &self.url(), self.headers);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// Logs in; the answer.
    pub(crate) fn login(&self, more: &str) -> serde_json::Value {
        self.send(&format!(
            r#"420["easyrtcAuth",{{"msgType":"authenticate","msgData":{{"apiVersion":"1.1.1"{more}}}}}]"#
        ));
        let polled = self.poll();
        let packets = polled.split(RECORD_SEPARATOR);
        let answer = packets.filter_map(|packet| packet.strip_prefix("430")).next();
        let answer = answer.unwrap_or_else(|| panic!("{polled}"));
        serde_json::from_str::<serde_json::Value>(answer).unwrap()[0].take()
    }
}

#[test]
fn a_client_logs_in_and_is_counted() {
    let options = r#"{"roomDefaultName":"Lobby-1","stillAliveInterval":30000}"#;
    let server = Server::start(&["--easyrtc-options", options]);
    let client = Client::connect(&server, "");
    let token = client.login("");
    assert_eq!(token["msgType"], "token");
    assert!(token["msgData"]["roomData"]["Lobby-1"].is_object(), "{token}");
    assert_eq!(token["msgData"]["stillAliveInterval"], 30000);
    let report: serde_json::Value = serde_json::from_str(&server.get("/healthz").body).unwrap();
    assert_eq!(report["connections"], 1);
}

#[test]
fn clients_are_told_of_the_shutdown_and_it_is_waited_for_them() {
    let mut server = Server::start(&["--shutdown-timeout", "1h"]);
    let client = Client::connect(&server, "");
    client.login("");
    server.signal("TERM");
    // Each poll is a connection of its own: they are taken until the client knows.
    let mut told = Vec::new();
    while !told.iter().any(|packet| packet == "41") {
        told.extend(client.poll().split(RECORD_SEPARATOR).map(str::to_owned));
    }
    let shutdown = told.iter().find(|packet| packet.contains("SERVER_SHUTDOWN"));
    assert!(shutdown.is_some_and(|packet| packet.starts_with("42")), "{told:?}");
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn only_listed_origins_may_connect() {
    let server = Server::start(&["--allow-origin", "https://example.org"]);
    let from = |origin: &str| {
        let header = format!("Origin: {origin}\r\n");
        server.request("GET", "/socket.io/?EIO=4&transport=polling", &header)
    };
    assert_eq!(from("https://example.com").status, 403);
    let allowed = from("https://example.org");
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.header("access-control-allow-origin"), "https://example.org");
    assert_eq!(allowed.header("access-control-allow-credentials"), "true");
}

#[test]
fn session_cookies_are_issued_on_request_only() {
    assert_eq!(Server::start(&[]).get("/").header("set-cookie"), "");

    let options = r#"{"sessionCookieEnable":true,"sessionRequireIssued":true}"#;
    let server = Server::start(&["--easyrtc-options", options]);
    let page = server.get("/");
    let cookie = page.header("set-cookie").split(';').next().unwrap();
    let id = cookie.strip_prefix("easyrtcsid=").unwrap();
    assert_eq!(page.header("cache-control"), "no-cache, private");
    let again = server.request("GET", "/", &format!("Cookie: {cookie}\r\n"));
    assert_eq!(again.header("set-cookie"), "");
    assert_eq!(server.get("/healthz").header("set-cookie"), "");

    let token = Client::connect(&server, "").login(&format!(r#","easyrtcsid":"{id}""#));
    assert_eq!(token["msgData"]["sessionData"]["easyrtcsid"], id, "{token}");
    let refused = Client::connect(&server, "").login(r#","easyrtcsid":"of-my-own""#);
    assert_eq!(refused["msgData"]["errorCode"], "LOGIN_GEN_FAIL", "{refused}");
    assert_eq!(Client::connect(&server, "").login("")["msgType"], "token");
}

#[test]
fn a_denied_address_may_not_log_in() {
    let flags = ["--deny-address", "127.0.0.0/8,192.0.2.7", "--trusted-proxy", "127.0.0.1"];
    let server = Server::start(&flags);
    for (headers, expected) in [
        ("", "BANNED_IP_ADDR"),
        ("X-Forwarded-For: 192.0.2.8, 192.0.2.7\r\n", "BANNED_IP_ADDR"),
        ("X-Forwarded-For: 192.0.2.7, 192.0.2.8\r\n", "token"),
    ] {
        let answer = Client::connect(&server, headers).login("");
        let code = answer["msgData"]["errorCode"].as_str();
        assert_eq!(code.or_else(|| answer["msgType"].as_str()), Some(expected), "{answer}");
    }
}

#[test]
fn what_is_set_for_an_application_reaches_its_clients() {
    let options = r#"{"applications":{"a":{"publicOptions":{"motd":"hi"},"rooms":{"Lobby":{}}}}}"#;
    let server = Server::start(&["--easyrtc-options", options]);
    let token = Client::connect(&server, "").login(r#","applicationName":"a""#);
    assert_eq!(token["msgData"]["application"]["option"]["motd"], "hi", "{token}");
}
