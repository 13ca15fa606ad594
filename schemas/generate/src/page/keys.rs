//! The table of a message's keys, from its schema.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use easyrtc_proto::schema::{Direction, Document};
use serde_json::{Map, Value};

use crate::print;

/// Values of an enumeration that a table lists; above that it says how many there are.
const VALUES_LISTED: usize = 8;

/// The table; `$ref`s are followed, so that a reader needs no other page. What occurs again refers
/// to where it stands in full.
pub(super) fn table(document: &Document) -> String {
    let refused = document.direction == Direction::Client;
    let mut text = if refused {
        "| Key | Type | Required | Limits | Refused with | Meaning |\n|---|---|---|---|---|---|\n"
    } else {
        "| Key | Type | Required | Limits | Meaning |\n|---|---|---|---|---|\n"
    }
    .to_owned();
    let root = document.value();
    let mut walk = Walk { root, rows: Vec::new(), explained: BTreeMap::new() };
    walk.members(root, "", refused);
    for row in &walk.rows {
        text += &row.text(root, refused);
    }
    text
}

/// A key of the message.
struct Row {
    path: String,
    schema: Value,
    required: &'static str,
    /// Whether a value that doesn't fit refuses the message.
    refusable: bool,
    /// Where the same is explained.
    same_as: Option<String>,
}

impl Row {
    fn text(&self, root: &Value, refused: bool) -> String {
        let Self { path, schema, required, .. } = self;
        let error = text_of(schema, "x-error").filter(|_| self.refusable);
        let error = error.map(|code| format!("`{code}`")).unwrap_or_default();
        let error = if refused { format!(" {error} |") } else { String::new() };
        let limits = limits(root, schema).join("; ");
        let mut meaning = description(root, schema).unwrap_or_default().replace('|', "\\|");
        if let Some(path) = &self.same_as {
            let _ = write!(meaning, " Holds the same as `{path}`.");
        }
        let kind = kind(root, schema);
        format!("| `{path}` | {kind} | {required} | {limits} |{error} {meaning} |\n")
    }
}

/// A walk through a schema.
struct Walk<'a> {
    root: &'a Value,
    rows: Vec<Row>,
    /// Where each definition that has keys was met first.
    explained: BTreeMap<String, String>,
}

impl Walk<'_> {
    /// The rows of what is inside `schema`, in the order of a message.
    fn members(&mut self, schema: &Value, path: &str, refusable: bool) {
        let required = schema.get("required").and_then(Value::as_array);
        for (key, member) in schema.get("properties").into_iter().flat_map(print::ordered) {
            let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            let is_required = required.is_some_and(|keys| keys.iter().any(|one| *one == key));
            let required = match (member.get("not").is_some(), is_required) {
                (true, _) => "must be absent",
                (false, true) => "yes",
                (false, false) => "no",
            };
            // Where the whole can't refuse the message, no part of it can.
            let refusable = refusable && text_of(&resolved(self.root, member), "x-error").is_some();
            self.add(member, path, required, refusable);
        }
        if let Some((_, entry)) = pattern_of_keys(schema) {
            self.add(entry, format!("{path}.*"), "", refusable);
        }
        if let Some(item) = schema.get("items") {
            let item = resolved(self.root, item);
            self.members(&item, &format!("{path}[]"), refusable);
        }
    }

    fn add(&mut self, schema: &Value, path: String, required: &'static str, refusable: bool) {
        let definition = text_of(schema, "$ref");
        let schema = resolved(self.root, schema);
        let known = definition.and_then(|name| self.explained.get(name)).cloned();
        if let (Some(name), None) = (definition, &known)
            && (schema.get("properties").is_some() || pattern_of_keys(&schema).is_some())
        {
            self.explained.insert(name.to_owned(), path.clone());
        }
        let inside = (known.is_none()).then(|| (schema.clone(), path.clone()));
        self.rows.push(Row { path, schema, required, refusable, same_as: known });
        let Some((schema, path)) = inside else { return };
        self.members(&schema, &path, refusable);
        for choice in choices(&schema) {
            self.members(&resolved(self.root, choice), &path, refusable);
        }
    }
}

/// What it says of itself, or what the only choice but `null` says.
fn description(root: &Value, schema: &Value) -> Option<String> {
    if let Some(own) = text_of(schema, "description") {
        return Some(own.to_owned());
    }
    let mut choices = choices(schema)
        .filter(|choice| text_of(choice, "type") != Some("null"))
        .map(|choice| resolved(root, choice));
    match (choices.next(), choices.next()) {
        (Some(only), None) => text_of(&only, "description").map(str::to_owned),
        _ => None,
    }
}

/// The pattern that keys of a map have, and the schema of its values.
fn pattern_of_keys(schema: &Value) -> Option<(&String, &Value)> {
    schema.get("patternProperties")?.as_object()?.iter().next()
}

