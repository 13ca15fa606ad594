//! `docs/spec/login.md`, what a login grants, and `docs/spec/rooms.md`, who may enter.

use std::time::{SystemTime, UNIX_EPOCH};

use easyrtc_auth::jwt::{Algorithm, SigningKey};
use serde_json::{Value, json};

use crate::case::{Case, On, Outcome, ensure, fail, play};
use crate::client::Client;
use crate::message::Said;
use crate::profile::{GRANTS, POLICIES, TOKEN_SECRET};
use crate::world::{World, named};

use super::say;

const BAD_ROOM: &str = "MSG_REJECT_BAD_ROOM";

pub(super) const CASES: &[Case] = &[
    Case::must("login.granted-rooms", "other rooms than granted are refused", play!(granted_rooms))
        .with(&GRANTS),
    Case::must(
        "login.default-room-closed",
        "who may not enter the default room gets in without",
        play!(default_room_closed),
    )
    .with(&GRANTS),
    Case::must("login.permissions", "what is not permitted is refused", play!(permissions))
        .with(&GRANTS),
    Case::must("login.expired", "a login ends when its time is over", play!(expired)).with(&GRANTS),
    Case::must("login.expired/again", "who logs in again before stays", play!(renewed))
        .with(&GRANTS),
    Case::must("login.expired-already", "a login for no time is refused", play!(no_time))
        .with(&GRANTS),
    Case::must("login.again-granted", "the next login may grant less", play!(granted_less))
        .with(&GRANTS),
    Case::must(
        "rooms.refused-as-missing",
        "a room that is there looks like one that is not",
        play!(refused_as_missing),
    )
    .with(&POLICIES),
    Case::must("rooms.join-groups", "only members of its groups enter", play!(join_groups))
        .with(&POLICIES),
    Case::must("rooms.create-groups", "only members of its groups make it", play!(create_groups))
        .with(&POLICIES),
    Case::must("rooms.guarded", "a guarded room needs a proof", play!(guarded)).with(&POLICIES),
    Case::must("rooms.guarded/login", "at login too", play!(guarded_at_login)).with(&POLICIES),
    Case::must(
        "rooms.guarded/permission",
        "but of those who may enter any room",
        play!(guarded_for_any),
    )
    .with(&POLICIES),
    Case::must("rooms.guarded-member", "who is in needs no proof again", play!(guarded_member))
        .with(&POLICIES),
    Case::must("rooms.guard-denied", "a bad proof refuses all rooms", play!(guard_denied))
        .with(&POLICIES),
    Case::must("rooms.guard-denied/late", "nobody decides in time", play!(guard_undecided))
        .on(On::InProcess)
        .with(&POLICIES),
    Case::must("rooms.guard-meanwhile", "what follows waits", play!(guard_meanwhile))
        .on(On::InProcess)
        .with(&POLICIES),
    Case::must("rooms.private", "private rooms are not listed", play!(private)).with(&POLICIES),
    Case::must("rooms.private/permission", "but to those who may see them", play!(sees_private))
        .with(&POLICIES),
    Case::must("rooms.keep-empty", "a room stays or goes as configured", play!(keep_empty))
        .with(&POLICIES),
];

/// Keys of a login to `app` that is to be granted this, as the case itself is told or as a token
/// says: the same but for the time, which tokens have in whole seconds.
fn granted(app: &str, grant: &Value) -> Outcome<Value> {
    let mut claims = grant.clone();
    if let Some(time) = claims.as_object_mut().and_then(|claims| claims.remove("expires")) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        // The first second is partly over.
        let left = time.as_u64().filter(|ms| *ms > 0).map_or(0, |ms| 1 + ms.div_ceil(1000));
        claims["exp"] = (now + left).into();
    }
    let key = SigningKey::new(Algorithm::Hs256, TOKEN_SECRET.as_bytes());
    let token = key.ok().and_then(|key| key.sign(&claims, None).ok());
    let Some(token) = token else { return fail("the case cannot sign a token") };
    Ok(json!({"applicationName": app, "credential": {"conformance": grant, "token": token}}))
}

