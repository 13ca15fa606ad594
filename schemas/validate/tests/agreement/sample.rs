//! Messages made from a schema, and messages spoiled a little.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::Union;
use proptest::string::string_regex;
use serde_json::{Map, Value};

/// Any small JSON value.
pub(crate) fn any_json() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any_string().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any_string(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

fn any_string() -> BoxedStrategy<String> {
    prop_oneof![
        4 => "[a-zA-Z0-9_. -]{0,12}".boxed(),
        1 => "\\PC{0,6}".boxed(),
        1 => Just("x".repeat(33)).boxed(),
        1 => Just("😀".repeat(40)).boxed(),
        1 => prop::sample::select(vec!["a\nb", "\u{2028}", "__proto__", "constructor", "\u{0}"])
            .prop_map(str::to_owned)
            .boxed(),
    ]
    .boxed()
}

/// A schema among the others that it may refer to.
#[derive(Clone, Copy)]
pub(crate) struct Sampler<'a> {
    pub(crate) document: &'a Value,
    pub(crate) load: &'a dyn Fn(&str) -> &'a Value,
}

impl<'a> Sampler<'a> {
    /// Values that the document's schema accepts, but for what it refuses by `not`.
    pub(crate) fn strategy(self) -> BoxedStrategy<Value> {
        self.of(self.document)
    }

    fn of(self, schema: &'a Value) -> BoxedStrategy<Value> {
        if let Some(reference) = schema["$ref"].as_str() {
            return match reference.split_once('#') {
                Some((_, pointer)) => self.of(self.document.pointer(pointer).unwrap()),
                None => Sampler { document: (self.load)(reference), ..self }.strategy(),
            };
        }
        if let Some(only) = schema.get("const") {
            return Just(only.clone()).boxed();
        }
        if let Some(choices) = schema["enum"].as_array() {
            return prop::sample::select(choices.clone()).boxed();
        }
        let choices = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array());
        if let Some(choices) = choices {
            return Union::new(choices.iter().map(|choice| self.of(choice))).boxed();
        }
        if let Some(pattern) = schema["pattern"].as_str() {
            return string_regex(pattern.trim_matches(['^', '$']))
                .unwrap()
                .prop_map(Value::from)
                .boxed();
        }
        match schema["type"].as_str() {
            Some("string") => any_string().prop_map(Value::from).boxed(),
            Some("integer") => (0_u64..1 << 53).prop_map(Value::from).boxed(),
            Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
            Some("null") => Just(Value::Null).boxed(),
            Some("array") => {
                let least = usize::try_from(schema["minItems"].as_u64().unwrap_or(0)).unwrap();
                let unique = schema["uniqueItems"] == true;
                prop::collection::vec(self.of(&schema["items"]), least..4)
                    .prop_map(move |items| {
                        Value::from(if unique { distinct(items) } else { items })
                    })
                    .boxed()
            }
            Some("object") => self.object(schema),
            other => {
                assert!(other.is_none(), "a type that is not sampled: {schema}");
                any_json()
            }
        }
    }

    fn object(self, schema: &'a Value) -> BoxedStrategy<Value> {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let properties = schema["properties"].as_object().into_iter().flatten();
        let mut members: BoxedStrategy<Map<String, Value>> = Just(Map::new()).boxed();
        // What must be absent has `not`.
        for (name, property) in properties.filter(|(_, property)| property.get("not").is_none()) {
            let needed = required.iter().any(|required| required == name);
            let there = if needed { Just(true).boxed() } else { any::<bool>().boxed() };
            members = (members, there, self.of(property))
                .prop_map({
                    let name = name.clone();
                    move |(mut members, there, value)| {
                        if there {
                            members.insert(name.clone(), value);
                        }
                        members
                    }
                })
                .boxed();
        }
        let mut others: Vec<(BoxedStrategy<String>, BoxedStrategy<Value>)> = Vec::new();
        for (pattern, entry) in schema["patternProperties"].as_object().into_iter().flatten() {
            let key = string_regex(pattern.trim_matches(['^', '$'])).unwrap().boxed();
            others.push((key, self.of(entry)));
        }
        if others.is_empty() && schema["additionalProperties"] != false {
            // Keys that nobody knows; short, so as not to hit one that somebody does.
            others.push(("[a-z]{1,2}".boxed(), any_json()));
        }
        let least = usize::try_from(schema["minProperties"].as_u64().unwrap_or(0)).unwrap();
        let most = usize::try_from(schema["maxProperties"].as_u64().unwrap_or(2)).unwrap();
        for (key, entry) in others {
            let entries = prop::collection::btree_map(key, entry, least.min(most)..=most);
            members = (members, entries)
                .prop_map(|(mut members, entries)| {
                    for (key, mut value) in entries {
                        name_entry(&key, &mut value);
                        members.entry(key).or_insert(value);
                    }
                    members
                })
                .boxed();
        }
        members.prop_map(Value::Object).boxed()
    }
}

