//! `applications`: what is set for single applications, which then exist from the start.

use std::collections::BTreeMap;

use easyrtc_proto::{AppName, Payload, RoomName};
use easyrtc_state::{AppConfig, RoomConfig};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Value;

const ALLOWED: &str =
    r#"an object such as {"my.app": {"roomMaxConnection": 10, "rooms": {"Lobby": {}}}}"#;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Application {
    room_max_connection: Option<u32>,
    hide_room_list: bool,
    public_options: BTreeMap<String, Box<RawValue>>,
    rooms: BTreeMap<RoomName, Room>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Room {
    room_max_connection: Option<u32>,
}

/// Reads the applications.
pub(super) fn read(value: &Value) -> Result<BTreeMap<AppName, AppConfig>, String> {
    let entries: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(value.text()).map_err(|_| value.refuse(ALLOWED))?;
    let applications = entries.iter().map(|(name, entry)| {
        let in_application = |problem: String| format!("of {name:?}: {problem}");
        let parsed = AppName::parse(name).map_err(|error| in_application(error.to_string()))?;
        let entry: Application =
            serde_json::from_str(entry.get()).map_err(|error| in_application(error.to_string()))?;
        Ok((parsed, entry.into_config().map_err(in_application)?))
    });
    applications.collect()
}

impl Application {
    fn into_config(self) -> Result<AppConfig, String> {
        let public = self.public_options.into_iter().map(|(name, value)| {
            let value = Payload::parse(value.get()).map_err(|error| error.to_string())?;
            Ok((name, value))
        });
        let rooms = self.rooms.into_iter().map(|(name, room)| {
            (name, RoomConfig { room_max_connection: room.room_max_connection.map(count) })
        });
        Ok(AppConfig {
            public_options: public.collect::<Result<_, String>>()?,
            hide_room_list: self.hide_room_list,
            room_max_connection: self.room_max_connection.map(count),
            rooms: rooms.collect(),
        })
    }
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
