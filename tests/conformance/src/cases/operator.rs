//! What clients see when the operator acts: rooms, messages, presence, bans.

use easyrtc_proto::{
    AppName, ErrorCode, GroupName, MessageType, Payload, RoomName, SetPresence, Show, Username,
};
use easyrtc_runtime::{AdminCommand, AdminError, Audience, Banned, EasyrtcId};
use serde_json::{Value, json};

use crate::case::{Case, On, Outcome, ensure, fail, play};
use crate::client::Client;
use crate::message::Said;
use crate::profile::{FRESH, POLICIES};
use crate::world::{World, named};

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("rooms.joined-by-operator", "who is put into a room is told all of it", play!(join))
        .on(On::InProcess),
    Case::must("rooms.joined-by-operator/full", "but a full one", play!(full)).on(On::InProcess),
    Case::must("rooms.left-by-operator", "who is taken out of a room is told", play!(leave))
        .on(On::InProcess),
    Case::must("rooms.closed-by-operator", "a closed room is told once, and gone", play!(close))
        .on(On::InProcess),
    Case::must("rooms.guarded-taken-out", "who was taken out needs a proof", play!(taken_out))
        .with(&POLICIES)
        .on(On::InProcess),
    Case::must("easyrtc-msg.from-operator", "the operator's messages", play!(message))
        .on(On::InProcess),
    Case::must("set-presence.by-operator", "a presence is told to the others", play!(presence))
        .on(On::InProcess),
    Case::must("error.by-operator", "errors of the operator end nothing", play!(error))
        .on(On::InProcess),
    Case::must("error.ban", "who is banned is told and closed", play!(ban))
        .with(&FRESH)
        .on(On::InProcess),
    Case::must("login.banned-address", "nobody gets in from there", play!(banned_address))
        .with(&FRESH)
        .on(On::InProcess),
    Case::must("login.banned-user", "nobody gets in under that name", play!(banned_user))
        .on(On::InProcess),
];

fn valid<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Outcome<T> {
    parsed.or_else(|error| fail(error.to_string()))
}

fn id(client: &Client) -> Outcome<EasyrtcId> {
    valid(EasyrtcId::parse(client.id()))
}

fn room(name: &str) -> Outcome<RoomName> {
    valid(RoomName::parse(name))
}

fn app(world: &World) -> Outcome<AppName> {
    valid(AppName::parse(&world.app))
}

fn admin(world: &World, command: AdminCommand) -> Outcome {
    world.runtime()?.admin(command).map(drop).or_else(|error| fail(error.to_string()))
}

fn refused(world: &World, command: AdminCommand, error: AdminError) -> Outcome {
    let result = world.runtime()?.admin(command);
    ensure!(result == Err(error), "{error} is due, not {result:?}");
    Ok(())
}

/// The next event, a `roomData` about this room alone; what it says of it.
async fn hears_of(client: &mut Client, room: &str) -> Outcome<Value> {
    let event = client.event_of("roomData").await?;
    let rooms = &event.value["msgData"]["roomData"];
    let alone = rooms.as_object().is_some_and(|rooms| rooms.len() == 1);
    ensure!(alone && rooms[room]["roomName"] == room, "told {}", event.text);
    Ok(rooms[room].clone())
}

async fn join(world: World) -> Outcome {
    let mut ada = world.login_into(&["a"]).await?;
    let mut bob = world.login_into(&["b"]).await?;
    let (easyrtcid, b) = (id(&ada)?, room("b")?);
    admin(&world, AdminCommand::JoinRoom { easyrtcid, room: b.clone() })?;
    let told = hears_of(&mut ada, "b").await?;
    let list = told["clientList"].as_object().map(|list| list.keys().cloned().collect());
    let mut due = vec![ada.id().to_owned(), bob.id().to_owned()];
    due.sort();
    ensure!(told["roomStatus"] == "join" && list == Some(due), "told {told}");
    let delta = hears_of(&mut bob, "b").await?;
    let entry = &delta["clientListDelta"]["updateClient"][ada.id()];
    ensure!(entry["easyrtcid"] == ada.id(), "told {delta}");
    // It is a member like any other, and who is in already is told nothing.
    admin(&world, AdminCommand::JoinRoom { easyrtcid, room: b })?;
    ada.acked("easyrtcMsg", &json!({"msgType": "hello", "targetRoom": "b"})).await?;
    bob.event_of("hello").await?;
    ada.hears_nothing().await?;
    let nowhere = AdminCommand::JoinRoom { easyrtcid, room: room("nowhere")? };
    refused(&world, nowhere, AdminError::NoRoom)
}

