//! `setPresence` as clients send it.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::limits::DecodeLimits;
use crate::name::PresenceStatus;
use crate::payload::Payload;
use crate::presence::Show;

/// Sets what others see as the client's presence. Answered with `roomData` of all its rooms, or
/// `error`. The others in them get a `roomData` event.
#[derive(JsonSchema)]
#[schemars(rename = "setPresence", rename_all = "camelCase", example = example())]
pub(super) struct SetPresence {
    /// What kind of message this is.
    #[schemars(extend("const" = "setPresence", "x-error" = "MSG_REJECT_BAD_TYPE"))]
    msg_type: String,
    /// Holds `setPresence`.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_DATA"))]
    msg_data: SetPresenceData,
}

/// `msgData` of `setPresence`.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct SetPresenceData {
    /// What to change.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    set_presence: PresenceChange,
}

/// What to change of a presence. What is absent stays as it is.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", extend("minProperties" = 1))]
pub(super) struct PresenceChange {
    /// Whether the client can be talked to.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    show: Option<Show>,
    /// Free text.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    status: Option<PresenceStatus>,
    /// Any JSON, kept and shown as it is.
    #[schemars(rename = "type")]
    #[schemars(extend("x-maxBytes" = DecodeLimits::default().presence_other))]
    kind: Option<Payload>,
}

fn example() -> Value {
    json!({
        "msgType": "setPresence",
        "msgData": { "setPresence": { "show": "away", "status": "lunch" } }
    })
}
