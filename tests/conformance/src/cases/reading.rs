//! `docs/spec/envelope.md`: what is inside a message. Binary values are in `binary`.

use serde_json::{Value, json};

use crate::case::{Case, Outcome, ensure, play};
use crate::world::{World, named};

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("envelope.depth", "what is nested too deep is refused, unrelayed", play!(depth)),
    Case::must("envelope.depth/very", "thousands of levels are no harm", play!(very_deep)),
    Case::must("envelope.depth/field", "nor in what is kept", play!(very_deep_field)),
    Case::must("envelope.depth/type", "nor as a msgType", play!(very_deep_type)),
    Case::must("envelope.depth/login", "a login nested too deep ends", play!(depth_at_login)),
    Case::must("envelope.no-object", "what is no object is refused", play!(no_object)),
    Case::must("envelope.no-object/array", "an array has no msgType", play!(array)),
    Case::must("envelope.no-object/null", "null is refused", play!(null)),
    Case::must("envelope.msg-type", "an absent or unknown msgType is refused", play!(msg_type)),
    Case::must(
        "envelope.msg-type/easyrtcMsg",
        "any string is a msgType of an easyrtcMsg",
        play!(custom_msg_type),
    ),
    Case::must("envelope.msg-type/object", "a msgType that is a map is refused", play!(odd_type)),
    Case::must("envelope.rejected-unchanged", "refused means unchanged", play!(unchanged)),
    Case::must("envelope.unknown-keys", "unknown keys are ignored", play!(unknown_keys)),
    Case::must("envelope.duplicate-keys", "of a key given twice the last counts", play!(twice)),
    Case::must(
        "envelope.ordinary-names/application",
        "an application may be called constructor",
        play!(odd_application),
    ),
    Case::must(
        "envelope.ordinary-names/session",
        "a session may be called constructor",
        play!(odd_session),
    ),
    Case::must(
        "envelope.ordinary-names/room",
        "a room may be called constructor, __proto__, hasOwnProperty",
        play!(odd_rooms),
    ),
    Case::must(
        "envelope.ordinary-names/login-room",
        "a room named at login may be called hasOwnProperty",
        play!(odd_login_rooms),
    ),
    Case::must(
        "envelope.ordinary-names/left-room",
        "leaving a room called constructor one is not in is like any other",
        play!(odd_left_rooms),
    ),
    Case::must(
        "envelope.ordinary-names/field",
        "a field may be called hasOwnProperty",
        play!(odd_fields),
    ),
    Case::must(
        "envelope.ordinary-names/field-room",
        "a room called __proto__ one is not in takes no field",
        play!(odd_field_room),
    ),
    Case::must(
        "envelope.ordinary-names/group",
        "a group called constructor is unknown",
        play!(odd_group),
    ),
    Case::must("envelope.opaque", "msgData arrives byte for byte", play!(opaque)),
    Case::must("envelope.opaque/field", "a fieldValue arrives byte for byte", play!(opaque_field)),
    Case::must("envelope.opaque/numbers", "numbers arrive as they were", play!(opaque_numbers)),
];

