//! The published schemas: printed, and served.

use serde_json::Value;

use crate::harness::{Server, run};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_list_names_what_can_be_printed() {
    let (code, list, error) = run(&["schema"], &[]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let names: Vec<&str> = list.lines().filter_map(|line| line.split(' ').next()).collect();
    for name in ["client/offer", "server/token", "websocket/server-frame", "asyncapi", "openapi"] {
        assert!(names.contains(&name), "{name} in {list}");
    }
    let line = list.lines().find(|line| line.starts_with("client/roomJoin ")).unwrap();
    assert!(line.ends_with("  Enters rooms: all that are named, or none"), "{line}");
    for name in names {
        let (code, text, _) = run(&["schema", name], &[]);
        assert_eq!(code, Some(0), "{name}");
        assert!(json(&text).is_object(), "{name}");
    }
}

#[test]
fn a_schema_is_printed_by_its_full_or_bare_name() {
    let (_, full, _) = run(&["schema", "client/roomJoin.json"], &[]);
    assert_eq!(json(&full)["title"], "roomJoin");
    let (code, bare, _) = run(&["schema", "roomJoin"], &[]);
    assert_eq!((code, bare), (Some(0), full));
}

#[test]
fn a_name_that_is_unclear_or_unknown_is_an_error_that_helps() {
    let cases = [
        ("offer", "easyrtc-server: offer could be client/offer or server/offer\n"),
        ("tokn", "easyrtc-server: there is no schema tokn; did you mean server/token?\n"),
    ];
    for (name, expected) in cases {
        let (code, out, error) = run(&["schema", name], &[]);
        assert_eq!((code, out.as_str(), error.as_str()), (Some(2), "", expected));
    }
}

#[test]
fn schemas_are_printed_whatever_the_settings_are() {
    // Those of a server that cannot even start.
    let (code, text, _) = run(&["schema", "ack"], &[("EASYRTC_PING_INTERVAL", "never")]);
    assert_eq!((code, json(&text)["title"].as_str()), (Some(0), Some("ack")));
    let (code, _, error) = run(&["--port", "1", "schema", "ack"], &[]);
    assert_eq!(code, Some(2), "{error}");
}

#[test]
fn schemas_are_served_for_everybody() {
    let server = Server::start(&[]);
    let index = server.get("/schemas/");
    assert_eq!((index.status, index.header("content-type")), (200, "application/json"));
    let entries = json(&index.body)["schemas"].as_array().unwrap().clone();
    assert!(!entries.is_empty());
    for entry in entries {
        let answer = server.get(entry["url"].as_str().unwrap());
        let kind = match entry["name"].as_str().unwrap() {
            "asyncapi" | "openapi" => "application/json",
            _ => "application/schema+json",
        };
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{entry}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("cache-control"), "public, max-age=3600");
        let (_, printed, _) = run(&["schema", entry["name"].as_str().unwrap()], &[]);
        assert_eq!(answer.body, printed, "{entry}");
    }

    let head = server.request("HEAD", "/schemas/client/offer.json", "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let moved = server.get("/schemas");
    assert_eq!((moved.status, moved.header("location")), (302, "/schemas/"));
    for path in ["/schemas/client/offer", "/schemas/client/", "/schemas/x.json", "/schemas//"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    assert!(Server::start(&["--no-demo"]).get("/").body.contains("href=\"/schemas/\""));
}

#[test]
fn an_own_page_comes_before_a_schema_of_its_name() {
    let pages = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(pages.path().join("schemas/client")).unwrap();
    std::fs::write(pages.path().join("schemas/client/offer.json"), "own").unwrap();
    let options = r#"{"sessionCookieEnable": true}"#;
    let directory = pages.path().to_str().unwrap();
    let server = Server::start(&["--static", directory, "--easyrtc-options", options]);
    assert_eq!(server.get("/schemas/client/offer.json").body, "own");
    let schema = server.get("/schemas/client/answer.json");
    assert_eq!(json(&schema.body)["title"], "answer");
    // What everybody may keep comes with no cookie.
    assert_eq!(schema.header("set-cookie"), "");
}

#[test]
fn a_transport_cannot_take_the_place_of_the_schemas() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "transport.ws.path = '/schemas'\n").unwrap();
    let (code, _, error) = run(&["--config", file.path().to_str().unwrap(), "--check-config"], &[]);
    assert_eq!(code, Some(2));
    assert!(error.contains("is taken"), "{error}");
}
