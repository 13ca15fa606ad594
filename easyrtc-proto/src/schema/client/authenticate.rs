//! `authenticate` as clients send it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::set_presence::PresenceChange;
use super::set_user_cfg::UserCfg;
use crate::limits::DecodeLimits;
use crate::name::{ApiVersion, AppName, RoomName, SessionId, Username};
use crate::payload::Payload;

/// Logs in: the first message of every client. Answered with `token`, or with `error` and the end
/// of the connection. A second one is as if the client left everything and logged in anew.
#[derive(JsonSchema)]
#[schemars(rename = "authenticate", rename_all = "camelCase")]
#[schemars(example = least(), example = most())]
pub(super) struct Authenticate {
    /// What kind of message this is.
    #[schemars(extend("const" = "authenticate", "x-error" = "LOGIN_BAD_AUTH"))]
    msg_type: String,
    /// Who logs in, and with what.
    #[schemars(extend("x-error" = "LOGIN_BAD_STRUCTURE"))]
    msg_data: Login,
}

/// Who logs in, and with what.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct Login {
    /// The version of the client's API; any is accepted. A string that does not fit is refused
    /// with `MSG_REJECT_BAD_STRUCTURE`.
    #[schemars(extend("x-error" = "LOGIN_BAD_STRUCTURE"))]
    api_version: ApiVersion,
    /// The application; the server's default one if absent.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    application_name: Option<AppName>,
    /// The session to belong to, if there is one: the value of the cookie `easyrtcsid`.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    easyrtcsid: Option<SessionId>,
    /// The name to show to others.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    username: Option<Username>,
    /// For whoever decides about the login, such as a password or a token.
    #[schemars(extend(
        "minProperties" = 1,
        "x-maxBytes" = DecodeLimits::default().credential,
        "x-error" = "MSG_REJECT_BAD_STRUCTURE"
    ))]
    credential: Option<BTreeMap<String, Payload>>,
    /// The rooms to join, by name; the default room if absent or empty.
    #[schemars(extend("x-error" = "LOGIN_BAD_STRUCTURE"))]
    room_join: Option<BTreeMap<RoomName, RoomToEnter>>,
    /// The presence to begin with.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    set_presence: Option<PresenceChange>,
    /// The configuration to begin with. Parts of it that are malformed or too large are ignored.
    set_user_cfg: Option<UserCfg>,
}

/// A room to join at login.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
struct RoomToEnter {
    /// The room; the same as the key.
    #[schemars(extend("x-error" = "MSG_REJECT_BAD_STRUCTURE"))]
    room_name: RoomName,
    /// For whoever decides who may enter. One that is too large is ignored.
    #[schemars(extend(
        "x-maxBytes" = DecodeLimits::default().room_parameter,
        "x-error" = "MSG_REJECT_BAD_STRUCTURE"
    ))]
    room_parameter: Option<BTreeMap<String, Payload>>,
}

fn least() -> Value {
    json!({ "msgType": "authenticate", "msgData": { "apiVersion": "1.1.1-beta" } })
}

fn most() -> Value {
    json!({
        "msgType": "authenticate",
        "msgData": {
            "apiVersion": "1.1.1-beta",
            "applicationName": "lectures",
            "easyrtcsid": "s%3Aabc.DEF_1-2",
            "username": "ada",
            "credential": { "password": "correct horse" },
            "roomJoin": { "kitchen": { "roomName": "kitchen", "roomParameter": { "seat": 4 } } },
            "setPresence": { "show": "away", "status": "lunch" },
            "setUserCfg": {
                "p2pList": {},
                "userSettings": { "sharingVideo": true },
                "apiField": { "role": { "fieldName": "role", "fieldValue": "host" } }
            }
        }
    })
}
