//! `operations`: what the server receives and sends, and what answers it.

use easyrtc_proto::schema::{Direction, Document, Scope};
use serde_json::{Map, Value, json};

use super::messages::{CLIENT_ACK, answer_name, control_forms, control_name, event_name};
use crate::types::{CLIENT_EVENTS, SERVER_EVENTS, carried, name_of};

/// An operation of one channel.
struct Operation<'a> {
    channel: &'a str,
    /// `receive` or `send`, as the server sees it.
    action: &'a str,
    /// What is received or sent, for the operation's own name.
    name: &'a str,
    description: &'a str,
    message: String,
    /// The messages of which one is the answer; without any there is none.
    answers: Vec<String>,
    /// The event that carries the message, if one does.
    event: Option<&'a str>,
}

pub(super) fn all(documents: &[Document]) -> Value {
    let mut operations = Map::new();
    let mut add = |operation: &Operation<'_>| {
        let Operation { channel, action, name, .. } = operation;
        operations.insert(format!("{channel}.{action}.{name}"), described(operation));
    };
    for (direction, action, events) in
        [(Direction::Client, "receive", CLIENT_EVENTS), (Direction::Server, "send", SERVER_EVENTS)]
    {
        for event in events {
            for document in carried(documents, direction, event) {
                let operation = Operation {
                    channel: "socketio",
                    action,
                    name: document.name,
                    description: description(document.value()),
                    message: name_of(document),
                    answers: answers(documents, document, name_of, &[CLIENT_ACK]),
                    event: Some(event),
                };
                add(&operation);
                add(&Operation {
                    channel: "websocket",
                    message: event_name(document),
                    answers: answers(documents, document, answer_name, &[]),
                    ..operation
                });
            }
        }
    }
    for document in documents.iter().filter(|document| document.scope == Scope::Frame) {
        for (title, form) in control_forms(document) {
            let client = document.direction == Direction::Client;
            let welcome = control_name(Direction::Server, "welcome");
            add(&Operation {
                channel: "websocket",
                action: if client { "receive" } else { "send" },
                name: &format!("frame.{title}"),
                description: description(form),
                message: control_name(document.direction, title),
                answers: if title == "resume" { vec![welcome] } else { Vec::new() },
                event: None,
            });
        }
    }
    operations.into()
}

/// The names of the messages that answer `document`.
fn answers(
    documents: &[Document],
    document: &Document,
    name: fn(&Document) -> String,
    of_clients: &[&str],
) -> Vec<String> {
    if document.direction == Direction::Server {
        return of_clients.iter().map(ToString::to_string).collect();
    }
    let replies = carried(documents, Direction::Server, "reply");
    let answer = |answer: &&str| replies.iter().find(|reply| reply.name == *answer);
    document.answers.iter().filter_map(answer).map(|reply| name(reply)).collect()
}

fn description(schema: &Value) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default()
}

fn described(operation: &Operation<'_>) -> Value {
    let Operation { channel, action, name, .. } = operation;
    let message =
        |name: &String| json!({ "$ref": format!("#/channels/{channel}/messages/{name}") });
    let channel = json!({ "$ref": format!("#/channels/{channel}") });
    let mut described = Map::new();
    described.insert("action".to_owned(), (*action).into());
    described.insert("title".to_owned(), (*name).into());
    described.insert("description".to_owned(), operation.description.into());
    described.insert("channel".to_owned(), channel.clone());
    described.insert("messages".to_owned(), json!([message(&operation.message)]));
    if !operation.answers.is_empty() {
        let answers: Value = operation.answers.iter().map(message).collect();
        described.insert("reply".to_owned(), json!({ "channel": channel, "messages": answers }));
    }
    if let Some(event) = operation.event {
        described.insert("x-event".to_owned(), event.into());
    }
    described.into()
}
