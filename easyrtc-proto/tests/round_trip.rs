//! Properties of decoding: it never panics, loses nothing, and passes payloads on byte for byte.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeLimits, json, placeholders};
use proptest::prelude::*;
use serde_json::value::RawValue;

/// JSON text of any shape, with odd strings and spacing.
fn any_json() -> impl Strategy<Value = String> {
    let string = prop_oneof![
        "[a-z]{0,8}".prop_map(|s| format!("\"{s}\"")),
        Just(r#""\ud83d""#.to_owned()),
        Just(r#""a\"\\\n\u0000é😀""#.to_owned()),
        Just(r#""__proto__""#.to_owned()),
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("-15".to_owned()),
        string.clone(),
    ];
    let key = prop_oneof![
        string,
        prop::sample::select(vec![
            "msgType",
            "msgData",
            "targetEasyrtcid",
            "roomJoin",
            "roomName",
            "field",
            "apiField",
            "setPresence",
            "setUserCfg",
            "apiVersion",
            "_placeholder",
            "num",
        ])
        .prop_map(|key| format!("\"{key}\"")),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        let member =
            (key.clone(), inner.clone()).prop_map(|(key, value)| format!("{key} : {value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|v| format!("[{}]", v.join(" , "))),
            prop::collection::vec(member, 0..6).prop_map(|v| format!("{{{}}}", v.join(",\n"))),
        ]
    })
}

/// A message whose outside is right and whose inside may be anything.
fn any_message() -> impl Strategy<Value = String> {
    let msg_type = prop::sample::select(vec![
        "authenticate",
        "candidate",
        "offer",
        "answer",
        "reject",
        "hangup",
        "getIceConfig",
        "getRoomList",
        "roomJoin",
        "roomLeave",
        "setRoomApiField",
        "setPresence",
        "setUserCfg",
        "stillAlive",
        "frobnicate",
    ]);
    prop_oneof![
        any_json(),
        (msg_type, any_json()).prop_map(|(name, data)| {
            format!(
                r#"{{"msgType":"{name}","targetEasyrtcid":"a","msgData":{{"apiVersion":"1","{name}":{data}}}}}"#
            )
        }),
        any_json().prop_map(|data| format!(r#"{{"msgType":"m","targetRoom":"r","msgData":{data}}}"#)),
    ]
}

fn decode(event: ClientEvent, text: &str, packet: &Attachments) -> Option<ClientMessage> {
    let raw: &RawValue = serde_json::from_str(text).expect("valid JSON");
    ClientMessage::decode(event, raw, packet, &DecodeLimits::default()).ok()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decoding_what_was_encoded_gives_the_same(text in any_message()) {
        for event in ClientEvent::ALL {
            let Some(message) = decode(event, &text, &Attachments::none()) else { continue };
            let encoded = message.encode();
            let decoded = decode(event, &encoded, &Attachments::none());
            prop_assert_eq!(decoded, Some(message), "{}", encoded);
        }
    }

    #[test]
    fn payloads_pass_byte_for_byte(data in any_json()) {
        let text = format!(r#"{{ "msgType" : "m", "msgData" : {data} , "targetRoom":"r" }}"#);
        let message = decode(ClientEvent::Msg, &text, &Attachments::none());
        let Some(ClientMessage::Custom(custom)) = message else { panic!("a message") };
        let payload = custom.msg_data.expect("data");
        prop_assert_eq!(payload.as_str(), data);
    }

    #[test]
    fn binary_packets_name_only_their_own_attachments(data in any_json()) {
        let packet = Attachments::new(vec!["a".into(), "b".into()]);
        let text = format!(r#"{{"msgType":"m","msgData":{data}}}"#);
        let message = decode(ClientEvent::Msg, &text, &packet);
        let Some(ClientMessage::Custom(custom)) = message else { return Ok(()) };
        let payload = custom.msg_data.expect("data");
        let named = placeholders(payload.as_str()).into_iter().filter_map(|p| p.num);
        let known = named.filter(|&num| num < 2);
        for num in known {
            prop_assert!(num < payload.attachments().len().max(1));
        }
    }

    #[test]
    fn measures_agree_with_a_tree(data in any_json()) {
        fn depth(value: &serde_json::Value) -> usize {
            match value {
                serde_json::Value::Array(a) => 1 + a.iter().map(depth).max().unwrap_or(0),
                serde_json::Value::Object(o) => 1 + o.values().map(depth).max().unwrap_or(0),
                _ => 0,
            }
        }
        fn members(value: &serde_json::Value) -> usize {
            match value {
                serde_json::Value::Array(a) => a.iter().map(members).sum(),
                serde_json::Value::Object(o) => o.values().map(|v| 1 + members(v)).sum(),
                _ => 0,
            }
        }
        // Lone surrogates and duplicate keys do not survive in a tree.
        let Ok(tree) = serde_json::from_str::<serde_json::Value>(&data) else { return Ok(()) };
        if members(&tree) == data.matches(" : ").count() {
            let read = json::Reader::new(&data).value().map(|value| value.depth);
            prop_assert_eq!(read, Ok(depth(&tree)));
            let compact = serde_json::to_string(&tree).expect("text");
            prop_assert_eq!(json::stringified_units(&data), compact.encode_utf16().count());
        }
    }
}