fn distinct(items: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

/// The name in a map's entry is its key, which a schema cannot say.
fn name_entry(key: &str, entry: &mut Value) {
    let Some(entry) = entry.as_object_mut() else { return };
    for name in ["roomName", "fieldName", "groupName", "easyrtcid"] {
        if let Some(name) = entry.get_mut(name) {
            *name = key.into();
        }
    }
}

/// A small change somewhere in a message.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Replace(Value),
    Remove,
    Add(String, Value),
    Rename(String),
}

pub(crate) fn any_change() -> BoxedStrategy<(Index, Change)> {
    let change = prop_oneof![
        3 => any_json().prop_map(Change::Replace),
        1 => prop::sample::select(vec![
            Value::Null, Value::from(""), Value::from(0), Value::from(-1), Value::Array(vec![]),
            Value::Object(Map::new()), Value::from("x".repeat(300)), Value::from(true),
        ]).prop_map(Change::Replace),
        2 => Just(Change::Remove),
        2 => (any_key(), any_json()).prop_map(|(key, value)| Change::Add(key, value)),
        2 => any_key().prop_map(Change::Rename),
    ];
    (any::<Index>(), change).boxed()
}

fn any_key() -> BoxedStrategy<String> {
    prop_oneof![
        any_string(),
        prop::sample::select(vec![
            "msgType",
            "msgData",
            "targetEasyrtcid",
            "targetRoom",
            "roomName",
            "fieldName",
            "roomJoin",
            "setUserCfg",
            "username",
            "credential",
            "show",
            "type",
            "field",
        ])
        .prop_map(str::to_owned),
    ]
    .boxed()
}

/// Changes the node that `at` picks.
pub(crate) fn apply(message: &mut Value, at: Index, change: &Change) {
    let mut pointers = Vec::new();
    collect(message, String::new(), &mut pointers);
    let pointer = at.get(&pointers).clone();
    match change {
        Change::Replace(value) => *message.pointer_mut(&pointer).unwrap() = value.clone(),
        Change::Add(key, value) => {
            if let Some(Value::Object(members)) = message.pointer_mut(&pointer) {
                members.insert(key.clone(), value.clone());
            }
        }
        Change::Remove | Change::Rename(_) => {
            let Some((parent, key)) = pointer.rsplit_once('/') else { return };
            let key = key.replace("~1", "/").replace("~0", "~");
            let Some(Value::Object(members)) = message.pointer_mut(parent) else { return };
            let removed = members.remove(&key);
            if let (Change::Rename(new), Some(value)) = (change, removed) {
                members.insert(new.clone(), value);
            }
        }
    }
}

fn collect(value: &Value, pointer: String, into: &mut Vec<String>) {
    for (key, member) in value.as_object().into_iter().flatten() {
        let key = key.replace('~', "~0").replace('/', "~1");
        collect(member, format!("{pointer}/{key}"), into);
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        collect(item, format!("{pointer}/{index}"), into);
    }
    into.push(pointer);
}
