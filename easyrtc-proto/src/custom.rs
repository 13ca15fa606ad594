//! `easyrtcMsg`: messages of the application, passed on to clients or handed to the server's side.

use crate::decode::{DecodeErrorKind, Reject};
use crate::envelope::Envelope;
use crate::json::ObjectWriter;
use crate::name::{EasyrtcId, GroupName, InvalidName, MessageType, RoomName};
use crate::payload::Payload;
use crate::value::Value;

/// A message of the application.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CustomMessage {
    /// The kind of message; any string.
    pub msg_type: MessageType,
    /// The content, if there is any.
    pub msg_data: Option<Payload>,
    /// Who is to receive it.
    pub target: Target,
}

/// Who is to receive an `easyrtcMsg`. Every restriction named must hold; if none is, the message
/// is for the server-side application (decision D13).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Target {
    /// Only this client.
    pub easyrtcid: Option<EasyrtcId>,
    /// Only clients in this group.
    pub group: Option<GroupName>,
    /// Only clients in this room.
    pub room: Option<RoomName>,
}

impl Target {
    /// Whether no client is meant at all.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.easyrtcid.is_none() && self.group.is_none() && self.room.is_none()
    }

    pub(crate) fn write(&self, message: ObjectWriter) -> ObjectWriter {
        let quoted = |name: &str| format!("\"{name}\"");
        let easyrtcid = self.easyrtcid.as_ref().map(|name| quoted(name.as_str()));
        let group = self.group.as_ref().map(|name| quoted(name.as_str()));
        let room = self.room.as_ref().map(|name| quoted(name.as_str()));
        message
            .optional("targetEasyrtcid", easyrtcid.as_deref())
            .optional("targetGroup", group.as_deref())
            .optional("targetRoom", room.as_deref())
    }
}

impl CustomMessage {
    /// The checks are in the order of the original: type, client, group, room.
    pub(crate) fn decode(message: &Envelope<'_>) -> Result<Self, Reject> {
        let msg_type =
            message.msg_type.and_then(Value::literal).and_then(MessageType::from_literal);
        //= docs/spec/envelope.md#envelope.msg-type
        let msg_type = msg_type.ok_or(Reject::at("msgType", DecodeErrorKind::MsgType))?;
        //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.form
        let target = Target {
            easyrtcid: target(
                message.target_easyrtcid,
                EasyrtcId::parse,
                Reject::at("targetEasyrtcid", DecodeErrorKind::TargetEasyrtcid),
            )?,
            group: target(
                message.target_group,
                GroupName::parse,
                Reject::at("targetGroup", DecodeErrorKind::TargetGroup),
            )?,
            room: target(
                message.target_room,
                RoomName::parse,
                Reject::at("targetRoom", DecodeErrorKind::TargetRoom),
            )?,
        };
        //= docs/spec/envelope.md#envelope.binary-relayed
        Ok(Self { msg_type, msg_data: message.msg_data.map(Value::payload), target })
    }

    pub(crate) fn encode(&self) -> String {
        let message = ObjectWriter::new().member("msgType", self.msg_type.as_json());
        self.target
            .write(message)
            .optional("msgData", self.msg_data.as_ref().map(Payload::as_str))
            .finish()
    }
}

fn target<T>(
    value: Option<Value<'_>>,
    parse: impl Fn(&str) -> Result<T, InvalidName>,
    reject: Reject,
) -> Result<Option<T>, Reject> {
    let Some(value) = value else { return Ok(None) };
    value.string().and_then(|text| parse(&text).ok()).map(Some).ok_or(reject)
}
