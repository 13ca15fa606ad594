//! `setUserCfg` as clients send it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::limits::DecodeLimits;
use crate::name::ApiFieldName;
use crate::payload::Payload;
use crate::schema::values::ApiField;

/// Tells the server about the client: its peer connections, its settings, and fields that all its
/// rooms see. Answered with `ack` or `error`. The others in its rooms get a `roomData` event if a
/// field changed.
#[derive(JsonSchema)]
#[schemars(rename = "setUserCfg", rename_all = "camelCase", example = example())]
pub(super) struct SetUserCfg {
    /// What kind of message this is.
    #[schemars(extend("const" = "setUserCfg", "x-error" = "MSG_REJECT_BAD_TYPE"))]
    msg_type: String,
    /// Holds `setUserCfg`.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_DATA"))]
    msg_data: SetUserCfgData,
}

/// `msgData` of `setUserCfg`.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct SetUserCfgData {
    /// What to change.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    set_user_cfg: UserCfg,
}

/// What to change of a client's configuration. What is absent stays as it is.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct UserCfg {
    /// The peer connections, by easyrtcid; replaces what was there. Shown to nobody.
    #[schemars(extend(
        "x-maxBytes" = DecodeLimits::default().p2p_list,
        "x-error" = "MSG_REJECT_BAD_STRUCTURE"
    ))]
    p2p_list: Option<BTreeMap<String, Payload>>,
    /// Settings to set, or with `null` to remove. Shown to nobody.
    #[schemars(extend(
        "x-maxBytes" = DecodeLimits::default().user_settings,
        "x-error" = "MSG_REJECT_BAD_STRUCTURE"
    ))]
    user_settings: Option<BTreeMap<String, Payload>>,
    /// Fields to set, or with `null` to remove, in all rooms of the client. An entry that does not
    /// fit is refused with `MSG_REJECT_BAD_FIELD`.
    #[schemars(extend(
        "x-maxUnits" = DecodeLimits::default().user_api_field_units - 1,
        "x-error" = "MSG_REJECT_BAD_STRUCTURE"
    ))]
    api_field: Option<BTreeMap<ApiFieldName, Option<ApiField>>>,
}

fn example() -> Value {
    json!({
        "msgType": "setUserCfg",
        "msgData": {
            "setUserCfg": {
                "p2pList": {
                    "Zk3Qw8rTb1Xc5VnM": { "connectTime": 1_764_500_000_000_u64, "isInitiator": true }
                },
                "userSettings": { "sharingVideo": true, "oldSetting": null },
                "apiField": {
                    "role": { "fieldName": "role", "fieldValue": "host" },
                    "oldField": null
                }
            }
        }
    })
}
