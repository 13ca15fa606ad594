//! `getRoomList`: asks which rooms the application has.

use super::Command;
use crate::decode::Reject;
use crate::value::Value;

/// There must be no `msgData` at all.
pub(super) fn decode(msg_data: Option<Value<'_>>) -> Result<Command, Reject> {
    match msg_data {
        None => Ok(Command::GetRoomList),
        //= docs/spec/messages/getRoomList.md#get-room-list.data
        Some(_) => Err(Reject::msg_data()),
    }
}
