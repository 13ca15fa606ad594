//! Messages of the server as a client gets them: as JSON text.

use easyrtc_proto::{
    EasyrtcId, ErrorMessage, IceConfig, Payload, RelayedCustom, RelayedSignal, ServerMessage,
    SignalKind, Target,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A message as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// What the receiver is called in it; answers say nothing about that.
    pub easyrtcid: Option<EasyrtcId>,
    /// When it was sent: ms since the epoch. Absent from a bare `ack`.
    pub server_time: Option<u64>,
    /// What it says.
    pub message: ServerMessage,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    easyrtcid: Option<EasyrtcId>,
    #[serde(borrow)]
    msg_type: &'a RawValue,
    #[serde(borrow, default, deserialize_with = "present")]
    msg_data: Option<&'a RawValue>,
    server_time: Option<u64>,
    sender_easyrtcid: Option<EasyrtcId>,
    target_easyrtcid: Option<EasyrtcId>,
    target_group: Option<easyrtc_proto::GroupName>,
    target_room: Option<easyrtc_proto::RoomName>,
}

/// What is there, though it be `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

/// Reads a message of the server. Those of its application came as `custom`.
///
/// # Errors
/// What is wrong with the text.
pub fn receive(text: &str, custom: bool) -> Result<Received, String> {
    let wrong = |error: serde_json::Error| format!("{error} in {text}");
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(wrong)?;
    let msg_data = envelope.msg_data.map(RawValue::get);
    let message = if custom {
        ServerMessage::Custom(RelayedCustom {
            msg_type: serde_json::from_str(envelope.msg_type.get()).map_err(wrong)?,
            msg_data: payload(msg_data).map_err(wrong)?,
            sender_easyrtcid: envelope.sender_easyrtcid,
            target: Target {
                easyrtcid: envelope.target_easyrtcid,
                group: envelope.target_group,
                room: envelope.target_room,
            },
        })
    } else {
        let msg_type: &str = serde_json::from_str(envelope.msg_type.get()).map_err(wrong)?;
        command(msg_type, msg_data, envelope.sender_easyrtcid)
            .map_err(|what| format!("{what} in {text}"))?
    };
    let Envelope { easyrtcid, server_time, .. } = envelope;
    Ok(Received { easyrtcid, server_time, message })
}

fn command(
    msg_type: &str,
    msg_data: Option<&str>,
    sender: Option<EasyrtcId>,
) -> Result<ServerMessage, String> {
    let data = msg_data.unwrap_or("null");
    if let Some(kind) = SignalKind::ALL.into_iter().find(|kind| kind.name() == msg_type) {
        let sender_easyrtcid = sender.ok_or("a signal of nobody")?;
        let msg_data = payload(msg_data).map_err(|error| error.to_string())?;
        return Ok(ServerMessage::Signal(RelayedSignal { kind, sender_easyrtcid, msg_data }));
    }
    match msg_type {
        "ack" => Ok(ServerMessage::Ack),
        "error" => body::<ErrorMessage>(data).map(ServerMessage::Error),
        "token" => body(data).map(|token| ServerMessage::Token(Box::new(token))),
        "roomData" => body(data).map(ServerMessage::RoomData),
        "roomList" => body(data).map(ServerMessage::RoomList),
        "iceConfig" => wrapped::<IceConfig>(data, msg_type).map(ServerMessage::IceConfig),
        "sessionData" => wrapped(data, msg_type).map(ServerMessage::SessionData),
        "forwardToUrl" => wrapped(data, msg_type).map(ServerMessage::ForwardToUrl),
        unknown => Err(format!("an unknown msgType {unknown}")),
    }
}

fn payload(text: Option<&str>) -> Result<Option<Payload>, serde_json::Error> {
    text.map(Payload::parse).transpose()
}

fn body<T: DeserializeOwned>(data: &str) -> Result<T, String> {
    serde_json::from_str(data).map_err(|error| error.to_string())
}

/// What is in `msgData` under the name of the message.
fn wrapped<T: DeserializeOwned>(data: &str, name: &str) -> Result<T, String> {
    let map: std::collections::BTreeMap<&str, &RawValue> =
        serde_json::from_str(data).map_err(|error| error.to_string())?;
    body(map.get(name).ok_or_else(|| format!("no {name}"))?.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_something() {
        let data = |text| match receive(text, true).unwrap().message {
            ServerMessage::Custom(custom) => custom.msg_data.map(|data| data.as_str().to_owned()),
            other => panic!("{other:?}"),
        };
        assert_eq!(data(r#"{"msgType":"a"}"#), None);
        assert_eq!(data(r#"{"msgType":"a","msgData":null}"#).as_deref(), Some("null"));
        assert_eq!(data(r#"{"msgType":"a","msgData": 1.0 }"#).as_deref(), Some("1.0"));
    }

    #[test]
    fn what_the_server_never_says_is_an_error() {
        for text in [
            "{}",
            r#"{"msgType":"unheard-of"}"#,
            r#"{"msgType":"offer","msgData":1}"#,
            r#"{"msgType":"roomData"}"#,
            r#"{"msgType":"iceConfig","msgData":{"iceServers":[]}}"#,
            r#"{"msgType":"ack","easyrtcid":"not a name"}"#,
        ] {
            assert!(receive(text, false).is_err(), "{text}");
        }
    }

    #[test]
    fn codes_nobody_knows_survive() {
        let text = r#"{"msgType":"error","serverTime":7,"msgData":{"errorCode":"NEW"}}"#;
        let received = receive(text, false).unwrap();
        let ServerMessage::Error(error) = received.message else { panic!("no error") };
        assert_eq!((error.error_code.to_string().as_str(), received.server_time), ("NEW", Some(7)));
    }
}
