//! `docs/spec/login.md`: before a login, and the checks of one. What logging in again does is in
//! `again`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::case::{Case, On, Outcome, ensure, play};
use crate::client::Client;
use crate::message::Said;
use crate::profile::{
    BANNED, FEW_APPS, FEW_CONNECTIONS, FEW_PER_ADDRESS, FEW_ROOMS, FEW_UNAUTHENTICATED, NO_APPS,
    NO_DEFAULT_ROOM, NO_ROOMS, SHORT_LOGIN, SHORT_SESSIONS, TWO_MEMBERS,
};
use crate::world::{World, named};

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("login.not-yet", "commands before the login are refused", play!(not_yet)),
    Case::must(
        "login.not-yet-hangup",
        "hangup and reject before the login are acked",
        play!(not_yet_hangup),
    ),
    Case::must("login.meanwhile", "what follows a login waits for its answer", play!(meanwhile)),
    Case::must(
        "login.meanwhile/late",
        "what follows a login waits for a slow authorizer",
        play!(meanwhile_late),
    )
    .on(On::InProcess),
    Case::must("login.timeout", "who does not log in is told and closed", play!(timeout))
        .with(&SHORT_LOGIN),
    Case::must(
        "login.unauthenticated-bounded",
        "connections that have not logged in are bounded",
        play!(bounded),
    )
    .with(&FEW_UNAUTHENTICATED),
    Case::must(
        "login.unauthenticated-bounded/address",
        "those of one address are too",
        play!(bounded),
    )
    .with(&FEW_PER_ADDRESS),
    Case::must("login.no-sockets", "one connection too many may not log in", play!(no_sockets))
        .with(&FEW_CONNECTIONS),
    Case::must("login.refused", "a refused login leaves nothing behind", play!(refused)),
    Case::must("login.bad-auth", "what is no login is LOGIN_BAD_AUTH", play!(bad_auth)),
    Case::must("login.bad-auth/null", "so is null", play!(bad_auth_null)),
    Case::must("login.bad-structure", "a login without its parts", play!(bad_structure)),
    Case::must("login.bad-value", "a malformed value refuses a login", play!(bad_value)),
    Case::must("login.credential-size", "a credential may be too large", play!(credential_size)),
    Case::must("login.denied", "the authorizer names the code", play!(denied)).on(On::InProcess),
    Case::must("login.denied/nobody", "without an authorizer all get in", play!(everybody)),
    Case::must("login.banned", "a denied address is told so", play!(banned))
        .with(&BANNED)
        .on(On::Network),
    Case::must("login.undecided", "an authorizer that is too slow", play!(undecided))
        .on(On::InProcess),
    Case::must("login.application", "a new application is made", play!(everybody)),
    Case::must("login.application/off", "unless that is off", play!(no_application)).with(&NO_APPS),
    Case::must("login.application/limit", "or there are too many", play!(too_many_applications))
        .with(&FEW_APPS),
    Case::must("login.room-missing", "a missing room is made", play!(room_made)),
    Case::must("login.room-missing/off", "unless that is off", play!(room_missing)).with(&NO_ROOMS),
    Case::must("login.room-full", "a full room refuses a login", play!(room_full))
        .with(&TWO_MEMBERS),
    Case::must("login.room-full/rooms", "so do too many rooms", play!(too_many_rooms))
        .with(&FEW_ROOMS),
    Case::must("login.room-full/sessions", "so do too many sessions", play!(too_many_sessions))
        .with(&SHORT_SESSIONS),
    Case::must(
        "login.default-room",
        "who names no room is in the default one",
        play!(default_room),
    ),
    Case::must("login.default-room/empty", "an empty map names none", play!(default_room_empty)),
    Case::must("login.default-room/off", "unless that is off", play!(no_default_room))
        .with(&NO_DEFAULT_ROOM),
    Case::must("login.user-cfg", "a malformed setUserCfg is ignored", play!(user_cfg)),
    Case::must("login.token", "the token holds all rooms joined", play!(token)),
    Case::must("login.announced", "a login is told once, with all rooms", play!(announced)),
];

