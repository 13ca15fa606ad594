//! `docs/spec/messages/easyrtcMsg.md` and `docs/spec/groups.md`

use serde_json::{Value, json};

use easyrtc_proto::GroupName;
use easyrtc_runtime::{AdminCommand, EasyrtcId};

use crate::case::{Case, On, Outcome, ensure, fail, play};
use crate::client::Client;
use crate::world::{World, named};

pub(super) const CASES: &[Case] = &[
    Case::must("easyrtc-msg.form", "forms are checked in order", play!(form)),
    Case::must("easyrtc-msg.order", "targets are looked up in order", play!(order)),
    Case::must("easyrtc-msg.self", "a message to oneself is refused", play!(to_self)),
    Case::must("easyrtc-msg.offline", "a message to nobody is refused", play!(offline)),
    Case::must("easyrtc-msg.room", "a room gets it, but the sender", play!(room)),
    Case::must("easyrtc-msg.room/alone", "a room without others is fine", play!(alone)),
    Case::must("easyrtc-msg.room-sender", "sender and target have to be there", play!(in_room)),
    Case::must("easyrtc-msg.group", "a group gets it", play!(alone_addressed)).on(On::InProcess),
    Case::must("easyrtc-msg.group/unknown", "an unknown group is refused", play!(unknown)),
    Case::must("easyrtc-msg.no-target", "without a target nobody handles it", play!(no_target)),
    Case::must(
        "easyrtc-msg.no-target/handled",
        "the server-side application answers it",
        play!(handled),
    )
    .on(On::InProcess),
    Case::must("easyrtc-msg.keys", "what is relayed has these keys and no others", play!(keys)),
    Case::must("groups.in-token", "the token lists the groups", play!(in_token)).on(On::InProcess),
    Case::must("groups.in-token/none", "without groups there is no groupList", play!(no_groups)),
    Case::must("groups.addressed-alone", "all members but the sender", play!(alone_addressed))
        .on(On::InProcess),
    Case::must("groups.combined", "every restriction named holds", play!(combined))
        .on(On::InProcess),
    Case::must("groups.unknown", "unknown groups are refused", play!(unknown)),
    Case::must("groups.unknown/target", "a target outside the group is refused", play!(outside))
        .on(On::InProcess),
    Case::must("groups.left-on-close", "a group without members is unknown", play!(left_on_close))
        .on(On::InProcess),
];

fn to(targets: &Value) -> Value {
    let mut message = json!({"msgType": "hello", "msgData": {"text": "é"}});
    for (key, value) in targets.as_object().into_iter().flatten() {
        message[key] = value.clone();
    }
    message
}

async fn form(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let all_bad = json!({"targetEasyrtcid": null, "targetGroup": null, "targetRoom": null});
    let mut no_type = to(&all_bad);
    no_type["msgType"] = json!(null);
    ada.refused("easyrtcMsg", &no_type, "MSG_REJECT_BAD_TYPE").await?;
    ada.refused("easyrtcMsg", &to(&all_bad), "MSG_REJECT_TARGET_EASYRTCID").await?;
    let group_bad = json!({"targetGroup": null, "targetRoom": null});
    ada.refused("easyrtcMsg", &to(&group_bad), "MSG_REJECT_TARGET_GROUP").await?;
    let room_bad = json!({"targetRoom": null});
    ada.refused("easyrtcMsg", &to(&room_bad), "MSG_REJECT_TARGET_ROOM").await?;
    // Forms go before what is there.
    let late_bad = json!({"targetEasyrtcid": "nobody", "targetRoom": "a b"});
    ada.refused("easyrtcMsg", &to(&late_bad), "MSG_REJECT_TARGET_ROOM").await
}

async fn order(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let nowhere = |id: &str| {
        to(&json!({"targetEasyrtcid": id, "targetRoom": "nowhere", "targetGroup": "none"}))
    };
    let own = nowhere(ada.id());
    ada.refused("easyrtcMsg", &own, "MSG_REJECT_TARGET_EASYRTCID").await?;
    ada.refused("easyrtcMsg", &nowhere("nobody"), "MSG_REJECT_GEN_FAIL").await?;
    let bob = world.login().await?;
    ada.refused("easyrtcMsg", &nowhere(bob.id()), "MSG_REJECT_TARGET_ROOM").await?;
    let group = to(&json!({"targetRoom": "default", "targetGroup": "none"}));
    ada.refused("easyrtcMsg", &group, "MSG_REJECT_TARGET_GROUP").await
}

