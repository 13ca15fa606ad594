//! `docs/spec/rooms.md`: changes that go out gathered.

use serde_json::{Value, json};

use crate::case::{Case, Outcome, ensure, fail, play};
use crate::client::Client;
use crate::message::{Message, Said};
use crate::profile::{GATHERING, GATHERING_FEW, GATHERING_LONG};
use crate::world::World;

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("rooms.gather-small", "in a small room all is told at once", play!(small))
        .with(&GATHERING_LONG),
    Case::must("rooms.gather-first", "in a large room the first change is too", play!(first))
        .with(&GATHERING_LONG),
    Case::must("rooms.gather-together", "those that follow are told together", play!(together))
        .with(&GATHERING),
    Case::must("rooms.gather-nets", "what counts is how things are in the end", play!(nets))
        .with(&GATHERING_LONG),
    Case::must(
        "rooms.gather-left-and-came",
        "that a client left is told before it comes again",
        play!(left_and_came),
    )
    .with(&GATHERING_LONG),
    Case::must("rooms.gather-newcomer", "a newcomer is told nothing twice", play!(newcomer))
        .with(&GATHERING_LONG),
    Case::must("rooms.gather-causal", "a signal does not overtake its sender", play!(causal))
        .with(&GATHERING_LONG),
    Case::must(
        "rooms.gather-causal/message",
        "nor does a message to the room",
        play!(causal_message),
    )
    .with(&GATHERING_LONG),
    Case::must("rooms.gather-list", "what is gathered comes before a list", play!(list))
        .with(&GATHERING_LONG),
    Case::must("limits.gathered", "many changes go out before their time", play!(many))
        .with(&GATHERING_FEW),
];

/// A watcher and Ada in the room `r`, which gathers since Bob came.
async fn three(world: &World) -> Outcome<(Client, Client, Client)> {
    let mut watcher = world.login_into(&["r"]).await?;
    let ada = world.login_into(&["r"]).await?;
    let bob = world.login_into(&["r"]).await?;
    watcher.events().await?;
    Ok((watcher, ada, bob))
}

fn show(show: &str) -> Value {
    say::presence(&json!({"show": show}))
}

fn delta(message: &Message) -> &Value {
    &message.value["msgData"]["roomData"]["r"]["clientListDelta"]
}

async fn small(world: World) -> Outcome {
    let mut watcher = world.login_into(&["r"]).await?;
    let mut ada = world.login_into(&["r"]).await?;
    watcher.events().await?;
    for status in ["away", "dnd", "chat"] {
        ada.cmd(&show(status)).await?;
        let events = watcher.events().await?;
        let told = events.iter().any(|event| delta(event)["updateClient"][ada.id()].is_object());
        ensure!(told, "{status} is not told at once");
    }
    Ok(())
}

async fn first(world: World) -> Outcome {
    let mut watcher = world.login_into(&["r", "s"]).await?;
    let _ada = world.login_into(&["r"]).await?;
    watcher.events().await?;
    let bob = world.login_into(&["r", "s"]).await?;
    let events = watcher.events().await?;
    let told =
        |room| events.iter().any(|event| say::updated(&event.value, room)[bob.id()].is_object());
    ensure!(told("r") && told("s"), "told {events:?}");
    Ok(())
}

async fn together(world: World) -> Outcome {
    let (mut watcher, mut ada, mut bob) = three(&world).await?;
    // Said at once, so that they fall into one time of gathering, or two if one is just over.
    const EACH: usize = 10;
    for number in 0..EACH {
        for client in [&mut ada, &mut bob] {
            let status = json!({"show": "away", "status": number.to_string()});
            client.say(Said::new("easyrtcCmd", say::presence(&status).to_string())).await?;
        }
    }
    let last = (EACH - 1).to_string();
    let mut events = 0;
    loop {
        watcher.event().await?;
        events += 1;
        let members = &watcher.view.0["r"];
        let seen = |client: &Client| members[client.id()]["presence"]["status"] == last.as_str();
        if seen(&ada) && seen(&bob) {
            break;
        }
    }
    ensure!(events <= EACH, "{} changes are told in {events} messages", 2 * EACH);
    Ok(())
}

