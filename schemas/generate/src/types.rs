//! What the schemas are called where all of them stand in one place: in AsyncAPI's components and
//! in TypeScript.
//!
//! A document is called by its direction and its file, such as `ClientOffer` and `ServerFrame`;
//! what is under `$defs` keeps its name, and means the same in every document.

use std::collections::BTreeMap;

use easyrtc_proto::schema::{Direction, Document, Scope};
use serde_json::Value;

/// The events of clients.
pub(crate) const CLIENT_EVENTS: &[&str] = &["easyrtcAuth", "easyrtcCmd", "easyrtcMsg"];

/// The events of the server.
pub(crate) const SERVER_EVENTS: &[&str] = &["easyrtcCmd", "easyrtcMsg"];

/// Such as `ClientRoomJoin`, `ServerReply`, `ServerFrame`.
pub(crate) fn name_of(document: &Document) -> String {
    let direction = match (document.scope, document.direction) {
        // Its name says the direction already.
        (Scope::Frame, _) => "",
        (_, Direction::Client) => "Client",
        (_, Direction::Server) => "Server",
    };
    format!("{direction}{}", capitalized(document.name))
}

/// `room-join`, `room join` and `roomJoin` as a type is called: `RoomJoin`.
pub(crate) fn capitalized(name: &str) -> String {
    let parts = name.split(['-', ' ']).map(|part| {
        let mut characters = part.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    });
    parts.collect()
}

/// The name of what `$ref` refers to in `within`: `#/$defs/Show`, `offer.json`,
/// `../server/token.json#/$defs/Protocol`.
pub(crate) fn referred(reference: &str, within: &Document) -> String {
    if let Some((_, definition)) = reference.split_once("#/$defs/") {
        return definition.to_owned();
    }
    let path = within.path();
    let (own_folder, _) = path.split_once('/').unwrap_or_default();
    let (folder, file) = match reference.strip_prefix("../") {
        Some(elsewhere) => elsewhere.split_once('/').unwrap_or_default(),
        None => (own_folder, reference),
    };
    format!("{}{}", capitalized(folder), capitalized(file.trim_end_matches(".json")))
}

/// What is under `$defs` in any document, by name.
///
/// # Panics
/// If one name means different things, or is also the name of a document: somebody has to rename
/// a type of `easyrtc-proto`.
pub(crate) fn definitions(documents: &[Document]) -> BTreeMap<&str, (&Document, &Value)> {
    let mut definitions: BTreeMap<&str, (&Document, &Value)> = BTreeMap::new();
    for document in documents {
        let of_this = document.value().get("$defs").and_then(Value::as_object);
        for (name, schema) in of_this.into_iter().flatten() {
            let (_, first) = definitions.entry(name).or_insert((document, schema));
            assert_eq!(*first, schema, "{name} is something else in {}", document.path());
        }
    }
    for document in documents {
        let name = name_of(document);
        assert!(!definitions.contains_key(name.as_str()), "{name} is a message and a definition");
    }
    definitions
}

/// The messages that the event `event` of one side may carry, or `reply`, in the root's order.
pub(crate) fn carried<'a>(
    documents: &'a [Document],
    direction: Direction,
    event: &str,
) -> Vec<&'a Document> {
    let named = |name: &str, scope: Scope| {
        let is_it = |d: &&Document| d.direction == direction && d.scope == scope && d.name == name;
        documents.iter().find(is_it)
    };
    let Some(root) = named(event, Scope::Root) else {
        // An event that is one message has no root.
        return named(event, Scope::Message).into_iter().collect();
    };
    let references = root.value().get("anyOf").and_then(Value::as_array).into_iter().flatten();
    let files = references.filter_map(|choice| choice.get("$ref").and_then(Value::as_str));
    let names = files.map(|file| file.trim_end_matches(".json"));
    names.filter_map(|name| named(name, Scope::Message)).collect()
}

#[cfg(test)]
mod tests {
    use easyrtc_proto::schema::documents;
    use serde_json::json;

    use super::*;

    #[test]
    fn references_lead_to_the_names_of_documents_and_definitions() {
        let documents = documents();
        let within =
            |path: &str| documents.iter().find(|document| document.path() == path).unwrap();
        let frame = within("websocket/server-frame.json");
        assert_eq!(name_of(frame), "ServerFrame");
        assert_eq!(referred("../server/reply.json", frame), "ServerReply");
        assert_eq!(referred("../server/token.json#/$defs/Protocol", frame), "Protocol");
        let root = within("client/easyrtcCmd.json");
        assert_eq!(referred("offer.json", root), name_of(within("client/offer.json")));
    }

    #[test]
    fn every_answer_is_among_the_replies() {
        let documents = documents();
        let replies = carried(&documents, Direction::Server, "reply");
        let mut answers: Vec<&str> = documents.iter().flat_map(|d| d.answers).copied().collect();
        answers.sort_unstable();
        answers.dedup();
        let mut replies: Vec<&str> = replies.iter().map(|reply| reply.name).collect();
        replies.sort_unstable();
        assert_eq!(answers, replies);
    }

    #[test]
    #[should_panic(expected = "EasyrtcId is something else in client/hangup.json")]
    fn a_definition_means_one_thing() {
        let mut documents = documents();
        let hangup = documents.iter_mut().find(|document| document.path() == "client/hangup.json");
        let definition = hangup.unwrap().schema.pointer_mut("/$defs/EasyrtcId").unwrap();
        *definition = json!({ "type": "string" });
        definitions(&documents);
    }
}