/// The passphrase of all rooms that have one.
const PASSPHRASE: &str = "open sesame";

/// A `roomJoin` into one room with a proof: what the case itself is told, or a passphrase.
fn prove(room: &str, proof: &str) -> Value {
    let passphrase = if proof == "open" { PASSPHRASE } else { "open barley" };
    let parameter = json!({"conformance": proof, "passphrase": passphrase});
    let rooms = json!({room: {"roomName": room, "roomParameter": parameter}});
    json!({"msgType": "roomJoin", "msgData": {"roomJoin": rooms}})
}

async fn joins(client: &mut Client, message: &Value) -> Outcome {
    let answer = client.cmd(message).await?;
    if answer.msg_type() == "roomData" { Ok(()) } else { fail(answer.text) }
}

async fn granted_rooms(world: World) -> Outcome {
    let grant = granted(&world.app, &json!({"rooms": ["a", "b-*"]}))?;
    let mut more = grant.clone();
    more["roomJoin"] = named(&["a"]);
    let mut ada = world.login_with(&more).await?;
    joins(&mut ada, &say::room_join(&["b-1"])).await?;
    ada.refused("easyrtcCmd", &say::room_join(&["b-2", "c"]), BAD_ROOM).await?;
    more["roomJoin"] = named(&["a", "c"]);
    world.login_refused(&more, "LOGIN_BAD_ROOM").await
}

async fn default_room_closed(world: World) -> Outcome {
    let ada = world.login_with(&granted(&world.app, &json!({"rooms": ["a"]}))?).await?;
    let rooms = &ada.token["roomData"];
    ensure!(*rooms == json!({}), "in {rooms}");
    Ok(())
}

async fn permissions(world: World) -> Outcome {
    let mut ada = world.login_with(&granted(&world.app, &json!({"permissions": []}))?).await?;
    let mut bob = world.login_into(&["there"]).await?;
    let list = json!({"msgType": "getRoomList"});
    ada.refused("easyrtcCmd", &list, "MSG_REJECT_NO_ROOM_LIST").await?;
    let hello = json!({"msgType": "hello", "targetEasyrtcid": bob.id()});
    ada.refused("easyrtcMsg", &hello, "MSG_REJECT_NO_AUTH").await?;
    ada.refused("easyrtcCmd", &say::room_join(&["new"]), BAD_ROOM).await?;
    joins(&mut ada, &say::room_join(&["there"])).await?;
    bob.events().await?;
    ada.cmd(&say::offer(bob.id())).await?;
    bob.event_of("offer").await.map(drop)
}

/// Waits until a client is told that its time is over, and closed.
async fn runs_out(client: &mut Client) -> Outcome {
    let event = client.event_of("error").await?;
    let code = &event.value["msgData"]["errorCode"];
    ensure!(*code == "LOGIN_TIMEOUT", "told {}", event.text);
    client.ended().await.map(drop)
}

async fn expired(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login_with(&granted(&world.app, &json!({"expires": 100}))?).await?;
    bob.events().await?;
    runs_out(&mut ada).await?;
    let event = bob.event_of("roomData").await?;
    let removed = &event.value["msgData"]["roomData"]["default"]["clientListDelta"]["removeClient"];
    ensure!(removed.get(ada.id()).is_some(), "told {}", event.text);
    Ok(())
}

async fn renewed(world: World) -> Outcome {
    let grant = |expires: u64| granted(&world.app, &json!({"expires": expires}));
    let mut ada = world.login_with(&grant(300)?).await?;
    ada.login(&world.credentials(&grant(3_600_000)?)).await?;
    let mut bob = world.login_with(&grant(400)?).await?;
    runs_out(&mut bob).await?;
    ada.cmd(&json!({"msgType": "stillAlive"})).await.map(drop)
}

