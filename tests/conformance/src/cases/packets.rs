//! `docs/spec/socketio.md`: packets of Engine.IO 4, and how a connection ends.

use bytes::Bytes;
use serde_json::json;

use crate::case::{Case, Outcome, ensure, fail, play};
use crate::line::socket_io::QUERY;
use crate::message::Said;
use crate::profile::NO_EMIT_ACKS;
use crate::wire::{Frame, Link};
use crate::world::World;

use super::say;
use super::socketio::socket_io;

pub(super) const CASES: &[Case] = &[
    socket_io("socketio.event", "events are EVENT packets", play!(event)),
    socket_io("socketio.ack-requested", "events ask for an ack", play!(ack_requested)),
    socket_io("socketio.ack-requested/off", "unless that is off", play!(ack_not_requested))
        .with(&NO_EMIT_ACKS),
    socket_io("socketio.ack", "answers are ACK packets", play!(ack)),
    socket_io("socketio.malformed", "what is no packet ends the connection", play!(malformed)),
    socket_io("socketio.placeholders", "in a plain packet they are maps", play!(placeholders)),
    socket_io(
        "socketio.attachments-dropped",
        "attachments nobody names are dropped",
        play!(attachments_dropped),
    ),
    socket_io("socketio.close-order", "answer, DISCONNECT, close", play!(close_order)),
    socket_io(
        "socketio.client-disconnect",
        "after a DISCONNECT the rooms are left",
        play!(client_disconnect),
    ),
];

/// A WebSocket that has had its handshake.
pub(super) async fn opened(world: &World) -> Outcome<Link> {
    let server = world.server()?;
    let mut link = Link::open(server, &format!("{}{QUERY}", server.path), &[]).await?;
    let handshake = link.text().await?;
    ensure!(handshake.starts_with('0'), "the handshake is {handshake}");
    Ok(link)
}

/// One that is connected to the namespace.
pub(super) async fn connected(world: &World) -> Outcome<Link> {
    let mut link = opened(world).await?;
    link.send_text("40").await?;
    let connected = link.text().await?;
    ensure!(connected.starts_with("40"), "the CONNECT is answered {connected}");
    Ok(link)
}

/// The packet of a login.
pub(super) fn auth(world: &World, id: u64) -> String {
    let msg_data = world.credentials(&json!({}));
    let message = json!({"msgType": "authenticate", "msgData": msg_data});
    format!("42{id}[\"easyrtcAuth\",{message}]")
}

/// One that has logged in.
async fn logged_in(world: &World) -> Outcome<(Link, String)> {
    let mut link = connected(world).await?;
    link.send_text(auth(world, 0)).await?;
    let answer = link.text().await?;
    match easyrtcid(&answer) {
        Some(id) if answer.starts_with("430[") => Ok((link, id)),
        _ => fail(format!("the login is answered {answer}")),
    }
}

/// The easyrtcid in the packet of a token.
pub(super) fn easyrtcid(packet: &str) -> Option<String> {
    let data = packet.get(packet.find('[')?..)?;
    let data: Vec<serde_json::Value> = serde_json::from_str(data).ok()?;
    Some(data.first()?["msgData"]["easyrtcid"].as_str()?.to_owned())
}

/// The next packet that contains `text`; others are passed over.
async fn next_with(link: &mut Link, text: &str) -> Outcome<String> {
    loop {
        let packet = link.text().await?;
        if packet.contains(text) {
            return Ok(packet);
        }
    }
}

async fn event(world: World) -> Outcome {
    let (mut link, id) = logged_in(&world).await?;
    let mut ada = world.login().await?;
    ada.acked("easyrtcCmd", &say::offer(&id)).await?;
    let text = next_with(&mut link, "offer").await?;
    let data = text.find('[').and_then(|at| text.get(at..)).unwrap_or_default();
    let data: Vec<serde_json::Value> = serde_json::from_str(data).unwrap_or_default();
    let right = data.len() == 2 && data[0] == "easyrtcCmd" && data[1]["msgType"] == "offer";
    ensure!(text.starts_with("42") && right, "an event is {text}");
    let mut said = Said::new(
        "easyrtcMsg",
        json!({"msgType": "b", "targetEasyrtcid": id,
            "msgData": {"_placeholder": true, "num": 0}})
        .to_string(),
    );
    said.attachments = vec![Bytes::from_static(b"abc")];
    ada.say(said).await?;
    let text = link.text().await?;
    ensure!(text.starts_with("451-"), "a binary event is {text}");
    let frame = link.frame().await?;
    ensure!(frame == Frame::Binary(Bytes::from_static(b"abc")), "followed by {frame:?}");
    Ok(())
}

