//! `docs/spec/relay.md`

use serde_json::{Value, json};

use crate::case::{Case, Outcome, ensure, play};
use crate::world::World;

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("relay.data-required", "offers without content are refused", play!(required)),
    Case::must("relay.data-forbidden", "hangups with content are refused", play!(forbidden)),
    Case::must("relay.target-structure", "a target that is no name is refused", play!(structure)),
    Case::must(
        "relay.target-structure/after-data",
        "msgData is looked at before the target",
        play!(data_first),
    ),
    Case::must("relay.target-online", "a target that is gone is refused", play!(online)),
    Case::must(
        "relay.target-online/application",
        "a target in another application is refused",
        play!(other_application),
    ),
    Case::must("relay.target-online/no-room", "no shared room is needed", play!(no_shared_room)),
    Case::must("relay.self", "a signal to oneself is delivered", play!(to_self)),
    Case::must("relay.delivered", "a signal is delivered as it is", play!(delivered)),
    Case::must("relay.ack", "the sender is answered with a bare ack", play!(acked)),
];

const WITH_DATA: [&str; 3] = ["candidate", "offer", "answer"];
const WITHOUT: [&str; 2] = ["reject", "hangup"];

async fn required(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    for msg_type in WITH_DATA {
        let absent = json!({"msgType": msg_type, "targetEasyrtcid": bob.id()});
        ada.refused("easyrtcCmd", &absent, "MSG_REJECT_BAD_DATA").await?;
        for data in [json!(null), json!(1), json!("sdp"), json!(true), json!({}), json!([])] {
            let mut message = absent.clone();
            message["msgData"] = data;
            ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_DATA").await?;
        }
    }
    bob.hears_nothing().await
}

async fn forbidden(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    for msg_type in WITHOUT {
        for data in [json!(null), json!({}), json!({"a": 1}), json!("")] {
            let message =
                json!({"msgType": msg_type, "targetEasyrtcid": bob.id(), "msgData": data});
            ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_DATA").await?;
        }
    }
    bob.hears_nothing().await
}

async fn structure(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for target in
        [json!(null), json!(5), json!(""), json!("a b"), json!("é"), json!("x".repeat(33))]
    {
        let message = json!({"msgType": "offer", "targetEasyrtcid": target, "msgData": {"a": 1}});
        ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_STRUCTURE").await?;
        let message = json!({"msgType": "hangup", "targetEasyrtcid": target});
        ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_STRUCTURE").await?;
    }
    let message = json!({"msgType": "hangup"});
    ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_STRUCTURE").await
}

async fn data_first(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let message = json!({"msgType": "offer", "targetEasyrtcid": 5});
    ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_DATA").await?;
    let message = json!({"msgType": "hangup", "msgData": 1});
    ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_DATA").await
}

async fn online(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let bob = world.login().await?;
    ada.events().await?;
    let id = bob.id().to_owned();
    bob.leave().await?;
    // Its leaving is told when it is done.
    ada.event_of("roomData").await?;
    for target in [id.as_str(), "nobody"] {
        let code = "MSG_REJECT_TARGET_EASYRTCID";
        ada.refused("easyrtcCmd", &say::offer(target), code).await?;
        let hangup = json!({"msgType": "hangup", "targetEasyrtcid": target});
        ada.refused("easyrtcCmd", &hangup, code).await?;
    }
    Ok(())
}

async fn other_application(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let other = json!({"applicationName": format!("{}.b", world.app)});
    let mut eve = world.login_with(&other).await?;
    let code = "MSG_REJECT_TARGET_EASYRTCID";
    ada.refused("easyrtcCmd", &say::offer(eve.id()), code).await?;
    eve.hears_nothing().await
}

async fn no_shared_room(world: World) -> Outcome {
    let mut ada = world.login_into(&["a"]).await?;
    let mut bob = world.login_into(&["b"]).await?;
    ada.acked("easyrtcCmd", &say::offer(bob.id())).await?;
    bob.event_of("offer").await.map(drop)
}

async fn to_self(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let id = ada.id().to_owned();
    ada.acked("easyrtcCmd", &say::offer(&id)).await?;
    let event = ada.event_of("offer").await?;
    ensure!(event.value["senderEasyrtcid"] == id, "heard {}", event.text);
    Ok(())
}

async fn delivered(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    for msg_type in [WITH_DATA.as_slice(), WITHOUT.as_slice()].concat() {
        let mut message = json!({"msgType": msg_type, "targetEasyrtcid": bob.id(), "extra": 1});
        if WITH_DATA.contains(&msg_type) {
            message["msgData"] = json!({"type": msg_type, "list": [1, "é", null]});
        }
        ada.cmd(&message).await?;
        let event = bob.event_of(msg_type).await?;
        ensure!(event.event.as_deref() == Some("easyrtcCmd"), "as {:?}", event.event);
        let mut heard = event.value.clone();
        for key in ["serverTime", "easyrtcid"] {
            heard.as_object_mut().map(|keys| keys.remove(key));
        }
        let mut due = json!({"msgType": msg_type, "senderEasyrtcid": ada.id()});
        if let Some(data) = message.get("msgData") {
            due["msgData"] = data.clone();
        }
        ensure!(heard == due, "{due} is due, not {heard}");
    }
    bob.hears_nothing().await
}

async fn acked(world: World) -> Outcome {
    let bob = world.login().await?;
    let mut ada = world.login().await?;
    let answer = ada.cmd(&say::offer(bob.id())).await?;
    let bare: Value = json!({"msgType": "ack"});
    ensure!(answer.value == bare, "answered {}", answer.text);
    Ok(())
}
