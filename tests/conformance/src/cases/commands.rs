//! The files of `docs/spec/messages` about commands.

use easyrtc_proto::{ClientMessage, ErrorCode, Presence};
use easyrtc_runtime::{Attachments, ClientEvent, ConnId, ConnMeta, DecodeLimits, TransportKind};
use easyrtc_state::{
    AckId, Config, Core, Effect, Effects, Entropy, Grant, Input, Now, Policy, Verdict,
};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::case::{Case, On, Outcome, ensure, fail, play};
use crate::profile::{APPLICATIONS, FEW_ROOMS, ICE, NO_ROOMS, TWO_MEMBERS};
use crate::world::World;

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("ack.bare", "an ack has no other key", play!(still_alive)),
    Case::must("still-alive.ack", "stillAlive is acked, whatever its msgData", play!(still_alive)),
    Case::must("authenticate.api-version", "any apiVersion will do", play!(api_version)),
    Case::must(
        "authenticate.room-parameter",
        "a roomParameter that is no object refuses a login",
        play!(room_parameter),
    ),
    Case::must("get-ice-config.data", "msgData with content is refused", play!(ice_data)),
    Case::must("get-room-list.data", "any msgData is refused", play!(list_data)),
    Case::must("get-room-list.hidden", "an application may hide its rooms", play!(hidden))
        .with(&APPLICATIONS),
    Case::must("ice-config.both-urls", "entries have urls and url", play!(both_urls)).with(&ICE),
    Case::must("ice-config.both-urls/as-configured", "entries are as configured", play!(as_is))
        .with(&ICE),
    Case::must("room-data.join", "a join has a complete clientList", play!(join)),
    Case::must("room-data.leave", "a leave has no other key", play!(leave)),
    Case::must("room-data.delta-maps", "empty maps are absent", play!(delta_maps)),
    Case::must("room-join.structure", "a malformed roomJoin is refused", play!(join_structure)),
    Case::must("room-join.structure/empty", "an empty roomJoin is refused", play!(join_empty)),
    Case::must("room-join.bad-room/full", "a full room refuses all", play!(bad_full))
        .with(&TWO_MEMBERS),
    Case::must("room-join.bad-room/missing", "a missing room refuses all", play!(bad_missing))
        .with(&NO_ROOMS),
    Case::must("room-join.bad-room/limit", "too many rooms refuse all", play!(bad_limit))
        .with(&FEW_ROOMS),
    Case::must("room-join.again", "rooms one is in are in the answer", play!(join_again)),
    Case::must("room-leave.never-refused", "leaving is never refused", play!(leave_any)),
    Case::must("room-leave.answer", "one record for each room named", play!(leave_answer)),
    Case::must("room-list.all", "the list holds all rooms", play!(list_all)),
    Case::must("set-presence.merge", "keys that are absent stay", play!(presence_merge)),
    Case::must("set-presence.bad-value", "what does not fit is refused", play!(presence_bad)),
    Case::must("set-presence.refused", "a policy may refuse it", play!(presence_refused))
        .on(On::InProcess),
];

async fn still_alive(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for message in [
        json!({"msgType": "stillAlive"}),
        json!({"msgType": "stillAlive", "msgData": null}),
        json!({"msgType": "stillAlive", "msgData": {"any": "thing"}}),
    ] {
        let answer = ada.cmd(&message).await?;
        ensure!(answer.value == json!({"msgType": "ack"}), "answered {}", answer.text);
    }
    Ok(())
}

async fn api_version(world: World) -> Outcome {
    for version in ["0", "1.0.10", "99.beta+x", "_"] {
        world.login_with(&json!({"apiVersion": version})).await?.leave().await?;
    }
    Ok(())
}

async fn room_parameter(world: World) -> Outcome {
    let join = |parameter: Value| json!({"r": {"roomName": "r", "roomParameter": parameter}});
    for parameter in [json!(null), json!(1), json!("x")] {
        let more = json!({"roomJoin": join(parameter.clone())});
        world.login_refused(&more, "MSG_REJECT_BAD_STRUCTURE").await?;
        let mut ada = world.login().await?;
        let command = json!({"msgType": "roomJoin", "msgData": {"roomJoin": join(parameter)}});
        let answer = ada.cmd(&command).await?;
        ensure!(answer.msg_type() == "roomData", "{command} is answered {}", answer.text);
    }
    Ok(())
}

