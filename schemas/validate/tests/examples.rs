//! Each schema is valid, says what it is, and has examples that are what the code takes and says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeLimits};
use easyrtc_schema_validator::agreement::outcome;
use easyrtc_schema_validator::{Schemas, Subject};
use serde_json::Value;
use serde_json::value::RawValue;

/// The schemas: path and content. Messages, roots and frames.
fn schemas() -> Vec<(&'static str, Value)> {
    let published = easyrtc_schemas::documents().iter();
    let schemas = published.filter(|document| document.path.contains('/'));
    schemas.map(|d| (d.path, serde_json::from_str(d.text).unwrap())).collect()
}

/// Schemas of one message. The roots have their messages' examples.
fn messages() -> impl Iterator<Item = (&'static str, Value)> {
    schemas().into_iter().filter(|(_, schema)| schema.get("properties").is_some())
}

fn examples(schema: &Value) -> &[Value] {
    schema["examples"].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn every_schema_is_valid_and_says_what_it_is() {
    for (path, schema) in schemas() {
        assert!(jsonschema::meta::is_valid(&schema), "{path}");
        for key in ["$id", "title", "description"] {
            assert!(schema[key].as_str().is_some_and(|text| !text.is_empty()), "{path}: {key}");
        }
        assert!(schema["$id"].as_str().unwrap().ends_with(path), "{path}");
    }
}

#[test]
fn every_property_is_described() {
    fn walk(path: &str, schema: &Value) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let title = property.get("description").or_else(|| property.get("const"));
            let described = title.or_else(|| property.get("$ref")).or_else(|| property.get("type"));
            assert!(described.is_some(), "{path}/{name}");
            walk(&format!("{path}/{name}"), property);
        }
        for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
            assert!(definition.get("description").is_some(), "{path}/{name}");
            walk(&format!("{path}/{name}"), definition);
        }
    }
    for (path, schema) in messages() {
        walk(path, &schema);
    }
}

#[test]
fn there_is_a_schema_for_every_message_of_the_specification() {
    let pages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/spec/README.md");
    let text = std::fs::read_to_string(pages).unwrap();
    let table = text.split("## Messages").nth(1).unwrap();
    let rows = table.lines().filter(|line| line.contains("](messages/"));
    let schemas = Schemas::published();
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let name = cells[5].split(['[', ']']).nth(1).unwrap();
        for (cell, folder) in [(cells[3], "client"), (cells[4], "server")] {
            let path = format!("{folder}/{name}.json");
            assert_eq!(schemas.has(&path), !cell.is_empty(), "{path}");
            count += usize::from(!cell.is_empty());
        }
    }
    assert_eq!(count, messages().count());
}

#[test]
fn every_message_has_examples_that_are_valid() {
    let schemas = Schemas::published();
    for (path, schema) in messages() {
        assert!(!examples(&schema).is_empty(), "{path}");
        for example in examples(&schema) {
            assert_eq!(schemas.check_against(path, example), Ok(()), "{path}");
        }
    }
}

#[test]
fn examples_are_no_other_message() {
    let schemas = Schemas::published();
    for (path, schema) in messages().filter(|(path, _)| !path.ends_with("easyrtcMsg.json")) {
        let folder = path.split('/').next().unwrap();
        for (other, _) in messages().filter(|(other, _)| *other != path) {
            let fits = |example: &Value| schemas.check_against(other, example).is_ok();
            let same = other.starts_with(folder) && !other.ends_with("easyrtcMsg.json");
            assert!(!same || !examples(&schema).iter().any(fits), "{path} as {other}");
        }
    }
}

fn event_of(path: &str) -> ClientEvent {
    match path {
        "client/authenticate.json" => ClientEvent::Auth,
        "client/easyrtcMsg.json" => ClientEvent::Msg,
        _ => ClientEvent::Cmd,
    }
}

fn decode(event: ClientEvent, message: &Value) -> Result<(), String> {
    let raw = RawValue::from_string(message.to_string()).unwrap();
    let limits = DecodeLimits::default();
    let decoded = ClientMessage::decode(event, &raw, &Attachments::none(), &limits);
    outcome(decoded.as_ref()).map_err(|code| code.name().to_owned())
}

