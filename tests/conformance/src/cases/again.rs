//! `docs/spec/login.md`: logging in again.

use serde_json::json;

use crate::case::{Case, Outcome, ensure, play};
use crate::client::Client;
use crate::profile::TWO_MEMBERS;
use crate::world::{World, named};

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("login.again", "logging in again keeps the easyrtcid", play!(again)),
    Case::must("login.again-rooms", "rooms not named again are left", play!(rooms)),
    Case::must("login.again-rooms/time", "rooms named again keep their time", play!(time)),
    Case::must("login.again-rooms/full", "a full room keeps its member", play!(full))
        .with(&TWO_MEMBERS),
    Case::must("login.again-reset", "what is not given again is reset", play!(reset)),
    Case::must("login.again-application", "another application leaves the first", play!(other)),
    Case::must("login.again-once", "messages take effect once", play!(once)),
    Case::must("login.again-refused", "refused means closed", play!(refused)),
];

/// Logs in again with these keys; the answer has to be a token.
async fn login_again(world: &World, client: &mut Client, more: &serde_json::Value) -> Outcome {
    client.login(&world.credentials(more)).await
}

async fn again(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let id = ada.id().to_owned();
    login_again(&world, &mut ada, &json!({})).await?;
    ensure!(ada.id() == id, "first {id}, then {}", ada.id());
    Ok(())
}

async fn rooms(world: World) -> Outcome {
    let mut watcher = world.login_into(&["a", "b"]).await?;
    let mut ada = world.login_into(&["a", "b"]).await?;
    watcher.events().await?;
    login_again(&world, &mut ada, &json!({"roomJoin": named(&["b", "c"])})).await?;
    watcher.events().await?;
    let members = watcher.view.members("a");
    ensure!(!members.contains(&ada.id()), "still in a: {members:?}");
    let members = watcher.view.members("b");
    ensure!(members.contains(&ada.id()), "no longer in b: {members:?}");
    let rooms = say::room_list(&mut ada).await?;
    ensure!(rooms["a"] == 1 && rooms["b"] == 2 && rooms["c"] == 1, "the rooms are {rooms}");
    Ok(())
}

async fn time(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let time = |client: &Client| {
        let entry = &client.token["roomData"]["default"]["clientList"][client.id()];
        entry["roomJoinTime"].clone()
    };
    let before = time(&ada);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    login_again(&world, &mut ada, &json!({})).await?;
    ensure!(time(&ada) == before, "first {before}, then {}", time(&ada));
    Ok(())
}

async fn full(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let _other = world.login().await?;
    login_again(&world, &mut ada, &json!({})).await
}

async fn reset(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let field = say::field("f", &json!(1));
    let mut ada = world
        .login_with(&json!({"username": "ada", "easyrtcsid": "s", "setPresence": {"show": "dnd"},
            "setUserCfg": {"apiField": field}}))
        .await?;
    ada.cmd(&say::room_api_field("default", &say::field("g", &json!(1)))).await?;
    login_again(&world, &mut ada, &json!({})).await?;
    let entry = ada.token["roomData"]["default"]["clientList"][ada.id()].clone();
    let bare = ["username", "apiField"].iter().all(|key| entry.get(*key).is_none());
    let chat = entry["presence"] == json!({"show": "chat", "status": null});
    ensure!(bare && chat, "the entry is {entry}");
    ensure!(ada.token.get("sessionData").is_none(), "still in a session: {}", ada.token);
    watcher.events().await?;
    let seen = &watcher.view.0["default"][ada.id()];
    ensure!(seen.get("apiField").is_none(), "others see {seen}");
    Ok(())
}

async fn other(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let mut ada = world.login().await?;
    watcher.events().await?;
    let id = ada.id().to_owned();
    let elsewhere = json!({"applicationName": format!("{}.b", world.app)});
    login_again(&world, &mut ada, &elsewhere).await?;
    watcher.events().await?;
    let members = watcher.view.members("default");
    ensure!(!members.contains(&id.as_str()), "still among {members:?}");
    let rooms = say::room_list(&mut watcher).await?;
    ensure!(rooms["default"] == 1, "the rooms are {rooms}");
    watcher.refused("easyrtcCmd", &say::offer(&id), "MSG_REJECT_TARGET_EASYRTCID").await
}

async fn once(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    login_again(&world, &mut ada, &json!({})).await?;
    login_again(&world, &mut ada, &json!({})).await?;
    bob.events().await?;
    ada.acked("easyrtcCmd", &say::offer(bob.id())).await?;
    let events = bob.events().await?;
    ensure!(events.len() == 1, "the offer came {} times", events.len());
    ada.cmd(&say::presence(&json!({"show": "dnd"}))).await?;
    let events = bob.events().await?;
    ensure!(events.len() == 1, "the presence came {} times", events.len());
    Ok(())
}

async fn refused(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let mut ada = world.login().await?;
    watcher.events().await?;
    let id = ada.id().to_owned();
    let answer = ada.auth(&world.credentials(&json!({"username": 5}))).await?;
    let code = answer.error_code();
    ensure!(code == Some("MSG_REJECT_BAD_STRUCTURE"), "answered {}", answer.text);
    ada.ended().await?;
    let event = watcher.event_of("roomData").await?;
    let delta = &event.value["msgData"]["roomData"]["default"]["clientListDelta"];
    ensure!(delta["removeClient"].get(&id).is_some(), "told {}", event.text);
    Ok(())
}
