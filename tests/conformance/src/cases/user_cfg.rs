//! `docs/spec/messages/setUserCfg.md`

use serde_json::{Value, json};

use crate::case::{Case, Outcome, ensure, play};
use crate::world::World;

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("set-user-cfg.p2p-list", "a p2pList replaces the one before", play!(p2p_list)),
    Case::must("set-user-cfg.merge", "apiField is merged", play!(merge)),
    Case::must("set-user-cfg.merge/settings", "userSettings are merged", play!(merge_settings)),
    Case::must("set-user-cfg.null-removes", "null removes a field", play!(null_removes)),
    Case::must(
        "set-user-cfg.null-removes/settings",
        "null removes a setting",
        play!(null_removes_setting),
    ),
    Case::must("set-user-cfg.structure", "a container that is none is refused", play!(structure)),
    Case::must("set-user-cfg.structure/empty", "an empty container is fine", play!(empty)),
    Case::must("set-user-cfg.unchanged-when-refused", "refused means unchanged", play!(unchanged)),
    Case::must("set-user-cfg.announced", "a changed apiField is told to others", play!(announced)),
    Case::must(
        "set-user-cfg.announced/unchanged",
        "an unchanged one is told to nobody",
        play!(unannounced),
    ),
    Case::must("set-user-cfg.private", "the rest is told to nobody", play!(private)),
];

/// A map whose JSON text is about so many bytes.
fn map(key: &str, bytes: usize) -> Value {
    json!({key: "x".repeat(bytes)})
}

async fn p2p_list(world: World) -> Outcome {
    let mut ada = world.login().await?;
    // Both together would be too large.
    for key in ["a", "b"] {
        let set = say::user_cfg(&json!({"p2pList": map(key, 40_000)}));
        ada.acked("easyrtcCmd", &set).await?;
    }
    let both = json!({"a": "x".repeat(40_000), "b": "x".repeat(40_000)});
    let set = say::user_cfg(&json!({"p2pList": both}));
    ada.refused("easyrtcCmd", &set, "MSG_REJECT_BAD_SIZE").await
}

/// The apiField of `id` in the default room, as a newcomer is told it.
async fn api_field(world: &World, id: &str) -> Outcome<Value> {
    let late = world.login().await?;
    Ok(late.token["roomData"]["default"]["clientList"][id]["apiField"].clone())
}

async fn merge(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let (a, b) = (say::field("a", &json!(1)), say::field("b", &json!(2)));
    for field in [&a, &b] {
        ada.acked("easyrtcCmd", &say::user_cfg(&json!({"apiField": field}))).await?;
    }
    let seen = api_field(&world, ada.id()).await?;
    let due = json!({"a": a["a"], "b": b["b"]});
    ensure!(seen == due, "{due} is due, not {seen}");
    Ok(())
}

async fn merge_settings(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let set = say::user_cfg(&json!({"userSettings": map("a", 10_000)}));
    ada.acked("easyrtcCmd", &set).await?;
    // Too large together with what is there.
    let set = say::user_cfg(&json!({"userSettings": map("b", 10_000)}));
    ada.refused("easyrtcCmd", &set, "MSG_REJECT_BAD_SIZE").await
}

async fn null_removes(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let fields = json!({"a": {"fieldName": "a", "fieldValue": 1},
        "b": {"fieldName": "b", "fieldValue": 1}, "c": {"fieldName": "c", "fieldValue": 1}});
    ada.acked("easyrtcCmd", &say::user_cfg(&json!({"apiField": fields}))).await?;
    let gone = json!({"a": null, "b": {"fieldName": "b", "fieldValue": null}});
    ada.acked("easyrtcCmd", &say::user_cfg(&json!({"apiField": gone}))).await?;
    let seen = api_field(&world, ada.id()).await?;
    let due = json!({"c": fields["c"]});
    ensure!(seen == due, "{due} is due, not {seen}");
    Ok(())
}

async fn null_removes_setting(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for settings in [map("a", 10_000), json!({"a": null}), map("b", 10_000)] {
        let set = say::user_cfg(&json!({"userSettings": settings}));
        ada.acked("easyrtcCmd", &set).await?;
    }
    Ok(())
}

async fn structure(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let code = "MSG_REJECT_BAD_STRUCTURE";
    for bad in [json!(null), json!(5), json!("x"), json!(true)] {
        ada.refused("easyrtcCmd", &say::user_cfg(&bad), code).await?;
        for key in ["p2pList", "userSettings", "apiField"] {
            ada.refused("easyrtcCmd", &say::user_cfg(&json!({key: bad})), code).await?;
        }
    }
    ada.refused("easyrtcCmd", &json!({"msgType": "setUserCfg"}), "MSG_REJECT_BAD_DATA").await
}

async fn empty(world: World) -> Outcome {
    let mut ada = world.login().await?;
    ada.acked("easyrtcCmd", &say::user_cfg(&json!({}))).await?;
    for key in ["p2pList", "userSettings", "apiField"] {
        ada.acked("easyrtcCmd", &say::user_cfg(&json!({key: {}}))).await?;
    }
    Ok(())
}

async fn unchanged(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let mut ada = world.login().await?;
    watcher.events().await?;
    let good = say::field("good", &json!(1));
    for (bad, code) in [
        (json!({"apiField": good, "p2pList": 5}), "MSG_REJECT_BAD_STRUCTURE"),
        (json!({"apiField": good, "userSettings": map("a", 20_000)}), "MSG_REJECT_BAD_SIZE"),
        (json!({"apiField": {"good": good["good"], "bad": 1}}), "MSG_REJECT_BAD_FIELD"),
    ] {
        ada.refused("easyrtcCmd", &say::user_cfg(&bad), code).await?;
    }
    watcher.hears_nothing().await?;
    let seen = api_field(&world, ada.id()).await?;
    ensure!(seen.is_null(), "something was kept: {seen}");
    Ok(())
}

async fn announced(world: World) -> Outcome {
    let mut in_both = world.login_into(&["r", "s"]).await?;
    let mut elsewhere = world.login_into(&["t"]).await?;
    let mut ada = world.login_into(&["r", "s"]).await?;
    in_both.events().await?;
    let field = say::field("f", &json!([1]));
    ada.acked("easyrtcCmd", &say::user_cfg(&json!({"apiField": field}))).await?;
    let event = in_both.event_of("roomData").await?;
    for room in ["r", "s"] {
        let seen = &say::updated(&event.value, room)[ada.id()]["apiField"];
        ensure!(*seen == field, "told {}", event.text);
    }
    elsewhere.hears_nothing().await
}

async fn unannounced(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let mut ada = world.login().await?;
    let field = say::field("f", &json!([1]));
    let set = say::user_cfg(&json!({"apiField": field}));
    ada.acked("easyrtcCmd", &set).await?;
    watcher.events().await?;
    ada.acked("easyrtcCmd", &set).await?;
    ada.acked("easyrtcCmd", &say::user_cfg(&json!({"apiField": {"none": null}}))).await?;
    watcher.hears_nothing().await
}

async fn private(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let mut ada = world.login().await?;
    watcher.events().await?;
    let cfg = json!({"p2pList": {"secret": 1}, "userSettings": {"secret": 1}});
    ada.acked("easyrtcCmd", &say::user_cfg(&cfg)).await?;
    watcher.hears_nothing().await?;
    ada.cmd(&say::presence(&json!({"show": "dnd"}))).await?;
    let late = world.login().await?;
    for told in [watcher.event().await?.text, late.token.to_string()] {
        ensure!(!told.contains("secret"), "told {told}");
    }
    Ok(())
}
