//! What clients say, as JSON text.

use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeError};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::names::{APPS, ROOMS, SESSIONS, USERNAMES, pick, valid};
use crate::setup::Setup;

/// A login.
#[derive(Clone, Debug)]
pub struct Login {
    /// The application, if it names one.
    pub app: Option<u8>,
    /// The rooms, if it names any.
    pub rooms: Option<Vec<u8>>,
    /// The session, if it names one.
    pub session: Option<u8>,
    /// The name, if it gives one.
    pub username: Option<u8>,
    /// The presence, if it gives one.
    pub presence: Option<u8>,
    /// The configuration, if it gives one.
    pub user_cfg: Option<u8>,
}

/// A message of a client that is well-formed.
#[derive(Clone, Debug)]
pub enum Message {
    /// `authenticate`
    Authenticate(Login),
    /// `roomJoin`
    RoomJoin(Vec<u8>),
    /// `roomLeave`
    RoomLeave(Vec<u8>),
    /// `setRoomApiField`
    SetRoomApiField {
        /// The room.
        room: u8,
        /// The map.
        fields: u8,
    },
    /// `setPresence`
    SetPresence(u8),
    /// `setUserCfg`
    SetUserCfg(u8),
    /// `candidate`, `offer`, `answer`, `reject` or `hangup`
    Signal {
        /// Which.
        kind: u8,
        /// To whom.
        to: u8,
    },
    /// `easyrtcMsg`
    Custom {
        /// To one client.
        to: Option<u8>,
        /// To a room.
        room: Option<u8>,
        /// To a group.
        group: Option<u8>,
        /// The content.
        data: u8,
    },
    /// `getIceConfig`
    GetIceConfig,
    /// `getRoomList`
    GetRoomList,
    /// `stillAlive`
    StillAlive,
    /// A command nobody knows.
    Unknown,
}

const PRESENCES: [&str; 6] = [
    r#"{"show":"away"}"#,
    r#"{"show":"chat","status":""}"#,
    r#"{"status":"back \ud83d soon"}"#,
    r#"{"type":{"a":[null]}}"#,
    r#"{"unknown":1}"#,
    r#"{"show":"xa","show":"dnd"}"#,
];

const API_FIELDS: [&str; 7] = [
    "{}",
    "[]",
    r#"{"a":{"fieldName":"a","fieldValue":1}}"#,
    r#"{"a":{"fieldName":"a","fieldValue":2},"b c":{"fieldName":"b c","fieldValue":2}}"#,
    r#"{"__proto__":{"fieldName":"__proto__","fieldValue":null}}"#,
    r#"{"a":{"fieldName":"a","fieldValue":""}}"#,
    r#"{"hand":{"fieldName":"hand","fieldValue":"up"},"a":{"fieldName":"a","fieldValue":""}}"#,
];

const USER_CFGS: [&str; 10] = [
    "{}",
    r#"{"apiField":{"a":{"fieldName":"a","fieldValue":"everywhere"}}}"#,
    r#"{"apiField":{"c":{"fieldName":"c","fieldValue":{"deep":[1,2,3]}}},"p2pList":{}}"#,
    r#"{"apiField":{"a":null}}"#,
    r#"{"apiField":{"c":{"fieldName":"c","fieldValue":null}}}"#,
    r#"{"apiField":{"long":{"fieldName":"long","fieldValue":"0123456789012345678901234567"}}}"#,
    r#"{"userSettings":{"one":1234567890,"two":null}}"#,
    r#"{"userSettings":{"two":1234567890},"apiField":{"d":{"fieldName":"d","fieldValue":0}}}"#,
    r#"{"userSettings":{"three":12345678901234567890}}"#,
    r#"{"p2pList":{"x":{"connectTime":1}},"userSettings":{}}"#,
];