#[test]
fn the_decoder_takes_the_examples_of_clients() {
    for (path, schema) in messages().filter(|(path, _)| path.starts_with("client/")) {
        for example in examples(&schema) {
            assert_eq!(decode(event_of(path), example), Ok(()), "{path}: {example}");
        }
    }
}

/// Follows a reference into the schema itself.
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => root.pointer(pointer).unwrap(),
        None => schema,
    }
}

/// Puts `null`, which fits nowhere, at each key that has an `x-error`: the code to expect, and the
/// message.
fn spoiled(root: &Value, schema: &Value, whole: &Value, at: &str, into: &mut Vec<(String, Value)>) {
    let Some(here) = whole.pointer(at) else { return };
    let schema = resolved(root, schema);
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let pointer = format!("{at}/{name}");
        if let Some(code) = property["x-error"].as_str() {
            let mut message = whole.clone();
            message.pointer_mut(at).unwrap()[name] = Value::Null;
            into.push((code.to_owned(), message));
        }
        spoiled(root, property, whole, &pointer, into);
    }
    for entry in schema["patternProperties"].as_object().into_iter().flat_map(|map| map.values()) {
        for key in here.as_object().into_iter().flat_map(|map| map.keys()) {
            spoiled(root, entry, whole, &format!("{at}/{key}"), into);
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_with_the_code_of_the_schema() {
    let mut count = 0;
    for (path, schema) in messages().filter(|(path, _)| path.starts_with("client/")) {
        for example in examples(&schema) {
            let mut cases = Vec::new();
            spoiled(&schema, &schema, example, "", &mut cases);
            for (code, message) in cases {
                // Within a login a malformed configuration is passed over.
                let cfg =
                    path.contains("authenticate") && decode(ClientEvent::Auth, &message).is_ok();
                let pointer = "/msgData/setUserCfg";
                if cfg && message.pointer(pointer) != example.pointer(pointer) {
                    continue;
                }
                assert_eq!(decode(event_of(path), &message), Err(code), "{path}: {message}");
                count += 1;
            }
        }
    }
    assert!(count > 60, "{count} keys with an x-error");
}

#[test]
fn the_examples_of_the_specification_are_valid() {
    let schemas = Schemas::published();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/spec/messages");
    let mut count = 0;
    for page in std::fs::read_dir(folder).unwrap() {
        let page = page.unwrap().path();
        let name = page.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&page).unwrap();
        for block in text.split("```json\n").skip(1) {
            let message: Value = serde_json::from_str(block.split("```").next().unwrap()).unwrap();
            let from_server = message.get("serverTime").is_some() || message["msgType"] == "ack";
            let event = if name == "easyrtcMsg" { "easyrtcMsg" } else { "easyrtcCmd" };
            let subject = match (from_server, name.as_str()) {
                (true, _) if message.get("easyrtcid").is_some() => Subject::ServerEvent(event),
                (true, _) => Subject::Reply,
                (false, "authenticate") => Subject::ClientEvent("easyrtcAuth"),
                (false, _) => Subject::ClientEvent(event),
            };
            assert_eq!(schemas.check(subject, &message), Ok(()), "{name}: {message}");
            count += 1;
        }
    }
    assert!(count > 25, "{count} examples");
}

#[test]
fn the_frames_of_the_specification_are_valid() {
    let schemas = Schemas::published();
    let page =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/spec/websocket.md");
    let text = std::fs::read_to_string(page).unwrap();
    let mut count = 0;
    for block in text.split("```json\n").skip(1) {
        let frame: Value = serde_json::from_str(block.split("```").next().unwrap()).unwrap();
        let (client, server) = (Subject::ClientFrame, Subject::ServerFrame);
        let whole =
            ["event", "ack", "resume", "received"].iter().any(|key| frame.get(key).is_some());
        if whole {
            let fits =
                schemas.check(client, &frame).is_ok() || schemas.check(server, &frame).is_ok();
            assert!(fits, "{frame}");
            count += 1;
        }
    }
    assert!(count >= 5, "{count} frames");
}