async fn full(world: World) -> Outcome {
    let mut members = Vec::new();
    for _ in 0..100 {
        members.push(world.login_into(&["crowd"]).await?);
    }
    let mut ada = world.login().await?;
    let put = AdminCommand::JoinRoom { easyrtcid: id(&ada)?, room: room("crowd")? };
    refused(&world, put.clone(), AdminError::RoomFull)?;
    ada.hears_nothing().await?;
    if let Some(mut first) = members.pop() {
        first.cmd(&say::room_leave(&["crowd"])).await?;
    }
    admin(&world, put)?;
    hears_of(&mut ada, "crowd").await.map(drop)
}

async fn leave(world: World) -> Outcome {
    let mut ada = world.login_into(&["a", "b"]).await?;
    let mut bob = world.login_into(&["a", "b"]).await?;
    ada.events().await?;
    let take = AdminCommand::LeaveRoom { easyrtcid: id(&ada)?, room: room("a")? };
    admin(&world, take.clone())?;
    let told = hears_of(&mut ada, "a").await?;
    ensure!(told == json!({"roomName": "a", "roomStatus": "leave"}), "told {told}");
    let delta = hears_of(&mut bob, "a").await?;
    let removed = &delta["clientListDelta"]["removeClient"];
    ensure!(removed.get(ada.id()).is_some(), "told {delta}");
    let message = json!({"msgType": "hello", "targetRoom": "a"});
    ada.refused("easyrtcMsg", &message, "MSG_REJECT_TARGET_ROOM").await?;
    refused(&world, take, AdminError::NotInRoom)?;
    ada.hears_nothing().await?;
    bob.hears_nothing().await
}

async fn close(world: World) -> Outcome {
    let mut ada = world.login_into(&["a", "b"]).await?;
    let mut bob = world.login_into(&["a"]).await?;
    ada.events().await?;
    let close = |name: &str| -> Outcome<AdminCommand> {
        Ok(AdminCommand::CloseRoom { app: app(&world)?, room: room(name)? })
    };
    admin(&world, close("a")?)?;
    for client in [&mut ada, &mut bob] {
        let told = hears_of(client, "a").await?;
        ensure!(told == json!({"roomName": "a", "roomStatus": "leave"}), "told {told}");
        client.hears_nothing().await?;
    }
    let rooms = say::room_list(&mut ada).await?;
    ensure!(rooms.get("a").is_none() && rooms["b"] == 1, "there are {rooms}");
    refused(&world, close("a")?, AdminError::NoRoom)?;
    // The default room stays.
    admin(&world, close("default")?)?;
    let rooms = say::room_list(&mut ada).await?;
    ensure!(rooms["default"] == 0, "there are {rooms}");
    Ok(())
}

/// The authorizer takes its time, and what happens meanwhile must be over before it answers.
async fn taken_out(world: World) -> Outcome {
    let proof = json!({"g-1": {"roomName": "g-1", "roomParameter": {"conformance": "open"}}});
    let guarded = |room_join: Value, wish: Value| {
        let credential = json!({ "conformance": wish });
        let login = json!({"applicationName": "guarded", "credential": credential});
        let mut login = world.credentials(&login);
        login["roomJoin"] = room_join;
        login
    };
    let again = guarded(named(&["g-1"]), json!({"late": 150}));
    let again = json!({"msgType": "authenticate", "msgData": again}).to_string();
    let runtime = world.runtime()?;
    let asked = || runtime.stats().questions == 1;
    for _ in 0..20 {
        let mut ada = world.connect().await?;
        ada.login(&guarded(proof.clone(), json!({}))).await?;
        let number = ada.say(Said::new("easyrtcAuth", again.clone())).await?;
        world.until("the question is out", async || Ok(asked())).await?;
        let take = AdminCommand::LeaveRoom { easyrtcid: id(&ada)?, room: room("g-1")? };
        let taken = runtime.admin(take).is_ok();
        let in_time = taken && asked();
        let answer = ada.answer(number).await?;
        if in_time {
            let code = answer.error_code();
            ensure!(code == Some("LOGIN_BAD_ROOM"), "answered {}", answer.text);
            return ada.ended().await.map(drop);
        }
    }
    fail("the authorizer was always faster")
}

