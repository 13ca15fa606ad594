//! `docs/spec/limits.md`

use bytes::Bytes;
use serde_json::{Value, json};

use crate::case::{Case, On, Outcome, ensure, fail, play, skip};
use crate::client::Client;
use crate::message::Said;
use crate::profile::{Profile, SMALL_MESSAGES, SMALL_OUTBOX, ZEROS};
use crate::world::World;

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("limits.named", "everything has a limit", play!(named)),
    Case::must("limits.zero", "0 is no limit", play!(zero)).with(&ZEROS),
    Case::must("limits.zero/refused", "some limits cannot be taken away", play!(zero_refused)),
    Case::must("limits.message", "a message too large ends the connection", play!(message))
        .on(On::Network)
        .also(&["socketio.max-payload"]),
    Case::must("limits.message/setting", "the limit can be set", play!(message_set))
        .with(&SMALL_MESSAGES)
        .on(On::Network),
    Case::must("limits.depth", "1024 maps and arrays are fine", play!(depth)),
    Case::must("limits.room-api-field", "4096 units are too many", play!(room_api_field)),
    Case::must("limits.connection-api-field", "4096 units are too many", play!(own_api_field)),
    Case::must("limits.p2p-list", "64 KiB and a byte are too many", play!(p2p_list)),
    Case::must("limits.user-settings", "16 KiB and a byte are too many", play!(user_settings)),
    Case::must("limits.credential", "64 KiB and a byte are too many", play!(credential)),
    Case::must("limits.room-parameter", "16 KiB and a byte are too many", play!(room_parameter)),
    Case::must("limits.presence-other", "1 KiB and a byte are too many", play!(presence_other)),
    Case::must("limits.unknown-not-counted", "unknown keys do not count", play!(not_counted)),
    Case::must("limits.attachments", "33 attachments end the connection", play!(attachments))
        .on(On::Network),
    Case::must("limits.attachments/most", "32 attachments pass", play!(most_attachments)),
    Case::must("limits.slow-reader", "who does not read is closed", play!(slow_reader))
        .with(&SMALL_OUTBOX),
];

async fn named(_world: World) -> Outcome {
    skip("about all limits: the cases of each are what can be seen of it")
}

async fn zero(world: World) -> Outcome {
    let rooms: Vec<String> = (0..150).map(|n| format!("r{n}")).collect();
    let rooms: Vec<&str> = rooms.iter().map(String::as_str).collect();
    let ada = world.login_into(&rooms).await?;
    let count = ada.token["roomData"].as_object().map(serde_json::Map::len);
    ensure!(count == Some(150), "in {count:?} rooms");
    // Unlimited patience with who does not log in, and with empty rooms and unused sessions.
    let mut late = world.connect().await?;
    let mut bob = world.login_with(&json!({"easyrtcsid": "s"})).await?;
    let deep = format!(
        r#"{{"msgType":"n","targetEasyrtcid":"{}","msgData":{}{}}}"#,
        bob.id(),
        "[".repeat(2000),
        "]".repeat(2000)
    );
    let mut eve = world.login().await?;
    let answer = eve.ask_text("easyrtcMsg", deep).await?;
    ensure!(answer.msg_type() == "ack", "answered {}", answer.text);
    bob.stays().await?;
    late.login(&world.credentials(&json!({}))).await
}

