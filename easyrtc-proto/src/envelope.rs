//! The text of a message, and the members of it that mean something.

use serde_json::value::RawValue;

use crate::attachments::Attachments;
use crate::decode::{DecodeErrorKind, Reject};
use crate::json::{InvalidJson, Reader};
use crate::limits::{DecodeLimits, within};
use crate::value::{Value, slot};

/// The text of a client's message: JSON, read once from its beginning to its end. What the message
/// says on its outside was found on the way, so decoding it need not look for it.
///
/// A [`RawValue`], which is JSON as well, can be turned into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawMessage<'a> {
    text: &'a str,
    depth: usize,
    members: [Option<&'a str>; NAMES.len()],
}

const NAMES: [&str; 5] = ["msgType", "msgData", "targetEasyrtcid", "targetGroup", "targetRoom"];

impl<'a> RawMessage<'a> {
    /// The message `null`.
    pub const NULL: RawMessage<'static> =
        RawMessage { text: "null", depth: 0, members: [None; NAMES.len()] };

    /// Reads the value that comes next, which may be anything.
    ///
    /// # Errors
    /// If there is none.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, InvalidJson> {
        if !reader.is_at_object() {
            let value = reader.value()?;
            return Ok(Self { text: value.text, depth: value.depth, ..RawMessage::NULL });
        }
        let start = reader.position();
        let (mut depth, mut members) = (0, [None; NAMES.len()]);
        reader.members(|key, reader| {
            let value = reader.value()?;
            depth = depth.max(value.depth);
            if let Some(slot) = slot(&mut members, NAMES, key) {
                *slot = Some(value.text);
            }
            Ok(())
        })?;
        Ok(Self { text: reader.since(start), depth: depth + 1, members })
    }

    /// The text, without white space around it.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }
}

impl<'a> From<&'a RawValue> for RawMessage<'a> {
    fn from(message: &'a RawValue) -> Self {
        // Invariant: a `RawValue` is JSON.
        Self::read(&mut Reader::new(message.get())).unwrap_or(RawMessage::NULL)
    }
}

/// What a message says on its outside, not looked at any closer.
pub(crate) struct Envelope<'a> {
    pub(crate) msg_type: Option<Value<'a>>,
    pub(crate) msg_data: Option<Value<'a>>,
    pub(crate) target_easyrtcid: Option<Value<'a>>,
    pub(crate) target_group: Option<Value<'a>>,
    pub(crate) target_room: Option<Value<'a>>,
}

impl<'a> Envelope<'a> {
    pub(crate) fn open(
        message: &RawMessage<'a>,
        packet: &'a Attachments,
        limits: &DecodeLimits,
    ) -> Result<Self, Reject> {
        //= docs/spec/envelope.md#envelope.depth
        if !within(message.depth, limits.depth) {
            return Err(Reject::at("", DecodeErrorKind::TooDeep));
        }
        //= docs/spec/envelope.md#envelope.no-object
        if !Value::new(message.text, packet).is_object() {
            return Err(Reject::at("", DecodeErrorKind::NoObject));
        }
        let [msg_type, msg_data, target_easyrtcid, target_group, target_room] =
            message.members.map(|text| text.map(|text| Value::new(text, packet)));
        Ok(Self { msg_type, msg_data, target_easyrtcid, target_group, target_room })
    }
}