async fn ice_data(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for data in [json!({"a": 1}), json!([1]), json!("x")] {
        let message = json!({"msgType": "getIceConfig", "msgData": data});
        ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_DATA").await?;
    }
    for data in [json!({}), json!([]), json!(""), json!(null), json!(0), json!(7), json!(true)] {
        let message = json!({"msgType": "getIceConfig", "msgData": data});
        let answer = ada.cmd(&message).await?;
        ensure!(answer.msg_type() == "iceConfig", "{message} is answered {}", answer.text);
    }
    Ok(())
}

async fn list_data(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for data in [json!(null), json!({}), json!([]), json!(""), json!(0), json!({"a": 1})] {
        let message = json!({"msgType": "getRoomList", "msgData": data});
        ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_DATA").await?;
    }
    Ok(())
}

async fn hidden(world: World) -> Outcome {
    let mut ada = world.login_with(&json!({"applicationName": "quiet"})).await?;
    let list = json!({"msgType": "getRoomList"});
    ada.refused("easyrtcCmd", &list, "MSG_REJECT_NO_ROOM_LIST").await?;
    let option = &ada.token["application"]["option"];
    ensure!(*option == json!({"theme": "dark"}), "the options are {option}");
    let mut bob = world.login().await?;
    say::room_list(&mut bob).await.map(drop)
}

async fn both_urls(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let answer = ada.cmd(&json!({"msgType": "getIceConfig"})).await?;
    for config in [&answer.value["msgData"]["iceConfig"], &ada.token["iceConfig"]] {
        for entry in config["iceServers"].as_array().into_iter().flatten() {
            let first = entry["urls"].as_array().map_or(&entry["urls"], |urls| &urls[0]);
            let right = first.is_string() && entry["url"] == *first;
            ensure!(right, "an entry is {entry}");
        }
    }
    Ok(())
}

async fn as_is(world: World) -> Outcome {
    let ada = world.login().await?;
    let servers = &ada.token["iceConfig"]["iceServers"];
    let right = servers.as_array().map(Vec::len) == Some(3)
        && servers[0]["urls"] == json!(["stun:a.example.test", "stun:b.example.test"])
        && servers[1]["urls"] == "turn:c.example.test?transport=tcp"
        && servers[1]["username"] == "ada"
        && servers[1]["credential"] == "p"
        && servers[2]["url"] == "stun:d.example.test";
    ensure!(right, "the servers are {servers}");
    Ok(())
}

async fn join(world: World) -> Outcome {
    let bob = world.login_into(&["r"]).await?;
    let mut ada = world.login().await?;
    let answer = ada.cmd(&say::room_join(&["r"])).await?;
    let record = &answer.value["msgData"]["roomData"]["r"];
    let list = &record["clientList"];
    let complete = list.get(bob.id()).is_some() && list.get(ada.id()).is_some();
    let count = list.as_object().map(serde_json::Map::len);
    let right = record["roomStatus"] == "join" && record["roomName"] == "r" && count == Some(2);
    ensure!(complete && right, "the record is {record}");
    Ok(())
}

async fn leave(world: World) -> Outcome {
    let mut ada = world.login_into(&["r"]).await?;
    let answer = ada.cmd(&say::room_leave(&["r"])).await?;
    let record = &answer.value["msgData"]["roomData"]["r"];
    let due = json!({"roomName": "r", "roomStatus": "leave"});
    ensure!(*record == due, "{due} is due, not {record}");
    Ok(())
}

async fn delta_maps(world: World) -> Outcome {
    let mut bob = world.login_into(&["r"]).await?;
    let mut ada = world.login_into(&["r"]).await?;
    ada.cmd(&say::presence(&json!({"show": "dnd"}))).await?;
    ada.cmd(&say::room_leave(&["r"])).await?;
    for event in bob.events().await? {
        let delta = &event.value["msgData"]["roomData"]["r"]["clientListDelta"];
        for map in ["updateClient", "removeClient"] {
            let there = delta.get(map);
            let empty = there.and_then(Value::as_object).is_some_and(serde_json::Map::is_empty);
            ensure!(!empty, "{map} is empty: {}", event.text);
        }
    }
    Ok(())
}

