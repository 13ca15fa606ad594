//! Whether a change of a JSON Schema (draft 2020-12) breaks those who rely on the old one.
//!
//! What breaks depends on who sends. Of what clients send, all that was accepted has to be accepted
//! still; of what the server sends, all has to be understood by readers who know the old schema.
//! Either way one set of values has to lie within another, and [`compare`] looks for what is left
//! over. Two rules of the protocol go beyond sets: a key that is new and not required harms
//! nobody, although a stranger may have used it for something else, and neither does a message
//! with a new `msgType`, because clients ignore what they don't know. A key that is gone always
//! breaks.
//!
//! What can't be judged breaks: a keyword this crate doesn't know that is not the same on both
//! sides, patterns that differ, alternatives that only together hold what one held. Titles,
//! descriptions, examples and identifiers never break. `oneOf` is taken for `anyOf`: that its
//! alternatives exclude each other is for whoever writes the schema to see to.

#![forbid(unsafe_code)]

mod comparison;
mod conjunction;
mod keywords;
mod node;
mod objects;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use comparison::{Comparison, Finding, Verdict};
use node::Node;

/// Who sends what a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Clients: what was accepted must be accepted still.
    Client,
    /// The server: what is sent must be understood by those who know the old schema.
    Server,
}

/// Schemas by the path of their file, such as `client/offer.json`. They refer to each other by
/// relative paths.
pub type Bundle = BTreeMap<String, Value>;

/// One difference between two schemas.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Where: the file, if there are several, and the place in the message, with `*` for any key or
    /// any item.
    pub path: String,
    /// What became of what.
    pub what: String,
    /// Whether it breaks somebody.
    pub breaking: bool,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.breaking { "breaks" } else { "fine" };
        write!(f, "{kind}: {}: {}", self.path, self.what)
    }
}

/// Compares two schemas that stand by themselves, and returns how they differ, in the order of
/// their paths.
#[must_use]
pub fn compare(old: &Value, new: &Value, direction: Direction) -> Vec<Change> {
    let bundle = |schema: &Value| Bundle::from([(String::new(), schema.clone())]);
    changes("", &bundle(old), &bundle(new), direction)
}

/// Compares all schemas of two revisions. Who sends is in a file's name: it begins with `client/`,
/// `server/`, `websocket/client-` or `websocket/server-`; a change of any other file breaks.
#[must_use]
pub fn compare_bundles(old: &Bundle, new: &Bundle) -> Vec<Change> {
    let files: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut found = Vec::new();
    for file in files {
        let whole = |what: &str, breaking| {
            vec![Change { path: file.clone(), what: what.to_owned(), breaking }]
        };
        found.extend(match (old.get(file), new.get(file), direction_of(file)) {
            (Some(_), None, _) => whole("the schema is gone", true),
            (None, _, _) => whole("the schema is new", false),
            (Some(_), Some(_), Some(direction)) => changes(file, old, new, direction),
            (Some(before), Some(now), None) if before != now => {
                whole("cannot be judged: the name does not say who sends it", true)
            }
            (Some(_), Some(_), None) => Vec::new(),
        });
    }
    found
}

fn direction_of(file: &str) -> Option<Direction> {
    let begins = |prefixes: [&str; 2]| prefixes.iter().any(|prefix| file.starts_with(prefix));
    if begins(["client/", "websocket/client-"]) {
        return Some(Direction::Client);
    }
    begins(["server/", "websocket/server-"]).then_some(Direction::Server)
}

fn changes(file: &str, old: &Bundle, new: &Bundle, direction: Direction) -> Vec<Change> {
    let (Some(old), Some(new)) = (Node::root(old, file), Node::root(new, file)) else {
        return Vec::new();
    };
    let (sent, understood) = match direction {
        Direction::Client => (old, new),
        Direction::Server => (new, old),
    };
    // What breaks is what is sent and not understood. What differs without breaking is the reverse.
    let breaking = Comparison::new(direction, true).run(sent, understood);
    let harmless = Comparison::new(direction, false).run(understood, sent);
    let change = |Finding { path, what, verdict }: Finding, forward: bool| {
        let path = if file.is_empty() { path } else { format!("{file}: {path}") };
        let breaking = match verdict {
            Verdict::Left => forward,
            Verdict::Unknown => true,
            Verdict::Harmless => false,
        };
        Change { path, what, breaking }
    };
    let mut found: Vec<Change> =
        breaking.into_iter().map(|finding| change(finding, true)).collect();
    found.extend(harmless.into_iter().map(|finding| change(finding, false)));
    found.sort();
    // Of two judgements of one thing, the one that breaks is last.
    found.dedup_by(|next, kept| {
        let same = next.path == kept.path && next.what == kept.what;
        kept.breaking |= same && next.breaking;
        same
    });
    found
}