async fn to_self(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let own = to(&json!({"targetEasyrtcid": ada.id()}));
    ada.refused("easyrtcMsg", &own, "MSG_REJECT_TARGET_EASYRTCID").await?;
    ada.hears_nothing().await
}

async fn offline(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let other = json!({"applicationName": format!("{}.b", world.app)});
    let mut eve = world.login_with(&other).await?;
    for id in ["nobody", eve.id()] {
        let message = to(&json!({"targetEasyrtcid": id}));
        ada.refused("easyrtcMsg", &message, "MSG_REJECT_GEN_FAIL").await?;
    }
    eve.hears_nothing().await
}

async fn room(world: World) -> Outcome {
    let mut ada = world.login_into(&["r", "s"]).await?;
    let mut bob = world.login_into(&["r"]).await?;
    let mut eve = world.login_into(&["s"]).await?;
    for client in [&mut ada, &mut bob, &mut eve] {
        client.events().await?;
    }
    ada.acked("easyrtcMsg", &to(&json!({"targetRoom": "r"}))).await?;
    let event = bob.event_of("hello").await?;
    ensure!(event.event.as_deref() == Some("easyrtcMsg"), "as {:?}", event.event);
    ada.hears_nothing().await?;
    bob.hears_nothing().await?;
    eve.hears_nothing().await
}

async fn alone(world: World) -> Outcome {
    let mut ada = world.login_into(&["r"]).await?;
    ada.acked("easyrtcMsg", &to(&json!({"targetRoom": "r"}))).await?;
    ada.hears_nothing().await
}

async fn in_room(world: World) -> Outcome {
    let mut ada = world.login_into(&["r"]).await?;
    let mut bob = world.login_into(&["s"]).await?;
    for targets in [
        json!({"targetRoom": "s"}),
        json!({"targetRoom": "nowhere"}),
        json!({"targetRoom": "r", "targetEasyrtcid": bob.id()}),
        json!({"targetRoom": "s", "targetEasyrtcid": bob.id()}),
    ] {
        ada.refused("easyrtcMsg", &to(&targets), "MSG_REJECT_TARGET_ROOM").await?;
    }
    bob.hears_nothing().await
}

async fn no_target(world: World) -> Outcome {
    let mut ada = world.login().await?;
    ada.refused("easyrtcMsg", &to(&json!({})), "MSG_REJECT_BAD_TYPE").await
}

async fn handled(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let message = json!({"msgType": "ask", "msgData": {"answered": true, "n": 1}});
    let answer = ada.msg(&message).await?;
    let right = answer.msg_type() == "ask" && answer.value["msgData"]["n"] == 1;
    ensure!(right, "answered {}", answer.text);
    Ok(())
}

async fn keys(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let mut bob = world.login().await?;
    bob.events().await?;
    let id = bob.id().to_owned();
    for (targets, data) in [
        (json!({"targetEasyrtcid": id}), Some(json!({"a": [1]}))),
        (json!({"targetEasyrtcid": id}), None),
        (json!({"targetEasyrtcid": id, "targetRoom": "default"}), Some(json!(null))),
        (json!({"targetRoom": "default"}), Some(json!("text"))),
    ] {
        let mut due = json!({"msgType": "hello", "senderEasyrtcid": ada.id(), "easyrtcid": id});
        let mut message = json!({"msgType": "hello", "extra": 1, "senderEasyrtcid": "forged"});
        for (key, value) in targets.as_object().into_iter().flatten() {
            (message[key], due[key]) = (value.clone(), value.clone());
        }
        if let Some(data) = data {
            (message["msgData"], due["msgData"]) = (data.clone(), data);
        }
        ada.acked("easyrtcMsg", &message).await?;
        let mut heard = bob.event_of("hello").await?.value;
        heard.as_object_mut().map(|keys| keys.remove("serverTime"));
        ensure!(heard == due, "{due} is due, not {heard}");
    }
    Ok(())
}

/// Logs in as a member of these groups.
async fn member(world: &World, groups: &[&str], rooms: &[&str]) -> Outcome<Client> {
    let credential = json!({"conformance": {"groups": groups}});
    world.login_with(&json!({"credential": credential, "roomJoin": named(rooms)})).await
}