async fn zero_refused(world: World) -> Outcome {
    const MESSAGE: Profile = Profile::options("no-size", r#"{"maxMessageBytes":0}"#);
    const PING: Profile = Profile::options("no-ping", r#"{"pingInterval":0}"#);
    const TIMEOUT: Profile = Profile::options("no-timeout", r#"{"pingTimeout":0}"#);
    for profile in [&MESSAGE, &PING, &TIMEOUT] {
        if world.start_another(profile).await?.is_ok() {
            return fail(format!("the server starts with {}", profile.options));
        }
    }
    Ok(())
}

/// Sends a message of so many bytes to nobody; whether it was answered.
async fn answers(client: &mut Client, bytes: usize) -> Outcome<bool> {
    let frame = r#"{"msgType":"n","targetEasyrtcid":"nobody","msgData":""}"#;
    let data = "x".repeat(bytes - frame.len());
    let text = frame.replace(r#""msgData":"""#, &format!(r#""msgData":"{data}""#));
    let number = client.say(Said::new("easyrtcMsg", text)).await?;
    match client.answer(number).await {
        Ok(answer) => {
            ensure!(answer.error_code() == Some("MSG_REJECT_GEN_FAIL"), "{}", answer.text);
            Ok(true)
        }
        Err(_) => client.ended().await.map(|_| false),
    }
}

async fn message(world: World) -> Outcome {
    let mut ada = world.login().await?;
    // The transport's own frame counts, or does not.
    ensure!(answers(&mut ada, 999_900).await?, "999,900 bytes end the connection");
    ensure!(!answers(&mut ada, 1_000_001).await?, "1,000,001 bytes are answered");
    Ok(())
}

async fn message_set(world: World) -> Outcome {
    let mut ada = world.login().await?;
    ensure!(answers(&mut ada, 900).await?, "900 bytes end the connection");
    ensure!(!answers(&mut ada, 1001).await?, "1,001 bytes are answered");
    Ok(())
}

async fn depth(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let (open, close) = ("[".repeat(1023), "]".repeat(1023));
    let text = format!(r#"{{"msgType":"n","targetEasyrtcid":"nobody","msgData":{open}{close}}}"#);
    ada.refused_text("easyrtcMsg", text, "MSG_REJECT_GEN_FAIL").await?;
    let (open, close) = ("[".repeat(1024), "]".repeat(1024));
    let text = format!(r#"{{"msgType":"n","targetEasyrtcid":"nobody","msgData":{open}{close}}}"#);
    ada.refused_text("easyrtcMsg", text, "MSG_REJECT_BAD_SIZE").await
}

/// A map with one field whose JSON text has so many UTF-16 units, some of them two for a letter.
fn field_of(units: usize) -> Value {
    let frame = say::field("f", &json!("")).to_string().len();
    let left = units - frame;
    say::field("f", &json!("\u{1F600}".repeat(100) + &"x".repeat(left - 200)))
}

async fn room_api_field(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let answer = ada.cmd(&say::room_api_field("default", &field_of(4095))).await?;
    ensure!(answer.msg_type() == "roomData", "4095 units are answered {}", answer.text);
    let set = say::room_api_field("default", &field_of(4096));
    ada.refused("easyrtcCmd", &set, "MSG_REJECT_BAD_SIZE").await
}

async fn own_api_field(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let set = |field: Value| say::user_cfg(&json!({"apiField": field}));
    ada.refused("easyrtcCmd", &set(field_of(4096)), "MSG_REJECT_BAD_SIZE").await?;
    ada.acked("easyrtcCmd", &set(field_of(4000))).await?;
    let more = say::field("g", &json!("x".repeat(100)));
    ada.refused("easyrtcCmd", &set(more), "MSG_REJECT_BAD_SIZE").await
}

/// A map whose JSON text has so many bytes.
fn map_of(bytes: usize) -> Value {
    json!({"a": "x".repeat(bytes - 8)})
}

async fn p2p_list(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let set = |bytes: usize| say::user_cfg(&json!({"p2pList": map_of(bytes)}));
    ada.acked("easyrtcCmd", &set(64 * 1024)).await?;
    ada.refused("easyrtcCmd", &set(64 * 1024 + 1), "MSG_REJECT_BAD_SIZE").await
}

async fn user_settings(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let set = |bytes: usize| say::user_cfg(&json!({"userSettings": map_of(bytes)}));
    ada.refused("easyrtcCmd", &set(16 * 1024 + 1), "MSG_REJECT_BAD_SIZE").await?;
    ada.acked("easyrtcCmd", &set(16 * 1024)).await
}

async fn credential(world: World) -> Outcome {
    world.login_with(&json!({"credential": map_of(64 * 1024)})).await?;
    let more = json!({"credential": map_of(64 * 1024 + 1)});
    world.login_refused(&more, "MSG_REJECT_BAD_SIZE").await
}

async fn room_parameter(world: World) -> Outcome {
    let join = |bytes: usize| json!({"r": {"roomName": "r", "roomParameter": map_of(bytes)}});
    let command =
        |bytes: usize| json!({"msgType": "roomJoin", "msgData": {"roomJoin": join(bytes)}});
    let mut ada = world.login().await?;
    ada.refused("easyrtcCmd", &command(16 * 1024 + 1), "MSG_REJECT_BAD_SIZE").await?;
    let answer = ada.cmd(&command(16 * 1024)).await?;
    ensure!(answer.msg_type() == "roomData", "16 KiB are answered {}", answer.text);
    world.login_with(&json!({"roomJoin": join(16 * 1024 + 1)})).await.map(drop)
}

async fn presence_other(world: World) -> Outcome {
    let presence = |bytes: usize| json!({"show": "dnd", "type": "x".repeat(bytes - 2)});
    let mut ada = world.login().await?;
    ada.refused("easyrtcCmd", &say::presence(&presence(1025)), "MSG_REJECT_BAD_SIZE").await?;
    let answer = ada.cmd(&say::presence(&presence(1024))).await?;
    ensure!(answer.msg_type() == "roomData", "1 KiB is answered {}", answer.text);
    let bob = world.login_with(&json!({"setPresence": presence(2000)})).await?;
    let entry = &bob.token["roomData"]["default"]["clientList"][bob.id()];
    let right = entry["presence"]["show"] == "dnd" && entry["presence"].get("type").is_none();
    ensure!(right, "the entry is {entry}");
    Ok(())
}

async fn not_counted(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let big = "x".repeat(100_000);
    let join = json!({"r": {"roomName": "r", "clientList": {"other": big}, "roomParameter": {}}});
    let join = json!({"msgType": "roomJoin", "msgData": {"roomJoin": join}});
    let answer = ada.cmd(&join).await?;
    ensure!(answer.msg_type() == "roomData", "answered {}", answer.error_code().unwrap_or("?"));
    let answer = ada.cmd(&say::presence(&json!({"show": "dnd", "unknown": big}))).await?;
    ensure!(answer.msg_type() == "roomData", "answered {}", answer.error_code().unwrap_or("?"));
    let cfg = json!({"unknown": big, "userSettings": {"a": 1}});
    ada.acked("easyrtcCmd", &say::user_cfg(&cfg)).await
}

/// A message to nobody with so many attachments.
fn with_attachments(count: usize) -> Said {
    let data: Vec<Value> = (0..count).map(|n| json!({"_placeholder": true, "num": n})).collect();
    let message = json!({"msgType": "n", "targetEasyrtcid": "nobody", "msgData": data});
    let mut said = Said::new("easyrtcMsg", message.to_string());
    said.attachments = vec![Bytes::from_static(b"x"); count];
    said
}

async fn attachments(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let number = ada.say(with_attachments(33)).await?;
    ada.ended().await?;
    ensure!(!ada.was_answered(number), "it was answered");
    Ok(())
}

async fn most_attachments(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let number = ada.say(with_attachments(32)).await?;
    let answer = ada.answer(number).await?;
    ensure!(answer.error_code() == Some("MSG_REJECT_GEN_FAIL"), "answered {}", answer.text);
    Ok(())
}

async fn slow_reader(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    bob.stop_reading().await?;
    let data = "x".repeat(100_000);
    let message = json!({"msgType": "n", "targetEasyrtcid": bob.id(), "msgData": data});
    // More than the system keeps for a socket and the server for a client.
    for _ in 0..1000 {
        let answer = ada.msg(&message).await?;
        if answer.error_code() == Some("MSG_REJECT_GEN_FAIL") {
            let event = ada.event_of("roomData").await?;
            let delta = &event.value["msgData"]["roomData"]["default"]["clientListDelta"];
            ensure!(delta["removeClient"].get(bob.id()).is_some(), "told {}", event.text);
            return Ok(());
        }
    }
    fail("100 MB wait for a client that does not read")
}
