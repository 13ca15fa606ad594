//! A schema within its file, and what it refers to.

use serde_json::{Map, Value};

use crate::Bundle;

/// A schema: part of a file of a bundle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    bundle: &'a Bundle,
    file: &'a str,
    pub(crate) schema: &'a Value,
}

/// What `$ref` leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    /// All of another file.
    File(&'a str, Node<'a>),
    /// Part of a file.
    Part(Node<'a>),
    /// Nothing that is there.
    Unknown(&'a str),
}

impl<'a> Node<'a> {
    /// The schema that is `file`, if it is there.
    pub(crate) fn root(bundle: &'a Bundle, file: &str) -> Option<Self> {
        let (file, schema) = bundle.get_key_value(file)?;
        Some(Self { bundle, file, schema })
    }

    /// A schema inside this one.
    pub(crate) const fn child(self, schema: &'a Value) -> Self {
        Self { schema, ..self }
    }

    /// Which schema this is, among all that are compared.
    pub(crate) const fn identity(self) -> *const Value {
        self.schema
    }

    /// The keywords; none if the schema is `true` or `false`.
    pub(crate) fn keywords(self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.schema.as_object().into_iter().flat_map(Map::iter)
    }

    /// The value of a keyword.
    pub(crate) fn get(self, keyword: &str) -> Option<&'a Value> {
        self.schema.get(keyword)
    }

    /// The schema a keyword holds.
    pub(crate) fn inner(self, keyword: &str) -> Option<Self> {
        self.get(keyword).map(|schema| self.child(schema))
    }

    /// The schemas a keyword lists.
    pub(crate) fn list(self, keyword: &str) -> impl Iterator<Item = Self> {
        let list = self.get(keyword).and_then(Value::as_array);
        list.into_iter().flatten().map(move |schema| self.child(schema))
    }

    /// The schemas a keyword holds by name.
    pub(crate) fn map(self, keyword: &str) -> impl Iterator<Item = (&'a str, Self)> {
        let map = self.get(keyword).and_then(Value::as_object);
        let map = map.into_iter().flatten();
        map.map(move |(name, schema)| (name.as_str(), self.child(schema)))
    }

    /// Whether no value is valid.
    pub(crate) fn is_never(self) -> bool {
        self.schema == &Value::Bool(false) || self.inner("not").is_some_and(Self::is_anything)
    }

    /// Whether every value is valid.
    pub(crate) fn is_anything(self) -> bool {
        let only_annotations = || {
            self.schema.is_object() && self.keywords().all(|(keyword, _)| is_annotation(keyword))
        };
        self.schema == &Value::Bool(true) || only_annotations()
    }

    /// What `$ref` leads to, if there is one.
    pub(crate) fn target(self) -> Option<Target<'a>> {
        let reference = self.get("$ref")?.as_str()?;
        let (path, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let root = if path.is_empty() {
            Self::root(self.bundle, self.file)
        } else {
            Self::root(self.bundle, &beside(self.file, path))
        };
        Some(match root {
            Some(root) if pointer.is_empty() && !path.is_empty() => Target::File(root.file, root),
            Some(root) => match root.schema.pointer(pointer) {
                Some(schema) => Target::Part(root.child(schema)),
                None => Target::Unknown(reference),
            },
            None => Target::Unknown(reference),
        })
    }
}

/// Keywords that say nothing of which values are valid.
pub(crate) fn is_annotation(keyword: &str) -> bool {
    matches!(
        keyword,
        "$id" | "$comment" | "$defs" | "title" | "description" | "examples" | "deprecated"
    )
}

/// The path that `path` means in `file`.
fn beside(file: &str, path: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_file_they_stand_in() {
        for (file, path, expected) in [
            ("client/easyrtcCmd.json", "offer.json", "client/offer.json"),
            ("websocket/client-frame.json", "../client/offer.json", "client/offer.json"),
            ("a.json", "./b.json", "b.json"),
        ] {
            assert_eq!(beside(file, path), expected);
        }
    }
}