/// A message whose maps and arrays are `depth` deep, itself included.
fn nested(msg_type: &str, target: &str, depth: usize) -> String {
    let arrays = depth - 1;
    let (open, close) = ("[".repeat(arrays), "]".repeat(arrays));
    format!(r#"{{"msgType":"{msg_type}","targetEasyrtcid":"{target}","msgData":{open}{close}}}"#)
}

async fn depth(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    let deep = nested("deep", bob.id(), 1025);
    ada.refused_text("easyrtcMsg", deep, "MSG_REJECT_BAD_SIZE").await?;
    let deep = nested("offer", bob.id(), 20_000);
    ada.refused_text("easyrtcCmd", deep, "MSG_REJECT_BAD_SIZE").await?;
    bob.hears_nothing().await
}

/// What overflows the stack of who looks into it by recursion.
const VERY: usize = 50_000;

async fn very_deep(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    let deep = nested("offer", bob.id(), VERY);
    ada.refused_text("easyrtcCmd", deep, "MSG_REJECT_BAD_SIZE").await?;
    ada.stays().await?;
    bob.hears_nothing().await
}

async fn very_deep_field(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let (open, close) = ("[".repeat(VERY), "]".repeat(VERY));
    let set = say::room_api_field("default", &say::field("f", &json!("DEEP"))).to_string();
    let set = set.replace("\"DEEP\"", &format!("{open}{close}"));
    ada.refused_text("easyrtcCmd", set, "MSG_REJECT_BAD_SIZE").await?;
    ada.stays().await
}

async fn very_deep_type(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let (open, close) = ("[".repeat(VERY), "]".repeat(VERY));
    let text = format!("{{\"msgType\":{open}{close}}}");
    ada.refused_text("easyrtcCmd", text, "MSG_REJECT_BAD_SIZE").await?;
    ada.stays().await
}

async fn depth_at_login(world: World) -> Outcome {
    let text = nested("authenticate", "x", 1025);
    world.auth_refused(text, "MSG_REJECT_BAD_SIZE").await
}

async fn no_object(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for message in [json!(1), json!("text"), json!(true)] {
        ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_STRUCTURE").await?;
        ada.refused("easyrtcMsg", &message, "MSG_REJECT_BAD_STRUCTURE").await?;
    }
    Ok(())
}

async fn null(world: World) -> Outcome {
    let mut ada = world.login().await?;
    ada.refused("easyrtcCmd", &Value::Null, "MSG_REJECT_BAD_STRUCTURE").await?;
    ada.refused("easyrtcMsg", &Value::Null, "MSG_REJECT_BAD_STRUCTURE").await
}

async fn array(world: World) -> Outcome {
    let mut ada = world.login().await?;
    ada.refused("easyrtcCmd", &json!([1]), "MSG_REJECT_BAD_TYPE").await?;
    ada.refused("easyrtcMsg", &json!([]), "MSG_REJECT_BAD_TYPE").await
}

async fn msg_type(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for message in [json!({}), json!({"msgType": null}), json!({"msgType": 5})] {
        ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_TYPE").await?;
        ada.refused("easyrtcMsg", &message, "MSG_REJECT_BAD_TYPE").await?;
    }
    for unknown in ["", "nonsense", "token", "GetRoomList", "authenticate"] {
        let message = json!({"msgType": unknown});
        ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_TYPE").await?;
    }
    Ok(())
}

async fn custom_msg_type(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    for name in ["", "offer", "a b\n\u{1F600}", "__proto__"] {
        let message = json!({"msgType": name, "targetEasyrtcid": bob.id()});
        ada.acked("easyrtcMsg", &message).await?;
        bob.event_of(name).await?;
    }
    Ok(())
}

async fn odd_type(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let message = json!({"msgType": {"toString": 1}});
    ada.refused("easyrtcCmd", &message, "MSG_REJECT_BAD_TYPE").await?;
    ada.refused("easyrtcMsg", &message, "MSG_REJECT_BAD_TYPE").await
}

async fn unchanged(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let mut ada = world.login().await?;
    watcher.events().await?;
    for (message, code) in [
        (say::presence(&json!({"show": "away", "status": 5})), "MSG_REJECT_BAD_STRUCTURE"),
        (say::room_api_field("default", &json!("no map")), "MSG_REJECT_BAD_STRUCTURE"),
        (say::room_api_field("elsewhere", &json!({})), "MSG_REJECT_BAD_ROOM"),
        (
            json!({"msgType": "roomJoin", "msgData": {"roomJoin": {"a": {"roomName": "a"}, "b": {}}}}),
            "MSG_REJECT_BAD_STRUCTURE",
        ),
    ] {
        ada.refused("easyrtcCmd", &message, code).await?;
    }
    watcher.hears_nothing().await?;
    let rooms = say::room_list(&mut ada).await?;
    ensure!(rooms.get("a").is_none(), "a room was made: {rooms}");
    let late = world.login().await?;
    let entry = &late.token["roomData"]["default"]["clientList"][ada.id()];
    ensure!(entry["presence"]["show"] == "chat", "the presence changed: {entry}");
    Ok(())
}

async fn unknown_keys(world: World) -> Outcome {
    let mut ada = world.login_with(&json!({"unknown": [1], "also": null})).await?;
    let mut bob = world.login().await?;
    ada.events().await?;
    let offer = json!({"msgType": "offer", "targetEasyrtcid": bob.id(), "msgData": {"a": 1},
        "senderEasyrtcid": "forged", "unknown": 1, "targetRoom": "nowhere"});
    ada.acked("easyrtcCmd", &offer).await?;
    let event = bob.event_of("offer").await?;
    let allowed = ["msgType", "msgData", "easyrtcid", "senderEasyrtcid", "serverTime"];
    let keys = event.value.as_object().cloned().unwrap_or_default();
    ensure!(keys.keys().all(|key| allowed.contains(&key.as_str())), "passed on: {}", event.text);
    ensure!(event.value["senderEasyrtcid"] == ada.id(), "forged: {}", event.text);
    let join = json!({"r": {"roomName": "r", "unknown": 1, "clientList": {"x": {}}}});
    let join = json!({"msgType": "roomJoin", "msgData": {"roomJoin": join, "unknown": 1}});
    let answer = ada.cmd(&join).await?;
    ensure!(answer.msg_type() == "roomData", "answered {}", answer.text);
    Ok(())
}

async fn twice(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let text = r#"{"msgType":"nonsense","msgData":1,"msgType":"stillAlive"}"#.to_owned();
    let text = text.replace("stillAlive", "getIceConfig");
    let answer = ada.ask_text("easyrtcCmd", text).await?;
    ensure!(answer.msg_type() == "iceConfig", "answered {}", answer.text);
    let text =
        r#"{"msgType":"setPresence","msgData":{"setPresence":{"show":"away","show":"dnd"}}}"#;
    let answer = ada.ask_text("easyrtcCmd", text.to_owned()).await?;
    let entry = &say::updated(&answer.value, "default")[ada.id()];
    ensure!(entry["presence"]["show"] == "dnd", "answered {}", answer.text);
    Ok(())
}

async fn odd_application(world: World) -> Outcome {
    for name in ["constructor", "__proto__", "toString"] {
        world.login_with(&json!({"applicationName": name})).await?;
    }
    Ok(())
}

async fn odd_session(world: World) -> Outcome {
    for name in ["constructor", "__proto__"] {
        let ada = world.login_with(&json!({"easyrtcsid": name})).await?;
        let sid = &ada.token["sessionData"]["easyrtcsid"];
        ensure!(sid == name, "in session {sid}");
    }
    Ok(())
}

const ODD: [&str; 4] = ["constructor", "__proto__", "hasOwnProperty", "toString"];

async fn odd_rooms(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let answer = ada.cmd(&say::room_join(&ODD)).await?;
    for room in ODD {
        let id = ada.id().to_owned();
        let list = &answer.value["msgData"]["roomData"][room]["clientList"];
        ensure!(list.get(&id).is_some(), "{room} is not joined: {}", answer.text);
    }
    let rooms = say::room_list(&mut ada).await?;
    ensure!(ODD.iter().all(|room| rooms[room] == 1), "the rooms are {rooms}");
    ada.cmd(&say::room_leave(&ODD)).await?;
    let rooms = say::room_list(&mut ada).await?;
    ensure!(ODD.iter().all(|room| rooms[room] == 0), "afterwards the rooms are {rooms}");
    Ok(())
}

async fn odd_login_rooms(world: World) -> Outcome {
    let ada = world.login_with(&json!({"roomJoin": named(&ODD)})).await?;
    let joined = |room: &&str| ada.token["roomData"].get(*room).is_some();
    ensure!(ODD.iter().all(joined), "joined {}", ada.token["roomData"]);
    Ok(())
}

async fn odd_left_rooms(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for room in ODD {
        let answer = ada.cmd(&say::room_leave(&[room])).await?;
        let status = &answer.value["msgData"]["roomData"][room]["roomStatus"];
        ensure!(status == "leave", "answered {}", answer.text);
    }
    Ok(())
}

async fn odd_fields(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for name in ODD {
        let text = format!(
            r#"{{"msgType":"setRoomApiField","msgData":{{"setRoomApiField":{{"roomName":"default",
            "field":{{"{name}":{{"fieldName":"{name}","fieldValue":1}}}}}}}}}}"#
        );
        let answer = ada.ask_text("easyrtcCmd", text).await?;
        let entry = &say::updated(&answer.value, "default")[ada.id()];
        let kept = entry["apiField"].get(name).is_some();
        ensure!(kept, "{name} is not kept: {}", answer.text);
    }
    Ok(())
}