async fn not_yet(world: World) -> Outcome {
    let mut ada = world.connect().await?;
    let list = json!({"msgType": "getRoomList"});
    ada.refused("easyrtcCmd", &list, "MSG_REJECT_NO_AUTH").await?;
    ada.refused("easyrtcCmd", &json!({"msgType": "nonsense"}), "MSG_REJECT_NO_AUTH").await?;
    let hello = json!({"msgType": "hello", "targetRoom": "default"});
    ada.refused("easyrtcMsg", &hello, "MSG_REJECT_NO_AUTH").await?;
    ada.login(&world.credentials(&json!({}))).await
}

async fn not_yet_hangup(world: World) -> Outcome {
    let mut ada = world.connect().await?;
    for msg_type in ["hangup", "reject"] {
        let message = json!({"msgType": msg_type, "targetEasyrtcid": "Zk3Qw8rTb1Xc5VnM"});
        let answer = ada.cmd(&message).await?;
        ensure!(answer.value == json!({"msgType": "ack"}), "answered {}", answer.text);
    }
    ada.login(&world.credentials(&json!({}))).await
}

/// Says a login and two commands at once; the answers to the commands.
async fn in_one_go(world: &World, credential: &Value) -> Outcome<(Client, Vec<String>)> {
    let mut ada = world.connect().await?;
    let mut msg_data = world.credentials(&json!({}));
    if !credential.is_null() {
        msg_data["credential"] = credential.clone();
    }
    let login = json!({"msgType": "authenticate", "msgData": msg_data}).to_string();
    let login = ada.say(Said::new("easyrtcAuth", login)).await?;
    let join = ada.say(Said::new("easyrtcCmd", say::room_join(&["r"]).to_string())).await?;
    let list = json!({"msgType": "getRoomList"}).to_string();
    let list = ada.say(Said::new("easyrtcCmd", list)).await?;
    let mut answers = Vec::new();
    for number in [login, join, list] {
        answers.push(ada.answer(number).await?.msg_type().to_owned());
    }
    Ok((ada, answers))
}

async fn meanwhile(world: World) -> Outcome {
    let (ada, answers) = in_one_go(&world, &Value::Null).await?;
    ensure!(answers == ["token", "roomData", "roomList"], "answered {:?}", ada.order);
    Ok(())
}

async fn meanwhile_late(world: World) -> Outcome {
    let late = json!({"conformance": {"late": 50}});
    let (ada, answers) = in_one_go(&world, &late).await?;
    ensure!(answers == ["token", "roomData", "roomList"], "answered {:?}", ada.order);
    let order: Vec<&str> =
        ada.order.iter().filter_map(|what| what.split(' ').next_back()).collect();
    ensure!(order == ["token", "roomData", "roomList"], "in this order: {order:?}");
    Ok(())
}

async fn timeout(world: World) -> Outcome {
    let mut ada = world.connect().await?;
    let mut bob = world.login().await?;
    let event = ada.event_of("error").await?;
    ensure!(event.error_code() == Some("LOGIN_TIMEOUT"), "told {}", event.text);
    ensure!(event.value.get("easyrtcid").is_none(), "it has no easyrtcid yet: {}", event.text);
    ada.ended().await?;
    bob.stays().await
}

async fn bounded(world: World) -> Outcome {
    let mut one = world.connect().await?;
    let _two = world.connect().await?;
    let mut third = world.connect().await?;
    let event = third.event_of("error").await?;
    ensure!(event.error_code() == Some("LOGIN_NO_SOCKETS"), "told {}", event.text);
    third.ended().await?;
    // Who logs in makes place.
    one.login(&world.credentials(&json!({}))).await?;
    world.login().await.map(drop)
}

async fn no_sockets(world: World) -> Outcome {
    let _one = world.login().await?;
    let _two = world.login().await?;
    world.login_refused(&json!({}), "LOGIN_NO_SOCKETS").await
}

async fn refused(world: World) -> Outcome {
    let mut watcher = world.login_into(&["r"]).await?;
    let rooms = named(&["r", "new"]);
    let more = json!({"roomJoin": rooms, "setPresence": {"show": "no such"}});
    world.login_refused(&more, "MSG_REJECT_BAD_STRUCTURE").await?;
    watcher.hears_nothing().await?;
    let rooms = say::room_list(&mut watcher).await?;
    ensure!(rooms["r"] == 1 && rooms.get("new").is_none(), "the rooms are {rooms}");
    Ok(())
}

