//! `docs/spec/rooms.md`: entries, joining and leaving. The rest is in `rosters`.

use serde_json::{Value, json};

use crate::case::{Case, On, Outcome, ensure, fail, play};
use crate::client::Client;
use crate::profile::{NO_MEMBER_LIMIT, NO_ROOMS, TWO_MEMBERS, USER_AGENTS};
use crate::world::{World, named};

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("rooms.entry", "an entry is complete in lists and deltas", play!(entry)),
    Case::must("rooms.join-time", "everybody is told the same roomJoinTime", play!(join_time)),
    Case::must(
        "rooms.join-time/again",
        "joining again as a member keeps the roomJoinTime",
        play!(join_time_again),
    ),
    Case::must("rooms.presence-default", "who set no presence is shown as chat", play!(presence)),
    Case::must("rooms.list-empty-field", "an empty apiField is in no list", play!(empty_field)),
    Case::must("rooms.user-agent", "browser and system are told to nobody", play!(user_agent)),
    Case::must("rooms.user-agent-told", "unless that is configured", play!(user_agent_told))
        .with(&USER_AGENTS)
        .on(On::Network),
    Case::must(
        "rooms.all-or-nothing",
        "a join refused for one room joins and makes none",
        play!(all_or_nothing),
    )
    .with(&TWO_MEMBERS),
    Case::must(
        "rooms.all-or-nothing/login",
        "a login refused for one room joins and makes none",
        play!(all_or_nothing_at_login),
    )
    .with(&TWO_MEMBERS),
    Case::must("rooms.create", "joining a missing room makes it", play!(create)),
    Case::must("rooms.create/off", "no room is made when that is off", play!(create_off))
        .with(&NO_ROOMS),
    Case::must("rooms.full", "a full room takes no more", play!(full)).with(&TWO_MEMBERS),
    Case::must("rooms.full/zero", "0 is no limit", play!(no_limit)).with(&NO_MEMBER_LIMIT),
    Case::must("rooms.full-member", "a member of a full room may join again", play!(full_member))
        .with(&TWO_MEMBERS),
    Case::must("rooms.join-self", "who joins is in its own list", play!(join_self)),
    Case::must("rooms.join-announced", "others hear of the newcomer", play!(join_announced)),
    Case::must(
        "rooms.join-announced/again",
        "others hear of a member that joins again",
        play!(join_announced_again),
    ),
    Case::must("rooms.leave-announced", "others hear of who leaves", play!(leave_announced)),
    Case::must(
        "rooms.leave-announced/close",
        "others hear of who closes its connection",
        play!(leave_announced_close),
    ),
    Case::must(
        "rooms.leave-announced/login",
        "others hear of who logs in elsewhere",
        play!(leave_announced_login),
    ),
    Case::must("rooms.leave-forgets", "leaving forgets the fields of the room", play!(forgets)),
    Case::must("rooms.closed-leaves", "who is cut off leaves all rooms", play!(closed_leaves)),
];

/// The keys an entry may have.
const KEYS: [&str; 5] = ["apiField", "easyrtcid", "presence", "roomJoinTime", "username"];

fn complete(entry: &Value, id: &str) -> Outcome {
    let map = entry.as_object().cloned().unwrap_or_default();
    let ok = entry["easyrtcid"] == id
        && entry["roomJoinTime"].is_u64()
        && entry["presence"].is_object()
        && entry["username"] == "ada"
        && entry["apiField"]["f"]["fieldName"] == "f"
        && map.keys().all(|key| KEYS.contains(&key.as_str()));
    if ok { Ok(()) } else { fail(format!("not complete: {entry}")) }
}