async fn message(world: World) -> Outcome {
    let grouped = json!({"credential": {"conformance": {"groups": ["staff"]}}});
    let mut ada = world.login_with(&grouped).await?;
    let mut bob = world.login_into(&["b"]).await?;
    ada.events().await?;
    let group = valid(GroupName::parse("staff"))?;
    for (to, target, hears) in [
        (Audience::Connection(id(&ada)?), json!({}), [true, false]),
        (Audience::Room(app(&world)?, room("b")?), json!({"targetRoom": "b"}), [false, true]),
        (Audience::Group(app(&world)?, group), json!({"targetGroup": "staff"}), [true, false]),
        (Audience::Application(app(&world)?), json!({}), [true, true]),
        (Audience::Everybody, json!({}), [true, true]),
    ] {
        let message_type = valid(MessageType::parse("notice"))?;
        let data = Some(valid(Payload::parse(r#"{"n":[1,null]}"#))?);
        admin(&world, AdminCommand::Send { to, message_type, data })?;
        for (client, hears) in [&mut ada, &mut bob].into_iter().zip(hears) {
            if !hears {
                client.hears_nothing().await?;
                continue;
            }
            let mut due = target.clone();
            due["msgType"] = json!("notice");
            due["easyrtcid"] = json!(client.id());
            due["msgData"] = json!({"n": [1, null]});
            let mut heard = client.event_of("notice").await?.value;
            heard.as_object_mut().map(|keys| keys.remove("serverTime"));
            ensure!(heard == due, "{due} is due, not {heard}");
        }
    }
    Ok(())
}

async fn presence(world: World) -> Outcome {
    let mut ada = world.login_into(&["a"]).await?;
    let mut bob = world.login_into(&["a"]).await?;
    ada.events().await?;
    let presence = SetPresence { show: Some(Show::Dnd), ..SetPresence::default() };
    admin(&world, AdminCommand::SetPresence { easyrtcid: id(&ada)?, presence })?;
    let delta = hears_of(&mut bob, "a").await?;
    let entry = &delta["clientListDelta"]["updateClient"][ada.id()];
    ensure!(entry["presence"] == json!({"show": "dnd", "status": null}), "told {delta}");
    ada.hears_nothing().await
}

async fn error(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let (to, code) = (Audience::Connection(id(&ada)?), ErrorCode::MsgRejectGenFail);
    admin(&world, AdminCommand::SendError { to: to.clone(), code })?;
    let event = ada.event_of("error").await?;
    ensure!(event.error_code() == Some("MSG_REJECT_GEN_FAIL"), "told {}", event.text);
    let ending = AdminCommand::SendError { to, code: ErrorCode::ServerShutdown };
    refused(&world, ending, AdminError::EndsConnections)?;
    ada.hears_nothing().await?;
    ada.stays().await
}

fn localhost() -> Outcome<Banned> {
    Ok(Banned::Address(valid("127.0.0.0/8".parse())?))
}

fn user(world: &World, name: &str) -> Outcome<Banned> {
    Ok(Banned::User(app(world)?, valid(Username::parse(name))?))
}

async fn ban(world: World) -> Outcome {
    let mut eve = world.login_with(&json!({"username": "eve"})).await?;
    let mut ada = world.login_with(&json!({"username": "ada"})).await?;
    let mut nobody = world.connect().await?;
    admin(&world, AdminCommand::Ban { who: user(&world, "eve")?, expires_in: None })?;
    eve.event_of("roomData").await?;
    let event = eve.event_of("error").await?;
    ensure!(event.error_code() == Some("LOGIN_BAD_AUTH"), "told {}", event.text);
    eve.ended().await?;
    ada.stays().await?;
    admin(&world, AdminCommand::Ban { who: localhost()?, expires_in: None })?;
    ada.event_of("roomData").await?;
    for client in [&mut ada, &mut nobody] {
        let event = client.event_of("error").await?;
        ensure!(event.error_code() == Some("BANNED_IP_ADDR"), "told {}", event.text);
        client.ended().await?;
    }
    Ok(())
}

async fn banned_address(world: World) -> Outcome {
    let answer = world.runtime()?.admin(AdminCommand::Ban { who: localhost()?, expires_in: None });
    world.login_refused(&json!({}), "BANNED_IP_ADDR").await?;
    let Ok(easyrtc_runtime::AdminAnswer::Banned(ban)) = answer else {
        return fail(format!("answered {answer:?}"));
    };
    admin(&world, AdminCommand::Unban { ban })?;
    world.login().await.map(drop)
}

async fn banned_user(world: World) -> Outcome {
    admin(&world, AdminCommand::Ban { who: user(&world, "eve")?, expires_in: None })?;
    let named = |granted: Value| json!({"username": "eve", "credential": {"conformance": granted}});
    world.login_refused(&named(json!({})), "LOGIN_BAD_AUTH").await?;
    // What is granted counts.
    world.login_with(&named(json!({"username": "ada"}))).await?;
    let granted = json!({"credential": {"conformance": {"username": "eve"}}});
    world.login_refused(&granted, "LOGIN_BAD_AUTH").await
}
