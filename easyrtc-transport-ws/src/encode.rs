//! The frames the server sends.

use std::io::Write as _;

use bytes::Bytes;
use easyrtc_proto::Protocol;
use easyrtc_runtime::{EasyrtcId, Frame};
use easyrtc_transport_common::RandomId;
use serde::Serialize;

use crate::attachments::inline;
use crate::close::Violation;

/// Bytes of a frame around the message in it, roughly.
pub(crate) const AROUND: usize = 40;

/// Appends an event of the core, to the client `to`.
//= docs/spec/websocket.md#websocket.emit
pub(crate) fn event(frame: &Frame, to: Option<&EasyrtcId>, text: &mut Vec<u8>) {
    // Event names are ours: letters only.
    text.extend_from_slice(b"{\"event\":\"");
    text.extend_from_slice(frame.event().name().as_bytes());
    text.extend_from_slice(b"\",\"message\":");
    message(frame, to, text);
    text.push(b'}');
}

/// Appends the answer to the client's message `id`.
//= docs/spec/websocket.md#websocket.ack
pub(crate) fn answer(id: u64, frame: &Frame, text: &mut Vec<u8>) {
    // Writing into a vector does not fail.
    let _ = write!(text, "{{\"ack\":{id},\"message\":");
    message(frame, None, text);
    text.push(b'}');
}

fn message(frame: &Frame, to: Option<&EasyrtcId>, out: &mut Vec<u8>) {
    if frame.attachments().is_empty() {
        frame.write_json(to, out);
        return;
    }
    let mut text = Vec::with_capacity(frame.size_hint());
    frame.write_json(to, &mut text);
    // What was encoded is text.
    inline(std::str::from_utf8(&text).unwrap_or_default(), frame.attachments(), out);
}

/// How many frames of the client the server has.
pub(crate) fn received(count: u64) -> Bytes {
    format!("{{\"received\":{count}}}").into()
}

/// The error that says what the client did wrong. `now` is in ms since the epoch.
pub(crate) fn error(violation: Violation, now: u64) -> Bytes {
    // Codes and texts are ours: without quotes or backslashes.
    format!(
        r#"{{"event":"error","message":{{"msgType":"error","serverTime":{now},"msgData":{{"errorCode":"{}","errorText":"{}"}}}}}}"#,
        violation.error_code().name(),
        violation.text(),
    )
    .into()
}

/// What clients are told of the protocol, and of how the transport is set up. Times are in ms.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Terms {
    /// As the core tells it.
    pub(crate) protocol: Protocol,
    /// From a pong to the next ping.
    pub(crate) ping_interval: u64,
    /// From a ping until the line counts as cut.
    pub(crate) ping_timeout: u64,
    /// Bytes of a message at most.
    pub(crate) max_message: usize,
}

/// How the session can go on when its line was cut.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Keep {
    /// For how many ms it is kept.
    pub(crate) keep_time: u64,
    /// How many bytes are kept to be sent again.
    pub(crate) keep_bytes: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Welcome<'a> {
    msg_type: &'static str,
    server_time: u64,
    #[serde(flatten)]
    terms: &'a Terms,
    resumed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    received: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<KeptSession<'a>>,
}

#[derive(Serialize)]
struct KeptSession<'a> {
    token: &'a str,
    #[serde(flatten)]
    keep: &'a Keep,
}

/// What the server says first. `session` says how to go on after the line was cut, if that is
/// possible; `received` is how many frames of the client the server has, if a session goes on now.
/// `now` is in ms since the epoch.
//= docs/spec/websocket.md#websocket.welcome
pub(crate) fn welcome(
    terms: &Terms,
    session: Option<(&RandomId, &Keep)>,
    received: Option<u64>,
    now: u64,
) -> Bytes {
    let message = Welcome {
        msg_type: "welcome",
        server_time: now,
        terms,
        resumed: received.is_some(),
        received,
        session: session.map(|(token, keep)| KeptSession { token: token.as_str(), keep }),
    };
    // Plain structs with names as keys: they can't fail to serialise.
    let message = serde_json::to_string(&message).unwrap_or_default();
    format!("{{\"event\":\"welcome\",\"message\":{message}}}").into()
}

#[cfg(test)]
mod tests {
    use easyrtc_proto::Capability;
    use serde_json::{Value, json};

    use super::*;

    const KEEP: Keep = Keep { keep_time: 30_000, keep_bytes: 500 };

    fn value(frame: &Bytes) -> Value {
        serde_json::from_slice(frame).unwrap()
    }

    #[test]
    fn welcomes() {
        let protocol = Protocol::with([Capability::Resume, Capability::Binary].into());
        let terms =
            Terms { protocol, ping_interval: 25_000, ping_timeout: 20_000, max_message: 1000 };
        let revision = easyrtc_proto::PROTOCOL_REVISION;
        let protocol = json!({"revision": revision, "capabilities": ["binary", "resume"]});
        let mut expected = json!({"event": "welcome", "message": {
            "msgType": "welcome",
            "serverTime": 7,
            "protocol": protocol,
            "pingInterval": 25_000,
            "pingTimeout": 20_000,
            "maxMessage": 1000,
            "resumed": false,
        }});
        assert_eq!(value(&welcome(&terms, None, None, 7)), expected);
        let token = RandomId::from_random([0; 18]);
        let session = Some((&token, &KEEP));
        expected["message"]["session"] =
            json!({"token": token.as_str(), "keepTime": 30_000, "keepBytes": 500});
        assert_eq!(value(&welcome(&terms, session, None, 7)), expected);
        expected["message"]["resumed"] = true.into();
        expected["message"]["received"] = 3.into();
        assert_eq!(value(&welcome(&terms, session, Some(3), 7)), expected);
    }

    #[test]
    fn errors_and_acknowledgements() {
        let expected = json!({"event": "error", "message": {
            "msgType": "error",
            "serverTime": 7,
            "msgData": {
                "errorCode": "MSG_REJECT_BAD_SIZE",
                "errorText": "The message has more than 32 attachments.",
            },
        }});
        assert_eq!(value(&error(Violation::TooManyAttachments, 7)), expected);
        assert_eq!(received(12), "{\"received\":12}");
    }
}