async fn bad_auth(world: World) -> Outcome {
    for message in [
        json!(5),
        json!("authenticate"),
        json!(false),
        json!([]),
        json!({}),
        json!({"msgType": "login", "msgData": world.credentials(&json!({}))}),
        json!({"msgType": ["authenticate"], "msgData": world.credentials(&json!({}))}),
    ] {
        world.auth_refused(message.to_string(), "LOGIN_BAD_AUTH").await?;
    }
    Ok(())
}

async fn bad_auth_null(world: World) -> Outcome {
    world.auth_refused("null".to_owned(), "LOGIN_BAD_AUTH").await
}

async fn bad_structure(world: World) -> Outcome {
    for msg_data in [json!(null), json!(5), json!("x"), json!({}), json!({"apiVersion": 1})] {
        let message = json!({"msgType": "authenticate", "msgData": msg_data});
        world.auth_refused(message.to_string(), "LOGIN_BAD_STRUCTURE").await?;
    }
    for rooms in [json!(null), json!(1), json!("default")] {
        world.login_refused(&json!({"roomJoin": rooms}), "LOGIN_BAD_STRUCTURE").await?;
    }
    Ok(())
}

async fn bad_value(world: World) -> Outcome {
    let keys = ["applicationName", "easyrtcsid", "username", "credential", "setPresence"];
    for key in keys {
        for value in [json!(null), json!(5), json!("")] {
            world.login_refused(&json!({key: value}), "MSG_REJECT_BAD_STRUCTURE").await?;
        }
    }
    for more in [
        json!({"apiVersion": "a b"}),
        json!({"credential": {}}),
        json!({"setPresence": {}}),
        json!({"setPresence": {"status": null}}),
        json!({"roomJoin": {"r": {}}}),
        json!({"roomJoin": {"r": {"roomName": "s"}}}),
        json!({"roomJoin": {"r": "r"}}),
    ] {
        world.login_refused(&more, "MSG_REJECT_BAD_STRUCTURE").await?;
    }
    Ok(())
}

async fn credential_size(world: World) -> Outcome {
    // {"a":"…"} is 8 bytes around its text.
    let credential = |bytes: usize| json!({"credential": {"a": "x".repeat(bytes - 8)}});
    world.login_with(&credential(64 * 1024)).await?;
    world.login_refused(&credential(64 * 1024 + 1), "MSG_REJECT_BAD_SIZE").await
}

async fn denied(world: World) -> Outcome {
    let credential = json!({"conformance": {"deny": true}});
    world.login_refused(&json!({"credential": credential}), "LOGIN_BAD_AUTH").await
}

async fn everybody(world: World) -> Outcome {
    let ada = world.login().await?;
    let application = &ada.token["application"]["applicationName"];
    ensure!(*application == world.app, "in application {application}");
    world.login_with(&json!({"credential": {"any": "thing"}})).await.map(drop)
}

async fn banned(world: World) -> Outcome {
    world.login_refused(&json!({}), "BANNED_IP_ADDR").await
}

async fn undecided(world: World) -> Outcome {
    let credential = json!({"conformance": {"never": true}});
    world.login_refused(&json!({"credential": credential}), "LOGIN_TIMEOUT").await
}

async fn no_application(world: World) -> Outcome {
    world.login_refused(&json!({}), "LOGIN_APP_AUTH_FAIL").await?;
    world.login_with(&json!({"applicationName": "default"})).await.map(drop)
}

async fn too_many_applications(world: World) -> Outcome {
    let in_app = |name: &str| json!({"applicationName": format!("{}.{name}", world.app)});
    let _one = world.login_with(&in_app("a")).await?;
    let _two = world.login_with(&in_app("b")).await?;
    world.login_refused(&in_app("c"), "LOGIN_APP_AUTH_FAIL").await?;
    world.login_with(&in_app("a")).await.map(drop)
}

async fn room_made(world: World) -> Outcome {
    let mut ada = world.login_into(&["made"]).await?;
    let rooms = say::room_list(&mut ada).await?;
    ensure!(rooms["made"] == 1, "the rooms are {rooms}");
    Ok(())
}

async fn room_missing(world: World) -> Outcome {
    let rooms = named(&["missing"]);
    world.login_refused(&json!({"roomJoin": rooms}), "LOGIN_BAD_ROOM").await?;
    world.login().await.map(drop)
}