async fn entry(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let mut ada = world.login_with(&json!({"username": "ada"})).await?;
    let field = json!({"f": {"fieldName": "f", "fieldValue": 1}});
    ada.cmd(&say::room_api_field("default", &field)).await?;
    watcher.events().await?;
    let presence = say::presence(&json!({"show": "away"}));
    let answer = ada.cmd(&presence).await?;
    let own = &say::updated(&answer.value, "default")[ada.id()];
    complete(own, ada.id())?;
    let events = watcher.events().await?;
    let Some(event) = events.last() else { return fail("no delta came") };
    complete(&say::updated(&event.value, "default")[ada.id()], ada.id())?;
    let late = world.login().await?;
    complete(&late.token["roomData"]["default"]["clientList"][ada.id()], ada.id())
}

/// The roomJoinTime of somebody, as a client was told it.
fn time_of(client: &Client, room: &str, id: &str) -> Outcome<u64> {
    let entry = client.view.0.get(room).and_then(|members| members.get(id));
    let time = entry.and_then(|entry| entry["roomJoinTime"].as_u64());
    time.map_or_else(|| fail(format!("{id} is not known to be in {room}")), Ok)
}

async fn join_time(world: World) -> Outcome {
    let mut early = world.login().await?;
    let ada = world.login().await?;
    early.events().await?;
    let late = world.login().await?;
    let own = time_of(&ada, "default", ada.id())?;
    for client in [&early, &late] {
        let told = time_of(client, "default", ada.id())?;
        if told != own {
            return fail(format!("{own} to the one, {told} to the other"));
        }
    }
    Ok(())
}

async fn join_time_again(world: World) -> Outcome {
    let mut ada = world.login_into(&["r"]).await?;
    let id = ada.id().to_owned();
    let before = time_of(&ada, "r", &id)?;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    ada.cmd(&say::room_join(&["r"])).await?;
    let after = time_of(&ada, "r", &id)?;
    if after == before { Ok(()) } else { fail(format!("first {before}, then {after}")) }
}

async fn presence(world: World) -> Outcome {
    let ada = world.login().await?;
    let presence = &ada.token["roomData"]["default"]["clientList"][ada.id()]["presence"];
    if *presence == json!({"show": "chat", "status": null}) {
        return Ok(());
    }
    fail(format!("shown with {presence}"))
}

async fn empty_field(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let field = json!({"f": {"fieldName": "f", "fieldValue": 1}});
    ada.cmd(&say::room_api_field("default", &field)).await?;
    ada.cmd(&say::room_api_field("default", &json!({}))).await?;
    let bob = world.login().await?;
    let entry = &bob.token["roomData"]["default"]["clientList"][ada.id()];
    if entry.get("apiField").is_none() { Ok(()) } else { fail(format!("listed as {entry}")) }
}

async fn user_agent(world: World) -> Outcome {
    let ada = world.login().await?;
    let entry = &ada.token["roomData"]["default"]["clientList"][ada.id()];
    let keys = ["browserFamily", "browserMajor", "osFamily", "deviceFamily"];
    match keys.iter().find(|key| entry.get(**key).is_some()) {
        None => Ok(()),
        Some(key) => fail(format!("{key} is told: {entry}")),
    }
}

async fn user_agent_told(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let firefox = "Mozilla/5.0 (Android 13; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0";
    let mut ada = world.connect_with(&[("user-agent", firefox)]).await?;
    ada.login(&world.credentials(&json!({}))).await?;
    let event = bob.event_of("roomData").await?;
    let delta = &event.value["msgData"]["roomData"]["default"]["clientListDelta"];
    let list = &ada.token["roomData"]["default"]["clientList"];
    for entry in [&delta["updateClient"][ada.id()], &list[ada.id()]] {
        let right = entry["browserFamily"] == "Firefox Mobile"
            && entry["browserMajor"] == "121"
            && entry["osFamily"] == "Android"
            && entry["deviceFamily"] == "Generic Smartphone";
        ensure!(right, "told as {entry}");
    }
    for user_agent in ["-", "Firefox/", &"x".repeat(4000)] {
        let mut eve = world.connect_with(&[("user-agent", user_agent)]).await?;
        eve.login(&world.credentials(&json!({}))).await?;
        let entry = &eve.token["roomData"]["default"]["clientList"][eve.id()];
        let told = ["browserFamily", "browserMajor", "osFamily", "deviceFamily"]
            .into_iter()
            .find(|key| entry.get(*key).is_some());
        ensure!(told.is_none(), "of {user_agent:?} is told {entry}");
    }
    Ok(())
}

