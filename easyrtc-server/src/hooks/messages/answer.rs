//! What a backend answers.

use easyrtc_proto::{ErrorCode, ErrorScope, MessageType, Payload};
use easyrtc_runtime::Verdict;
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reply {
    msg_type: Option<MessageType>,
    #[serde(default, deserialize_with = "whatever")]
    msg_data: Option<Payload>,
    error: Option<String>,
}

/// Also `null` is something.
fn whatever<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Payload>, D::Error> {
    Payload::deserialize(deserializer).map(Some)
}

/// Reads an answer; `None` if it is malformed, in whichever part.
pub(super) fn read(body: &[u8]) -> Option<Verdict> {
    let reply: Reply = serde_json::from_slice(body).ok()?;
    match reply {
        Reply { msg_type: None, msg_data: None, error: None } => Some(Verdict::Application(None)),
        Reply { msg_type: Some(msg_type), msg_data, error: None } => {
            Some(Verdict::Application(Some((msg_type, msg_data))))
        }
        Reply { msg_type: None, msg_data: None, error: Some(name) } => {
            let code = ErrorCode::from_name(&name);
            let usable =
                code.scope() == ErrorScope::Message && !matches!(code, ErrorCode::Other(_));
            usable.then_some(Verdict::Deny(code))
        }
        Reply { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> String {
        match read(text.as_bytes()) {
            None => "malformed".to_owned(),
            Some(Verdict::Application(None)) => "ack".to_owned(),
            Some(Verdict::Application(Some((msg_type, data)))) => {
                let data = data.as_ref().map_or("nothing", Payload::as_str);
                format!("{} {data}", msg_type.as_json())
            }
            Some(Verdict::Deny(code)) => code.name().to_owned(),
            Some(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn what_is_answered() {
        for (text, expected) in [
            ("{}", "ack"),
            (" { } ", "ack"),
            (r#"{"msgType":"topic","msgData":{ "a" : 1.0 }}"#, r#""topic" { "a" : 1.0 }"#),
            (r#"{"msgType":"topic"}"#, r#""topic" nothing"#),
            (r#"{"msgType":"","msgData":null}"#, r#""" null"#),
            (r#"{"error":"MSG_REJECT_NO_AUTH"}"#, "MSG_REJECT_NO_AUTH"),
            (r#"{"error":"MSG_REJECT_GEN_FAIL"}"#, "MSG_REJECT_GEN_FAIL"),
            (r#"{"error":"LOGIN_BAD_AUTH"}"#, "malformed"),
            (r#"{"error":"BANNED_IP_ADDR"}"#, "malformed"),
            (r#"{"error":"MSG_REJECT_MOOD"}"#, "malformed"),
            (r#"{"error":"MSG_REJECT_NO_AUTH","msgType":"x"}"#, "malformed"),
            (r#"{"error":7}"#, "malformed"),
            (r#"{"msgData":1}"#, "malformed"),
            (r#"{"msgType":7}"#, "malformed"),
            (r#"{"msgType":"a","msgType":"b"}"#, "malformed"),
            (r#"{"msgType":"a","easyrtcid":"b"}"#, "malformed"),
            (r#"{"msgType":"a","msgData":}"#, "malformed"),
            ("{} {}", "malformed"),
            ("null", "malformed"),
            ("[]", "malformed"),
            ("", "malformed"),
            ("<html>", "malformed"),
            ("{\"msgType\":\"\u{0}\"}", "malformed"),
        ] {
            assert_eq!(read_text(text), expected, "{text}");
        }
        assert!(read(b"{\"msgType\":\"\xff\"}").is_none());
    }
}
