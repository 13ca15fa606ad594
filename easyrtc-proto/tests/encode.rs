//! Every message of the server as it stands on the wire.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;

use easyrtc_proto::*;
use easyrtc_schema_validator::{Schemas, Subject};

const AT: u64 = 1_700_000_000_000;

fn id(text: &str) -> EasyrtcId {
    EasyrtcId::parse(text).unwrap()
}

fn room(text: &str) -> RoomName {
    RoomName::parse(text).unwrap()
}

fn payload(text: &str) -> Payload {
    Payload::parse(text).unwrap()
}

fn fields(name: &str, value: &str) -> Fields {
    Fields(BTreeMap::from([(FieldName::parse(name).unwrap(), payload(value))]))
}

fn api_fields(name: &str, value: &str) -> ApiFields {
    ApiFields(BTreeMap::from([(ApiFieldName::parse(name).unwrap(), payload(value))]))
}

fn entry(name: &str) -> (EasyrtcId, Arc<ClientEntry>) {
    let entry = ClientEntry {
        easyrtcid: id(name),
        username: Some(Username::parse("al \"x\" 😀").unwrap()),
        room_join_time: AT,
        presence: Presence {
            show: Show::Away,
            status: Some(PresenceStatus::parse("lunch").unwrap()),
            kind: Some(payload("\"bot\"")),
        },
        api_field: Some(api_fields("a field!", r#"{ "w" : 1 }"#)),
        user_agent: Some(Arc::new(UserAgent {
            browser_family: AgentPart::parse("Fire\"fox"),
            browser_major: AgentPart::parse("120"),
            os_family: AgentPart::parse("Linux"),
            device_family: None,
        })),
    };
    (id(name), Arc::new(entry))
}

fn plain_entry(name: &str) -> (EasyrtcId, Arc<ClientEntry>) {
    let entry = ClientEntry {
        easyrtcid: id(name),
        username: None,
        room_join_time: AT,
        presence: Presence::default(),
        api_field: None,
        user_agent: None,
    };
    (id(name), Arc::new(entry))
}

fn joined() -> BTreeMap<RoomName, RoomUpdate> {
    let update = RoomUpdate {
        client_list: Some([entry("alice"), plain_entry("bob")].into()),
        field: Some(fields("topic", "\"general\"")),
        ..RoomUpdate::new(room("lobby"), RoomStatus::Join)
    };
    [(room("lobby"), update)].into()
}

fn ice() -> IceConfig {
    let server = IceServer::parse(r#"{"urls":["stun:a.test"]}"#).unwrap();
    IceConfig { ice_servers: [server].into() }
}

fn sid() -> SessionId {
    SessionId::parse("s%3Aabc").unwrap()
}

fn wire(message: &ServerMessage, receiver: Option<&str>) -> String {
    let mut out = Vec::new();
    message.encode(AT).write(receiver.map(id).as_ref(), &mut out);
    let text = String::from_utf8(out).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).expect("valid JSON");
    let subject = receiver.map_or(Subject::Reply, |_| Subject::ServerEvent(message.event().name()));
    assert_eq!(Schemas::published().check(subject, &value), Ok(()), "{text}");
    format!(
        "{} {}\n{}",
        message.event().name(),
        text.len(),
        serde_json::to_string_pretty(&value).unwrap()
    )
}

fn delta() -> ServerMessage {
    let cleared = ClientEntry {
        api_field: Some(ApiFields::default()),
        ..plain_entry("bob").1.as_ref().clone()
    };
    let change = ClientListDelta {
        update_client: [entry("alice"), (id("bob"), Arc::new(cleared))].into(),
        remove_client: [(id("carol"), RemovedClient { easyrtcid: id("carol") })].into(),
    };
    let update = RoomUpdate {
        client_list_delta: Some(change),
        ..RoomUpdate::new(room("lobby"), RoomStatus::Update)
    };
    let fields_gone = RoomUpdate {
        field: Some(Fields::default()),
        ..RoomUpdate::new(room("other"), RoomStatus::Update)
    };
    ServerMessage::RoomData(RoomData {
        room_data: [(room("lobby"), update), (room("other"), fields_gone)].into(),
    })
}

fn token() -> ServerMessage {
    ServerMessage::Token(Box::new(Token {
        easyrtcid: id("alice"),
        field: Some(fields("credit", "null")),
        ice_config: ice(),
        group_list: BTreeMap::from([(
            GroupName::parse("staff").unwrap(),
            Group { group_name: GroupName::parse("staff").unwrap() },
        )]),
        room_data: joined(),
        session_data: Some(SessionData { easyrtcsid: sid(), field: Some(fields("n", "1")) }),
        application: Application {
            application_name: AppName::parse("default").unwrap(),
            field: Some(fields("motd", "\"hi\"")),
            option: BTreeMap::from([("theme".into(), payload("\"dark\""))]),
        },
        still_alive_interval: 20_000,
        server_time: AT,
        protocol: Protocol {
            revision: "2000-01-01".into(),
            capabilities: [Capability::Other("x".into()), Capability::Binary].into(),
        },
    }))
}

#[test]
fn messages_of_the_server() {
    let leave = RoomUpdate::new(room("lobby"), RoomStatus::Leave);
    let listed = RoomListEntry { room_name: room("lobby"), number_clients: 2 };
    let forward = ForwardToUrl { url: "https://a.test/".into(), new_window: Some(true) };
    let session = SessionData { easyrtcsid: sid(), field: Some(Fields::default()) };
    for (name, message, receiver) in [
        ("ack", ServerMessage::Ack, None),
        ("token", token(), None),
        ("token_emitted", token(), Some("alice")),
        ("room_data_join", ServerMessage::RoomData(RoomData { room_data: joined() }), None),
        ("room_data_update", delta(), Some("dave")),
        (
            "room_data_leave",
            ServerMessage::RoomData(RoomData { room_data: [(room("lobby"), leave)].into() }),
            None,
        ),
        (
            "room_list",
            ServerMessage::RoomList(RoomList { room_list: [(room("lobby"), listed)].into() }),
            None,
        ),
        ("ice_config", ServerMessage::IceConfig(ice()), Some("alice")),
        ("session_data", ServerMessage::SessionData(session), Some("alice")),
        ("forward_to_url", ServerMessage::ForwardToUrl(forward), Some("alice")),
    ] {
        insta::assert_snapshot!(name, wire(&message, receiver));
    }
}

#[test]
fn what_is_relayed() {
    for kind in SignalKind::ALL {
        let msg_data = kind.has_data().then(|| payload(r#"{"sdp" : "v=0\r\n","half":"\ud83d"}"#));
        let signal = RelayedSignal { kind, sender_easyrtcid: id("bob"), msg_data };
        let mut out = Vec::new();
        ServerMessage::Signal(signal).encode(AT).write(Some(&id("alice")), &mut out);
        insta::assert_snapshot!(kind.name(), String::from_utf8(out).unwrap());
    }
    let custom = RelayedCustom {
        msg_type: MessageType::parse("chat \"x\"").unwrap(),
        msg_data: Some(payload("[ 1 ]")),
        sender_easyrtcid: Some(id("bob")),
        target: Target {
            easyrtcid: Some(id("alice")),
            group: Some(GroupName::parse("staff").unwrap()),
            room: Some(room("lobby")),
        },
    };
    let mut out = Vec::new();
    ServerMessage::Custom(custom).encode(AT).write(Some(&id("alice")), &mut out);
    insta::assert_snapshot!("easyrtc_msg", String::from_utf8(out).unwrap());
}

#[test]
fn every_error() {
    let errors: Vec<String> = ErrorCode::ALL
        .iter()
        .map(|code| {
            let mut out = Vec::new();
            ServerMessage::error(code.clone()).encode(AT).write(None, &mut out);
            String::from_utf8(out).unwrap()
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn bodies_are_read_back_as_they_were_written() {
    let ServerMessage::Token(token) = token() else { panic!("a token") };
    let text = serde_json::to_string(&token).unwrap();
    assert_eq!(serde_json::from_str::<Token>(&text).unwrap(), *token);
    let ServerMessage::RoomData(data) = delta() else { panic!("roomData") };
    let text = serde_json::to_string(&data).unwrap();
    assert_eq!(serde_json::from_str::<RoomData>(&text).unwrap(), data);
}
