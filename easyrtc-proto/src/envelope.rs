//! The envelope of a message: the members of it that mean something.

use crate::decode::{DecodeErrorKind, Reject};
use crate::limits::{DecodeLimits, within};
use crate::value::Value;

/// What a message says on its outside, not looked at any closer.
pub(crate) struct Envelope<'a> {
    pub(crate) msg_type: Option<Value<'a>>,
    pub(crate) msg_data: Option<Value<'a>>,
    pub(crate) target_easyrtcid: Option<Value<'a>>,
    pub(crate) target_group: Option<Value<'a>>,
    pub(crate) target_room: Option<Value<'a>>,
}

impl<'a> Envelope<'a> {
    /// Opens `message`: one walk through its text, in which its depth is measured too.
    pub(crate) fn open(message: Value<'a>, limits: &DecodeLimits) -> Result<Self, Reject> {
        let names = ["msgType", "msgData", "targetEasyrtcid", "targetGroup", "targetRoom"];
        let (members, depth) = message.open(names);
        //= docs/spec/envelope.md#envelope.depth
        if !within(depth, limits.depth) {
            return Err(Reject::at("", DecodeErrorKind::TooDeep));
        }
        //= docs/spec/envelope.md#envelope.no-object
        if !message.is_object() {
            return Err(Reject::at("", DecodeErrorKind::NoObject));
        }
        let [msg_type, msg_data, target_easyrtcid, target_group, target_room] = members;
        Ok(Self { msg_type, msg_data, target_easyrtcid, target_group, target_room })
    }
}