async fn no_time(world: World) -> Outcome {
    world.login_refused(&granted(&world.app, &json!({"expires": 0}))?, "LOGIN_BAD_AUTH").await
}

async fn granted_less(world: World) -> Outcome {
    let mut ada = world.login_into(&["a", "b"]).await?;
    let mut more = granted(&world.app, &json!({"rooms": ["a"]}))?;
    more["roomJoin"] = named(&["a", "b"]);
    let message = json!({"msgType": "authenticate", "msgData": world.credentials(&more)});
    ada.refused("easyrtcAuth", &message, "LOGIN_BAD_ROOM").await?;
    ada.ended().await.map(drop)
}

async fn teacher(world: &World) -> Outcome<Client> {
    world.login_with(&granted("classes", &json!({"groups": ["teachers"]}))?).await
}

async fn refused_as_missing(world: World) -> Outcome {
    let mut teacher = teacher(&world).await?;
    joins(&mut teacher, &say::room_join(&["class-seen"])).await?;
    let mut ada = world.login_with(&json!({"applicationName": "classes"})).await?;
    let mut errors = Vec::new();
    for room in ["class-seen", "class-unseen"] {
        let answer = ada.cmd(&say::room_join(&[room])).await?;
        errors.push(answer.value["msgData"].clone());
        let more = json!({"applicationName": "classes", "roomJoin": named(&[room])});
        world.login_refused(&more, "LOGIN_BAD_ROOM").await?;
    }
    ensure!(errors[0] == errors[1] && errors[0]["errorCode"] == BAD_ROOM, "told {errors:?}");
    Ok(())
}

async fn join_groups(world: World) -> Outcome {
    let mut teacher = teacher(&world).await?;
    joins(&mut teacher, &say::room_join(&["class-1"])).await?;
    let mut ada = world.login_with(&json!({"applicationName": "classes"})).await?;
    ada.refused("easyrtcCmd", &say::room_join(&["class-1"]), BAD_ROOM).await?;
    let pupil = granted("classes", &json!({"groups": ["pupils"]}))?;
    let mut pupil = world.login_with(&pupil).await?;
    joins(&mut pupil, &say::room_join(&["class-1"])).await?;
    let any = json!({"permissions": ["enterAnyRoom"]});
    let mut any = world.login_with(&granted("classes", &any)?).await?;
    joins(&mut any, &say::room_join(&["class-1"])).await
}

async fn create_groups(world: World) -> Outcome {
    let pupil = granted("classes", &json!({"groups": ["pupils"]}))?;
    let mut pupil = world.login_with(&pupil).await?;
    pupil.refused("easyrtcCmd", &say::room_join(&["class-new"]), BAD_ROOM).await?;
    let mut teacher = teacher(&world).await?;
    joins(&mut teacher, &say::room_join(&["class-new"])).await
}

async fn guarded(world: World) -> Outcome {
    let mut ada = world.login_with(&json!({"applicationName": "guarded"})).await?;
    ada.refused("easyrtcCmd", &say::room_join(&["g-1"]), BAD_ROOM).await?;
    joins(&mut ada, &prove("g-1", "open")).await?;
    joins(&mut ada, &say::room_join(&["g-1"])).await
}

async fn guarded_at_login(world: World) -> Outcome {
    let into = |proof: &str| {
        let room_join = prove("g-2", proof)["msgData"]["roomJoin"].clone();
        json!({"applicationName": "guarded", "roomJoin": room_join})
    };
    world.login_refused(&into("closed"), "LOGIN_BAD_ROOM").await?;
    let ada = world.login_with(&into("open")).await?;
    ensure!(ada.token["roomData"].get("g-2").is_some(), "in {}", ada.token["roomData"]);
    Ok(())
}

async fn guarded_member(world: World) -> Outcome {
    let proof = &prove("g-8", "open")["msgData"]["roomJoin"];
    let login = json!({"applicationName": "guarded", "roomJoin": proof});
    let mut ada = world.login_with(&login).await?;
    joins(&mut ada, &say::room_join(&["g-8"])).await?;
    let again = json!({"applicationName": "guarded", "roomJoin": named(&["g-8"])});
    let token = ada.auth(&world.credentials(&again)).await?;
    ensure!(token.msg_type() == "token", "answered {}", token.text);
    Ok(())
}

