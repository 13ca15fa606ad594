//! `getIceConfig`: asks for the STUN and TURN servers anew.

use super::Command;
use crate::decode::Reject;
use crate::json::Kind;
use crate::value::Value;

/// `msgData` may be absent or anything the original takes for empty.
pub(super) fn decode(msg_data: Option<Value<'_>>) -> Result<Command, Reject> {
    //= docs/spec/messages/getIceConfig.md#get-ice-config.data
    let empty = msg_data.is_none_or(|data| match Kind::of(data.text()) {
        Kind::Object | Kind::Array => data.has_no_members(),
        Kind::String => data.text() == "\"\"",
        Kind::Number | Kind::Boolean | Kind::Null => true,
    });
    if empty { Ok(Command::GetIceConfig) } else { Err(Reject::msg_data()) }
}
