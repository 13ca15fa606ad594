//! What the server says: a message made from a schema is read, and written as it was.
//!
//! Clients read more than the server writes (unknown codes, keys that are missing): only what the
//! server writes is held against the schemas, here and wherever its messages are recorded.

use easyrtc_proto::{
    EasyrtcId, ErrorMessage, ForwardToUrl, IceConfig, Payload, RelayedSignal, RoomData, RoomList,
    ServerMessage, SessionData, SignalKind, Token,
};
use easyrtc_schema_validator::Subject;
use easyrtc_schema_validator::agreement::has_long_text;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::sample::Sampler;
use crate::{SCHEMAS, config, load};

/// Messages of one kind as their schema has them.
fn sampled(path: &'static str) -> BoxedStrategy<Value> {
    let sampler = Sampler { document: load(path), load: &load };
    sampler.strategy().prop_filter("a name too long in UTF-16", |m| !has_long_text(m)).boxed()
}

/// The body of `message` at `pointer` is what the type `T` reads and writes; keys that no schema
/// names are not kept.
fn survives<T: DeserializeOwned + Serialize>(
    path: &str,
    message: &Value,
    pointer: &str,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(SCHEMAS.check_against(path, message), Ok(()), "{}", message);
    let body = message.pointer(pointer).unwrap();
    let read: Result<T, _> = serde_json::from_str(&body.to_string());
    let read = read.map_err(|error| TestCaseError::fail(format!("{error}: {body}")))?;
    let mut written = message.clone();
    *written.pointer_mut(pointer).unwrap() = serde_json::to_value(&read).unwrap();
    prop_assert_eq!(SCHEMAS.check_against(path, &written), Ok(()), "{}", written);
    let again: T = serde_json::from_value(written.pointer(pointer).unwrap().clone()).unwrap();
    let again = serde_json::to_value(&again).unwrap();
    prop_assert_eq!(written.pointer(pointer), Some(&again));
    Ok(())
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn tokens_are_read_and_written(message in sampled("server/token.json")) {
        survives::<Token>("server/token.json", &message, "/msgData")?;
    }

    #[test]
    fn room_data_is_read_and_written(message in sampled("server/roomData.json")) {
        survives::<RoomData>("server/roomData.json", &message, "/msgData")?;
    }

    #[test]
    fn room_lists_are_read_and_written(message in sampled("server/roomList.json")) {
        survives::<RoomList>("server/roomList.json", &message, "/msgData")?;
    }

    #[test]
    fn ice_configs_are_read_and_written(message in sampled("server/iceConfig.json")) {
        survives::<IceConfig>("server/iceConfig.json", &message, "/msgData/iceConfig")?;
    }

    #[test]
    fn session_data_is_read_and_written(message in sampled("server/sessionData.json")) {
        survives::<SessionData>("server/sessionData.json", &message, "/msgData/sessionData")?;
    }

    #[test]
    fn forwards_are_read_and_written(message in sampled("server/forwardToUrl.json")) {
        survives::<ForwardToUrl>("server/forwardToUrl.json", &message, "/msgData/forwardToUrl")?;
    }

    #[test]
    fn errors_are_read_and_written(message in sampled("server/error.json")) {
        survives::<ErrorMessage>("server/error.json", &message, "/msgData")?;
    }
}

/// The decoder takes an array for an object, so the receiver of a signal may get one.
#[test]
fn a_signal_may_carry_what_the_decoder_takes() {
    let sender = EasyrtcId::parse("aB4dE6gH8jK0mN2p").unwrap();
    let receiver = EasyrtcId::parse("Zk3Qw8rTb1Xc5VnM").unwrap();
    for (data, valid) in [(r#"{"sdp":1}"#, true), ("[1]", true), ("{}", false), ("7", false)] {
        let signal = ServerMessage::Signal(RelayedSignal {
            kind: SignalKind::Offer,
            sender_easyrtcid: sender,
            msg_data: Some(Payload::parse(data).unwrap()),
        });
        let mut text = Vec::new();
        signal.encode(1).write(Some(&receiver), &mut text);
        let message = serde_json::from_slice(&text).unwrap();
        let checked = SCHEMAS.check(Subject::ServerEvent("easyrtcCmd"), &message);
        assert_eq!(checked.is_ok(), valid, "{data}");
    }
}
