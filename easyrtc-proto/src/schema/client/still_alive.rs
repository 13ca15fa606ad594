//! `stillAlive` as clients send it.

use schemars::JsonSchema;
use serde_json::{Value, json};

/// A sign of life, for clients whose transport shows none. Answered with `ack`.
#[derive(JsonSchema)]
#[schemars(rename = "stillAlive", rename_all = "camelCase", example = example())]
pub(super) struct StillAlive {
    /// What kind of message this is.
    #[schemars(extend("const" = "stillAlive", "x-error" = "MSG_REJECT_BAD_TYPE"))]
    msg_type: String,
}

fn example() -> Value {
    json!({ "msgType": "stillAlive" })
}