async fn guarded_for_any(world: World) -> Outcome {
    let grant = granted("guarded", &json!({"permissions": ["createRoom", "enterAnyRoom"]}))?;
    let mut ada = world.login_with(&grant).await?;
    joins(&mut ada, &say::room_join(&["g-6"])).await?;
    let mut more = grant;
    more["roomJoin"] = named(&["g-7"]);
    world.login_with(&more).await.map(drop)
}

async fn guard_denied(world: World) -> Outcome {
    let mut ada = world.login_with(&json!({"applicationName": "guarded"})).await?;
    ada.refused("easyrtcCmd", &say::room_join(&["beside", "g-3"]), BAD_ROOM).await?;
    let rooms = say::room_list(&mut ada).await?;
    ensure!(rooms.get("beside").is_none() && rooms.get("g-3").is_none(), "there are {rooms}");
    Ok(())
}

async fn guard_undecided(world: World) -> Outcome {
    let mut ada = world.login_with(&json!({"applicationName": "guarded"})).await?;
    ada.refused("easyrtcCmd", &prove("g-4", "never"), "MSG_REJECT_GEN_FAIL").await
}

async fn guard_meanwhile(world: World) -> Outcome {
    let mut ada = world.login_with(&json!({"applicationName": "guarded"})).await?;
    let join = prove("g-5", "late").to_string();
    let list = json!({"msgType": "getRoomList"}).to_string();
    let join = ada.say(Said::new("easyrtcCmd", join)).await?;
    let list = ada.say(Said::new("easyrtcCmd", list)).await?;
    let rooms = ada.answer(list).await?;
    let members = &rooms.value["msgData"]["roomList"]["g-5"]["numberClients"];
    ensure!(*members == 1, "handled before: {}", rooms.text);
    let joined = ada.answer(join).await?;
    ensure!(joined.msg_type() == "roomData", "answered {}", joined.text);
    Ok(())
}

async fn private(world: World) -> Outcome {
    let mut ada = world.login_with(&json!({"applicationName": "private"})).await?;
    joins(&mut ada, &say::room_join(&["p-1", "open"])).await?;
    let mut bob = world.login_with(&json!({"applicationName": "private"})).await?;
    let seen = say::room_list(&mut bob).await?;
    let right = seen.get("open").is_some() && seen.get("p-1").is_none();
    ensure!(right && seen.get("hidden").is_none(), "sees {seen}");
    let seen = say::room_list(&mut ada).await?;
    ensure!(seen.get("p-1").is_some(), "a member sees {seen}");
    joins(&mut bob, &say::room_join(&["p-1"])).await
}

async fn sees_private(world: World) -> Outcome {
    let grant = json!({"permissions": ["listRooms", "seePrivateRooms"]});
    let mut ada = world.login_with(&granted("private", &grant)?).await?;
    let seen = say::room_list(&mut ada).await?;
    ensure!(seen.get("hidden").is_some(), "sees {seen}");
    Ok(())
}

async fn keep_empty(world: World) -> Outcome {
    let mut bob = world.login_with(&json!({"applicationName": "kept"})).await?;
    let there = say::room_list(&mut bob).await?;
    ensure!(there.get("passing").is_none(), "from the start there are {there}");
    let mut ada = world.login_with(&json!({"applicationName": "kept"})).await?;
    joins(&mut ada, &say::room_join(&["passing", "kept-1"])).await?;
    ada.leave().await?;
    world
        .until("the room is forgotten", async || {
            Ok(say::room_list(&mut bob).await?.get("passing").is_none())
        })
        .await?;
    let there = say::room_list(&mut bob).await?;
    ensure!(there["kept-1"] == 0, "afterwards there are {there}");
    Ok(())
}
