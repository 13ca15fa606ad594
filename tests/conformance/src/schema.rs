//! Every message a client hears is held against its JSON Schema.

use serde_json::Value;

/// What is wrong with a message the server sent, if anything. `event` is none for an answer.
pub(crate) fn check(event: Option<&str>, message: &Value) -> Result<(), String> {
    // Until the schemas are there: what holds for each message.
    let kind = message["msgType"].as_str();
    match (kind, event) {
        (None, _) => Err(format!("a message without msgType: {message}")),
        (Some(_), Some("easyrtcCmd" | "easyrtcMsg") | None) => Ok(()),
        (Some(_), Some(event)) => Err(format!("an event called {event:?}: {message}")),
    }
}
