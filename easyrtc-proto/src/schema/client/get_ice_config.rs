//! `getIceConfig` as clients send it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::payload::Payload;

/// Asks for the STUN and TURN servers to use from now on. Answered with `iceConfig` or `error`.
#[derive(JsonSchema)]
#[schemars(rename = "getIceConfig", rename_all = "camelCase", example = example())]
pub(super) struct GetIceConfig {
    /// What kind of message this is.
    #[schemars(extend("const" = "getIceConfig", "x-error" = "MSG_REJECT_BAD_TYPE"))]
    msg_type: String,
    /// Absent, or empty.
    #[schemars(extend("maxProperties" = 0))]
    msg_data: Option<BTreeMap<String, Payload>>,
}

fn example() -> Value {
    json!({ "msgType": "getIceConfig" })
}
