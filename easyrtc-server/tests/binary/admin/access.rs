//! Who may, who may not, and what is written down of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Admin, TOKEN, assert_refused};
use crate::harness::Server;
use crate::metrics;

#[test]
fn nothing_without_the_token() {
    let mut admin = Admin::start(&[]);
    let right = format!("Authorization: Bearer {TOKEN}\r\n");
    let wrong = format!("Authorization: Bearer {TOKEN}-wr0ng\r\n");
    for (headers, challenge) in [
        (String::new(), "Bearer"),
        (format!("X-Authorization: Bearer {TOKEN}\r\n"), "Bearer"),
        (wrong.clone(), "Bearer error=\"invalid_token\""),
        (format!("{right}{wrong}"), "Bearer error=\"invalid_token\""),
        (format!("{right}{right}"), "Bearer error=\"invalid_token\""),
        ("Authorization: Basic czNjcmV0\r\n".to_owned(), "Bearer error=\"invalid_token\""),
        ("Authorization: Bearer\r\n".to_owned(), "Bearer error=\"invalid_token\""),
    ] {
        for (method, path) in [
            ("GET", "/v1/status"),
            ("DELETE", "/v1/connections/x"),
            ("GET", "/v1/nowhere"),
            ("PATCH", "/v1/status"),
        ] {
            let answer = admin.raw(method, path, &headers, b"");
            assert_refused(&answer, 401, "unauthorized", &format!("{headers}{method} {path}"));
            assert_eq!(answer.header("www-authenticate"), challenge, "{headers}");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        let query = format!("/v1/status?access_token={TOKEN}");
        assert_eq!(admin.raw("GET", &query, "", b"").status, 401);
    }
    assert_eq!(admin.raw("GET", "/v1/status", &right, b"").status, 200);
    assert_eq!(admin.raw("GET", "/openapi.json", "", b"").status, 200);

    admin.server.signal("TERM");
    assert!(admin.server.wait().success());
    let log = admin.server.rest_of_log();
    let lines = log.lines().filter(|line| line.contains("requests refused")).count();
    assert!((1..=4).contains(&lines), "not one for each of 35: {log}");
    assert!(
        !log.contains("s3cret") && !log.contains("wr0ng") && !log.contains("czNjcmV0"),
        "{log}"
    );
}

#[test]
fn it_is_at_its_own_address_and_nothing_else_is() {
    let admin = Admin::start(&[]);
    for path in ["/v1/status", "/openapi.json"] {
        assert_eq!(admin.server.get(path).status, 404, "{path}");
    }
    let at = |path| Server::request_at(admin.address, "GET", path, "").status;
    assert_eq!(at("/healthz"), 200);
    for path in ["/", "/metrics", "/ws", "/socket.io/?EIO=4&transport=polling", "/schemas/"] {
        assert_eq!(at(path), 401, "{path}");
        assert_eq!(admin.ask("GET", path, &Value::Null).1["code"], "noRoute", "{path}");
    }
}

#[test]
fn changes_are_written_down_without_what_is_in_them() {
    let mut admin = Admin::start(&[]);
    let (_client, id, _) = admin.client(&json!({ "username": "ada\u{1b}[31m" }));
    let field = json!({ "fieldValue": "s3cret-value", "isShared": true });
    admin.change("PUT", &format!("/v1/connections/{id}/fields/topic"), &field);
    let to = json!({ "easyrtcid": id });
    let message = json!({ "to": to, "msgType": "s3cret-type", "msgData": "s3cret-data" });
    assert_eq!(admin.ask("POST", "/v1/messages", &message).0, 200);
    let forward = json!({ "to": to, "url": "https://example.org/?s3cret-query" });
    assert_eq!(admin.ask("POST", "/v1/forwards", &forward).0, 200);
    let turn = json!({ "urls": "turn:a", "username": "u", "credential": "s3cret-credential" });
    let servers = json!({ "to": to, "iceServers": [turn] });
    assert_eq!(admin.ask("POST", "/v1/ice-configs", &servers).0, 200);
    let ban = json!({ "application": "default", "username": "ada\u{1b}[31m" });
    assert_eq!(admin.ask("POST", "/v1/bans", &ban).0, 201);
    assert_eq!(admin.ask("DELETE", "/v1/connections/nobody", &Value::Null).0, 404);

    admin.server.signal("TERM");
    assert!(admin.server.wait().success());
    let log = admin.server.rest_of_log();
    let changes: Vec<&str> = log.lines().filter(|line| line.contains("easyrtc_admin")).collect();
    let expected = [
        ("set field", format!("connection {id} topic"), "done"),
        ("send message", format!("connection {id}"), "sent to 1"),
        ("forward to URL", format!("connection {id}"), "sent to 1"),
        ("push ICE configuration", format!("connection {id}"), "sent to 1"),
        ("ban", "user default/ada\\u{1b}[31m".to_owned(), "ban 1"),
        ("kick", "nobody".to_owned(), "refused: there is no such client"),
    ];
    assert_eq!(changes.len(), expected.len(), "{log}");
    for (line, (what, of, outcome)) in changes.into_iter().zip(expected) {
        assert!(line.contains("by=\"token\""), "{line}");
        for part in [what, &of, outcome] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
    assert!(!log.contains("s3cret") && !log.contains('\u{1b}'), "{log}");
}

#[test]
fn requests_are_counted_by_status() {
    let admin = Admin::start(&["--metrics-listen", "127.0.0.1:0"]);
    admin.get("/v1/status");
    admin.get("/v1/applications");
    admin.raw("GET", "/v1/status", "", b"");
    admin.send("PUT", "/v1/status", "{}");
    admin.send("POST", "/v1/messages", "{");
    let text = metrics::text(&admin.server);
    let counts = text.lines().filter_map(|line| {
        line.strip_prefix("easyrtc_admin_requests_total{code=\"")?.split_once("\"} ")
    });
    let counted: BTreeMap<&str, &str> = counts.filter(|(_, number)| *number != "0").collect();
    assert_eq!(counted, BTreeMap::from([("200", "2"), ("400", "1"), ("401", "1"), ("405", "1")]));
    let without = Server::start(&["--metrics-listen", "127.0.0.1:0"]);
    assert!(!metrics::text(&without).contains("easyrtc_admin"));
}
