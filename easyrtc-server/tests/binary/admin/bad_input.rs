//! What cannot be understood is refused, says why, and changes nothing.

use serde_json::{Value, json};

use super::{Admin, TOKEN, assert_refused};

#[test]
fn hostile_names() {
    let admin = Admin::start(&[]);
    let long = "a".repeat(10_000);
    let paths = [
        ("a%2Fb", 400, "badName"),
        ("a%00", 400, "badName"),
        ("%ff%fe", 400, "badName"),
        ("%C3%A9", 400, "badName"),
        ("a%0d%0aX-Injected:%20b", 400, "badName"),
        ("%3Cscript%3E", 400, "badName"),
        ("a%25", 400, "badName"),
        ("%", 400, "badName"),
        (&long, 400, "badName"),
        // Names with dots are names.
        ("..", 404, "noApplication"),
        ("%2e%2e", 404, "noApplication"),
        (".", 404, "noApplication"),
        ("__proto__", 404, "noApplication"),
        // No name at all is another path.
        ("", 404, "noRoute"),
    ];
    for (name, status, code) in paths {
        let of_application = format!("/v1/applications/{name}");
        let answer = admin.send("GET", &of_application, "");
        assert_refused(&answer, status, code, &of_application);
        assert_eq!(answer.header("x-injected"), "");
        if status == 400 {
            for (method, path) in [
                ("PUT", format!("/v1/applications/default/rooms/{name}")),
                ("GET", format!("/v1/applications/{name}/rooms")),
                ("GET", format!("/v1/applications/default/rooms/{name}/members")),
                ("DELETE", format!("/v1/applications/default/rooms/x/members/{name}")),
                ("GET", format!("/v1/applications/default/groups/{name}/members")),
                ("DELETE", format!("/v1/connections/{name}")),
                ("GET", format!("/v1/connections/{name}/fields")),
                ("DELETE", format!("/v1/connections/x/fields/{name}")),
                ("DELETE", format!("/v1/bans/{name}")),
            ] {
                assert_refused(&admin.send(method, &path, ""), 400, "badName", &path);
            }
        }
    }
    let session = |name| format!("/v1/applications/default/sessions/{name}");
    assert_refused(&admin.send("GET", &session("a%2F"), ""), 400, "badName", "a slash");
    assert_eq!(admin.get("/v1/status")["applications"], 1, "nothing was made");
}