/// The event and the text of a message. `peers` are the names it may be sent to; there has to be
/// one at least.
#[must_use]
pub fn text(message: &Message, peers: &[String]) -> (ClientEvent, String) {
    use ClientEvent::{Auth, Cmd, Msg};
    let raw = |list: &[&str], number| pick(list, number).to_string();
    let set = |name: &str, value: String| {
        (Cmd, format!(r#"{{"msgType":"{name}","msgData":{{"{name}":{value}}}}}"#))
    };
    let plain = |name: &str| (Cmd, json!({ "msgType": name }).to_string());
    match message {
        Message::Authenticate(login) => (Auth, authenticate(login)),
        Message::RoomJoin(named) => set("roomJoin", rooms(named).to_string()),
        Message::RoomLeave(named) => set("roomLeave", rooms(named).to_string()),
        Message::SetRoomApiField { room, fields } => {
            let (room, fields) = (pick(&ROOMS, *room), raw(&API_FIELDS, *fields));
            set("setRoomApiField", format!(r#"{{"roomName":"{room}","field":{fields}}}"#))
        }
        Message::SetPresence(number) => set("setPresence", raw(&PRESENCES, *number)),
        Message::SetUserCfg(number) => set("setUserCfg", raw(&USER_CFGS, *number)),
        Message::Signal { kind, to } => (Cmd, signal(*kind, pick::<String>(peers, *to))),
        Message::Custom { to, room, group, data } => {
            let mut message = json!({ "msgType": "chat" });
            let mut target = |key: &str, name: Option<&str>| {
                if let Some(name) = name {
                    message[key] = json!(name);
                }
            };
            target("targetEasyrtcid", to.map(|to| pick(peers, to).as_str()));
            target("targetRoom", room.map(|room| *pick(&ROOMS, room)));
            let group = group.map(crate::names::group);
            target("targetGroup", group.as_ref().map(easyrtc_proto::GroupName::as_str));
            if data % 4 != 0 {
                message["msgData"] =
                    pick(&[Value::Null, json!({ "n": data }), json!(data)], *data).clone();
            }
            (Msg, message.to_string())
        }
        Message::GetIceConfig => plain("getIceConfig"),
        Message::GetRoomList => plain("getRoomList"),
        Message::StillAlive => plain("stillAlive"),
        Message::Unknown => plain("easyrtcAuth"),
    }
}

fn signal(kind: u8, to: &str) -> String {
    let kind = pick(&easyrtc_proto::SignalKind::ALL, kind);
    let mut signal = json!({ "msgType": kind.name(), "targetEasyrtcid": to });
    if kind.has_data() {
        signal["msgData"] = json!({ "type": kind.name(), "sdp": "v=0" });
    }
    signal.to_string()
}

fn rooms(named: &[u8]) -> Value {
    let room = |number: &u8| {
        let name = *pick(&ROOMS, *number);
        (name.to_owned(), json!({ "roomName": name, "roomParameter": { "key": number } }))
    };
    Value::Object(named.iter().map(room).collect())
}

fn authenticate(login: &Login) -> String {
    let mut data = Map::new();
    let mut add = |key: &str, value: Option<Value>| {
        data.extend(value.map(|value| (key.to_owned(), value)));
    };
    add("apiVersion", Some(json!("1.1.1-beta")));
    add("applicationName", login.app.map(|app| json!(pick(&APPS, app))));
    add("roomJoin", login.rooms.as_deref().map(rooms));
    add("easyrtcsid", login.session.map(|sid| json!(pick(&SESSIONS, sid))));
    add("username", login.username.map(|name| json!(pick(&USERNAMES, name))));
    let data = Value::Object(data).to_string();
    // Not through `Value`, which would lose duplicate keys and lone surrogates.
    let presence = login.presence.map(|n| format!(r#","setPresence":{}"#, pick(&PRESENCES, n)));
    let cfg = login.user_cfg.map(|n| format!(r#","setUserCfg":{}"#, pick(&USER_CFGS, n)));
    let more = [presence, cfg].into_iter().flatten().collect::<String>();
    format!(r#"{{"msgType":"authenticate","msgData":{}{more}}}}}"#, &data[..data.len() - 1])
}

/// Through the real decoder, as a transport would.
///
/// # Errors
/// What is wrong with the message. A text that is no JSON at all is a mistake of the caller.
pub fn decode(event: ClientEvent, text: &str, binary: bool) -> Result<ClientMessage, DecodeError> {
    let raw = valid(serde_json::from_str::<&RawValue>(text));
    let attachments =
        if binary { Attachments::new(vec!["bytes".into()]) } else { Attachments::none() };
    ClientMessage::decode(event, raw, &attachments, &Setup::decode_limits())
}
