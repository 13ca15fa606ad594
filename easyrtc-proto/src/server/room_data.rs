//! `roomData`: what a client is to know about its rooms.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use crate::fields::{ApiFields, Fields};
use crate::name::{EasyrtcId, RoomName, Username};
use crate::presence::Presence;
use crate::user_agent::UserAgent;

/// `msgData` of `roomData`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomData {
    /// The rooms concerned.
    pub room_data: BTreeMap<RoomName, RoomUpdate>,
}

/// What the client is to do about one room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RoomStatus {
    /// It is in the room now.
    Join,
    /// Something in the room changed.
    Update,
    /// It is no longer in the room and is to forget all about it.
    Leave,
}

/// One room in `roomData`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoomUpdate {
    /// The room; the same as the key.
    pub room_name: RoomName,
    /// What to do.
    pub room_status: RoomStatus,
    /// Everybody in the room, oneself included; replaces what the client knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_list: Option<BTreeMap<EasyrtcId, Arc<ClientEntry>>>,
    /// What changed among those in the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_list_delta: Option<ClientListDelta>,
    /// All shared fields of the room; replaces what the client knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Fields>,
}

impl RoomUpdate {
    /// A room with a status and nothing else.
    #[must_use]
    pub const fn new(room_name: RoomName, room_status: RoomStatus) -> Self {
        Self { room_name, room_status, client_list: None, client_list_delta: None, field: None }
    }
}

/// Changes of a client list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ClientListDelta {
    /// Clients that came or changed, always with their full entry (decision D9).
    //= docs/spec/messages/roomData.md#room-data.delta-maps
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub update_client: BTreeMap<EasyrtcId, Arc<ClientEntry>>,
    /// Clients that left.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub remove_client: BTreeMap<EasyrtcId, RemovedClient>,
}

/// A client as those in its room see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ClientEntry {
    /// Who; the same as the key.
    pub easyrtcid: EasyrtcId,
    /// The name it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Username>,
    /// When it entered the room, in ms since the epoch.
    pub room_join_time: u64,
    /// Whether it can be talked to.
    pub presence: Presence,
    /// Its fields; `{}` only in the delta that clears them (decision D8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_field: Option<ApiFields>,
    /// What it runs on, where clients are told (decision D22).
    #[serde(flatten, deserialize_with = "known")]
    pub user_agent: Option<Arc<UserAgent>>,
}

/// Keeps nothing known apart from a value in which there is nothing.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Arc<UserAgent>>, D::Error> {
    let user_agent = UserAgent::deserialize(deserializer)?;
    Ok((!user_agent.is_empty()).then(|| Arc::new(user_agent)))
}

/// A client that left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RemovedClient {
    /// Who; the same as the key.
    pub easyrtcid: EasyrtcId,
}
