//! Holds messages against the published schemas: for tests and for the conformance kit.
//!
//! A schema and the server's decoder agree about every message of a client, but for the
//! differences that the module [`agreement`] lists.

#![forbid(unsafe_code)]

pub mod agreement;
pub mod log;

use std::collections::BTreeMap;
use std::fmt;

use jsonschema::{Registry, Validator};
use serde_json::Value;

/// What a schema is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject<'a> {
    /// What a client sends with this event.
    ClientEvent(&'a str),
    /// What the server emits with this event.
    ServerEvent(&'a str),
    /// What the server answers.
    Reply,
    /// A frame of a client on the plain WebSocket.
    ClientFrame,
    /// A frame of the server on the plain WebSocket.
    ServerFrame,
}

impl Subject<'_> {
    fn path(self) -> String {
        match self {
            Self::ClientEvent(event) => format!("client/{event}.json"),
            Self::ServerEvent(event) => format!("server/{event}.json"),
            Self::Reply => "server/reply.json".to_owned(),
            Self::ClientFrame => "websocket/client-frame.json".to_owned(),
            Self::ServerFrame => "websocket/server-frame.json".to_owned(),
        }
    }
}

/// Why a message is not what its schema says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The schema.
    pub schema: String,
    /// Each fault, with the place in the message.
    pub faults: Vec<String>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.schema, self.faults.join("; "))
    }
}

impl std::error::Error for Mismatch {}

/// All schemas, ready for use. Making one takes some milliseconds: keep it.
#[derive(Debug)]
pub struct Schemas {
    validators: BTreeMap<String, Validator>,
}

impl Schemas {
    /// The published schemas.
    ///
    /// # Panics
    /// If they are no valid schemas, which a test of this crate rules out.
    #[must_use]
    #[expect(clippy::expect_used, reason = "see the invariant")]
    pub fn published() -> Self {
        // Invariant: what is embedded was generated, and is tested here.
        let published = easyrtc_schemas::documents().iter();
        let schemas = published.filter(|document| document.path.contains('/'));
        let schemas: BTreeMap<String, Value> = schemas
            .map(|document| {
                let schema = serde_json::from_str(document.text).expect("valid JSON");
                (document.path.to_owned(), schema)
            })
            .collect();
        let mut registry = Registry::new();
        for schema in schemas.values() {
            let id = schema.get("$id").and_then(Value::as_str).expect("an $id");
            registry = registry.add(id, schema).expect("a valid $id");
        }
        let registry = registry.prepare().expect("references that lead somewhere");
        let validator = |schema: &Value| {
            jsonschema::options().with_registry(&registry).build(schema).expect("a valid schema")
        };
        let validators =
            schemas.iter().map(|(path, schema)| (path.clone(), validator(schema))).collect();
        Self { validators }
    }

    /// Whether there is a schema at this path.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.validators.contains_key(path)
    }

    /// Whether `message` is what its schema says.
    ///
    /// # Errors
    /// A [`Mismatch`] with every fault.
    pub fn check(&self, subject: Subject<'_>, message: &Value) -> Result<(), Mismatch> {
        self.check_against(&subject.path(), message)
    }

    /// The same with the path of a schema, such as `client/offer.json`.
    ///
    /// # Errors
    /// A [`Mismatch`] with every fault; also if there is no such schema.
    pub fn check_against(&self, path: &str, message: &Value) -> Result<(), Mismatch> {
        let Some(validator) = self.validators.get(path) else {
            let faults = vec!["there is no such schema".to_owned()];
            return Err(Mismatch { schema: path.to_owned(), faults });
        };
        if validator.is_valid(message) {
            return Ok(());
        }
        let fault = |error: jsonschema::ValidationError<'_>| {
            format!("at {}: {error}", error.instance_path())
        };
        let faults = validator.iter_errors(message).map(fault).collect();
        Err(Mismatch { schema: path.to_owned(), faults })
    }
}
