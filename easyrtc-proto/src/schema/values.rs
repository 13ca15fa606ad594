//! Values that more than one message holds, and that are not serialised by derived code.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::capability::Capability;
use crate::error_code::ErrorCode;
use crate::fields::{ApiFields, Fields};
use crate::name::{ApiFieldName, FieldName};
use crate::payload::Payload;
use crate::server::IceServer;
use crate::user_agent::AgentPart;

impl JsonSchema for Payload {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Payload".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({})
    }
}

/// A field under its own name.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
#[expect(dead_code, reason = "only described")]
pub(super) struct Field {
    /// The field's name; the same as its key in the map.
    pub(super) field_name: FieldName,
    /// Any JSON, passed on as it is.
    pub(super) field_value: Payload,
}

/// A field that a client set for itself.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
#[expect(dead_code, reason = "only described")]
pub(super) struct ApiField {
    /// The field's name; the same as its key in the map.
    pub(super) field_name: ApiFieldName,
    /// Any JSON, passed on as it is.
    pub(super) field_value: Payload,
}

impl JsonSchema for Fields {
    fn schema_name() -> Cow<'static, str> {
        "Fields".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = std::collections::BTreeMap::<FieldName, Field>::json_schema(generator);
        let description = "Fields that the server's side shares, by name. Always the complete map.";
        schema.insert("description".to_owned(), description.into());
        schema
    }
}

impl JsonSchema for ApiFields {
    fn schema_name() -> Cow<'static, str> {
        "ApiFields".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema =
            std::collections::BTreeMap::<ApiFieldName, ApiField>::json_schema(generator);
        let description = "Fields that a client set for itself, by name.";
        schema.insert("description".to_owned(), description.into());
        schema
    }
}

impl JsonSchema for AgentPart {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "AgentPart".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^[^\u0000-\u001f\u007f-\u009f]{1,64}$",
            "minLength": 1,
            "maxLength": Self::MAX_CHARS,
        })
    }
}

impl JsonSchema for ErrorCode {
    fn schema_name() -> Cow<'static, str> {
        "ErrorCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let known: Vec<&str> = Self::ALL.iter().map(Self::name).collect();
        json_schema!({
            "description": "Why. A client that does not know a code goes by the kind of message it \
                answers.",
            "type": "string",
            "anyOf": [
                { "description": "The codes of this revision.", "enum": known },
                { "description": "Codes that come later.", "pattern": "^[A-Z][A-Z0-9_]*$" },
            ],
        })
    }
}

impl JsonSchema for Capability {
    fn schema_name() -> Cow<'static, str> {
        "Capability".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let known: Vec<&str> = Self::ALL.iter().map(Self::name).collect();
        json_schema!({
            "description": "Something that not every server of this revision does. A client \
                passes over those it does not know.",
            "type": "string",
            "anyOf": [
                { "description": "The capabilities known so far.", "enum": known },
                { "description": "Those that come later.", "pattern": "^[A-Za-z][A-Za-z0-9]*$" },
            ],
        })
    }
}

impl JsonSchema for IceServer {
    fn schema_name() -> Cow<'static, str> {
        "IceServer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One STUN or TURN server as browsers take it, with whatever else the \
                operator configured.",
            "type": "object",
            "properties": {
                "urls": {
                    "description": "Its URLs, as newer clients look for them.",
                    "anyOf": [
                        { "type": "string" },
                        { "type": "array", "items": { "type": "string" }, "minItems": 1 },
                    ],
                },
                "url": {
                    "description": "The first of its URLs, as older clients look for it.",
                    "type": "string",
                },
                "username": { "description": "For TURN.", "type": "string" },
                "credential": { "description": "For TURN.", "type": "string" },
            },
            "required": ["urls", "url"],
        })
    }
}

/// A key that has to be absent: no value is good.
pub(super) struct Absent;

impl JsonSchema for Absent {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Absent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "not": {} })
    }
}
