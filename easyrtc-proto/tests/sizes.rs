//! Sizes that limits are held against: what is counted is what crosses the wire, or nearly.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use easyrtc_proto::*;
use serde_json::value::RawValue;

const LONG: usize = 5000;

fn long() -> Payload {
    Payload::parse(&format!("\"{}\"", "x".repeat(LONG - 2))).unwrap()
}

fn id() -> EasyrtcId {
    EasyrtcId::parse("alice").unwrap()
}

fn clients(name: &str, value: Option<&Payload>) -> BTreeMap<EasyrtcId, Arc<ClientEntry>> {
    let named = |number| EasyrtcId::parse(&format!("{name}{number}")).unwrap();
    let field = ApiFieldName::parse("field").unwrap();
    let entry = |easyrtcid| ClientEntry {
        easyrtcid,
        username: None,
        room_join_time: 1_764_500_000_000,
        presence: Presence { kind: value.cloned(), ..Presence::default() },
        api_field: value.cloned().map(|value| ApiFields([(field.clone(), value)].into())),
        user_agent: None,
    };
    (0..40).map(named).map(|easyrtcid| (easyrtcid, Arc::new(entry(easyrtcid)))).collect()
}

fn rooms() -> BTreeMap<RoomName, RoomUpdate> {
    let name = |name| RoomName::parse(name).unwrap();
    let update = |name| RoomUpdate::new(name, RoomStatus::Join);
    let delta = |value| {
        let update_client = clients("delta", value);
        Some(ClientListDelta { update_client, ..ClientListDelta::default() })
    };
    let field = Fields([(FieldName::parse("topic").unwrap(), long())].into());
    [
        RoomUpdate { client_list: Some(clients("list", None)), ..update(name("a")) },
        RoomUpdate { client_list: Some(clients("long", Some(&long()))), ..update(name("b")) },
        RoomUpdate { client_list_delta: delta(None), ..update(name("c")) },
        RoomUpdate { client_list_delta: delta(Some(&long())), ..update(name("d")) },
        RoomUpdate { field: Some(field), ..update(name("e")) },
        update(name("f")),
    ]
    .map(|update| (update.room_name.clone(), update))
    .into()
}

fn token() -> ServerMessage {
    ServerMessage::Token(Box::new(Token {
        easyrtcid: id(),
        field: None,
        ice_config: IceConfig::default(),
        group_list: BTreeMap::new(),
        room_data: rooms(),
        session_data: None,
        application: Application {
            application_name: AppName::parse("default").unwrap(),
            field: None,
            option: BTreeMap::new(),
        },
        still_alive_interval: 0,
        server_time: 0,
        protocol: Protocol::with(BTreeSet::new()),
    }))
}

#[test]
fn hints_are_near_the_size_on_the_wire() {
    let room_list = (0..100).map(|number| {
        let room_name = RoomName::parse(&format!("room-with-the-number-{number}")).unwrap();
        (room_name.clone(), RoomListEntry { room_name, number_clients: number })
    });
    let mut messages = vec![
        ServerMessage::Ack,
        ServerMessage::error(ErrorCode::MsgRejectBadSize),
        ServerMessage::RoomList(RoomList { room_list: room_list.collect() }),
        ServerMessage::Signal(RelayedSignal {
            kind: SignalKind::Offer,
            sender_easyrtcid: id(),
            msg_data: Some(long()),
        }),
        ServerMessage::RoomData(RoomData { room_data: rooms() }),
        token(),
    ];
    // And each room alone, so that a large one does not hide a small one.
    messages.extend(
        rooms()
            .into_iter()
            .map(|room| ServerMessage::RoomData(RoomData { room_data: [room].into() })),
    );
    for message in messages {
        let mut text = Vec::new();
        message.encode(1_764_500_000_000).write(Some(&id()), &mut text);
        let (hint, size) = (message.size_hint(), text.len());
        assert!(size <= hint && hint <= 3 * size + 600, "{hint} for {size} of {message:?}");
    }
}

#[test]
fn a_map_of_fields_counts_as_javascript_writes_it() {
    let name = ApiFieldName::parse("a").unwrap();
    let fields = ApiFields([(name, Payload::parse("[ 1 ]").unwrap())].into());
    let written = r#"{"a":{"fieldName":"a","fieldValue":[1]}}"#;
    assert_eq!(fields.stringified_units(), written.len());
}

#[test]
fn attachments_count() {
    let packet = Attachments::new(vec!["four".into(), "eighteight".into()]);
    let data = r#"[{"_placeholder":true,"num":1}]"#;
    let text = format!(r#"{{"msgType":"m","msgData":{data}}}"#);
    let raw: &RawValue = serde_json::from_str(&text).unwrap();
    let limits = DecodeLimits::default();
    let message = ClientMessage::decode(ClientEvent::Msg, raw, &packet, &limits).unwrap();
    let ClientMessage::Custom(CustomMessage { msg_data: Some(payload), .. }) = message else {
        panic!("{message:?}");
    };
    assert_eq!(payload.len(), data.len() + "eighteight".len());
    assert!(!payload.is_empty());
}
