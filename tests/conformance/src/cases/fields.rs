//! `docs/spec/fields.md`, and the files of `sessionData` and `setRoomApiField`

use easyrtc_proto::{AppName, FieldName, Payload, RoomName, SessionId};
use easyrtc_runtime::{AdminCommand, EasyrtcId};
use easyrtc_state::{Field, FieldOwner};
use serde_json::{Value, json};

use crate::case::{Case, On, Outcome, Stop, ensure, fail, play};
use crate::client::Client;
use crate::profile::FIELDS;
use crate::world::World;

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("fields.shared-only", "only shared fields are sent", play!(shared)).with(&FIELDS),
    Case::must("fields.bad-name", "a field without a name is left out", play!(shared))
        .with(&FIELDS),
    Case::must("fields.complete", "a field map is always complete", play!(complete))
        .on(On::InProcess),
    Case::must("fields.absent-when-none", "no fields, no key", play!(none)),
    Case::must("fields.absent-when-none/last", "the last one goes as {}", play!(last))
        .on(On::InProcess),
    Case::must("fields.room-changed", "members hear of changed fields", play!(complete))
        .on(On::InProcess),
    Case::must("fields.session-changed", "sessions hear of changed fields", play!(session))
        .on(On::InProcess),
    Case::must("session-data.complete", "sessionData is always complete", play!(session))
        .on(On::InProcess),
    Case::must("fields.next-login", "others are seen at the next login", play!(next_login))
        .on(On::InProcess),
    Case::must("fields.api-overlay", "room fields lie over the client's own", play!(overlay)),
    Case::must("fields.api-entry", "an entry names itself", play!(entry)),
    Case::must("fields.api-cleared", "a cleared map is told as {}", play!(cleared)),
    Case::must("set-room-api-field.room", "a room one is not in is refused", play!(room)),
    Case::must("set-room-api-field.structure", "what is no object is refused", play!(structure)),
    Case::must("set-room-api-field.replaces", "the map replaces the one before", play!(replaces)),
    Case::must("set-room-api-field.empty-string", "an empty string removes", play!(empty_string)),
];

/// A map of fields as clients are told.
fn told(fields: &[(&str, Value)]) -> Value {
    let told = |(name, value): &(&str, Value)| {
        ((*name).to_owned(), json!({"fieldName": name, "fieldValue": value}))
    };
    Value::Object(fields.iter().map(told).collect())
}

async fn shared(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let room = told(&[("topic", json!("general"))]);
    for (seen, due) in [
        (&ada.token["application"]["field"], told(&[("motd", json!({"n": [1, 2]}))])),
        (&ada.token["field"], told(&[("credit", json!(5))])),
        (&ada.token["roomData"]["default"]["field"], room.clone()),
    ] {
        ensure!(*seen == due, "{due} is due, not {seen}");
    }
    let answer = ada.cmd(&say::room_join(&["r"])).await?;
    let seen = &answer.value["msgData"]["roomData"]["r"]["field"];
    ensure!(*seen == room, "{room} is due, not {seen}");
    Ok(())
}

/// Sets a field of something; without a value, removes it.
fn set(world: &World, of: FieldOwner, name: &str, value: Option<(&str, bool)>) -> Outcome {
    let wrong = |_| Stop::Fail("no name".to_owned());
    let name = FieldName::parse(name).map_err(wrong)?;
    let field = match value {
        None => None,
        Some((text, shared)) => {
            let Some(value) = payload(text) else { return fail("no JSON") };
            Some(Field { value, shared })
        }
    };
    let command = AdminCommand::SetField { of, name, field };
    world.runtime()?.admin(command).map(drop).or_else(|error| fail(error.to_string()))
}

fn payload(text: &str) -> Option<Payload> {
    serde_json::from_str::<Payload>(text).ok()
}

fn application(world: &World) -> Outcome<AppName> {
    AppName::parse(&world.app).or_else(|error| fail(error.to_string()))
}

fn room_of(world: &World, name: &str) -> Outcome<FieldOwner> {
    let room = RoomName::parse(name).or_else(|error| fail(error.to_string()))?;
    Ok(FieldOwner::Room(application(world)?, room))
}

