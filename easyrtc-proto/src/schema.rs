//! JSON Schemas (draft 2020-12) of everything that crosses the wire.
//!
//! The server's messages are described by the types that are serialised, the names by the patterns
//! that are enforced. A client's messages are decoded by hand, so each has a description of its
//! form beside its decoder's; tests hold the two against each other in both directions.

mod client;
mod names;
mod root;
mod server;
mod tidy;
mod values;
mod websocket;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// Who sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Client to server.
    Client,
    /// Server to client.
    Server,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// One message, named by its `msgType`; `easyrtcMsg`, whose `msgType` is free, by its event.
    Message,
    /// Everything an event may carry, or everything an answer may be.
    Root,
    /// A frame of the plain WebSocket, whatever it carries.
    Frame,
}

/// The schema of a message, an event or a frame.
#[derive(Clone, Debug)]
pub struct Document {
    /// The message's, event's or frame's name.
    pub name: &'static str,
    /// Who sends it.
    pub direction: Direction,
    /// What it describes.
    pub scope: Scope,
    /// The schema, with `$id`, title, description and examples.
    pub schema: Schema,
    /// What answers a message of a client: names of messages of the server. Nothing answers
    /// messages of the server; roots and frames leave it to what they hold.
    pub answers: &'static [&'static str],
}

impl Document {
    /// Where the schema stands among the others, such as `client/offer.json`.
    #[must_use]
    pub fn path(&self) -> String {
        path(self.scope, self.direction, self.name)
    }

    /// The schema as a JSON value.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.schema.as_value()
    }

    /// The examples in the schema.
    #[must_use]
    pub fn examples(&self) -> &[Value] {
        self.value().get("examples").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

/// The address that the schemas' `$id`s begin with: it names the revision, so that an `$id` never
/// comes to mean something else.
#[must_use]
pub fn base() -> String {
    format!("https://easyrtc-rs.github.io/schemas/{}/", crate::PROTOCOL_REVISION)
}

/// Every schema there is: messages of clients, messages of the server, roots, frames.
#[must_use]
pub fn documents() -> Vec<Document> {
    let mut documents = client::documents();
    documents.extend(server::documents());
    let roots = root::documents(&documents);
    documents.extend(roots);
    documents.extend(websocket::documents());
    documents
}

fn path(scope: Scope, direction: Direction, name: &str) -> String {
    let folder = match (scope, direction) {
        (Scope::Frame, _) => "websocket",
        (_, Direction::Client) => "client",
        (_, Direction::Server) => "server",
    };
    format!("{folder}/{name}.json")
}

/// The document for a type whose schema describes a whole message.
fn document<T: JsonSchema>(name: &'static str, direction: Direction, scope: Scope) -> Document {
    let settings = SchemaSettings::draft2020_12();
    let settings = match direction {
        // An `Option` that is not there is left out, never `null`.
        Direction::Client => settings.for_deserialize(),
        Direction::Server => settings.for_serialize(),
    };
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    tidy::tidy(&mut schema);
    finish(name, direction, scope, schema)
}

/// A document for one of several messages that share a form: `T` says neither which they are nor
/// what they mean.
fn described<T: JsonSchema>(
    name: &'static str,
    direction: Direction,
    description: &str,
    examples: Vec<Value>,
) -> Document {
    let mut document = document::<T>(name, direction, Scope::Message);
    let schema = &mut document.schema;
    schema.insert("title".to_owned(), name.into());
    schema.insert("description".to_owned(), description.into());
    schema.insert("examples".to_owned(), examples.into());
    let msg_type = schema.pointer_mut("/properties/msgType").and_then(Value::as_object_mut);
    if let Some(msg_type) = msg_type {
        msg_type.insert("const".to_owned(), name.into());
    }
    document
}

fn finish(name: &'static str, direction: Direction, scope: Scope, mut schema: Schema) -> Document {
    let id = format!("{}{}", base(), path(scope, direction, name));
    schema.insert("$id".to_owned(), id.into());
    Document { name, direction, scope, schema, answers: &[] }
}
