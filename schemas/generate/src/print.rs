//! JSON as people write it: keys in the order of a message on the wire, short values on one line.

use serde_json::Value;

/// Columns of a line at most, where a value can be broken.
const WIDTH: usize = 100;

/// The keys that come first, in this order; all others follow, alphabetically.
const FIRST: &[&str] = &[
    "asyncapi",
    "openapi",
    "info",
    "servers",
    "channels",
    "operations",
    "$schema",
    "$id",
    "$ref",
    "event",
    "ack",
    "id",
    "title",
    "description",
    "type",
    "const",
    "msgType",
    "easyrtcid",
    "senderEasyrtcid",
    "targetEasyrtcid",
    "targetGroup",
    "targetRoom",
    "serverTime",
    "apiVersion",
    "applicationName",
    "username",
    "roomName",
    "roomStatus",
    "fieldName",
    "fieldValue",
    "show",
    "status",
    "errorCode",
    "errorText",
    "urls",
    "url",
    "sdp",
    "label",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "items",
    "minProperties",
    "maxProperties",
    "message",
    "msgData",
    "properties",
    "patternProperties",
    "required",
    "additionalProperties",
    "not",
    "oneOf",
    "anyOf",
    "x-maxBytes",
    "x-maxUnits",
    "x-error",
    "examples",
    "$defs",
];

/// `value` as a document, with a line break at its end.
#[must_use]
pub fn document(value: &Value) -> String {
    let mut text = value_at(value, 0, 0);
    text.push('\n');
    text
}

/// `value` on one line.
#[must_use]
pub fn line(value: &Value) -> String {
    match value {
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(_) => {
            let members = ordered(value).into_iter();
            let members = members.map(|(key, value)| format!("{}: {}", quoted(key), line(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(line).collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// The members of an object, in the order they are written.
#[must_use]
pub fn ordered(value: &Value) -> Vec<(&str, &Value)> {
    let members = value.as_object().into_iter().flatten();
    let mut members: Vec<(&str, &Value)> =
        members.map(|(key, value)| (key.as_str(), value)).collect();
    let rank = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
    members.sort_by_key(|(key, _)| (rank(key), *key));
    members
}

/// The value where `before` columns of its line are taken already.
fn value_at(value: &Value, indent: usize, before: usize) -> String {
    let short = line(value);
    let broken = matches!(value, Value::Object(_) | Value::Array(_));
    // One column is for the comma.
    if !broken || before + short.chars().count() < WIDTH {
        return short;
    }
    let inner = indent + 2;
    let pad = " ".repeat(inner);
    let lines: Vec<String> = match value.as_array() {
        Some(items) => {
            items.iter().map(|item| format!("{pad}{}", value_at(item, inner, inner))).collect()
        }
        None => ordered(value)
            .into_iter()
            .map(|(key, value)| {
                let key = format!("{pad}{}: ", quoted(key));
                let value = value_at(value, inner, key.chars().count());
                format!("{key}{value}")
            })
            .collect(),
    };
    let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
    format!("{open}\n{}\n{}{close}", lines.join(",\n"), " ".repeat(indent))
}

fn quoted(key: &str) -> String {
    Value::from(key).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_short_stays_on_its_line() {
        let value = json!({ "msgData": { "b": [1, 2], "a": {} }, "msgType": "offer" });
        let text = "{ \"msgType\": \"offer\", \"msgData\": { \"a\": {}, \"b\": [1, 2] } }\n";
        assert_eq!(document(&value), text);
    }

    #[test]
    fn what_is_long_is_broken_and_still_the_same() {
        let value = json!({ "z": "x".repeat(60), "a": ["y".repeat(60), { "k": null }] });
        let text = document(&value);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
    }
}
