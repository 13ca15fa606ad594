//! What schemars cannot know about this protocol.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Map, Value};

/// Puts a generated schema right, nested ones included.
pub(super) fn tidy(schema: &mut Schema) {
    Tidy.transform(schema);
}

struct Tidy;

impl Transform for Tidy {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(object) = schema.as_object_mut() else { return };
        // The number of bits is Rust's affair: JSON has one kind of integer.
        if object.get("format").is_some_and(|f| f == "uint64" || f == "uint") {
            object.remove("format");
        }
        if let Some(Value::String(text)) = object.get_mut("description") {
            *text = for_readers(text);
        }
        optional_is_not_null(object);
    }
}

/// A key that may be left out is left out when there is nothing to say: it is never `null`.
fn optional_is_not_null(object: &mut Map<String, Value>) {
    let required: Vec<String> = object
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default();
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
    for (name, property) in properties {
        if let Value::Object(property) = property
            && !required.contains(name)
        {
            without_null(property);
        }
    }
}

fn without_null(property: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            property.insert("type".to_owned(), one);
        }
    }
    let Some(Value::Array(mut choices)) = property.remove("anyOf") else { return };
    choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
    match choices.as_mut_slice() {
        [Value::Object(one)] => {
            for (key, value) in std::mem::take(one) {
                property.entry(key).or_insert(value);
            }
        }
        _ => {
            property.insert("anyOf".to_owned(), choices.into());
        }
    }
}

/// The text of a doc comment, lines joined and marks of the source left out.
fn for_readers(text: &str) -> String {
    let joined = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    let mut text = joined.collect::<Vec<_>>().join("\n\n");
    while let Some(start) = text.find(" (decision D") {
        let end =
            text.get(start..).and_then(|rest| rest.find(')')).map_or(text.len(), |n| start + n + 1);
        text.replace_range(start..end, "");
    }
    text
}