async fn join_structure(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for rooms in [
        json!(null),
        json!("r"),
        json!({"r": null}),
        json!({"r": {}}),
        json!({"r": {"roomName": "s"}}),
        json!({"r": {"roomName": 5}}),
        json!({"a b": {"roomName": "a b"}}),
        json!({"good": {"roomName": "good"}, "r": []}),
    ] {
        let message = json!({"msgType": "roomJoin", "msgData": {"roomJoin": rooms}});
        ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_STRUCTURE").await?;
    }
    let absent = json!({"msgType": "roomJoin", "msgData": {}});
    ada.refused("easyrtcCmd", &absent, "MSG_REJECT_BAD_STRUCTURE").await?;
    let no_data = json!({"msgType": "roomJoin"});
    ada.refused("easyrtcCmd", &no_data, "MSG_REJECT_BAD_DATA").await?;
    let rooms = say::room_list(&mut ada).await?;
    ensure!(rooms.get("good").is_none(), "the rooms are {rooms}");
    Ok(())
}

async fn join_empty(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for rooms in [json!({}), json!([])] {
        let message = json!({"msgType": "roomJoin", "msgData": {"roomJoin": rooms}});
        ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_STRUCTURE").await?;
    }
    Ok(())
}

/// A join of `rooms` is refused, and nobody is in any of them afterwards but who was.
async fn refused_whole(world: &World, rooms: &[&str], counts: &Value) -> Outcome {
    let mut ada = world.login().await?;
    ada.refused("easyrtcCmd", &say::room_join(rooms), "MSG_REJECT_BAD_ROOM").await?;
    let list = say::room_list(&mut ada).await?;
    for room in rooms {
        ensure!(list.get(*room) == counts.get(*room), "the rooms are {list}");
    }
    Ok(())
}

async fn bad_full(world: World) -> Outcome {
    let _one = world.login_into(&["full"]).await?;
    let _two = world.login_into(&["full"]).await?;
    refused_whole(&world, &["a", "full", "z"], &json!({"full": 2})).await
}

async fn bad_missing(world: World) -> Outcome {
    refused_whole(&world, &["default", "missing"], &json!({"default": 1})).await
}

async fn bad_limit(world: World) -> Outcome {
    refused_whole(&world, &["a", "b"], &json!({})).await?;
    // The default room and these are four; a connection may be in two.
    let _one = world.login_into(&["a", "b"]).await?;
    let _two = world.login_into(&["c"]).await?;
    let mut ada = world.login().await?;
    ada.refused("easyrtcCmd", &say::room_join(&["d"]), "MSG_REJECT_BAD_ROOM").await
}

async fn join_again(world: World) -> Outcome {
    let mut ada = world.login_into(&["r"]).await?;
    let time = ada.token["roomData"]["r"]["clientList"][ada.id()]["roomJoinTime"].clone();
    let answer = ada.cmd(&say::room_join(&["r", "s"])).await?;
    let rooms = &answer.value["msgData"]["roomData"];
    let both = rooms.as_object().map(serde_json::Map::len) == Some(2);
    let same = rooms["r"]["clientList"][ada.id()]["roomJoinTime"] == time;
    ensure!(both && same, "answered {}", answer.text);
    Ok(())
}

async fn leave_any(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let _other = world.login_into(&["there"]).await?;
    for room in ["there", "nowhere", "default", "default"] {
        let answer = ada.cmd(&say::room_leave(&[room])).await?;
        let status = &answer.value["msgData"]["roomData"][room]["roomStatus"];
        ensure!(status == "leave", "{room} is answered {}", answer.text);
    }
    Ok(())
}

async fn leave_answer(world: World) -> Outcome {
    let mut ada = world.login_into(&["a", "b"]).await?;
    let answer = ada.cmd(&say::room_leave(&["a", "nowhere"])).await?;
    let due = json!({"a": {"roomName": "a", "roomStatus": "leave"},
        "nowhere": {"roomName": "nowhere", "roomStatus": "leave"}});
    let rooms = &answer.value["msgData"]["roomData"];
    ensure!(*rooms == due, "{due} is due, not {rooms}");
    let answer = ada.cmd(&say::room_leave(&[])).await?;
    ensure!(answer.value["msgData"]["roomData"] == json!({}), "answered {}", answer.text);
    Ok(())
}

