//! Everything an event may carry, and everything an answer may be.

use schemars::json_schema;
use serde_json::{Value, json};

use super::{Direction, Document, Scope, finish};

/// The roots over `messages`. An `easyrtcMsg` is its own root: it is one message.
pub(super) fn documents(messages: &[Document]) -> [Document; 4] {
    let of = |direction: Direction| {
        move |message: &&Document| message.direction == direction && message.name != "easyrtcMsg"
    };
    let client: Vec<&Document> = messages.iter().filter(of(Direction::Client)).collect();
    let server: Vec<&Document> = messages.iter().filter(of(Direction::Server)).collect();
    let pick = |all: &[&Document], wanted: &dyn Fn(&str) -> bool| {
        all.iter().map(|message| message.name).filter(|name| wanted(name)).collect::<Vec<_>>()
    };
    let signals = ["candidate", "offer", "answer", "reject", "hangup"];
    let events_only = ["sessionData", "forwardToUrl"];
    let answers_only = ["ack", "roomList"];
    let mut answers =
        pick(&server, &|name| !signals.contains(&name) && !events_only.contains(&name));
    answers.push("easyrtcMsg");
    [
        root(
            "easyrtcAuth",
            Direction::Client,
            "Everything the event `easyrtcAuth` may carry.",
            &pick(&client, &|name| name == "authenticate"),
        ),
        root(
            "easyrtcCmd",
            Direction::Client,
            "Everything the event `easyrtcCmd` of a client may carry.",
            &pick(&client, &|name| name != "authenticate"),
        ),
        root(
            "easyrtcCmd",
            Direction::Server,
            "Everything the event `easyrtcCmd` of the server may carry.",
            &pick(&server, &|name| !answers_only.contains(&name)),
        ),
        root(
            "reply",
            Direction::Server,
            "Everything the server may answer to an event of a client.",
            &answers,
        ),
    ]
}

/// `msgType` decides which message it is. An answer of the application's own may have any other.
fn root(
    name: &'static str,
    direction: Direction,
    description: &str,
    messages: &[&str],
) -> Document {
    let references: Vec<Value> = messages
        .iter()
        .map(|message| {
            let reference = format!("{message}.json");
            if *message != "easyrtcMsg" {
                return json!({ "$ref": reference });
            }
            let others: Vec<&&str> = messages.iter().filter(|other| *other != message).collect();
            let other = json!({ "msgType": { "not": { "enum": others } } });
            json!({ "$ref": reference, "properties": other })
        })
        .collect();
    let schema = json_schema!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "description": description,
        "anyOf": references,
    });
    finish(name, direction, Scope::Root, schema)
}