#[test]
fn bodies_that_are_not_what_is_due() {
    let admin = Admin::start(&[]);
    let deep = "[".repeat(1100) + &"]".repeat(1100);
    let very_deep = "[".repeat(400_000) + &"]".repeat(400_000);
    let field = "/v1/applications/default/fields/x";
    let [message, forward] = ["/v1/messages", "/v1/forwards"];
    let [errors, ice, bans] = ["/v1/errors", "/v1/ice-configs", "/v1/bans"];
    let cases = [
        ("PUT", field, "".to_owned()),
        ("PUT", field, "{".to_owned()),
        ("PUT", field, "{\"fieldValue\":NaN}".to_owned()),
        ("PUT", field, "[]".to_owned()),
        ("PUT", field, "null".to_owned()),
        ("PUT", field, "{}".to_owned()),
        ("PUT", field, r#"{"fieldValue":1,"isShared":"yes"}"#.to_owned()),
        ("PUT", field, r#"{"fieldValue":1,"isshared":true}"#.to_owned()),
        ("PUT", field, r#"{"fieldValue":1,"fieldValue":2}"#.to_owned()),
        ("PUT", field, r#"{"fieldValue":1}}"#.to_owned()),
        ("PUT", field, format!(r#"{{"fieldValue":{deep}}}"#)),
        ("PUT", field, format!(r#"{{"fieldValue":{very_deep}}}"#)),
        ("PUT", field, very_deep),
        ("POST", message, r#"{"to":{"everybody":true}}"#.to_owned()),
        ("POST", message, r#"{"msgType":"x"}"#.to_owned()),
        ("POST", message, r#"{"to":{},"msgType":"x"}"#.to_owned()),
        ("POST", message, r#"{"to":{"everybody":true},"msgType":7}"#.to_owned()),
        ("POST", message, r#"{"to":{"everybody":1},"msgType":"x"}"#.to_owned()),
        ("POST", message, r#"{"to":{"room":"r"},"msgType":"x"}"#.to_owned()),
        ("POST", message, r#"{"to":{"easyrtcid":"a/b"},"msgType":"x"}"#.to_owned()),
        ("POST", forward, r#"{"to":{"everybody":true},"url":""}"#.to_owned()),
        (
            "POST",
            forward,
            json!({ "to": { "everybody": true }, "url": "x".repeat(8193) }).to_string(),
        ),
        ("POST", errors, r#"{"to":{"everybody":true},"errorCode":"OOPS"}"#.to_owned()),
        ("POST", errors, r#"{"to":{"everybody":true},"errorCode":"SERVER_SHUTDOWN"}"#.to_owned()),
        ("POST", ice, r#"{"to":{"everybody":true},"iceServers":[{}]}"#.to_owned()),
        ("POST", ice, r#"{"to":{"everybody":true},"iceServers":"stun:a"}"#.to_owned()),
        ("POST", bans, "{}".to_owned()),
        ("POST", bans, r#"{"address":"192.0.2.0/33"}"#.to_owned()),
        ("POST", bans, r#"{"address":"192.0.2.1","username":"a"}"#.to_owned()),
        ("POST", bans, r#"{"username":"a"}"#.to_owned()),
        ("POST", bans, r#"{"address":"192.0.2.1","expiresIn":0}"#.to_owned()),
        ("POST", bans, r#"{"address":"192.0.2.1","expiresIn":-1}"#.to_owned()),
        ("POST", "/v1/drain", r#"{"within":86401}"#.to_owned()),
        ("POST", "/v1/drain", r#"{"within":"1"}"#.to_owned()),
        ("POST", "/v1/drain", r#"{"in":1}"#.to_owned()),
        ("PUT", "/v1/connections/x/presence", "{}".to_owned()),
        ("PUT", "/v1/connections/x/presence", r#"{"show":"busy"}"#.to_owned()),
        ("PUT", "/v1/connections/x/presence", r#"{"mood":"fine"}"#.to_owned()),
        ("PUT", "/v1/connections/x/presence", json!({ "type": "x".repeat(1100) }).to_string()),
    ];
    for (method, path, body) in &cases {
        let about = format!("{method} {path} {}", body.get(..80).unwrap_or(body));
        assert_refused(&admin.send(method, path, body), 400, "badBody", &about);
    }
    let invalid = b"{\"fieldValue\":\"\xff\"}";
    let headers = format!(
        "Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
        invalid.len()
    );
    assert_refused(&admin.raw("PUT", field, &headers, invalid), 400, "badBody", "no UTF-8");
    let status = admin.get("/v1/status");
    assert_eq!((&status["draining"], &status["applications"]), (&json!(false), &json!(1)));
    assert_eq!(admin.get("/v1/applications/default/fields")["items"], json!([]));
    assert_eq!(admin.get("/v1/bans")["items"], json!([]));
}

#[test]
fn bodies_that_are_too_large_or_of_another_kind() {
    let admin = Admin::start(&[]);
    let path = "/v1/applications/default/fields/x";
    let full = json!({ "fieldValue": "x".repeat(999_983) }).to_string();
    assert_eq!(full.len(), 1_000_000);
    assert_eq!(admin.send("PUT", path, &full).status, 204);
    let more = json!({ "fieldValue": "x".repeat(999_984) }).to_string();
    assert_refused(&admin.send("PUT", path, &more), 413, "bodyTooLarge", "one more");

    let token = format!("Authorization: Bearer {TOKEN}\r\n");
    let json_kind = "Content-Type: application/json\r\n";
    // What is announced need not come, and what comes need not be announced.
    let announced = format!("{token}{json_kind}Content-Length: 1000000000000\r\n");
    assert_refused(&admin.raw("PUT", path, &announced, b"{"), 413, "bodyTooLarge", "announced");
    let chunk = format!("{:x}\r\n{}\r\n", 100_000, "x".repeat(100_000));
    let chunked = format!("{token}{json_kind}Transfer-Encoding: chunked\r\n");
    let answer = admin.raw("PUT", path, &chunked, chunk.repeat(11).as_bytes());
    assert_refused(&answer, 413, "bodyTooLarge", "in chunks");

    let body = r#"{"fieldValue":1}"#;
    for kind in ["", "Content-Type: text/plain\r\n", "Content-Type: application/x-json\r\n"] {
        let headers = format!("{token}{kind}Content-Length: {}\r\n", body.len());
        let answer = admin.raw("PUT", path, &headers, body.as_bytes());
        assert_refused(&answer, 415, "unsupportedMediaType", kind);
    }
}

#[test]
fn paths_methods_and_queries_there_are_not() {
    let admin = Admin::start(&[]);
    for path in ["/", "/v1", "/v1/", "/v2/status", "/v1/status/", "/v1//status", "/V1/status"] {
        assert_refused(&admin.send("GET", path, ""), 404, "noRoute", path);
    }
    for (method, path, allowed) in [
        ("POST", "/v1/status", "GET,HEAD"),
        ("PUT", "/v1/messages", "POST"),
        ("GET", "/v1/drain", "POST"),
        ("PATCH", "/v1/bans", "GET,HEAD,POST"),
        ("OPTIONS", "/v1/bans/1", "DELETE"),
        ("POST", "/v1/applications/default/rooms/x", "GET,HEAD,PUT,DELETE"),
        ("GET", "/v1/connections/x/fields/y", "PUT,DELETE"),
        ("DELETE", "/openapi.json", "GET,HEAD"),
    ] {
        let answer = admin.send(method, path, "");
        assert_refused(&answer, 405, "methodNotAllowed", path);
        assert_eq!(answer.header("allow"), allowed, "{method} {path}");
    }
    for query in [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=x",
        "limit=1&limit=2",
        "after=a/b",
        "after=%ff",
        "page=2",
        "Limit=1",
    ] {
        let path = format!("/v1/applications?{query}");
        assert_refused(&admin.send("GET", &path, ""), 400, "badQuery", query);
    }
    for query in ["address=x", "username=", "room=a/b", "application=", "presence=away"] {
        let path = format!("/v1/connections?{query}");
        assert_refused(&admin.send("GET", &path, ""), 400, "badQuery", query);
    }
}

#[test]
fn what_is_not_there() {
    let admin = Admin::start(&[]);
    let (_client, id, _) = admin.client(&json!({ "roomJoin": { "r": { "roomName": "r" } } }));
    let field = json!({ "fieldValue": 1 });
    let room = "/v1/applications/default/rooms/r";
    admin.change("PUT", &format!("{room}/fields/topic"), &field);
    admin.change("DELETE", room, &Value::Null);
    let to = |to: Value| json!({ "to": to, "msgType": "x" });
    for (method, path, body, code) in [
        // The room has just vanished.
        ("PUT", format!("{room}/fields/topic"), field.clone(), "noRoom"),
        ("DELETE", format!("{room}/fields/topic"), Value::Null, "noRoom"),
        ("GET", format!("{room}/fields"), Value::Null, "noRoom"),
        ("GET", format!("{room}/members"), Value::Null, "noRoom"),
        ("GET", room.to_owned(), Value::Null, "noRoom"),
        ("DELETE", room.to_owned(), Value::Null, "noRoom"),
        ("PUT", format!("{room}/members/{id}"), Value::Null, "noRoom"),
        ("DELETE", format!("{room}/members/{id}"), Value::Null, "notInRoom"),
        ("PUT", "/v1/applications/x/rooms/r".to_owned(), Value::Null, "noApplication"),
        ("GET", "/v1/applications/x/rooms".to_owned(), Value::Null, "noApplication"),
        ("GET", "/v1/applications/x/groups".to_owned(), Value::Null, "noApplication"),
        ("GET", "/v1/applications/x/sessions".to_owned(), Value::Null, "noApplication"),
        ("PUT", "/v1/applications/x/fields/f".to_owned(), field.clone(), "noApplication"),
        ("DELETE", "/v1/applications/default/fields/f".to_owned(), Value::Null, "noField"),
        ("GET", "/v1/applications/default/sessions/s".to_owned(), Value::Null, "noSession"),
        ("PUT", "/v1/applications/default/sessions/s/fields/f".to_owned(), field, "noSession"),
        ("DELETE", "/v1/connections/nobody".to_owned(), Value::Null, "noClient"),
        ("GET", "/v1/connections/nobody".to_owned(), Value::Null, "noClient"),
        ("POST", "/v1/connections/nobody/token".to_owned(), Value::Null, "noClient"),
        ("PUT", "/v1/connections/nobody/presence".to_owned(), json!({"show": "dnd"}), "noClient"),
        ("DELETE", "/v1/bans/7".to_owned(), Value::Null, "noBan"),
        (
            "DELETE",
            format!("/v1/applications/default/groups/g/members/{id}"),
            Value::Null,
            "notInGroup",
        ),
        ("PUT", format!("/v1/applications/x/groups/g/members/{id}"), Value::Null, "noClient"),
        ("POST", "/v1/messages".to_owned(), to(json!({ "easyrtcid": "nobody" })), "noClient"),
        ("POST", "/v1/messages".to_owned(), to(json!({ "application": "x" })), "noApplication"),
        (
            "POST",
            "/v1/messages".to_owned(),
            to(json!({ "application": "default", "room": "r" })),
            "noRoom",
        ),
    ] {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        assert_refused(&admin.send(method, &path, &body), 404, code, &path);
    }
}
