//! `docs/spec/rooms.md`: deltas, and rooms that are empty.

use serde_json::json;

use crate::case::{Case, Outcome, fail, play};
use crate::profile::{FEW_APPS, SHORT_ROOMS};
use crate::world::{World, named};

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("rooms.delta-known", "deltas name no strangers", play!(delta_known)),
    Case::must("rooms.delta-not-self", "deltas do not name their receiver", play!(not_self)),
    Case::must("rooms.delta-complete", "lists and deltas add up to the roster", play!(adds_up)),
    Case::must("rooms.empty-listed", "an empty room stays listed", play!(empty_listed)),
    Case::must("rooms.empty-forgotten", "an empty room is forgotten", play!(empty_forgotten))
        .with(&SHORT_ROOMS),
    Case::must("rooms.configured-stay", "the default room stays", play!(configured_stay))
        .with(&SHORT_ROOMS),
    Case::must("rooms.application-forgotten", "an application is forgotten", play!(app_forgotten))
        .with(&FEW_APPS),
];

async fn delta_known(world: World) -> Outcome {
    let mut watcher = world.login_into(&["r"]).await?;
    let mut ada = world.login_into(&["r", "private"]).await?;
    let mut bob = world.login_into(&["private"]).await?;
    ada.cmd(&say::presence(&json!({"show": "away"}))).await?;
    bob.cmd(&say::presence(&json!({"show": "dnd"}))).await?;
    bob.cmd(&say::room_leave(&["private"])).await?;
    for event in watcher.events().await? {
        let rooms = &event.value["msgData"]["roomData"];
        if rooms.get("private").is_some() || event.text.contains(bob.id()) {
            return fail(format!("told of a stranger: {}", event.text));
        }
        let entries = say::updated(&event.value, "r");
        let partial = entries
            .as_object()
            .into_iter()
            .flatten()
            .find(|(_, entry)| entry["roomJoinTime"].is_null() || entry["presence"].is_null());
        if let Some((_, entry)) = partial {
            return fail(format!("introduced by a partial entry: {entry}"));
        }
    }
    Ok(())
}

async fn not_self(world: World) -> Outcome {
    let mut ada = world.login_into(&["r"]).await?;
    let mut bob = world.login_into(&["r"]).await?;
    for message in [
        say::presence(&json!({"show": "away"})),
        say::room_join(&["r", "s"]),
        say::room_api_field("r", &json!({"f": {"fieldName": "f", "fieldValue": 1}})),
        say::room_leave(&["s"]),
    ] {
        ada.cmd(&message).await?;
        bob.cmd(&message).await?;
    }
    for client in [&mut ada, &mut bob] {
        let id = client.id().to_owned();
        for event in client.events().await? {
            if event.value["msgData"]["roomData"].to_string().contains(&id) {
                return fail(format!("{id} is told of itself: {}", event.text));
            }
        }
    }
    Ok(())
}

async fn adds_up(world: World) -> Outcome {
    let mut ada = world.login_into(&["r", "s"]).await?;
    let mut bob = world.login_with(&json!({"username": "bob", "roomJoin": named(&["r"])})).await?;
    let mut eve = world.login_into(&["s", "t"]).await?;
    bob.cmd(&say::room_join(&["s"])).await?;
    eve.cmd(&say::presence(&json!({"show": "xa", "status": "out"}))).await?;
    bob.cmd(&say::room_api_field("s", &json!({"f": {"fieldName": "f", "fieldValue": 1}}))).await?;
    eve.cmd(&say::room_leave(&["t"])).await?;
    bob.cmd(&say::room_leave(&["r"])).await?;
    ada.cmd(&say::room_join(&["t"])).await?;
    ada.events().await?;
    // Somebody who comes new is told the whole truth.
    let fresh = world.login_into(&["r", "s", "t"]).await?;
    for room in ["r", "s", "t"] {
        let mut truth = fresh.view.0.get(room).cloned().unwrap_or_default();
        truth.remove(fresh.id());
        let believed = ada.view.0.get(room).cloned().unwrap_or_default();
        let mut believed = believed;
        believed.remove(fresh.id());
        if believed != truth {
            let (believed, truth) = (json!(believed), json!(truth));
            return fail(format!("{room} is {truth}, and taken to be {believed}"));
        }
    }
    Ok(())
}

async fn empty_listed(world: World) -> Outcome {
    let mut ada = world.login_into(&["r"]).await?;
    ada.cmd(&say::room_leave(&["r"])).await?;
    let rooms = say::room_list(&mut ada).await?;
    if rooms["r"] == 0 { Ok(()) } else { fail(format!("the rooms are {rooms}")) }
}

async fn empty_forgotten(world: World) -> Outcome {
    let mut ada = world.login_into(&["r", "used"]).await?;
    ada.cmd(&say::room_leave(&["r"])).await?;
    world
        .until("the empty room is forgotten", async || {
            Ok(say::room_list(&mut ada).await?.get("r").is_none())
        })
        .await?;
    let rooms = say::room_list(&mut ada).await?;
    if rooms["used"] == 1 { Ok(()) } else { fail(format!("the rooms are {rooms}")) }
}

async fn configured_stay(world: World) -> Outcome {
    let mut ada = world.login_into(&["r", "default"]).await?;
    ada.cmd(&say::room_leave(&["r", "default"])).await?;
    world
        .until("the empty room is forgotten", async || {
            Ok(say::room_list(&mut ada).await?.get("r").is_none())
        })
        .await?;
    let rooms = say::room_list(&mut ada).await?;
    if rooms["default"] == 0 { Ok(()) } else { fail(format!("the rooms are {rooms}")) }
}

/// There may be three applications, one of which is always there.
async fn app_forgotten(world: World) -> Outcome {
    let in_app = |name: &str| json!({"applicationName": format!("{}.{name}", world.app)});
    let _stays = world.login_with(&in_app("a")).await?;
    let goes = world.login_with(&in_app("b")).await?;
    world.login_refused(&in_app("c"), "LOGIN_APP_AUTH_FAIL").await?;
    goes.leave().await?;
    world
        .until("there is place for another application", async || {
            let mut client = world.connect().await?;
            let answer = client.auth(&world.credentials(&in_app("c"))).await?;
            client.leave().await?;
            Ok(answer.msg_type() == "token")
        })
        .await
}
