//! `applications`: what is set for single applications, which then exist from the start.

mod room;

use std::collections::BTreeMap;

use easyrtc_proto::{AppName, Payload};
use easyrtc_state::{AppConfig, RoomPattern};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{RoomProof, RoomProofs, Value, fields, ice};
use room::Room;

const ALLOWED: &str =
    r#"an object such as {"my.app": {"roomMaxConnection": 10, "rooms": {"Lobby": {}}}}"#;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Application {
    room_max_connection: Option<u32>,
    hide_room_list: bool,
    public_options: BTreeMap<String, Box<RawValue>>,
    ice_servers: Option<Box<RawValue>>,
    room_auto_create_enable: Option<bool>,
    app_default_field_obj: Option<Box<RawValue>>,
    rooms: BTreeMap<String, Box<RawValue>>,
}

/// What is said about applications, by who has to know it.
#[derive(Default)]
pub(super) struct Applications {
    pub(super) core: BTreeMap<AppName, AppConfig>,
    pub(super) proofs: RoomProofs,
}

/// Reads the applications.
pub(super) fn read(value: &Value, remarks: &mut Vec<String>) -> Result<Applications, String> {
    let entries: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(value.text()).map_err(|_| value.refuse(ALLOWED))?;
    let mut applications = Applications::default();
    for (name, entry) in entries {
        let place = |problem: String| format!("of {name:?}: {problem}");
        let mut own_remarks = Vec::new();
        let parsed = AppName::parse(&name).map_err(|error| place(error.to_string()))?;
        let (config, proofs) = read_one(&entry, &mut own_remarks).map_err(place)?;
        remarks.extend(own_remarks.into_iter().map(place));
        if proofs.values().any(RoomProof::is_needed) {
            applications.proofs.insert(parsed.clone(), proofs);
        }
        applications.core.insert(parsed, config);
    }
    Ok(applications)
}

fn read_one(
    entry: &RawValue,
    remarks: &mut Vec<String>,
) -> Result<(AppConfig, BTreeMap<RoomPattern, RoomProof>), String> {
    let entry: Application =
        serde_json::from_str(entry.get()).map_err(|error| error.to_string())?;
    let public = entry.public_options.into_iter().map(|(name, value)| {
        let value = Payload::parse(value.get()).map_err(|error| error.to_string())?;
        Ok((name, value))
    });
    let named = |key: &str| {
        let key = key.to_owned();
        move |problem: String| format!("{key}: {problem}")
    };
    let mut config = AppConfig {
        public_options: public.collect::<Result<_, String>>()?,
        hide_room_list: entry.hide_room_list,
        room_max_connection: entry.room_max_connection.map(count),
        room_auto_create: entry.room_auto_create_enable,
        ..AppConfig::default()
    };
    if let Some(servers) = entry.ice_servers {
        let servers = ice::read(&Value::new(&servers), remarks);
        config.ice_servers = Some(servers.map_err(named("iceServers"))?);
    }
    if let Some(fields) = entry.app_default_field_obj {
        let fields = fields::read(&Value::new(&fields), remarks);
        config.default_fields = Some(fields.map_err(named("appDefaultFieldObj"))?);
    }
    let mut proofs = BTreeMap::new();
    for (key, entry) in entry.rooms {
        let in_room = |problem: String| format!("room {key:?}: {problem}");
        let pattern = RoomPattern::parse(&key).map_err(|error| in_room(error.to_string()))?;
        let mut own_remarks = Vec::new();
        let (room, proof) = Room::read(&entry, &mut own_remarks).map_err(in_room)?;
        remarks.extend(own_remarks.into_iter().map(in_room));
        match pattern.room() {
            Some(room_name) => drop(config.rooms.insert(room_name, room)),
            None => drop(config.room_rules.insert(pattern.clone(), room)),
        }
        proofs.insert(pattern, proof);
    }
    Ok((config, proofs))
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
