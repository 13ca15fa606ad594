//! `docs/spec/capabilities.md`

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::case::{Case, On, Outcome, ensure, play, skip};
use crate::client::Client;
use crate::message::Said;
use crate::wire::Link;
use crate::world::World;

use super::{say, websocket};

pub(super) const CASES: &[Case] = &[
    Case::must(
        "capabilities.listed/still-alive",
        "stillAlive is listed exactly if it is answered",
        play!(still_alive),
    )
    .also(&["still-alive.ack"]),
    Case::must(
        "capabilities.listed/connection-api-field",
        "connectionApiField is listed exactly if others hear of the field",
        play!(connection_api_field),
    ),
    Case::must(
        "capabilities.listed/target-group",
        "targetGroup is listed exactly if a group can be addressed",
        play!(target_group),
    )
    .on(On::InProcess),
    Case::must(
        "capabilities.listed/binary",
        "binary is listed exactly if binary values arrive",
        play!(binary),
    )
    .on(On::Network),
    Case::must(
        "capabilities.listed/resume",
        "resume is listed exactly if there are sessions that can be resumed",
        play!(resume),
    )
    .on(On::WebSocket),
    Case::must("capabilities.order", "the list is in order, each name once", play!(order)),
    Case::must(
        "capabilities.everywhere",
        "the list is the same in every application",
        play!(everywhere),
    ),
    Case::must(
        "websocket.protocol",
        "the welcome says of the protocol what the token says",
        play!(welcome),
    )
    .on(On::WebSocket),
];

/// What the server lists. One that names no protocol promises nothing.
fn listed(client: &Client) -> Outcome<Vec<String>> {
    let Some(list) = client.token["protocol"]["capabilities"].as_array() else {
        return skip("the server lists no capabilities");
    };
    Ok(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The capability is listed exactly if the server `keeps` its rules.
fn agrees(client: &Client, capability: &str, keeps: bool) -> Outcome {
    let list = listed(client)?;
    let named = list.iter().any(|name| name == capability);
    ensure!(named == keeps, "{capability} works: {keeps}; the list is {list:?}");
    Ok(())
}

async fn still_alive(world: World) -> Outcome {
    let mut ada = world.login().await?;
    listed(&ada)?;
    let answer = ada.cmd(&json!({"msgType": "stillAlive"})).await?;
    agrees(&ada, "stillAlive", answer.msg_type() == "ack")
}

async fn connection_api_field(world: World) -> Outcome {
    let mut bob = world.login_into(&["r"]).await?;
    listed(&bob)?;
    let mut ada = world.login_into(&["r"]).await?;
    bob.events().await?;
    let field = say::field("mood", &json!("fine"));
    ada.cmd(&say::user_cfg(&json!({"apiField": field}))).await?;
    let heard = bob.events().await?;
    let told = |event: &Value| say::updated(event, "r")[ada.id()]["apiField"] == field;
    let keeps = heard.iter().any(|event| told(&event.value));
    agrees(&ada, "connectionApiField", keeps)
}

async fn target_group(world: World) -> Outcome {
    let group = json!({"credential": {"conformance": {"groups": ["staff"]}}});
    let mut bob = world.login_with(&group).await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    let answer = ada.msg(&json!({"msgType": "hello", "targetGroup": "staff"})).await?;
    let heard = bob.events().await?;
    let arrived = heard.iter().any(|event| event.msg_type() == "hello");
    agrees(&ada, "targetGroup", answer.msg_type() == "ack" && arrived)
}

async fn binary(world: World) -> Outcome {
    let mut bob = world.login().await?;
    listed(&bob)?;
    let mut ada = world.login().await?;
    bob.events().await?;
    let data = json!([{"_placeholder": true, "num": 0}]);
    let message = json!({"msgType": "file", "targetEasyrtcid": bob.id(), "msgData": data});
    let mut said = Said::new("easyrtcMsg", message.to_string());
    said.attachments = vec![Bytes::from_static(b"\x00\xff")];
    let number = ada.say(said).await?;
    ada.answer(number).await?;
    let heard = bob.events().await?;
    let arrived = heard.iter().any(|event| event.attachments == [&b"\x00\xff"[..]]);
    agrees(&ada, "binary", arrived)
}

async fn resume(world: World) -> Outcome {
    let ada = world.login().await?;
    listed(&ada)?;
    let server = world.server()?;
    let mut link = Link::open(server, &format!("{}?resume=1", server.path), &[]).await?;
    link.send_text(json!({"resume": {}}).to_string()).await?;
    let welcome = link.json().await?;
    agrees(&ada, "resume", welcome["message"]["session"]["token"].is_string())
}

async fn order(world: World) -> Outcome {
    let list = listed(&world.login().await?)?;
    let ordered: BTreeSet<&String> = list.iter().collect();
    ensure!(list.iter().eq(ordered), "the list is {list:?}");
    Ok(())
}

async fn everywhere(world: World) -> Outcome {
    let list = listed(&world.login().await?)?;
    let other = format!("{}-2", world.app);
    let other = listed(&world.login_with(&json!({"applicationName": other})).await?)?;
    ensure!(list == other, "{list:?} here, and {other:?} there");
    Ok(())
}

async fn welcome(world: World) -> Outcome {
    let (_link, welcome) = websocket::welcomed(&world).await?;
    let ada = world.login().await?;
    let (token, welcome) = (&ada.token["protocol"], &welcome["protocol"]);
    ensure!(!token.is_null() && token == welcome, "{token} in the token, {welcome} before it");
    Ok(())
}