async fn ack_requested(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let _ada = world.login().await?;
    bob.event_of("roomData").await?;
    ensure!(bob.ack_requested, "no ack is asked for");
    Ok(())
}

async fn ack_not_requested(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let _ada = world.login().await?;
    bob.event_of("roomData").await?;
    ensure!(!bob.ack_requested, "an ack is asked for");
    Ok(())
}

async fn ack(world: World) -> Outcome {
    let (mut link, _) = logged_in(&world).await?;
    for id in [7_u64, 0, 4_294_967_295, 9_007_199_254_740_991] {
        link.send_text(format!(r#"42{id}["easyrtcCmd",{{"msgType":"getRoomList"}}]"#)).await?;
        let text = link.text().await?;
        let data = text.strip_prefix(&format!("43{id}")).unwrap_or_default();
        let data: Vec<serde_json::Value> = serde_json::from_str(data).unwrap_or_default();
        ensure!(data.len() == 1 && data[0].is_object(), "answered {text}");
    }
    Ok(())
}

async fn malformed(world: World) -> Outcome {
    for packet in ["49", "42{", "42[\"easyrtcCmd\"", "451-[\"easyrtcCmd\",{}", "x", "45-[]"] {
        let mut link = connected(&world).await?;
        link.send_text(packet).await?;
        let frame = link.frame().await?;
        ensure!(matches!(frame, Frame::End { .. }), "{packet} is answered {frame:?}");
    }
    // Surplus binary.
    let mut link = connected(&world).await?;
    link.send_binary(Bytes::from_static(b"x")).await?;
    let frame = link.frame().await?;
    ensure!(matches!(frame, Frame::End { .. }), "binary is answered {frame:?}");
    // Missing binary.
    let mut link = connected(&world).await?;
    link.send_text(r#"451-0["easyrtcCmd",{"_placeholder":true,"num":0}]"#).await?;
    link.send_text(r#"421["easyrtcCmd",{"msgType":"getRoomList"}]"#).await?;
    let frame = link.frame().await?;
    ensure!(matches!(frame, Frame::End { .. }), "missing binary is answered {frame:?}");
    Ok(())
}

async fn placeholders(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    let data = json!({"a": {"_placeholder": true, "num": 0}});
    let offer = json!({"msgType": "offer", "targetEasyrtcid": bob.id(), "msgData": data});
    ada.acked("easyrtcCmd", &offer).await?;
    let event = bob.event_of("offer").await?;
    let same = event.value["msgData"] == data && event.attachments.is_empty();
    ensure!(same, "heard {} with {:?}", event.text, event.attachments);
    Ok(())
}

async fn attachments_dropped(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    let placeholder = |num: usize| json!({"_placeholder": true, "num": num});
    let message = json!({"msgType": "offer", "targetEasyrtcid": bob.id(),
        "msgData": {"a": placeholder(1), "b": placeholder(2)}, "unknown": placeholder(0)});
    let mut said = Said::new("easyrtcCmd", message.to_string());
    said.attachments = [b"zero" as &[u8], b"one", b"two"].map(Bytes::from_static).to_vec();
    let number = ada.say(said).await?;
    ada.answer(number).await?;
    let event = bob.event_of("offer").await?;
    let due = json!({"a": placeholder(0), "b": placeholder(1)});
    let right = event.value["msgData"] == due && event.attachments == [b"one" as &[u8], b"two"];
    ensure!(right, "heard {} with {:?}", event.text, event.attachments);
    Ok(())
}

async fn close_order(world: World) -> Outcome {
    let mut link = connected(&world).await?;
    link.send_text(r#"420["easyrtcAuth",{"msgType":"no login"}]"#).await?;
    let answer = link.text().await?;
    ensure!(answer.starts_with("430["), "the login is answered {answer}");
    let disconnect = link.text().await?;
    ensure!(disconnect == "41", "a DISCONNECT is due, not {disconnect}");
    link.end().await.map(drop)
}

async fn client_disconnect(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let (mut link, id) = logged_in(&world).await?;
    watcher.events().await?;
    link.send_text("41").await?;
    let event = watcher.event_of("roomData").await?;
    let delta = &event.value["msgData"]["roomData"]["default"]["clientListDelta"];
    ensure!(delta["removeClient"].get(&id).is_some(), "told {}", event.text);
    link.send_text(r#"421["easyrtcCmd",{"msgType":"getRoomList"}]"#).await?;
    loop {
        match link.frame().await? {
            Frame::End { .. } => return Ok(()),
            Frame::Text(text) if text.starts_with("43") => {
                return fail(format!("it is answered {text}"));
            }
            _ => {}
        }
    }
}
