//! A schema as a type expression.

use easyrtc_proto::schema::Document;
use serde_json::Value;

use super::comment;
use crate::print;
use crate::types::referred;

/// Columns of a line at most, where a union can be broken.
const WIDTH: usize = 100;

/// Whether a schema is an object with keys of its own, and nothing besides.
pub(super) fn is_plain_object(schema: &Value) -> bool {
    let has = |key: &str| schema.get(key).is_some();
    has("properties") && !has("$ref") && !has("anyOf") && !has("oneOf")
}

/// The type of what fits `schema`, which stands in `within`, its lines after the first indented.
pub(super) fn of(schema: &Value, within: &Document, indent: usize) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return referred(reference, within);
    }
    if let Some(value) = schema.get("const") {
        return literal(value);
    }
    if schema.get("not").is_some_and(|not| not.as_object().is_some_and(|not| not.is_empty())) {
        return "never".to_owned();
    }
    let choices = choices(schema, within, indent);
    match (choices.is_empty(), schema.get("properties")) {
        (true, _) => by_type(schema, within, indent),
        (false, None) => union(&choices, indent),
        (false, Some(_)) => {
            let members = members(schema, within, indent);
            format!("{members} & ({}\n{})", union(&choices, indent), " ".repeat(indent))
        }
    }
}

/// What a schema lets one choose from; empty if it has one form only.
fn choices(schema: &Value, within: &Document, indent: usize) -> Vec<String> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().map(literal).collect();
    }
    let is_text = schema.get("type").is_some_and(|name| name == "string");
    let of_choice = |choice: &Value| {
        let among = choices(choice, within, indent);
        match among.is_empty() {
            false => among,
            // Any other text, without making an editor forget those it can propose.
            true if is_text => vec!["(string & {})".to_owned()],
            // Behind `  | `, if it has more lines than one.
            true => vec![of(choice, within, indent + 4)],
        }
    };
    let forms = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
    forms.into_iter().flatten().flat_map(of_choice).collect()
}

fn by_type(schema: &Value, within: &Document, indent: usize) -> String {
    match schema.get("type") {
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str);
            let types: Vec<String> =
                names.map(|name| named(name, schema, within, indent)).collect();
            union(&types, indent)
        }
        Some(Value::String(name)) => named(name, schema, within, indent),
        // A choice among objects leaves it to what is around it to say that they are objects.
        _ if schema.get("properties").is_some() => members(schema, within, indent),
        _ => "unknown".to_owned(),
    }
}

fn named(name: &str, schema: &Value, within: &Document, indent: usize) -> String {
    match name {
        "integer" => "number".to_owned(),
        "array" => {
            let item = schema.get("items").map(|item| of(item, within, indent));
            let item = item.unwrap_or_else(|| "unknown".to_owned());
            if item.contains(' ') { format!("({item})[]") } else { format!("{item}[]") }
        }
        "object" if schema.get("properties").is_some() => members(schema, within, indent),
        "object" => {
            let nothing = schema.get("maxProperties").is_some_and(|most| most == 0);
            let value = map_value(schema).map(|value| of(value, within, indent));
            let value = value.unwrap_or_else(|| "unknown".to_owned());
            format!("Record<string, {}>", if nothing { "never" } else { &value })
        }
        other => other.to_owned(),
    }
}

/// The schema of the values of a map, if they have one.
fn map_value(schema: &Value) -> Option<&Value> {
    let by_pattern = schema.get("patternProperties").and_then(Value::as_object);
    let by_pattern = by_pattern.and_then(|patterns| patterns.values().next());
    by_pattern.or_else(|| schema.get("additionalProperties").filter(|value| value.is_object()))
}

/// The keys of an object in braces.
pub(super) fn members(schema: &Value, within: &Document, indent: usize) -> String {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required =
        |key: &str| required.is_some_and(|required| required.iter().any(|name| name == key));
    let Some(properties) = schema.get("properties") else { return "{}".to_owned() };
    let pad = " ".repeat(indent + 2);
    let mut text = "{\n".to_owned();
    for (key, property) in print::ordered(properties) {
        let mark = if is_required(key) { "" } else { "?" };
        let value = of(property, within, indent + 2);
        text += &format!("{}{pad}{key}{mark}: {value};\n", comment::of(property, indent + 2));
    }
    text + &" ".repeat(indent) + "}"
}

/// One of several types, each on a line of its own if they are long.
pub(super) fn union(choices: &[String], indent: usize) -> String {
    let line = choices.join(" | ");
    if !line.contains('\n') && indent + line.chars().count() <= WIDTH * 3 / 4 {
        return line;
    }
    let pad = " ".repeat(indent + 2);
    choices.iter().map(|choice| format!("\n{pad}| {choice}")).collect()
}

/// A JSON value as a type. Text is in single quotes; none that has one is anywhere.
fn literal(value: &Value) -> String {
    match value.as_str() {
        Some(text) => format!("'{text}'"),
        None => value.to_string(),
    }
}