/// `schema` with what its `$ref` refers to; what it says itself comes first.
fn resolved(root: &Value, schema: &Value) -> Value {
    let reference = text_of(schema, "$ref").and_then(|reference| reference.strip_prefix('#'));
    let Some(target) = reference.and_then(|pointer| root.pointer(pointer)) else {
        return schema.clone();
    };
    let mut whole: Map<String, Value> = target.as_object().cloned().unwrap_or_default();
    let own = schema.as_object().into_iter().flatten();
    whole
        .extend(own.filter(|(key, _)| *key != "$ref").map(|(key, one)| (key.clone(), one.clone())));
    resolved(root, &Value::Object(whole))
}

fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten()
}

fn text_of<'a>(schema: &'a Value, key: &str) -> Option<&'a str> {
    schema.get(key).and_then(Value::as_str)
}

/// What kind of value it is: `string`, `map or null`, `array of strings`.
fn kind(root: &Value, schema: &Value) -> String {
    match text_of(schema, "type") {
        Some("object") => return "map".to_owned(),
        Some("array") => {
            let item = schema.get("items").map(|item| kind(root, &resolved(root, item)));
            return item.map_or_else(|| "array".to_owned(), |item| format!("array of {item}s"));
        }
        Some(name) => return name.to_owned(),
        None if schema.get("not").is_some() => return String::new(),
        None => {}
    }
    let mut kinds: Vec<String> = Vec::new();
    for choice in choices(schema) {
        let kind = kind(root, &resolved(root, choice));
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.is_empty() { "any JSON".to_owned() } else { kinds.join(" or ") }
}

fn limits(root: &Value, schema: &Value) -> Vec<String> {
    let mut limits = Vec::new();
    let number = |key: &str| schema.get(key).and_then(Value::as_u64);
    if let Some(value) = schema.get("const") {
        limits.push(format!("`{value}`"));
    }
    let values = values(schema);
    if values.len() > VALUES_LISTED {
        limits.push(format!("one of {}, see the schema", values.len()));
    } else if !values.is_empty() {
        limits.push(values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", "));
    }
    if let Some(pattern) = text_of(schema, "pattern") {
        limits.push(format!("`{}`", pattern.replace('|', "\\|")));
    }
    if let Some((pattern, _)) = pattern_of_keys(schema) {
        limits.push(format!("keys: `{}`", pattern.replace('|', "\\|")));
    }
    match (number("minimum"), number("maximum")) {
        (Some(least), Some(most)) => limits.push(format!("{least} to {most}")),
        (Some(least), None) => limits.push(format!("{least} or more")),
        (None, Some(most)) => limits.push(format!("at most {most}")),
        (None, None) => {}
    }
    if number("minProperties").is_some_and(|least| least > 0) {
        limits.push("not empty".to_owned());
    }
    if number("maxProperties") == Some(0) {
        limits.push("empty".to_owned());
    }
    if let Some(bytes) = number("x-maxBytes") {
        limits.push(format!("at most {bytes} bytes"));
    }
    if let Some(units) = number("x-maxUnits") {
        limits.push(format!("at most {units} UTF-16 units"));
    }
    if values.is_empty() {
        limits
            .extend(choices(schema).flat_map(|choice| self::limits(root, &resolved(root, choice))));
    }
    limits
}

/// The values of an enumeration, written as `enum` or as one `const` each.
fn values(schema: &Value) -> Vec<&Value> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().collect();
    }
    choices(schema).filter_map(|choice| choice.get("const")).collect()
}

#[cfg(test)]
mod tests {
    use easyrtc_proto::schema::documents;

    use super::*;

    fn rows_of(name: &str, direction: Direction) -> String {
        let documents = documents();
        let wanted = |one: &&Document| one.name == name && one.direction == direction;
        documents.iter().find(wanted).map(table).unwrap_or_default()
    }

    #[test]
    fn keys_are_listed_with_what_is_inside_them() {
        let table = rows_of("authenticate", Direction::Client);
        for row in [
            "| `msgData.roomJoin.*.roomName` | string | yes | `^[A-Za-z0-9_.-]{1,32}$` |",
            "| `msgData.setPresence.show` | string | no | `\"away\"`, `\"chat\"`,",
            "| `msgData.setUserCfg.apiField.*.fieldName` | string | yes |",
        ] {
            assert!(table.contains(row), "{row} in {table}");
        }
    }

    #[test]
    fn what_occurs_again_is_explained_once() {
        let table = rows_of("roomData", Direction::Server);
        let explained = "Holds the same as `msgData.roomData.*.clientList.*`.";
        assert!(table.contains(explained), "{table}");
        assert_eq!(table.matches("presence.show`").count(), 1, "{table}");
    }

    #[test]
    fn what_is_ignored_refuses_nothing() {
        let table = rows_of("authenticate", Direction::Client);
        let row = "| `msgData.setUserCfg.p2pList` | map | no | at most 65536 bytes |  |";
        assert!(table.contains(row), "{table}");
    }

    #[test]
    fn what_must_be_absent_says_so() {
        let table = rows_of("hangup", Direction::Client);
        assert!(
            table.contains("| `msgData` |  | must be absent |  | `MSG_REJECT_BAD_DATA` |"),
            "{table}"
        );
    }
}
