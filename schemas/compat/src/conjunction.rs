//! Schemas as alternatives, each a list of schemas that all have to hold.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::node::{Node, Target};

/// The kinds of values there are; `number` is `integer` or `fraction`.
const KINDS: [&str; 7] = ["array", "boolean", "fraction", "integer", "null", "object", "string"];

/// How many kinds there are.
pub(crate) const ALL_KINDS: usize = KINDS.len();

/// Into how many alternatives a schema may fall apart before it cannot be judged.
const MOST_ALTERNATIVES: usize = 256;

/// Schemas without alternatives that all have to hold.
#[derive(Clone, Debug)]
pub(crate) struct Conjunction<'a> {
    /// What has to hold.
    pub(crate) nodes: Vec<Node<'a>>,
    /// Whole files that have to hold too, and are compared by themselves.
    pub(crate) files: Vec<(&'a str, Node<'a>)>,
    /// References to what isn't there.
    pub(crate) unknown: BTreeSet<&'a str>,
    /// The kinds of values that may be valid.
    pub(crate) kinds: BTreeSet<&'static str>,
    /// The values that may be valid, if they are listed.
    pub(crate) values: Option<Vec<&'a Value>>,
}

/// A schema that fell apart into too many.
#[derive(Debug)]
pub(crate) struct TooMany;

