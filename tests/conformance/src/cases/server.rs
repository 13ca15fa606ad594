//! What the server says of its own accord: `error`, `forwardToUrl`, `token`.

use easyrtc_proto::ForwardToUrl;
use easyrtc_runtime::{AdminCommand, Audience, EasyrtcId};
use serde_json::{Value, json};

use crate::case::{Case, On, Outcome, ensure, fail, play};
use crate::client::Client;
use crate::profile::{FRESH, SHORT_LOGIN};
use crate::world::World;

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("error.event", "an error event names its receiver", play!(shutdown)).with(&FRESH),
    Case::must("error.event/no-name", "if it has a name", play!(no_name)).with(&SHORT_LOGIN),
    Case::must("error.kick", "a kick is LOGIN_GEN_FAIL", play!(kick)).on(On::InProcess),
    Case::must("error.shutdown", "a stop is told to everybody", play!(shutdown)).with(&FRESH),
    Case::must("forward-to-url.asked-for", "only the operator forwards", play!(forward))
        .also(&["forward-to-url.new-window-twice"])
        .on(On::InProcess),
    Case::must("token.server-time", "serverTime is there twice", play!(server_time)),
    Case::must("token.still-alive-interval", "stillAliveInterval is there", play!(interval)),
    Case::must("token.protocol", "protocol is there", play!(protocol)),
    Case::must("token.emitted", "only the operator has tokens emitted", play!(emitted))
        .on(On::InProcess),
];

async fn shutdown(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let mut bob = world.login().await?;
    let mut nobody = world.connect().await?;
    ada.events().await?;
    world.stop_server()?;
    for client in [&mut ada, &mut bob] {
        let event = client.event_of("error").await?;
        let right = event.error_code() == Some("SERVER_SHUTDOWN");
        ensure!(right && event.value["easyrtcid"] == client.id(), "told {}", event.text);
        ensure!(event.event.as_deref() == Some("easyrtcCmd"), "as {:?}", event.event);
        client.ended().await?;
    }
    let event = nobody.event_of("error").await?;
    let right = event.error_code() == Some("SERVER_SHUTDOWN");
    ensure!(right && event.value.get("easyrtcid").is_none(), "told {}", event.text);
    nobody.ended().await.map(drop)
}

async fn no_name(world: World) -> Outcome {
    let mut ada = world.connect().await?;
    let event = ada.event_of("error").await?;
    ensure!(event.value.get("easyrtcid").is_none(), "told {}", event.text);
    Ok(())
}

fn id(client: &Client) -> Outcome<EasyrtcId> {
    EasyrtcId::parse(client.id()).or_else(|error| fail(error.to_string()))
}

fn admin(world: &World, command: AdminCommand) -> Outcome {
    world.runtime()?.admin(command).map(drop).or_else(|error| fail(error.to_string()))
}

async fn kick(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let mut ada = world.login().await?;
    watcher.events().await?;
    admin(&world, AdminCommand::Kick { easyrtcid: id(&ada)? })?;
    let event = ada.event_of("error").await?;
    ensure!(event.error_code() == Some("LOGIN_GEN_FAIL"), "told {}", event.text);
    ada.ended().await?;
    let event = watcher.event_of("roomData").await?;
    let delta = &event.value["msgData"]["roomData"]["default"]["clientListDelta"];
    ensure!(delta["removeClient"].get(ada.id()).is_some(), "told {}", event.text);
    Ok(())
}

async fn forward(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    for new_window in [None, Some(true), Some(false)] {
        let url = "https://example.org/help".to_owned();
        let forward = ForwardToUrl { url: url.clone(), new_window };
        let to = Audience::Connection(id(&ada)?);
        admin(&world, AdminCommand::ForwardToUrl { to, forward })?;
        let event = ada.event_of("forwardToUrl").await?;
        let told = &event.value["msgData"];
        ensure!(told["forwardToUrl"]["url"] == url, "told {}", event.text);
        for place in [told, &told["forwardToUrl"]] {
            let asked: Option<&Value> = place.get("newWindow");
            let right = asked.and_then(Value::as_bool) == new_window;
            ensure!(right && asked.is_some() == new_window.is_some(), "told {}", event.text);
        }
    }
    bob.hears_nothing().await
}

async fn server_time(world: World) -> Outcome {
    let mut ada = world.connect().await?;
    let answer = ada.auth(&world.credentials(&json!({}))).await?;
    let (outer, inner) = (&answer.value["serverTime"], &answer.value["msgData"]["serverTime"]);
    ensure!(outer.is_u64() && outer == inner, "{outer} outside, {inner} inside");
    Ok(())
}

async fn interval(world: World) -> Outcome {
    let ada = world.login().await?;
    let interval = &ada.token["stillAliveInterval"];
    ensure!(*interval == 0, "stillAliveInterval is {interval}");
    Ok(())
}

async fn protocol(world: World) -> Outcome {
    let ada = world.login().await?;
    let protocol = &ada.token["protocol"];
    let revision = protocol["revision"].as_str().unwrap_or_default();
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit()) && !part.is_empty();
    let dated = revision.len() == 10
        && revision.split('-').map(str::len).eq([4, 2, 2])
        && revision.split('-').all(digits);
    ensure!(dated && protocol["capabilities"].is_array(), "protocol is {protocol}");
    Ok(())
}

async fn emitted(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let mut bob = world.login().await?;
    bob.login(&world.credentials(&json!({"username": "bob"}))).await?;
    bob.cmd(&say::presence(&json!({"show": "dnd"}))).await?;
    for event in ada.events().await? {
        ensure!(event.msg_type() != "token", "unasked: {}", event.text);
    }
    admin(&world, AdminCommand::SendToken { easyrtcid: id(&ada)? })?;
    let event = ada.event_of("token").await?;
    ensure!(event.value["msgData"]["easyrtcid"] == ada.id(), "told {}", event.text);
    bob.hears_nothing().await
}