async fn list_all(world: World) -> Outcome {
    let mut ada = world.login_into(&["a", "left"]).await?;
    ada.cmd(&say::room_leave(&["left"])).await?;
    let _bob = world.login_into(&["a", "b"]).await?;
    let _eve = world
        .login_with(&json!({"applicationName": format!("{}.b", world.app),
            "roomJoin": crate::world::named(&["elsewhere"])}))
        .await?;
    let rooms = say::room_list(&mut ada).await?;
    let due = json!({"a": 2, "b": 1, "default": 0, "left": 0});
    ensure!(rooms == due, "{due} is due, not {rooms}");
    Ok(())
}

async fn presence_merge(world: World) -> Outcome {
    let mut ada = world.login().await?;
    ada.cmd(&say::presence(&json!({"show": "away", "status": "lunch"}))).await?;
    for (set, due) in [
        (json!({"show": "dnd"}), json!({"show": "dnd", "status": "lunch"})),
        (json!({"status": "back"}), json!({"show": "dnd", "status": "back"})),
        (json!({"unknown": 1}), json!({"show": "dnd", "status": "back"})),
    ] {
        let answer = ada.cmd(&say::presence(&set)).await?;
        let seen = &say::updated(&answer.value, "default")[ada.id()]["presence"];
        ensure!(*seen == due, "{due} is due, not {seen}");
    }
    Ok(())
}

async fn presence_bad(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for presence in [
        json!({"show": null}),
        json!({"show": 5}),
        json!({"show": "no"}),
        json!({"status": null}),
        json!({"status": 5}),
        json!({}),
        json!([]),
        json!(null),
        json!("away"),
    ] {
        let set = say::presence(&presence);
        ada.refused("easyrtcCmd", &set, "MSG_REJECT_BAD_STRUCTURE").await?;
    }
    let none = json!({"msgType": "setPresence"});
    ada.refused("easyrtcCmd", &none, "MSG_REJECT_BAD_DATA").await
}

/// Nobody may be away.
struct NobodyAway;

impl Policy for NobodyAway {
    fn set_presence(
        &self,
        _client: &easyrtc_runtime::EasyrtcId,
        _presence: &Presence,
    ) -> Result<(), ErrorCode> {
        Err(ErrorCode::MsgRejectPresence)
    }
}

/// As long as one client logs in, its name may be foreseen.
struct Foreseen;

impl Entropy for Foreseen {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(1);
    }
}

/// The policy is an embedder's: only the core itself takes one.
async fn presence_refused(_world: World) -> Outcome {
    let mut core = Core::new(Config::default(), NobodyAway, Foreseen);
    let (now, conn) = (Now::default(), ConnId(1));
    let mut handle = |input| {
        let mut effects = Effects::new();
        core.handle(now, input, &mut effects);
        effects.drain().collect::<Vec<_>>()
    };
    handle(Input::Opened { conn, meta: ConnMeta::new(TransportKind::SocketIo).into() });
    let login = r#"{"msgType":"authenticate","msgData":{"apiVersion":"1"}}"#;
    let asked = handle(said(conn, 1, ClientEvent::Auth, login)?);
    let ask = asked.iter().find_map(|effect| match effect {
        Effect::Ask { ask, .. } => Some(*ask),
        _ => None,
    });
    let Some(ask) = ask else { return fail("nobody was asked about the login") };
    handle(Input::Answered { ask, verdict: Verdict::Allow(Grant::default()) });
    let away = r#"{"msgType":"setPresence","msgData":{"setPresence":{"show":"away"}}}"#;
    let answered = handle(said(conn, 2, ClientEvent::Cmd, away)?);
    let reply = answered.iter().find_map(|effect| match effect {
        Effect::Reply { frame, .. } => {
            let mut text = Vec::new();
            frame.write_json(None, &mut text);
            Some(String::from_utf8_lossy(&text).into_owned())
        }
        _ => None,
    });
    let reply = reply.unwrap_or_default();
    ensure!(reply.contains("MSG_REJECT_PRESENCE"), "answered {reply:?}");
    Ok(())
}

fn said(conn: ConnId, ack: u64, event: ClientEvent, text: &str) -> Outcome<Input> {
    let raw = RawValue::from_string(text.to_owned()).or_else(|error| fail(error.to_string()))?;
    let limits = DecodeLimits::default();
    let message = ClientMessage::decode(event, &raw, &Attachments::none(), &limits);
    Ok(Input::Message { conn, ack: Some(AckId(ack)), message, bytes: text.len() })
}
