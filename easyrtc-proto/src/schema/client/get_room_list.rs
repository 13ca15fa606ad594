//! `getRoomList` as clients send it.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::schema::values::Absent;

/// Asks which rooms there are. Answered with `roomList` or `error`.
#[derive(JsonSchema)]
#[schemars(rename = "getRoomList", rename_all = "camelCase", example = example())]
pub(super) struct GetRoomList {
    /// What kind of message this is.
    #[schemars(extend("const" = "getRoomList", "x-error" = "MSG_REJECT_BAD_TYPE"))]
    msg_type: String,
    /// Has to be absent.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_DATA"))]
    msg_data: Option<Absent>,
}

fn example() -> Value {
    json!({ "msgType": "getRoomList" })
}