/// Two clients in the room `full`, of which two is all it takes.
async fn fill(world: &World) -> Outcome<(Client, Client)> {
    let one = world.login_into(&["full"]).await?;
    let mut other = world.login_into(&["full"]).await?;
    other.events().await?;
    Ok((one, other))
}

async fn all_or_nothing(world: World) -> Outcome {
    let (mut one, _other) = fill(&world).await?;
    one.cmd(&say::room_join(&["also"])).await?;
    let mut ada = world.login_into(&["elsewhere"]).await?;
    one.events().await?;
    let join = say::room_join(&["also", "full", "new"]);
    ada.refused("easyrtcCmd", &join, "MSG_REJECT_BAD_ROOM").await?;
    one.hears_nothing().await?;
    let rooms = say::room_list(&mut one).await?;
    if rooms["also"] == 1 && rooms.get("new").is_none() {
        return Ok(());
    }
    fail(format!("afterwards the rooms are {rooms}"))
}

async fn all_or_nothing_at_login(world: World) -> Outcome {
    let (mut one, _other) = fill(&world).await?;
    one.cmd(&say::room_join(&["also"])).await?;
    one.events().await?;
    let rooms = named(&["also", "full", "new"]);
    world.login_refused(&json!({"roomJoin": rooms}), "LOGIN_GEN_FAIL").await?;
    one.hears_nothing().await?;
    let rooms = say::room_list(&mut one).await?;
    if rooms["also"] == 1 && rooms.get("new").is_none() {
        return Ok(());
    }
    fail(format!("afterwards the rooms are {rooms}"))
}

async fn create(world: World) -> Outcome {
    let mut ada = world.login().await?;
    ada.cmd(&say::room_join(&["made"])).await?;
    let rooms = say::room_list(&mut ada).await?;
    if rooms["made"] == 1 { Ok(()) } else { fail(format!("the rooms are {rooms}")) }
}

async fn create_off(world: World) -> Outcome {
    let mut ada = world.login().await?;
    ada.refused("easyrtcCmd", &say::room_join(&["made"]), "MSG_REJECT_BAD_ROOM").await?;
    let rooms = say::room_list(&mut ada).await?;
    if rooms.get("made").is_none() { Ok(()) } else { fail(format!("the rooms are {rooms}")) }
}

async fn full(world: World) -> Outcome {
    let (_one, _other) = fill(&world).await?;
    let mut third = world.login_into(&["elsewhere"]).await?;
    third.refused("easyrtcCmd", &say::room_join(&["full"]), "MSG_REJECT_BAD_ROOM").await
}

async fn no_limit(world: World) -> Outcome {
    let mut all = Vec::new();
    // One more than the default limit.
    for _ in 0..101 {
        all.push(world.login_into(&["r"]).await?);
    }
    let Some(last) = all.last() else { return Ok(()) };
    let members = last.view.members("r").len();
    if members == 101 { Ok(()) } else { fail(format!("{members} members, not 101")) }
}

async fn full_member(world: World) -> Outcome {
    let (mut one, _other) = fill(&world).await?;
    let answer = one.cmd(&say::room_join(&["full"])).await?;
    if answer.msg_type() == "roomData" { Ok(()) } else { fail(answer.text) }
}

async fn join_self(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let id = ada.id().to_owned();
    if !ada.view.members("default").contains(&ada.id()) {
        return fail(format!("not in its own list: {}", ada.token["roomData"]));
    }
    let answer = ada.cmd(&say::room_join(&["r"])).await?;
    if answer.value["msgData"]["roomData"]["r"]["clientList"].get(&id).is_none() {
        return fail(format!("not in its own list: {}", answer.value));
    }
    ada.hears_nothing().await
}