async fn odd_field_room(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for room in ODD {
        let set = say::room_api_field(room, &say::field("f", &json!(1)));
        ada.refused("easyrtcCmd", &set, "MSG_REJECT_BAD_ROOM").await?;
    }
    let _next = world.login().await?;
    Ok(())
}

async fn odd_group(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for group in ODD {
        let message = json!({"msgType": "hello", "targetGroup": group});
        ada.refused("easyrtcMsg", &message, "MSG_REJECT_TARGET_GROUP").await?;
    }
    Ok(())
}

/// JSON that is not written as any program would write it.
const ODDLY_WRITTEN: &str = r#"{ "b" : [1.50, 1e2,-0 ], "a":"\u0041\/", "b":"twice" , "":{}}"#;

async fn opaque(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    for (event, msg_type) in [("easyrtcCmd", "offer"), ("easyrtcMsg", "hello")] {
        let text = format!(
            r#"{{"msgType":"{msg_type}","targetEasyrtcid":"{}","msgData":{ODDLY_WRITTEN}}}"#,
            bob.id()
        );
        ada.ask_text(event, text).await?;
        let heard = bob.event_of(msg_type).await?.msg_data_text().unwrap_or_default();
        ensure!(heard == ODDLY_WRITTEN, "sent {ODDLY_WRITTEN}, heard {heard}");
    }
    Ok(())
}

async fn opaque_field(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    let text = format!(
        r#"{{"msgType":"setRoomApiField","msgData":{{"setRoomApiField":{{"roomName":"default",
        "field":{{"f":{{"fieldName":"f","fieldValue":{ODDLY_WRITTEN}}}}}}}}}}}"#
    );
    ada.ask_text("easyrtcCmd", text).await?;
    let event = bob.event_of("roomData").await?;
    ensure!(event.text.contains(ODDLY_WRITTEN), "sent {ODDLY_WRITTEN}, heard {}", event.text);
    Ok(())
}

async fn opaque_numbers(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    let data = "[12345678901234567890123,1e300,0.1000000000000000055511151231257827]";
    let text = format!(r#"{{"msgType":"n","targetEasyrtcid":"{}","msgData":{data}}}"#, bob.id());
    ada.ask_text("easyrtcMsg", text).await?;
    let heard = bob.event().await?;
    ensure!(heard.text.contains(data), "sent {data}, heard {}", heard.text);
    Ok(())
}