/// Puts a client into a group, or takes it out.
fn set_group(world: &World, client: &Client, name: &str, member: bool) -> Outcome {
    let (Ok(easyrtcid), Ok(group)) = (EasyrtcId::parse(client.id()), GroupName::parse(name)) else {
        return fail("no names");
    };
    let set = AdminCommand::SetGroup { easyrtcid, group, member };
    world.runtime()?.admin(set).map(drop).or_else(|error| fail(error.to_string()))
}

async fn in_token(world: World) -> Outcome {
    let ada = member(&world, &["staff", "B.2"], &["r"]).await?;
    let due = json!({"staff": {"groupName": "staff"}, "B.2": {"groupName": "B.2"}});
    ensure!(ada.token["groupList"] == due, "{due} is due, not {}", ada.token["groupList"]);
    Ok(())
}

async fn no_groups(world: World) -> Outcome {
    let ada = world.login().await?;
    ensure!(ada.token.get("groupList").is_none(), "the token is {}", ada.token);
    Ok(())
}

async fn alone_addressed(world: World) -> Outcome {
    let mut ada = member(&world, &["staff"], &["a"]).await?;
    let mut bob = member(&world, &["staff"], &["b"]).await?;
    let mut eve = member(&world, &["other"], &["a"]).await?;
    let mut late = world.login_into(&["c"]).await?;
    set_group(&world, &late, "staff", true)?;
    for client in [&mut ada, &mut bob, &mut eve, &mut late] {
        client.events().await?;
    }
    let message = to(&json!({"targetGroup": "staff"}));
    ada.acked("easyrtcMsg", &message).await?;
    for client in [&mut bob, &mut late] {
        let event = client.event_of("hello").await?;
        ensure!(event.value["targetGroup"] == "staff", "heard {}", event.text);
    }
    ada.hears_nothing().await?;
    eve.hears_nothing().await?;
    // Who is no member may address it all the same.
    eve.acked("easyrtcMsg", &message).await?;
    for client in [&mut ada, &mut bob, &mut late] {
        client.event_of("hello").await?;
    }
    Ok(())
}

async fn combined(world: World) -> Outcome {
    let mut ada = world.login_into(&["r"]).await?;
    let mut both = member(&world, &["staff"], &["r"]).await?;
    let mut group_only = member(&world, &["staff"], &["s"]).await?;
    let mut room_only = world.login_into(&["r"]).await?;
    for client in [&mut ada, &mut both, &mut group_only, &mut room_only] {
        client.events().await?;
    }
    let message = to(&json!({"targetGroup": "staff", "targetRoom": "r"}));
    ada.acked("easyrtcMsg", &message).await?;
    both.event_of("hello").await?;
    group_only.hears_nothing().await?;
    room_only.hears_nothing().await?;
    // The sender has to be in the room.
    group_only.refused("easyrtcMsg", &message, "MSG_REJECT_TARGET_ROOM").await?;
    let one = to(&json!({"targetGroup": "staff", "targetEasyrtcid": group_only.id()}));
    ada.acked("easyrtcMsg", &one).await?;
    group_only.event_of("hello").await?;
    both.hears_nothing().await
}

async fn unknown(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let mut bob = world.login().await?;
    for targets in [
        json!({"targetGroup": "none"}),
        json!({"targetGroup": "none", "targetRoom": "default"}),
        json!({"targetGroup": "none", "targetEasyrtcid": bob.id()}),
    ] {
        ada.refused("easyrtcMsg", &to(&targets), "MSG_REJECT_TARGET_GROUP").await?;
    }
    bob.hears_nothing().await
}

async fn outside(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let _member = member(&world, &["staff"], &["default"]).await?;
    let bob = world.login().await?;
    for targets in [
        json!({"targetGroup": "staff", "targetEasyrtcid": bob.id()}),
        json!({"targetGroup": "staff", "targetEasyrtcid": bob.id(), "targetRoom": "default"}),
    ] {
        ada.refused("easyrtcMsg", &to(&targets), "MSG_REJECT_TARGET_GROUP").await?;
    }
    Ok(())
}

async fn left_on_close(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let bob = member(&world, &["staff"], &["default"]).await?;
    let message = to(&json!({"targetGroup": "staff"}));
    ada.acked("easyrtcMsg", &message).await?;
    ada.events().await?;
    bob.leave().await?;
    ada.event_of("roomData").await?;
    ada.refused("easyrtcMsg", &message, "MSG_REJECT_TARGET_GROUP").await
}
