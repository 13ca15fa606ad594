//! `token`: the login succeeded.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{IceConfig, RoomUpdate, SessionData};
use crate::capability::Capability;
use crate::fields::Fields;
use crate::name::{AppName, EasyrtcId, GroupName, RoomName};
use crate::payload::Payload;

/// `msgData` of `token`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Who the client is from now on.
    pub easyrtcid: EasyrtcId,
    /// The shared fields of the connection, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Fields>,
    /// The STUN and TURN servers to use.
    pub ice_config: IceConfig,
    /// The groups the connection is in, if there are any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub group_list: BTreeMap<GroupName, Group>,
    /// The rooms the client is in, with everybody in them.
    pub room_data: BTreeMap<RoomName, RoomUpdate>,
    /// The session, if the client named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_data: Option<SessionData>,
    /// The application.
    pub application: Application,
    /// Within how many ms the server wants to hear from the client; 0: it does not matter.
    pub still_alive_interval: u64,
    /// The server's time in ms since the epoch; here too, because the original has it here.
    pub server_time: u64,
    /// What the server speaks.
    pub protocol: Protocol,
}

/// One group in `groupList`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// The group; the same as the key.
    pub group_name: GroupName,
}

/// `application` of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// Its name.
    pub application_name: AppName,
    /// Its shared fields, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Fields>,
    /// Options the operator lets clients see, if there are any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub option: BTreeMap<String, Payload>,
}

/// What the server speaks (decision D29).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Protocol {
    /// The date of the protocol's revision, `YYYY-MM-DD`.
    pub revision: String,
    /// What it can do that the revision leaves open.
    pub capabilities: BTreeSet<Capability>,
}

impl Protocol {
    /// The revision this crate implements, with these capabilities.
    #[must_use]
    pub fn with(capabilities: BTreeSet<Capability>) -> Self {
        Self { revision: crate::PROTOCOL_REVISION.to_owned(), capabilities }
    }
}
