//! The schemas accept what the decoders accept: messages made from a schema are decoded, messages
//! made from types are valid, and about spoiled ones both say the same, or a listed difference
//! explains it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod sample;
mod server;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeError, DecodeLimits};
use easyrtc_schema_validator::agreement::{Difference, agreement, outcome};
use easyrtc_schema_validator::{Schemas, Subject};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sample::{Sampler, any_change, apply};
use serde_json::Value;
use serde_json::value::RawValue;

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::published);
static DOCUMENTS: LazyLock<BTreeMap<&str, Value>> = LazyLock::new(|| {
    let documents = easyrtc_schemas::documents().iter();
    documents.map(|d| (d.path, serde_json::from_str(d.text).unwrap())).collect()
});

const EVENTS: [(ClientEvent, &str); 3] = [
    (ClientEvent::Auth, "client/easyrtcAuth.json"),
    (ClientEvent::Cmd, "client/easyrtcCmd.json"),
    (ClientEvent::Msg, "client/easyrtcMsg.json"),
];

fn load(path: &str) -> &'static Value {
    DOCUMENTS.get(path).unwrap_or_else(|| &DOCUMENTS[format!("client/{path}").as_str()])
}

/// Messages of clients as the schema of their event has them.
fn sampled() -> BoxedStrategy<(ClientEvent, Value)> {
    let of = |(event, path): (ClientEvent, &'static str)| {
        let sampler = Sampler { document: load(path), load: &load };
        sampler.strategy().prop_map(move |message| (event, message)).boxed()
    };
    let [login, command, custom] = EVENTS.map(of);
    prop_oneof![1 => login, 3 => command, 1 => custom].boxed()
}

fn decode(event: ClientEvent, message: &Value) -> Result<ClientMessage, DecodeError> {
    let raw = RawValue::from_string(message.to_string()).unwrap();
    ClientMessage::decode(event, &raw, &Attachments::none(), &DecodeLimits::default())
}

fn agree(event: ClientEvent, message: &Value) -> Result<Vec<Difference>, String> {
    let outcome = outcome(decode(event, message).as_ref());
    agreement(&SCHEMAS, event, message, 0, outcome)
        .map_err(|disagreement| format!("{disagreement}: {message}"))
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn what_a_schema_makes_is_valid_and_decoded((event, message) in sampled()) {
        let valid = SCHEMAS.check(Subject::ClientEvent(event.name()), &message);
        prop_assert_eq!(valid, Ok(()), "{}", message);
        let differences = agree(event, &message);
        // A name of many characters beyond U+FFFF is the one thing a schema makes too long.
        let units = |found: &Vec<Difference>| found.iter().all(|d| *d == Difference::Utf16Units);
        let meant = differences.as_ref().is_ok_and(units);
        prop_assert!(meant, "{:?}", differences);
    }

    #[test]
    fn what_a_decoded_message_is_written_as_is_valid((event, message) in sampled()) {
        if let Ok(decoded) = decode(event, &message) {
            let written: Value = serde_json::from_str(&decoded.encode()).unwrap();
            let valid = SCHEMAS.check(Subject::ClientEvent(event.name()), &written);
            prop_assert_eq!(valid, Ok(()), "{}", written);
        }
    }

    #[test]
    fn about_spoiled_messages_both_say_the_same(
        (event, mut message) in sampled(),
        changes in prop::collection::vec(any_change(), 1..4),
    ) {
        for (at, change) in &changes {
            apply(&mut message, *at, change);
        }
        let agreed = agree(event, &message);
        prop_assert!(agreed.is_ok(), "{}", agreed.unwrap_err());
    }
}

/// The properties above would pass if nothing were ever spoiled, or everything explained away.
#[test]
fn spoiled_messages_are_of_all_kinds() {
    let mut runner = TestRunner::deterministic();
    let (mut valid, mut refused) = (0, 0);
    let mut explained: BTreeMap<Difference, usize> = BTreeMap::new();
    for _ in 0..3000 {
        let tree = (sampled(), any_change()).new_tree(&mut runner).unwrap();
        let ((event, mut message), (at, change)) = tree.current();
        apply(&mut message, at, &change);
        let accepted = outcome(decode(event, &message).as_ref()).is_ok();
        *if accepted { &mut valid } else { &mut refused } += 1;
        for difference in agree(event, &message).unwrap() {
            *explained.entry(difference).or_default() += 1;
        }
    }
    let all: usize = explained.values().sum();
    assert!(valid > 500 && refused > 500, "{valid} accepted, {refused} refused");
    assert!(all < 600, "too much is explained away: {explained:?}");
    for difference in [Difference::UserCfgAtLogin, Difference::ArrayAsObject, Difference::KeyIsName]
    {
        assert!(explained.contains_key(&difference), "{difference:?} never came up");
    }
}

/// Each listed difference is real: a message about which the two disagree.
#[test]
fn each_difference_is_there() {
    use serde_json::json;
    let long_name = "😀".repeat(40);
    let cases = [
        (
            ClientEvent::Cmd,
            json!({ "msgType": "roomLeave", "msgData": { "roomLeave": [] } }),
            Difference::ArrayAsObject,
        ),
        (
            ClientEvent::Cmd,
            json!({ "msgType": "getIceConfig", "msgData": 7 }),
            Difference::EmptyIceConfigData,
        ),
        (
            ClientEvent::Auth,
            json!({ "msgType": "authenticate", "msgData": { "apiVersion": "1", "setUserCfg": 7 } }),
            Difference::UserCfgAtLogin,
        ),
        (
            ClientEvent::Cmd,
            json!({ "msgType": "setUserCfg", "msgData": { "setUserCfg": { "p2pList": { "a": "x".repeat(70_000) } } } }),
            Difference::Size,
        ),
        (
            ClientEvent::Cmd,
            json!({ "msgType": "roomLeave", "msgData": { "roomLeave": { "a": { "roomName": "b" } } } }),
            Difference::KeyIsName,
        ),
        (
            ClientEvent::Auth,
            json!({ "msgType": "authenticate", "msgData": { "apiVersion": "1", "username": long_name } }),
            Difference::Utf16Units,
        ),
    ];
    for (event, message, difference) in cases {
        assert_eq!(agree(event, &message), Ok(vec![difference]), "{message}");
    }
}

#[test]
fn a_difference_that_is_not_listed_is_noticed() {
    use easyrtc_proto::ErrorCode;
    use serde_json::json;
    let message = json!({ "msgType": "getRoomList" });
    let refused = Err(ErrorCode::MsgRejectBadData);
    assert!(agreement(&SCHEMAS, ClientEvent::Cmd, &message, 0, refused).is_err());
    let message = json!({ "msgType": "getRoomList", "msgData": null });
    assert!(agreement(&SCHEMAS, ClientEvent::Cmd, &message, 0, Ok(())).is_err());
}
