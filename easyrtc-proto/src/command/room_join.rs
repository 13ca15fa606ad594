//! `roomJoin`: enters one or several rooms.

use std::collections::BTreeMap;

use super::{decode_rooms, object_data};
use crate::decode::{Reject, kept, object};
use crate::json::ObjectWriter;
use crate::limits::DecodeLimits;
use crate::name::RoomName;
use crate::payload::Payload;
use crate::value::Value;

/// The rooms to join, never none, each with its `roomParameter`, which means something only to
/// the application.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoomJoin {
    /// The rooms by name.
    pub rooms: BTreeMap<RoomName, Option<Payload>>,
}

const PATH: &str = "msgData.roomJoin";
const PARAMETER: &str = "msgData.roomJoin.*.roomParameter";

impl RoomJoin {
    /// As a command, a `roomParameter` that is no object is passed over.
    pub(super) fn decode(
        msg_data: Option<Value<'_>>,
        limits: &DecodeLimits,
    ) -> Result<Self, Reject> {
        let [rooms] = object_data(msg_data)?.get(["roomJoin"]);
        let rooms = decode_rooms(object(rooms, PATH)?, PATH)?;
        //= docs/spec/messages/roomJoin.md#room-join.structure
        if rooms.is_empty() {
            return Err(Reject::structure(PATH));
        }
        let mut decoded = BTreeMap::new();
        for (name, room) in rooms {
            //= docs/spec/limits.md#limits.unknown-not-counted
            let [parameter] = room.get(["roomParameter"]);
            if parameter.is_some_and(Value::holds_binary) {
                return Err(Reject::at(PARAMETER, crate::DecodeErrorKind::Binary));
            }
            let parameter = parameter.filter(|parameter| parameter.is_object());
            let parameter =
                //= docs/spec/limits.md#limits.room-parameter
                parameter.map(|p| kept(p, limits.room_parameter, PARAMETER)).transpose()?;
            decoded.insert(name, parameter);
        }
        Ok(Self { rooms: decoded })
    }

    /// At login no rooms means none given, a `roomParameter` has to be an object, and one that is
    /// too large is dropped.
    pub(crate) fn decode_login(
        rooms: Option<Value<'_>>,
        limits: &DecodeLimits,
    ) -> Result<Option<Self>, Reject> {
        let Some(rooms) = rooms else { return Ok(None) };
        let mut decoded = BTreeMap::new();
        for (name, room) in decode_rooms(rooms, PATH)? {
            let [parameter] = room.get(["roomParameter"]);
            //= docs/spec/messages/authenticate.md#authenticate.room-parameter
            let parameter = parameter.map(|p| object(Some(p), PARAMETER)).transpose()?;
            if parameter.is_some_and(Value::holds_binary) {
                return Err(Reject::at(PARAMETER, crate::DecodeErrorKind::Binary));
            }
            //= docs/spec/limits.md#limits.room-parameter
            decoded.insert(
                name,
                parameter.and_then(|p| kept(p, limits.room_parameter, PARAMETER).ok()),
            );
        }
        //= docs/spec/login.md#login.default-room
        Ok((!decoded.is_empty()).then_some(Self { rooms: decoded }))
    }

    pub(super) fn encode(&self) -> String {
        ObjectWriter::new().member("roomJoin", &self.encode_rooms()).finish()
    }

    pub(crate) fn encode_rooms(&self) -> String {
        self.rooms
            .iter()
            .fold(ObjectWriter::new(), |map, (name, parameter)| {
                let room = ObjectWriter::new()
                    .name("roomName", name.as_str())
                    .optional("roomParameter", parameter.as_ref().map(Payload::as_str));
                map.member(name.as_str(), &room.finish())
            })
            .finish()
    }
}