async fn room_full(world: World) -> Outcome {
    let _one = world.login().await?;
    let _two = world.login().await?;
    world.login_refused(&json!({}), "LOGIN_GEN_FAIL").await
}

async fn too_many_rooms(world: World) -> Outcome {
    let rooms = named(&["a", "b", "c"]);
    world.login_refused(&json!({"roomJoin": rooms}), "LOGIN_GEN_FAIL").await?;
    // One is the default room.
    let _one = world.login_into(&["a", "b"]).await?;
    let _two = world.login_into(&["c"]).await?;
    world.login_refused(&json!({"roomJoin": named(&["d"])}), "LOGIN_GEN_FAIL").await
}

async fn too_many_sessions(world: World) -> Outcome {
    let _one = world.login_with(&json!({"easyrtcsid": "a"})).await?;
    world.login_refused(&json!({"easyrtcsid": "b"}), "LOGIN_GEN_FAIL").await?;
    world.login_with(&json!({"easyrtcsid": "a"})).await.map(drop)
}

/// The rooms in the token of a client.
fn rooms(client: &Client) -> Vec<&str> {
    let rooms = client.token["roomData"].as_object().into_iter().flatten();
    rooms.map(|(room, _)| room.as_str()).collect()
}

async fn default_room(world: World) -> Outcome {
    let ada = world.login().await?;
    ensure!(rooms(&ada) == ["default"], "in {:?}", rooms(&ada));
    Ok(())
}

async fn default_room_empty(world: World) -> Outcome {
    for empty in [json!({}), json!([])] {
        let ada = world.login_with(&json!({"roomJoin": empty})).await?;
        ensure!(rooms(&ada) == ["default"], "in {:?}", rooms(&ada));
    }
    Ok(())
}

async fn no_default_room(world: World) -> Outcome {
    let ada = world.login().await?;
    ensure!(rooms(&ada).is_empty(), "in {:?}", rooms(&ada));
    Ok(())
}

async fn user_cfg(world: World) -> Outcome {
    let good = say::field("f", &json!(1));
    for (user_cfg, kept) in [
        (json!({"p2pList": 5, "userSettings": null, "apiField": good}), true),
        (json!({"p2pList": {}, "apiField": {"f": {"fieldName": "g", "fieldValue": 1}}}), false),
        (json!({"userSettings": {"a": "x".repeat(20_000)}, "apiField": good}), true),
        (json!({"apiField": say::field("f", &json!("x".repeat(5000)))}), false),
        (json!(null), false),
        (json!("x"), false),
    ] {
        let ada = world.login_with(&json!({"setUserCfg": user_cfg})).await?;
        let entry = &ada.token["roomData"]["default"]["clientList"][ada.id()];
        let has = entry.get("apiField").is_some();
        ensure!(has == kept, "with {user_cfg} the entry is {entry}");
        ada.leave().await?;
    }
    Ok(())
}

async fn token(world: World) -> Outcome {
    let ada = world.login_into(&["a", "b"]).await?;
    ensure!(rooms(&ada) == ["a", "b"], "in {:?}", rooms(&ada));
    for room in ["a", "b"] {
        let record = &ada.token["roomData"][room];
        let right = record["roomName"] == room && record["roomStatus"] == "join";
        ensure!(right && record["clientList"].get(ada.id()).is_some(), "told {record}");
    }
    Ok(())
}

async fn announced(world: World) -> Outcome {
    let mut bob = world.login_into(&["a", "b", "c"]).await?;
    let ada = world.login_into(&["a", "b", "d"]).await?;
    // What a server has still to say it says now.
    tokio::time::sleep(Duration::from_millis(1)).await;
    let events = bob.events().await?;
    ensure!(events.len() == 1, "told {} times", events.len());
    for room in ["a", "b"] {
        let entry = &say::updated(&events[0].value, room)[ada.id()];
        ensure!(entry["roomJoinTime"].is_u64(), "{room} is not told: {}", events[0].text);
    }
    let named = events[0].value["msgData"]["roomData"].as_object().map(serde_json::Map::len);
    ensure!(named == Some(2), "told of other rooms: {}", events[0].text);
    Ok(())
}