async fn nets(world: World) -> Outcome {
    let (mut watcher, mut ada, _bob) = three(&world).await?;
    let mut carol = world.login_into(&["r"]).await?;
    carol.cmd(&say::room_leave(&["r"])).await?;
    ada.cmd(&show("away")).await?;
    ada.cmd(&show("dnd")).await?;
    ada.acked("easyrtcCmd", &say::offer(watcher.id())).await?;
    let events = watcher.events().await?;
    let deltas: Vec<&Message> =
        events.iter().filter(|event| event.msg_type() == "roomData").collect();
    let [event] = deltas[..] else { return fail(format!("told {deltas:?}")) };
    let names_carol = event.text.contains(carol.id());
    ensure!(!names_carol, "told of who came and left: {}", event.text);
    let presence = &delta(event)["updateClient"][ada.id()]["presence"]["show"];
    ensure!(presence == "dnd", "told {presence}");
    Ok(())
}

async fn left_and_came(world: World) -> Outcome {
    let (mut watcher, _ada, mut bob) = three(&world).await?;
    bob.cmd(&say::room_leave(&["r"])).await?;
    bob.cmd(&say::room_join(&["r"])).await?;
    bob.acked("easyrtcCmd", &say::offer(watcher.id())).await?;
    let mut told = Vec::new();
    for event in watcher.events().await? {
        let came = delta(&event)["updateClient"][bob.id()].is_object();
        let left = delta(&event)["removeClient"][bob.id()].is_object();
        ensure!(!(came && left), "told both: {}", event.text);
        told.extend([left.then_some("left"), came.then_some("came")].into_iter().flatten());
    }
    ensure!(told == ["left", "came"], "told that it {told:?}");
    Ok(())
}

async fn newcomer(world: World) -> Outcome {
    let (_watcher, mut ada, _bob) = three(&world).await?;
    let mut carol = world.login_into(&["r"]).await?;
    let mut dave = world.login_into(&["r"]).await?;
    carol.acked("easyrtcCmd", &say::offer(dave.id())).await?;
    dave.event_of("offer").await?;
    ada.cmd(&show("away")).await?;
    ada.acked("easyrtcCmd", &say::offer(dave.id())).await?;
    let event = dave.event_of("roomData").await?;
    let updated = delta(&event)["updateClient"].as_object().cloned().unwrap_or_default();
    ensure!(updated.keys().eq([ada.id()]), "told {}", event.text);
    Ok(())
}

async fn causal(world: World) -> Outcome {
    let (mut watcher, _ada, _bob) = three(&world).await?;
    let mut carol = world.login_into(&["r"]).await?;
    carol.acked("easyrtcCmd", &say::offer(watcher.id())).await?;
    knows_before(&mut watcher, &carol, "offer").await
}

async fn causal_message(world: World) -> Outcome {
    let (mut watcher, mut ada, mut bob) = three(&world).await?;
    let mut carol = world.login_into(&["r"]).await?;
    let message = json!({"msgType": "hello", "targetRoom": "r", "msgData": 1});
    carol.acked("easyrtcMsg", &message).await?;
    for client in [&mut watcher, &mut ada, &mut bob] {
        knows_before(client, &carol, "hello").await?;
    }
    Ok(())
}

/// The client hears that another came before it hears this from it.
async fn knows_before(client: &mut Client, other: &Client, msg_type: &str) -> Outcome {
    let mut known = false;
    loop {
        let event = client.event().await?;
        known |= delta(&event)["updateClient"][other.id()].is_object();
        if event.msg_type() == msg_type {
            break;
        }
    }
    ensure!(known, "{msg_type} came of somebody unknown");
    Ok(())
}

async fn list(world: World) -> Outcome {
    let (mut watcher, _ada, _bob) = three(&world).await?;
    let carol = world.login_into(&["r"]).await?;
    watcher.order.clear();
    watcher.cmd(&say::room_join(&["s"])).await?;
    let first = watcher.order.front().cloned().unwrap_or_default();
    ensure!(first == "event roomData", "first came {first}");
    let event = watcher.event().await?;
    let known = delta(&event)["updateClient"][carol.id()].is_object();
    ensure!(known, "told {}", event.text);
    Ok(())
}

async fn many(world: World) -> Outcome {
    let (mut watcher, mut ada, mut bob) = three(&world).await?;
    for client in [&mut ada, &mut bob] {
        client.cmd(&show("away")).await?;
    }
    let events = watcher.events().await?;
    for client in [&ada, &bob] {
        let told = |event: &Message| delta(event)["updateClient"][client.id()].is_object();
        ensure!(events.iter().any(told), "told {events:?}");
    }
    Ok(())
}
