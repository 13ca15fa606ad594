//! `components.messages`: the messages as Socket.IO carries them, and the frames of the plain
//! WebSocket.

use easyrtc_proto::schema::{Direction, Document, Scope};
use serde_json::{Map, Value, json};

use super::schema::{converted, reference};
use crate::types::{CLIENT_EVENTS, SERVER_EVENTS, capitalized, carried, name_of};

/// The frames of the plain WebSocket that carry no message of either side's application.
const CONTROL: &[&str] = &["resume", "received", "welcome", "error"];

/// What clients answer to events of the server on Socket.IO.
pub(super) const CLIENT_ACK: &str = "ClientAck";

/// The messages of each channel, by name.
#[derive(Debug)]
pub(super) struct Messages {
    pub(super) socketio: Map<String, Value>,
    pub(super) websocket: Map<String, Value>,
}

/// The frame with an event that carries `document`.
pub(super) fn event_name(document: &Document) -> String {
    format!("{}Event", name_of(document))
}

/// The frame with an answer that is `document`.
pub(super) fn answer_name(document: &Document) -> String {
    format!("{}Answer", name_of(document))
}

/// The name of a frame that carries no message, by its title in the schema of frames.
pub(super) fn control_name(direction: Direction, title: &str) -> String {
    let side = if direction == Direction::Client { "Client" } else { "Server" };
    format!("{side}Frame{}", capitalized(title))
}

pub(super) fn all(documents: &[Document]) -> Messages {
    let mut socketio: Map<String, Value> = documents
        .iter()
        .filter(|document| document.scope == Scope::Message)
        .map(|document| (name_of(document), bare(document)))
        .collect();
    socketio.insert(CLIENT_ACK.to_owned(), client_ack());
    Messages { socketio, websocket: frames(documents) }
}

/// The text that schemas begin with, and their title.
fn described(document: &Document, title: String) -> Map<String, Value> {
    let mut message = Map::new();
    message.insert("name".to_owned(), document.name.into());
    message.insert("title".to_owned(), title.into());
    let description = document.value().get("description").cloned().unwrap_or_default();
    message.insert("description".to_owned(), description);
    message
}

fn bare(document: &Document) -> Value {
    let mut message = described(document, document.name.to_owned());
    message.insert("payload".to_owned(), reference(&name_of(document)));
    let examples = document.examples().iter().map(|example| json!({ "payload": example }));
    message.insert("examples".to_owned(), examples.collect());
    message.into()
}

fn client_ack() -> Value {
    json!({
        "name": "ack",
        "title": "ack",
        "description": "What a client answers when the server's packet has an ack id. The server \
            takes it as a sign of life, whatever it holds.",
        "payload": {},
        "examples": [{ "payload": { "msgType": "ack" } }],
    })
}

fn frames(documents: &[Document]) -> Map<String, Value> {
    // An event of the server names its receiver, an answer doesn't.
    let is_event = |example: &Value| example.get("easyrtcid").is_some();
    let is_answer = |example: &Value| !is_event(example);
    let mut frames = Map::new();
    for event in CLIENT_EVENTS {
        for document in carried(documents, Direction::Client, event) {
            let keys = [event_key(event), number("id", "Chosen by the client; the answer has it.")];
            frames.insert(event_name(document), frame(document, "event", &keys, &|_| true));
        }
    }
    for event in SERVER_EVENTS {
        for document in carried(documents, Direction::Server, event) {
            let frame = frame(document, "event", &[event_key(event)], &is_event);
            frames.insert(event_name(document), frame);
        }
    }
    for document in carried(documents, Direction::Server, "reply") {
        let keys = [number("ack", "The `id` of the frame this answers.")];
        frames.insert(answer_name(document), frame(document, "answer", &keys, &is_answer));
    }
    for document in documents.iter().filter(|document| document.scope == Scope::Frame) {
        frames.extend(control(document));
    }
    frames
}

/// A key of a frame beside the message.
struct Key {
    name: &'static str,
    schema: Value,
    example: Value,
}

fn event_key(event: &str) -> Key {
    let schema = json!({ "type": "string", "const": event });
    Key { name: "event", schema, example: event.into() }
}

/// What tells which answer belongs to which frame.
fn number(name: &'static str, description: &str) -> Key {
    let schema = json!({
        "description": description, "type": "integer", "minimum": 0, "maximum": (1_u64 << 53) - 1,
    });
    Key { name, schema, example: 7.into() }
}

/// A frame around a message, with those of its examples that fit.
fn frame(document: &Document, kind: &str, keys: &[Key], fits: &dyn Fn(&Value) -> bool) -> Value {
    let mut properties = Map::new();
    let mut message = described(document, format!("{} ({kind})", document.name));
    for Key { name, schema, .. } in keys {
        properties.insert((*name).to_owned(), schema.clone());
        if *name != "event" {
            let location = json!({ "location": format!("$message.payload#/{name}") });
            message.insert("correlationId".to_owned(), location);
        }
    }
    properties.insert("message".to_owned(), reference(&name_of(document)));
    let required: Vec<&String> = properties.keys().collect();
    let payload = json!({ "type": "object", "required": required, "properties": properties });
    message.insert("payload".to_owned(), payload);
    let example = |example: &Value| {
        let keys = keys.iter().map(|key| (key.name.to_owned(), key.example.clone()));
        let message = ("message".to_owned(), example.clone());
        json!({ "payload": keys.chain([message]).collect::<Map<_, _>>() })
    };
    let examples = document.examples().iter().filter(|example| fits(example)).map(example);
    with_examples(message, examples)
}

/// A message for which there is no example has no empty list of them.
fn with_examples(mut message: Map<String, Value>, examples: impl Iterator<Item = Value>) -> Value {
    let examples: Vec<Value> = examples.collect();
    if !examples.is_empty() {
        message.insert("examples".to_owned(), examples.into());
    }
    message.into()
}

/// The titles and forms of the frames of one side that carry no message.
pub(super) fn control_forms(document: &Document) -> Vec<(&str, &Value)> {
    let forms = document.value().get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let titled = forms.filter_map(|form| Some((form.get("title")?.as_str()?, form)));
    titled.filter(|(title, _)| CONTROL.contains(title)).collect()
}

fn control(document: &Document) -> Map<String, Value> {
    let frame = |(title, form): (&str, &Value)| {
        let is_one = |example: &&Value| {
            example.get(title).is_some() || example.get("event").is_some_and(|event| event == title)
        };
        let mut frame = Map::new();
        frame.insert("name".to_owned(), title.into());
        frame.insert("title".to_owned(), title.into());
        let description = form.get("description").cloned().unwrap_or_default();
        frame.insert("description".to_owned(), description);
        frame.insert("payload".to_owned(), converted(form, document));
        let examples = document.examples().iter().filter(is_one);
        let examples = examples.map(|example| json!({ "payload": example }));
        (control_name(document.direction, title), with_examples(frame, examples))
    };
    control_forms(document).into_iter().map(frame).collect()
}
