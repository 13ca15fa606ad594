//! One room of an application, or all that a pattern means.

use std::collections::BTreeSet;

use easyrtc_auth::Secret;
use easyrtc_proto::GroupName;
use easyrtc_state::RoomConfig;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::secret::refuse_placeholder;
use super::super::{RoomProof, Value, fields};
use super::count;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Room {
    room_max_connection: Option<u32>,
    private: bool,
    join_groups: Option<BTreeSet<GroupName>>,
    create_groups: Option<BTreeSet<GroupName>>,
    // Read by hand: an error must not quote it.
    passphrase: Option<Box<RawValue>>,
    invitation: bool,
    field_obj: Option<Box<RawValue>>,
    keep_empty: Option<bool>,
}

impl Room {
    /// What the core has to know, and how those who enter prove that they may.
    pub(super) fn read(
        entry: &RawValue,
        remarks: &mut Vec<String>,
    ) -> Result<(RoomConfig, RoomProof), String> {
        let room: Self = serde_json::from_str(entry.get()).map_err(|error| error.to_string())?;
        let passphrase = room.passphrase.map(|text| passphrase(&text)).transpose()?;
        let fields = room.field_obj.map(|fields| {
            let fields = fields::read(&Value::new(&fields), remarks);
            fields.map_err(|problem| format!("fieldObj: {problem}"))
        });
        let proof = RoomProof { passphrase, invitation: room.invitation };
        let config = RoomConfig {
            room_max_connection: room.room_max_connection.map(count),
            private: room.private,
            join_groups: room.join_groups,
            create_groups: room.create_groups,
            guarded: proof.is_needed(),
            fields: fields.transpose()?,
            keep_empty: room.keep_empty,
        };
        Ok((config, proof))
    }
}

fn passphrase(raw: &RawValue) -> Result<Secret, String> {
    refuse_placeholder(raw).map_err(|problem| format!("the passphrase {problem}"))?;
    let text: Option<String> = serde_json::from_str(raw.get()).ok();
    match text.filter(|text| !text.is_empty()) {
        Some(text) => Ok(Secret::new(text)),
        None => Err("the passphrase is no text of one character or more".to_owned()),
    }
}
