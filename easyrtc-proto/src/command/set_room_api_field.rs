//! `setRoomApiField`: replaces one's fields in a room.

use std::collections::BTreeMap;

use super::object_data;
use crate::decode::{DecodeErrorKind, Reject, object};
use crate::fields::{ApiFields, decode_entry};
use crate::json::{ObjectWriter, stringified_units};
use crate::limits::DecodeLimits;
use crate::name::RoomName;
use crate::value::Value;

/// The new fields of a client in a room.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SetRoomApiField {
    /// The room; the client has to be in it.
    pub room_name: RoomName,
    /// All fields; those whose value is `""` are already left out (decision D8).
    pub field: ApiFields,
}

const PATH: &str = "msgData.setRoomApiField";
const ROOM_NAME: &str = "msgData.setRoomApiField.roomName";
const FIELD: &str = "msgData.setRoomApiField.field";

impl SetRoomApiField {
    pub(super) fn decode(
        msg_data: Option<Value<'_>>,
        limits: &DecodeLimits,
    ) -> Result<Self, Reject> {
        let [request] = object_data(msg_data)?.get(["setRoomApiField"]);
        let request = object(request, PATH)?;
        if request.has_no_members() {
            return Err(Reject::structure(PATH));
        }
        let [room_name, field] = request.get(["roomName", "field"]);
        let room_name = room_name.and_then(Value::string).and_then(|n| RoomName::parse(&n).ok());
        //= docs/spec/messages/setRoomApiField.md#set-room-api-field.room
        let room_name = room_name.ok_or(Reject::at(ROOM_NAME, DecodeErrorKind::RoomName))?;
        let field = match field {
            //= docs/spec/messages/setRoomApiField.md#set-room-api-field.structure
            Some(field) => Self::decode_field(object(Some(field), FIELD)?, limits)?,
            //= docs/spec/messages/setRoomApiField.md#set-room-api-field.replaces
            None => ApiFields::default(),
        };
        Ok(Self { room_name, field })
    }

    fn decode_field(field: Value<'_>, limits: &DecodeLimits) -> Result<ApiFields, Reject> {
        if field.holds_binary() {
            return Err(Reject::at(FIELD, DecodeErrorKind::Binary));
        }
        let limit = limits.room_api_field_units;
        //= docs/spec/limits.md#limits.room-api-field
        if limit != 0 && stringified_units(field.text()) >= limit {
            return Err(Reject::at(FIELD, DecodeErrorKind::TooLarge));
        }
        let mut fields = BTreeMap::new();
        for (key, entry) in field.members() {
            let (name, value) = decode_entry(&key, entry, FIELD)?;
            let value = value.ok_or(Reject::at(FIELD, DecodeErrorKind::Field))?;
            //= docs/spec/messages/setRoomApiField.md#set-room-api-field.empty-string
            if value.text() == "\"\"" {
                fields.remove(&name);
            } else {
                fields.insert(name, value.payload());
            }
        }
        Ok(ApiFields(fields))
    }

    pub(super) fn encode(&self) -> String {
        let request = ObjectWriter::new()
            .name("roomName", self.room_name.as_str())
            .member("field", &self.field.encode());
        ObjectWriter::new().member("setRoomApiField", &request.finish()).finish()
    }
}
