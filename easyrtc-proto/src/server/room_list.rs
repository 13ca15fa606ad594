//! `roomList`: the rooms of the application.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::name::RoomName;

/// `msgData` of `roomList`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomList {
    /// All rooms the client may know of, empty ones too.
    pub room_list: BTreeMap<RoomName, RoomListEntry>,
}

/// One room in `roomList`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomListEntry {
    /// The room; the same as the key.
    pub room_name: RoomName,
    /// How many clients are in it.
    pub number_clients: usize,
}