/// The next event, a roomData with these fields of the default room.
async fn hears_fields(client: &mut Client, due: &Value) -> Outcome {
    let event = client.event_of("roomData").await?;
    let room = &event.value["msgData"]["roomData"]["default"];
    let right = room["roomStatus"] == "update" && room["field"] == *due;
    ensure!(right, "{due} is due, not {}", event.text);
    Ok(())
}

async fn complete(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let mut elsewhere = world.login_into(&["elsewhere"]).await?;
    let room = room_of(&world, "default")?;
    set(&world, room.clone(), "a", Some(("1", true)))?;
    hears_fields(&mut ada, &told(&[("a", json!(1))])).await?;
    set(&world, room.clone(), "b", Some(("[2]", true)))?;
    hears_fields(&mut ada, &told(&[("a", json!(1)), ("b", json!([2]))])).await?;
    set(&world, room.clone(), "hidden", Some(("3", false)))?;
    ada.hears_nothing().await?;
    set(&world, room, "a", None)?;
    hears_fields(&mut ada, &told(&[("b", json!([2]))])).await?;
    elsewhere.hears_nothing().await
}

async fn none(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for place in [&ada.token, &ada.token["application"], &ada.token["roomData"]["default"]] {
        ensure!(place.get("field").is_none(), "there is a field in {place}");
    }
    let answer = ada.cmd(&say::room_join(&["r"])).await?;
    let room = &answer.value["msgData"]["roomData"]["r"];
    ensure!(room.get("field").is_none(), "there is a field in {room}");
    Ok(())
}

async fn last(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let room = room_of(&world, "default")?;
    set(&world, room.clone(), "a", Some(("1", true)))?;
    hears_fields(&mut ada, &told(&[("a", json!(1))])).await?;
    set(&world, room, "a", None)?;
    hears_fields(&mut ada, &json!({})).await
}

async fn session(world: World) -> Outcome {
    let mut ada = world.login_with(&json!({"easyrtcsid": "s"})).await?;
    let mut bob = world.login_with(&json!({"easyrtcsid": "s"})).await?;
    let mut eve = world.login_with(&json!({"easyrtcsid": "t"})).await?;
    for client in [&mut ada, &mut bob, &mut eve] {
        client.events().await?;
    }
    let sid = SessionId::parse("s").or_else(|error| fail(error.to_string()))?;
    let session = FieldOwner::Session(application(&world)?, sid);
    for (name, value, due) in [
        ("a", Some(("1", true)), told(&[("a", json!(1))])),
        ("b", Some(("2", true)), told(&[("a", json!(1)), ("b", json!(2))])),
        ("a", None, told(&[("b", json!(2))])),
        ("b", None, json!({})),
    ] {
        set(&world, session.clone(), name, value)?;
        for client in [&mut ada, &mut bob] {
            let event = client.event_of("sessionData").await?;
            let data = &event.value["msgData"]["sessionData"];
            let right = data["easyrtcsid"] == "s" && data["field"] == due;
            ensure!(right, "{due} is due, not {}", event.text);
        }
    }
    eve.hears_nothing().await
}

async fn next_login(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let id = EasyrtcId::parse(ada.id()).or_else(|error| fail(error.to_string()))?;
    set(&world, FieldOwner::Application(application(&world)?), "motd", Some(("1", true)))?;
    set(&world, FieldOwner::Connection(id), "credit", Some(("2", true)))?;
    ada.hears_nothing().await?;
    let bob = world.login().await?;
    let seen = &bob.token["application"]["field"];
    ensure!(*seen == told(&[("motd", json!(1))]), "the newcomer sees {seen}");
    Ok(())
}

/// The apiField of a client in a room, as it is answered.
fn own(message: &Value, client: &Client, room: &str) -> Value {
    say::updated(message, room)[client.id()]["apiField"].clone()
}

async fn overlay(world: World) -> Outcome {
    let mut ada = world.login_into(&["r", "s"]).await?;
    let base = told(&[("both", json!("own")), ("own", json!(1))]);
    ada.acked("easyrtcCmd", &say::user_cfg(&json!({"apiField": base}))).await?;
    let over = told(&[("both", json!("room")), ("room", json!(2))]);
    let answer = ada.cmd(&say::room_api_field("r", &over)).await?;
    let due = told(&[("both", json!("room")), ("own", json!(1)), ("room", json!(2))]);
    let seen = own(&answer.value, &ada, "r");
    ensure!(seen == due, "{due} is due, not {seen}");
    let late = world.login_into(&["r", "s"]).await?;
    for (room, due) in [("r", &due), ("s", &base)] {
        let seen = &late.token["roomData"][room]["clientList"][ada.id()]["apiField"];
        ensure!(seen == due, "in {room} {due} is due, not {seen}");
    }
    Ok(())
}

