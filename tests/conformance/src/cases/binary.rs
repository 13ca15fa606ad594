//! `docs/spec/envelope.md`: binary values.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::case::{Case, Outcome, ensure, play};
use crate::message::Said;
use crate::world::World;

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must(
        "envelope.binary-relayed",
        "binary values arrive in the same places",
        play!(binary_relayed),
    ),
    Case::must("envelope.binary-kept", "binary in what is kept is refused", play!(binary_kept)),
    Case::must(
        "envelope.binary-kept/login",
        "binary in a credential ends the login",
        play!(binary_at_login),
    ),
    Case::must(
        "envelope.binary-kept/neither",
        "where a string is due, a binary value is none",
        play!(binary_is_neither),
    ),
];

/// Says something with two binary values, of which it names the second first.
fn binary(msg_type: &str, event: &str, message: &Value) -> Said {
    let mut said = Said::new(event, message.to_string().replace("TYPE", msg_type));
    said.attachments = vec![Bytes::from_static(b"\x00\xff"), Bytes::from_static(b"two")];
    said
}

fn placeholder(num: usize) -> Value {
    json!({"_placeholder": true, "num": num})
}

async fn binary_relayed(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    let data = json!({"a": placeholder(0), "b": [placeholder(1)]});
    let message = json!({"msgType": "TYPE", "targetEasyrtcid": bob.id(), "msgData": data});
    for (msg_type, event) in [
        ("offer", "easyrtcCmd"),
        ("answer", "easyrtcCmd"),
        ("candidate", "easyrtcCmd"),
        ("file", "easyrtcMsg"),
    ] {
        let number = ada.say(binary(msg_type, event, &message)).await?;
        let answer = ada.answer(number).await?;
        ensure!(answer.msg_type() == "ack", "{msg_type} is answered {}", answer.text);
        let heard = bob.event_of(msg_type).await?;
        let num = |value: &Value| value["num"].as_u64().and_then(|num| usize::try_from(num).ok());
        let at = |value: &Value| heard.attachments.get(num(value)?).cloned();
        let data = &heard.value["msgData"];
        let (first, second) = (at(&data["a"]), at(&data["b"][0]));
        let same = first.as_deref() == Some(b"\x00\xff") && second.as_deref() == Some(b"two");
        ensure!(same, "heard {} with {:?}", heard.text, heard.attachments);
    }
    Ok(())
}

async fn binary_kept(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let field = say::field("f", &json!([placeholder(0), placeholder(1)]));
    let presence = json!({"show": "dnd", "type": [placeholder(0), placeholder(1)]});
    for message in [
        say::room_api_field("default", &field),
        say::user_cfg(&json!({"apiField": field})),
        say::presence(&presence),
    ] {
        let number = ada.say(binary("", "easyrtcCmd", &message)).await?;
        let answer = ada.answer(number).await?;
        let refused = answer.error_code() == Some("MSG_REJECT_BAD_DATA");
        ensure!(refused, "{message} is answered {}", answer.text);
    }
    Ok(())
}

async fn binary_at_login(world: World) -> Outcome {
    let mut ada = world.connect().await?;
    let credential = json!({"a": placeholder(0), "b": placeholder(1)});
    let msg_data = world.credentials(&json!({"credential": credential}));
    let message = json!({"msgType": "authenticate", "msgData": msg_data});
    let number = ada.say(binary("", "easyrtcAuth", &message)).await?;
    let answer = ada.answer(number).await?;
    ensure!(answer.error_code() == Some("MSG_REJECT_BAD_DATA"), "answered {}", answer.text);
    ada.ended().await.map(drop)
}

async fn binary_is_neither(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let message = json!({"msgType": placeholder(0), "msgData": placeholder(1)});
    let number = ada.say(binary("", "easyrtcCmd", &message)).await?;
    let answer = ada.answer(number).await?;
    ensure!(answer.error_code() == Some("MSG_REJECT_BAD_TYPE"), "answered {}", answer.text);
    Ok(())
}
