//! `easyrtcCmd`: everything a client asks of the server but the login.

mod get_ice_config;
mod get_room_list;
mod room_join;
mod room_leave;
mod set_presence;
mod set_room_api_field;
mod set_user_cfg;
mod signal;

pub use room_join::RoomJoin;
pub use room_leave::RoomLeave;
pub use set_presence::SetPresence;
pub use set_room_api_field::SetRoomApiField;
pub use set_user_cfg::SetUserCfg;
pub use signal::{Signal, SignalKind};

use std::collections::BTreeMap;

use crate::decode::{DecodeErrorKind, Reject};
use crate::envelope::Envelope;
use crate::json::{ObjectWriter, plain};
use crate::limits::DecodeLimits;
use crate::name::{MessageType, RoomName};
use crate::value::Value;

/// A command of a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// `candidate`, `offer`, `answer`, `reject` and `hangup`: for another client.
    Signal(Signal),
    /// `getIceConfig`: which STUN and TURN servers to use.
    GetIceConfig,
    /// `getRoomList`: which rooms there are.
    GetRoomList,
    /// `roomJoin`: enter rooms.
    RoomJoin(RoomJoin),
    /// `roomLeave`: leave rooms.
    RoomLeave(RoomLeave),
    /// `setRoomApiField`: replace one's fields in a room.
    SetRoomApiField(SetRoomApiField),
    /// `setPresence`: change one's presence.
    SetPresence(SetPresence),
    /// `setUserCfg`: change one's configuration.
    SetUserCfg(Box<SetUserCfg>),
    /// `stillAlive`: nothing but a sign of life.
    StillAlive,
    /// A command this version does not know.
    Unknown {
        /// Its `msgType`.
        msg_type: MessageType,
    },
}

impl Command {
    pub(crate) fn decode(message: &Envelope<'_>, limits: &DecodeLimits) -> Result<Self, Reject> {
        let literal = message.msg_type.and_then(Value::literal);
        //= docs/spec/envelope.md#envelope.msg-type
        let no_type = Reject::at("msgType", DecodeErrorKind::MsgType);
        let literal = literal.ok_or(no_type)?;
        // No command has a name with a lone surrogate.
        let name = plain(literal).unwrap_or_default();
        if let Some(kind) = SignalKind::from_name(&name) {
            return Signal::decode(kind, message).map(Self::Signal);
        }
        let msg_data = message.msg_data;
        Ok(match name.as_ref() {
            "getIceConfig" => get_ice_config::decode(msg_data)?,
            "getRoomList" => get_room_list::decode(msg_data)?,
            "roomJoin" => Self::RoomJoin(RoomJoin::decode(msg_data, limits)?),
            "roomLeave" => Self::RoomLeave(RoomLeave::decode(msg_data)?),
            "setRoomApiField" => Self::SetRoomApiField(SetRoomApiField::decode(msg_data, limits)?),
            "setPresence" => Self::SetPresence(SetPresence::decode(msg_data, limits)?),
            "setUserCfg" => Self::SetUserCfg(Box::new(SetUserCfg::decode(msg_data, limits)?)),
            "stillAlive" => Self::StillAlive,
            _ => Self::Unknown { msg_type: MessageType::from_literal(literal).ok_or(no_type)? },
        })
    }

    pub(crate) fn encode(&self) -> String {
        let named = |name: &str| ObjectWriter::new().name("msgType", name);
        let with = |name: &str, data: String| named(name).member("msgData", &data).finish();
        match self {
            Self::Signal(signal) => signal.encode(),
            Self::GetIceConfig => named("getIceConfig").finish(),
            Self::GetRoomList => named("getRoomList").finish(),
            Self::RoomJoin(command) => with("roomJoin", command.encode()),
            Self::RoomLeave(command) => with("roomLeave", command.encode()),
            Self::SetRoomApiField(command) => with("setRoomApiField", command.encode()),
            Self::SetPresence(command) => with("setPresence", command.encode()),
            Self::SetUserCfg(command) => with("setUserCfg", command.encode()),
            Self::StillAlive => named("stillAlive").finish(),
            Self::Unknown { msg_type } => {
                ObjectWriter::new().member("msgType", msg_type.as_json()).finish()
            }
        }
    }
}

/// `msgData` if it is an object, as most commands need it.
fn object_data(msg_data: Option<Value<'_>>) -> Result<Value<'_>, Reject> {
    msg_data.filter(|data| data.is_object()).ok_or(Reject::msg_data())
}

/// The members of a map of rooms, each value an object whose `roomName` is its key.
fn decode_rooms<'a>(
    rooms: Value<'a>,
    path: &'static str,
) -> Result<BTreeMap<RoomName, Value<'a>>, Reject> {
    let mut decoded = BTreeMap::new();
    for (key, room) in rooms.members() {
        let key = plain(&key).and_then(|key| RoomName::parse(&key).ok());
        let [room_name] = room.get(["roomName"]);
        let room_name = room_name.and_then(Value::string);
        match key {
            Some(key) if room_name.as_deref() == Some(key.as_str()) => {
                decoded.insert(key, room);
            }
            //= docs/spec/messages/roomJoin.md#room-join.structure
            _ => return Err(Reject::structure(path)),
        }
    }
    Ok(decoded)
}