async fn entry(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for bad in [
        json!({"f": {"fieldName": "g", "fieldValue": 1}}),
        json!({"f": {"fieldName": "f"}}),
        json!({"f": {"fieldValue": 1}}),
        json!({"f": 1}),
        json!({"f": null}),
        json!({"good": {"fieldName": "good", "fieldValue": 1}, "f": []}),
    ] {
        let set = say::room_api_field("default", &bad);
        ada.refused("easyrtcCmd", &set, "MSG_REJECT_BAD_FIELD").await?;
    }
    let late = world.login().await?;
    let entry = &late.token["roomData"]["default"]["clientList"][ada.id()];
    ensure!(entry.get("apiField").is_none(), "something was kept: {entry}");
    Ok(())
}

async fn cleared(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    ada.cmd(&say::room_api_field("default", &told(&[("f", json!(1))]))).await?;
    bob.events().await?;
    let answer = ada.cmd(&say::room_api_field("default", &json!({}))).await?;
    let seen = own(&answer.value, &ada, "default");
    ensure!(seen == json!({}), "answered {}", answer.text);
    let event = bob.event_of("roomData").await?;
    ensure!(own(&event.value, &ada, "default") == json!({}), "told {}", event.text);
    Ok(())
}

async fn room(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let _other = world.login_into(&["there"]).await?;
    for name in [json!("there"), json!("nowhere"), json!("a b"), json!(""), json!(null), json!(5)] {
        let mut set = say::room_api_field("x", &json!({}));
        set["msgData"]["setRoomApiField"]["roomName"] = name;
        ada.refused("easyrtcCmd", &set, "MSG_REJECT_BAD_ROOM").await?;
    }
    let absent = json!({"msgType": "setRoomApiField", "msgData": {"setRoomApiField": {"x": 1}}});
    ada.refused("easyrtcCmd", &absent, "MSG_REJECT_BAD_ROOM").await
}

async fn structure(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for field in [json!(null), json!(1), json!("text"), json!(false)] {
        let set = say::room_api_field("default", &field);
        ada.refused("easyrtcCmd", &set, "MSG_REJECT_BAD_STRUCTURE").await?;
    }
    for set in [json!(null), json!({}), json!("x")] {
        let set = json!({"msgType": "setRoomApiField", "msgData": {"setRoomApiField": set}});
        ada.refused("easyrtcCmd", &set, "MSG_REJECT_BAD_STRUCTURE").await?;
    }
    let none = json!({"msgType": "setRoomApiField"});
    ada.refused("easyrtcCmd", &none, "MSG_REJECT_BAD_DATA").await
}

async fn replaces(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let absent = json!({"msgType": "setRoomApiField",
        "msgData": {"setRoomApiField": {"roomName": "default"}}});
    for clear in [
        absent,
        say::room_api_field("default", &json!({})),
        say::room_api_field("default", &json!([])),
    ] {
        ada.cmd(&say::room_api_field("default", &told(&[("f", json!(1))]))).await?;
        let second = told(&[("g", json!(2))]);
        let answer = ada.cmd(&say::room_api_field("default", &second)).await?;
        let seen = own(&answer.value, &ada, "default");
        ensure!(seen == second, "{second} is due, not {seen}");
        ada.cmd(&clear).await?;
        let late = world.login().await?;
        let entry = &late.token["roomData"]["default"]["clientList"][ada.id()];
        ensure!(entry.get("apiField").is_none(), "after {clear}: {entry}");
    }
    Ok(())
}

async fn empty_string(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let fields = told(&[("gone", json!("")), ("kept", json!(" "))]);
    let answer = ada.cmd(&say::room_api_field("default", &fields)).await?;
    let (seen, due) = (own(&answer.value, &ada, "default"), told(&[("kept", json!(" "))]));
    ensure!(seen == due, "{due} is due, not {seen}");
    Ok(())
}
