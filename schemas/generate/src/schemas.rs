//! The schema files, and the page that lists them.

use easyrtc_proto::PROTOCOL_REVISION;
use easyrtc_proto::schema::{Direction, Document, Scope, base};
use serde_json::Value;

use crate::{Output, print};

/// One file for each document.
pub(crate) fn files(documents: &[Document]) -> Vec<Output> {
    let file = |document: &Document| {
        Output::new(format!("schemas/{}", document.path()), print::document(document.value()))
    };
    documents.iter().map(file).collect()
}

const INDEX: &str = "\
# JSON Schemas of the EasyRTC protocol

Draft 2020-12, for revision `REVISION`. Generated from the types of `easyrtc-proto` by
`cargo xtask schemas`; a test fails when they are not what the code says.

- Each `$id` begins with `BASE` and names the revision,
  so that it never comes to mean something else.
- A running server hands them out under `/schemas/`, `easyrtc-server schema [NAME]` prints them.
- Keys that a schema doesn't name are ignored, wherever it names others.
- What JSON Schema has no word for stands in keywords of our own: `x-error` is the error code for
  a value that doesn't fit, `x-maxBytes` the default limit of its JSON text in bytes, `x-maxUnits`
  in UTF-16 units. The key of a map entry and the name inside it (`roomName`, `fieldName`,
  `easyrtcid`) are equal, and lengths of names count UTF-16 units.
- [`asyncapi.json`](asyncapi.json) describes both transports with the same schemas.
- [`openapi.json`](openapi.json) is something else: the [admin API](../docs/admin.md).
- [`revisions`](revisions) keeps the schemas of each revision as they were released.
- [`../docs/messages`](../docs/messages/README.md) shows every message with examples,
  [`../docs/client-authors.md`](../docs/client-authors.md) how to write a client,
  [`../docs/versioning.md`](../docs/versioning.md) what may change.
";

/// `schemas/README.md`.
pub(crate) fn index(documents: &[Document]) -> Output {
    let mut text = INDEX.replace("REVISION", PROTOCOL_REVISION).replace("BASE", &base());
    let sections = [
        ("Client to server", Direction::Client, Scope::Message),
        ("Server to client", Direction::Server, Scope::Message),
    ];
    for (title, direction, scope) in sections {
        let of = documents.iter().filter(|d| d.direction == direction && d.scope == scope);
        text += &section(title, of);
    }
    let roots = documents.iter().filter(|document| document.scope == Scope::Root);
    text += &section("Events and answers", roots);
    let frames = documents.iter().filter(|document| document.scope == Scope::Frame);
    text += &section("Frames of the plain WebSocket", frames);
    Output::new("schemas/README.md", text)
}

fn section<'a>(title: &str, documents: impl Iterator<Item = &'a Document>) -> String {
    let mut text = format!("\n## {title}\n\n| Schema | What it describes |\n|---|---|\n");
    for document in documents {
        let path = document.path();
        let description = document.value().get("description").and_then(Value::as_str);
        text += &format!("| [{path}]({path}) | {} |\n", description.unwrap_or_default());
    }
    text
}