/// The alternatives of what holds where all of `nodes` do.
pub(crate) fn alternatives<'a>(nodes: &[Node<'a>]) -> Result<Vec<Conjunction<'a>>, TooMany> {
    let start = Conjunction {
        nodes: Vec::new(),
        files: Vec::new(),
        unknown: BTreeSet::new(),
        kinds: BTreeSet::from(KINDS),
        values: None,
    };
    let mut done = Vec::new();
    let mut open = vec![(start, nodes.to_vec(), Vec::<Vec<Node<'a>>>::new())];
    while let Some((mut conjunction, pending, mut unions)) = open.pop() {
        conjunction.add(pending, &mut unions);
        let Some(union) = unions.pop() else {
            conjunction.settle();
            done.push(conjunction);
            if done.len() > MOST_ALTERNATIVES {
                return Err(TooMany);
            }
            continue;
        };
        // In their own order, so that the last is taken out last.
        for alternative in union.into_iter().rev() {
            open.push((conjunction.clone(), vec![alternative], unions.clone()));
        }
        if open.len() > MOST_ALTERNATIVES {
            return Err(TooMany);
        }
    }
    Ok(done)
}

impl<'a> Conjunction<'a> {
    fn add(&mut self, mut pending: Vec<Node<'a>>, unions: &mut Vec<Vec<Node<'a>>>) {
        while let Some(node) = pending.pop() {
            if self.nodes.iter().any(|known| known.identity() == node.identity()) {
                continue;
            }
            self.nodes.push(node);
            pending.extend(node.list("allOf"));
            match node.target() {
                Some(Target::Part(target)) => pending.push(target),
                Some(Target::File(file, target)) => self.files.push((file, target)),
                Some(Target::Unknown(reference)) => drop(self.unknown.insert(reference)),
                None => {}
            }
            for keyword in ["anyOf", "oneOf"] {
                if node.get(keyword).is_some() {
                    unions.push(node.list(keyword).collect());
                }
            }
        }
    }

    /// Works out which values may be valid.
    fn settle(&mut self) {
        for node in self.facts() {
            if let Some(types) = node.get("type") {
                let one = std::slice::from_ref(types);
                let types = types.as_array().map_or(one, Vec::as_slice);
                self.kinds.retain(|kind| types.iter().any(|name| is_type(name, kind)));
            }
            let listed = match (node.get("const"), node.get("enum")) {
                (Some(value), _) => vec![value],
                (None, Some(Value::Array(values))) => values.iter().collect(),
                _ => continue,
            };
            match &mut self.values {
                Some(values) => values.retain(|value| listed.contains(value)),
                none => *none = Some(listed),
            }
        }
        let kinds = &self.kinds;
        if let Some(values) = &mut self.values {
            values.retain(|value| kinds.contains(kind_of(value)));
            self.kinds = values.iter().map(|value| kind_of(value)).collect();
        }
    }

    /// What is known to hold: all of it but for alternatives in other files.
    pub(crate) fn facts(&self) -> Vec<Node<'a>> {
        let mut facts = self.nodes.clone();
        let mut pending: Vec<Node<'a>> = self.files.iter().map(|(_, root)| *root).collect();
        while let Some(node) = pending.pop() {
            if facts.iter().any(|known| known.identity() == node.identity()) {
                continue;
            }
            facts.push(node);
            pending.extend(node.list("allOf"));
            if let Some(Target::Part(target) | Target::File(_, target)) = node.target() {
                pending.push(target);
            }
        }
        facts
    }

    /// Whether its kind is among those that may be valid.
    pub(crate) fn may_be(&self, value: &Value) -> bool {
        self.kinds.contains(kind_of(value))
    }

    /// Whether no value is valid.
    pub(crate) fn is_never(&self) -> bool {
        self.kinds.is_empty() || self.facts().into_iter().any(Node::is_never)
    }

    /// Parts that make it up together: one for each value or kind. Itself if there is but one.
    pub(crate) fn parts(&self) -> Vec<Self> {
        match &self.values {
            Some(values) => {
                let of = |value: &&'a Value| Self {
                    kinds: [kind_of(value)].into(),
                    values: Some(vec![value]),
                    ..self.clone()
                };
                values.iter().map(of).collect()
            }
            None => {
                let of = |kind: &&'static str| Self { kinds: [*kind].into(), ..self.clone() };
                self.kinds.iter().map(of).collect()
            }
        }
    }

    /// The schemas of named keys.
    pub(crate) fn properties(&self) -> BTreeMap<&'a str, Vec<Node<'a>>> {
        self.named("properties")
    }

    /// The schemas of keys by pattern.
    pub(crate) fn patterns(&self) -> BTreeMap<&'a str, Vec<Node<'a>>> {
        self.named("patternProperties")
    }

    fn named(&self, keyword: &str) -> BTreeMap<&'a str, Vec<Node<'a>>> {
        let mut found: BTreeMap<&str, Vec<Node<'a>>> = BTreeMap::new();
        for (name, schema) in self.facts().into_iter().flat_map(|node| node.map(keyword)) {
            found.entry(name).or_default().push(schema);
        }
        found
    }

    /// The schemas that a keyword holds, those that allow everything left out.
    pub(crate) fn inner(&self, keyword: &str) -> Vec<Node<'a>> {
        let inner = self.facts().into_iter().filter_map(|node| node.inner(keyword));
        inner.filter(|schema| !schema.is_anything()).collect()
    }

    /// The keys that have to be there.
    pub(crate) fn required(&self) -> BTreeSet<&'a str> {
        let facts = self.facts().into_iter();
        let names = facts.filter_map(|node| node.get("required")?.as_array()).flatten();
        names.filter_map(Value::as_str).collect()
    }

    /// The only value that the key `key` can have, if it has to be there.
    pub(crate) fn constant(&self, key: &str) -> Option<&'a str> {
        let properties = self.properties();
        let constants = properties.get(key)?.iter().filter_map(|schema| schema.get("const"));
        let constant = constants.filter_map(Value::as_str).next();
        constant.filter(|_| self.required().contains(key))
    }

    /// What to call it.
    pub(crate) fn label(&self) -> String {
        let constant = |key| Some(format!("{key} {:?}", self.constant(key)?));
        if let Some(name) = constant("msgType").or_else(|| constant("event")) {
            return name;
        }
        if let Some(values) = &self.values {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            return values.join(" or ");
        }
        let titles = self.nodes.iter().rev().filter_map(|node| node.get("title")?.as_str());
        match titles.map(str::to_owned).next() {
            Some(title) => title,
            None => self.kinds.iter().copied().collect::<Vec<_>>().join(" or "),
        }
    }
}

fn is_type(name: &Value, kind: &str) -> bool {
    name == kind || name == "number" && matches!(kind, "integer" | "fraction")
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "fraction",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
