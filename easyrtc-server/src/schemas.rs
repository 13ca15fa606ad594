//! The published documents of the protocol (JSON Schemas, AsyncAPI), by name.

use easyrtc_schemas::{Document, documents};
use serde_json::Value;

/// What a document is called: its path without the ending, such as `client/offer`.
#[must_use]
pub fn name(document: &Document) -> &'static str {
    document.path.trim_end_matches(".json")
}

/// What a document says of itself, in a line without Markdown's line breaks.
#[must_use]
pub fn description(document: &Document) -> String {
    let value: Value = serde_json::from_str(document.text).unwrap_or_default();
    let text = value.get("description").or_else(|| value.pointer("/info/description"));
    text.and_then(Value::as_str)
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// A line for each document: its name, and the first sentence of its description.
#[must_use]
pub fn list() -> String {
    let width = documents().iter().map(|document| name(document).len()).max().unwrap_or_default();
    let line = |document: &Document| {
        let text = description(document);
        let sentence = text.split_once(". ").map_or(text.as_str(), |(first, _)| first);
        let sentence = sentence.trim_end_matches('.');
        format!("{:width$}  {sentence}\n", name(document))
    };
    documents().iter().map(line).collect()
}

/// Why there is no such document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// Several end with this name.
    #[error("{0} could be {1}")]
    Ambiguous(String, String),
    /// None has this name.
    #[error("there is no schema {0}; did you mean {1}?")]
    Missing(String, &'static str),
}

/// The document of this name: `client/offer`, `client/offer.json`, or `roomJoin` where only one is
/// called so.
///
/// # Errors
/// If none or several are called so; the error names those that may be meant.
pub fn find(wanted: &str) -> Result<&'static Document, Unknown> {
    let plain = wanted.trim_end_matches(".json");
    if let Some(document) = documents().iter().find(|document| name(document) == plain) {
        return Ok(document);
    }
    let found: Vec<&Document> =
        documents().iter().filter(|document| last(name(document)) == plain).collect();
    match found.as_slice() {
        [document] => Ok(document),
        [] => Err(Unknown::Missing(wanted.to_owned(), nearest(plain))),
        several => {
            let names: Vec<&str> = several.iter().map(|document| name(document)).collect();
            Err(Unknown::Ambiguous(wanted.to_owned(), names.join(" or ")))
        }
    }
}

/// What comes after the last slash.
fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The name that is most like `wanted`, which may lack its folder.
fn nearest(wanted: &str) -> &'static str {
    let wanted = wanted.to_ascii_lowercase();
    let likeness = |name: &str| {
        let name = name.to_ascii_lowercase();
        let name = if wanted.contains('/') { name.as_str() } else { last(&name) };
        strsim::jaro_winkler(&wanted, name)
    };
    let names = documents().iter().map(name);
    names.max_by(|one, other| likeness(one).total_cmp(&likeness(other))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(wanted: &str) -> Result<&'static str, String> {
        find(wanted).map(|document| document.path).map_err(|error| error.to_string())
    }

    #[test]
    fn a_document_has_several_names() {
        for (wanted, path) in [
            ("client/offer", "client/offer.json"),
            ("server/token.json", "server/token.json"),
            ("roomJoin", "client/roomJoin.json"),
            ("asyncapi", "asyncapi.json"),
            ("client-frame", "websocket/client-frame.json"),
        ] {
            assert_eq!(found(wanted), Ok(path), "{wanted}");
        }
    }

    #[test]
    fn what_is_meant_is_asked() {
        for (wanted, answer) in [
            ("offer", "offer could be client/offer or server/offer"),
            ("roomjion", "there is no schema roomjion; did you mean client/roomJoin?"),
            ("server/tokn", "there is no schema server/tokn; did you mean server/token?"),
        ] {
            assert_eq!(found(wanted), Err(answer.to_owned()), "{wanted}");
        }
    }

    #[test]
    fn every_document_says_what_it_is() {
        for document in documents() {
            assert_ne!(description(document), "", "{}", document.path);
        }
    }
}
