//! The examples of the specification are what the code takes and says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::{Path, PathBuf};

use easyrtc_proto::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

fn spec() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/spec")
}

/// The JSON examples of every page about a message, with the page's name.
fn examples() -> Vec<(String, String)> {
    let mut examples = Vec::new();
    for page in std::fs::read_dir(spec().join("messages")).unwrap() {
        let page = page.unwrap().path();
        let name = page.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&page).unwrap();
        let blocks = text.split("```json\n").skip(1);
        let blocks = blocks.map(|block| block.split("```").next().unwrap_or_default());
        examples.extend(blocks.map(|block| (name.clone(), block.to_owned())));
    }
    examples
}

/// What is read from `value` is written as it was.
fn survives<T: DeserializeOwned + Serialize>(value: &Value) -> Result<(), String> {
    let read: T = serde_json::from_str(&value.to_string()).map_err(|error| error.to_string())?;
    let written = serde_json::to_value(&read).map_err(|error| error.to_string())?;
    if written == *value { Ok(()) } else { Err(format!("written as {written}")) }
}

fn check_server_message(message: &Value) -> Result<(), String> {
    let data = &message["msgData"];
    match message["msgType"].as_str().unwrap_or_default() {
        "token" => survives::<Token>(data),
        "roomData" => survives::<RoomData>(data),
        "roomList" => survives::<RoomList>(data),
        "iceConfig" => survives::<IceConfig>(&data["iceConfig"]),
        "sessionData" => survives::<SessionData>(&data["sessionData"]),
        "forwardToUrl" => survives::<ForwardToUrl>(&data["forwardToUrl"]),
        "error" => survives::<ErrorMessage>(data),
        // Relayed as it came, or nothing to read.
        _ => Ok(()),
    }
}

fn check_client_message(page: &str, text: &str) -> Result<(), String> {
    let event = match page {
        "authenticate" => ClientEvent::Auth,
        "easyrtcMsg" => ClientEvent::Msg,
        _ => ClientEvent::Cmd,
    };
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let limits = DecodeLimits::default();
    match ClientMessage::decode(event, raw, &Attachments::none(), &limits) {
        Ok(ClientMessage::Command(Command::Unknown { msg_type })) => {
            Err(format!("nobody knows {msg_type}"))
        }
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn examples_are_what_the_code_takes_and_says() {
    let examples = examples();
    assert!(examples.len() > 25, "the specification has examples");
    for (page, text) in examples {
        let message: Value = serde_json::from_str(&text).expect("valid JSON");
        let from_server = message.get("serverTime").is_some() || message["msgType"] == "ack";
        let result = if from_server {
            check_server_message(&message)
        } else {
            check_client_message(&page, text.trim())
        };
        assert_eq!(result, Ok(()), "{page}: {text}");
    }
}

#[test]
fn every_error_stands_in_the_specification_with_its_text() {
    let page = std::fs::read_to_string(spec().join("errors.md")).unwrap();
    for code in ErrorCode::ALL {
        let row = format!("| `{}` | {} |", code.name(), code.text());
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn every_capability_stands_in_the_specification_with_its_meaning() {
    let page = std::fs::read_to_string(spec().join("capabilities.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let expected = Capability::ALL.iter();
    let expected = expected.map(|one| format!("| `{}` | {} |", one.name(), one.meaning()));
    for (row, expected) in rows.clone().zip(expected) {
        assert!(row.starts_with(&expected), "{row} is not {expected}");
    }
    assert_eq!(rows.count(), Capability::ALL.len());
}