async fn join_announced(world: World) -> Outcome {
    let mut early = world.login_into(&["r"]).await?;
    let mut ada = world.login().await?;
    ada.cmd(&say::room_join(&["r"])).await?;
    let event = early.event_of("roomData").await?;
    let entry = &say::updated(&event.value, "r")[ada.id()];
    if entry["roomJoinTime"].is_u64() { Ok(()) } else { fail(event.text) }
}

async fn join_announced_again(world: World) -> Outcome {
    let mut early = world.login_into(&["r"]).await?;
    let mut ada = world.login_into(&["r"]).await?;
    early.events().await?;
    ada.cmd(&say::room_join(&["r"])).await?;
    let event = early.event_of("roomData").await?;
    let entry = &say::updated(&event.value, "r")[ada.id()];
    if entry["roomJoinTime"].is_u64() { Ok(()) } else { fail(event.text) }
}

/// Waits for the delta with which `id` leaves `room`, and for no other.
async fn sees_leave(client: &mut Client, room: &str, id: &str) -> Outcome {
    let event = client.event_of("roomData").await?;
    let removed = &event.value["msgData"]["roomData"][room]["clientListDelta"]["removeClient"];
    if removed[id]["easyrtcid"] == id { Ok(()) } else { fail(event.text) }
}

async fn leave_announced(world: World) -> Outcome {
    let mut early = world.login_into(&["r"]).await?;
    let mut ada = world.login_into(&["r"]).await?;
    early.events().await?;
    ada.cmd(&say::room_leave(&["r"])).await?;
    sees_leave(&mut early, "r", ada.id()).await
}

async fn leave_announced_close(world: World) -> Outcome {
    let mut early = world.login_into(&["r"]).await?;
    let ada = world.login_into(&["r"]).await?;
    early.events().await?;
    let id = ada.id().to_owned();
    ada.leave().await?;
    sees_leave(&mut early, "r", &id).await
}

async fn leave_announced_login(world: World) -> Outcome {
    let mut early = world.login_into(&["r"]).await?;
    let mut ada = world.login_into(&["r"]).await?;
    early.events().await?;
    let id = ada.id().to_owned();
    ada.login(&world.credentials(&json!({"roomJoin": named(&["elsewhere"])}))).await?;
    sees_leave(&mut early, "r", &id).await
}

async fn forgets(world: World) -> Outcome {
    let mut ada = world.login_into(&["r"]).await?;
    let own = json!({"own": {"fieldName": "own", "fieldValue": 1}});
    ada.cmd(&say::user_cfg(&json!({"apiField": own}))).await?;
    let field = json!({"f": {"fieldName": "f", "fieldValue": 1}});
    ada.cmd(&say::room_api_field("r", &field)).await?;
    ada.cmd(&say::room_leave(&["r"])).await?;
    let answer = ada.cmd(&say::room_join(&["r"])).await?;
    let entry = &answer.value["msgData"]["roomData"]["r"]["clientList"][ada.id()];
    if entry["apiField"] == own { Ok(()) } else { fail(format!("comes back as {entry}")) }
}

async fn closed_leaves(world: World) -> Outcome {
    let mut early = world.login_into(&["r", "s"]).await?;
    let ada = world.login_into(&["r", "s"]).await?;
    early.events().await?;
    let id = ada.id().to_owned();
    ada.cut().await?;
    let event = early.event_of("roomData").await?;
    for room in ["r", "s"] {
        let removed = &event.value["msgData"]["roomData"][room]["clientListDelta"]["removeClient"];
        if removed.get(&id).is_none() {
            // A server may tell of each room by itself.
            sees_leave(&mut early, room, &id).await?;
        }
    }
    Ok(())
}
