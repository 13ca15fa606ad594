//! `roomLeave`: leaves rooms. None at all is fine.

use std::collections::BTreeSet;

use super::{decode_rooms, object_data};
use crate::decode::{Reject, object};
use crate::json::ObjectWriter;
use crate::name::RoomName;
use crate::value::Value;

/// The rooms to leave; one the client is not in does no harm.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoomLeave {
    /// The rooms.
    pub rooms: BTreeSet<RoomName>,
}

impl RoomLeave {
    pub(super) fn decode(msg_data: Option<Value<'_>>) -> Result<Self, Reject> {
        const PATH: &str = "msgData.roomLeave";
        let [rooms] = object_data(msg_data)?.get(["roomLeave"]);
        let rooms = decode_rooms(object(rooms, PATH)?, PATH)?;
        Ok(Self { rooms: rooms.into_keys().collect() })
    }

    pub(super) fn encode(&self) -> String {
        let rooms = self.rooms.iter().fold(ObjectWriter::new(), |map, name| {
            let room = ObjectWriter::new().name("roomName", name.as_str());
            map.member(name.as_str(), &room.finish())
        });
        ObjectWriter::new().member("roomLeave", &rooms.finish()).finish()
    }
}
