//! The schemas as AsyncAPI takes them: JSON Schema draft 7 and more.

use easyrtc_proto::schema::{Document, Scope};
use serde_json::{Map, Value, json};

use crate::types::{definitions, name_of, referred};

/// Keywords of the file, not of what it describes. Examples are at the messages.
const OF_THE_FILE: &[&str] = &["$schema", "$id", "$defs", "examples"];

/// `components.schemas`: every message and all that messages hold. Events and frames are channels
/// and messages here.
pub(super) fn components(documents: &[Document]) -> Value {
    let mut schemas = Map::new();
    for (name, (document, schema)) in definitions(documents) {
        schemas.insert(name.to_owned(), converted(schema, document));
    }
    for document in documents.iter().filter(|document| document.scope == Scope::Message) {
        let mut schema = document.value().clone();
        let id = schema.get("$id").cloned().unwrap_or_default();
        if let Some(schema) = schema.as_object_mut() {
            schema.retain(|key, _| !OF_THE_FILE.contains(&key.as_str()));
            let source = json!({ "description": "The same in draft 2020-12.", "url": id });
            schema.insert("externalDocs".to_owned(), source);
        }
        schemas.insert(name_of(document), converted(&schema, document));
    }
    schemas.into()
}

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// `schema`, which stands in `within`, with its references turned into ones to components.
pub(super) fn converted(schema: &Value, within: &Document) -> Value {
    let Some(object) = schema.as_object() else { return schema.clone() };
    let inner = |value: &Value| converted(value, within);
    let mut converted = Map::new();
    for (key, value) in object {
        let value = match (key.as_str(), value) {
            ("$ref", _) => continue,
            ("properties" | "patternProperties", Value::Object(members)) => {
                members.iter().map(|(name, schema)| (name.clone(), inner(schema))).collect()
            }
            ("anyOf" | "oneOf", Value::Array(choices)) => choices.iter().map(inner).collect(),
            ("items" | "additionalProperties" | "not", _) => inner(value),
            _ => value.clone(),
        };
        converted.insert(key.clone(), value);
    }
    if let Some(target) = object.get("$ref").and_then(Value::as_str) {
        let target = reference(&referred(target, within));
        if converted.is_empty() {
            return target;
        }
        // Beside a `$ref` draft 7 sees nothing.
        converted.insert("allOf".to_owned(), json!([target]));
    }
    converted.into()
}
