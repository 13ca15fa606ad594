//! `docs/spec/socketio.md`: Engine.IO 3, for the clients of Socket.IO 1 and 2.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::case::{Case, Outcome, ensure, fail, play};
use crate::message::Said;
use crate::polling::Polling;
use crate::profile::QUICK_PINGS;
use crate::wire::{Frame, Link, http};
use crate::world::World;

use super::socketio::socket_io;

pub(super) const CASES: &[Case] = &[
    socket_io("socketio.eio3", "EIO=3 gets a handshake", play!(handshake)),
    socket_io("socketio.cors-eio3", "polls may have credentials", play!(credentials)),
    socket_io("socketio.eio3-connect", "the CONNECT comes by itself", play!(connect)),
    socket_io("socketio.eio3-namespace", "other namespaces are refused", play!(namespace)),
    socket_io("socketio.eio3-ping", "a ping is answered with a pong", play!(ping)),
    socket_io("socketio.eio3-silence", "silence ends it", play!(silence)).with(&QUICK_PINGS),
    socket_io("socketio.eio3-text-payload", "lengths are in UTF-16 units", play!(text_payload)),
    socket_io("socketio.eio3-ascii", "the server's JSON is ASCII", play!(ascii)),
    socket_io("socketio.eio3-double-utf8", "text encoded twice is understood", play!(double)),
    socket_io("socketio.eio3-binary-payload", "binary payloads are octets", play!(octets)),
    socket_io("socketio.eio3-binary-payload/b64", "unless it asked for text", play!(b64)),
    socket_io("socketio.eio3-binary-frame", "binary frames begin with 4", play!(frames)),
    socket_io("socketio.eio3-binary-frame/b64", "unless it asked for text", play!(b64_frames)),
];

const POLLING: &str = "EIO=3&transport=polling";

async fn handshake(world: World) -> Outcome {
    let polling = Polling::open(world.server()?, POLLING).await?;
    let handshake = &polling.handshake;
    let right = handshake["upgrades"] == json!(["websocket"])
        && handshake["pingInterval"] == 25_000
        && handshake["pingTimeout"] == 20_000
        && handshake.get("maxPayload").is_none();
    ensure!(right, "the handshake is {}", polling.first);
    Ok(())
}

async fn credentials(world: World) -> Outcome {
    let server = world.server()?;
    let path = format!("{}?{POLLING}", server.path);
    let origin = "https://any.example";
    for method in ["GET", "OPTIONS"] {
        let response = http(server, method, &path, &[("Origin", origin)], b"").await?;
        let allowed = response.header("access-control-allow-origin");
        let credentials = response.header("access-control-allow-credentials");
        let right = allowed == Some(origin) && credentials == Some("true");
        ensure!(right, "{method}: allowed are {allowed:?}, credentials {credentials:?}");
    }
    Ok(())
}

/// A WebSocket of which handshake and CONNECT have come.
async fn connected(world: &World, more: &str) -> Outcome<Link> {
    let server = world.server()?;
    let path = format!("{}?EIO=3&transport=websocket{more}", server.path);
    let mut link = Link::open(server, &path, &[]).await?;
    let handshake = link.text().await?;
    ensure!(handshake.starts_with("0{"), "the handshake is {handshake}");
    let connect = link.text().await?;
    ensure!(connect == "40", "behind the handshake comes {connect}");
    Ok(link)
}

async fn connect(world: World) -> Outcome {
    let mut link = connected(&world, "").await?;
    link.send_text("40").await?;
    match link.frame().await? {
        Frame::End { .. } => Ok(()),
        other => fail(format!("a CONNECT is answered {other:?}")),
    }
}

async fn namespace(world: World) -> Outcome {
    let mut link = connected(&world, "").await?;
    link.send_text("40/other?a=b,").await?;
    let text = link.text().await?;
    ensure!(text == r#"44/other,"Invalid namespace""#, "answered {text}");
    Ok(())
}

async fn ping(world: World) -> Outcome {
    let mut link = connected(&world, "").await?;
    for ping in ["2", "2some data"] {
        link.send_text(ping).await?;
        let text = link.text().await?;
        ensure!(text.starts_with('3'), "{ping} is answered {text}");
    }
    link.send_text("3").await?;
    match link.frame().await? {
        Frame::End { .. } => Ok(()),
        other => fail(format!("a pong is answered {other:?}")),
    }
}

async fn silence(world: World) -> Outcome {
    let mut link = connected(&world, "").await?;
    match link.frame().await? {
        Frame::End { .. } => Ok(()),
        other => fail(format!("heard {other:?}")),
    }
}

/// The packet of a login with this name.
fn auth(world: &World, id: u64, username: &str) -> String {
    let msg_data = world.credentials(&json!({"username": username}));
    let message: Value = json!({"msgType": "authenticate", "msgData": msg_data});
    format!("42{id}[\"easyrtcAuth\",{message}]")
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A text payload of one packet.
fn framed(packet: &str) -> String {
    format!("{}:{packet}", units(packet))
}

/// The packets of a text payload; none if its lengths are wrong.
fn packets(payload: &str) -> Option<Vec<String>> {
    let mut rest: Vec<u16> = payload.encode_utf16().collect();
    let mut packets = Vec::new();
    while !rest.is_empty() {
        let colon = rest.iter().position(|unit| *unit == u16::from(b':'))?;
        let length: usize = String::from_utf16(rest.get(..colon)?).ok()?.parse().ok()?;
        let packet = rest.get(colon + 1..colon + 1 + length)?;
        packets.push(String::from_utf16(packet).ok()?);
        rest.drain(..=colon + length);
    }
    Some(packets)
}

/// Logs in over polling with this name, written so; the packet of the answer.
async fn login(world: &World, query: &str, payload: &str) -> Outcome<(Polling, String)> {
    let polling = Polling::open(world.server()?, query).await?;
    polling.say(payload).await?;
    let mut heard = Vec::new();
    while !heard.iter().any(|packet: &String| packet.starts_with("430[")) {
        let text = polling.text().await?;
        match packets(&text) {
            Some(more) => heard.extend(more),
            None => return fail(format!("no text payload: {text}")),
        }
    }
    let answer = heard.pop().unwrap_or_default();
    Ok((polling, answer))
}

async fn text_payload(world: World) -> Outcome {
    let payload = framed(&auth(&world, 0, "\u{1F600}é"));
    let (_, answer) = login(&world, POLLING, &payload).await?;
    ensure!(answer.contains("token"), "answered {answer}");
    let polling = Polling::open(world.server()?, POLLING).await?;
    let first = packets(&polling.first).unwrap_or_default();
    ensure!(first.iter().any(|packet| packet.starts_with("0{")), "first {}", polling.first);
    Ok(())
}

async fn ascii(world: World) -> Outcome {
    let payload = framed(&auth(&world, 0, "\u{1F600}é"));
    let (_, answer) = login(&world, POLLING, &payload).await?;
    ensure!(answer.is_ascii() && answer.contains("\\u00e9"), "answered {answer}");
    Ok(())
}

async fn double(world: World) -> Outcome {
    // The bytes of its UTF-8, taken for characters.
    let packet = auth(&world, 0, "é\u{1F600}");
    let twice: String = packet.bytes().map(char::from).collect();
    let (_, answer) = login(&world, POLLING, &framed(&twice)).await?;
    let data: Vec<Value> =
        answer.get(3..).and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default();
    let Some(token) = data.first().map(|answer| &answer["msgData"]) else {
        return fail(format!("answered {answer}"));
    };
    let id = token["easyrtcid"].as_str().unwrap_or_default();
    let name = &token["roomData"]["default"]["clientList"][id]["username"];
    ensure!(name == "é\u{1F600}", "the name is {name}");
    Ok(())
}

/// Somebody sends a binary message to everybody in the room.
async fn send_binary(world: &World) -> Outcome {
    let mut ada = world.login().await?;
    let data = json!({"_placeholder": true, "num": 0});
    let message = json!({"msgType": "b", "targetRoom": "default", "msgData": data});
    let mut said = Said::new("easyrtcMsg", message.to_string());
    said.attachments = vec![Bytes::from_static(b"\x00\x01\xff")];
    let number = ada.say(said).await?;
    ada.answer(number).await.map(drop)
}

async fn octets(world: World) -> Outcome {
    let (polling, _) = login(&world, POLLING, &framed(&auth(&world, 0, "bob"))).await?;
    send_binary(&world).await?;
    loop {
        let response = polling.get().await?;
        ensure!(response.status == 200, "status {}", response.status);
        if response.header("content-type") != Some("application/octet-stream") {
            // What was said before it.
            ensure!(!response.text().contains("451-"), "as text: {}", response.text());
            continue;
        }
        // A byte for the kind, digits, 255, and 4 in front of the bytes.
        let binary: &[u8] = &[1, 4, 255, 4, 0, 1, 255];
        let there = response.body.windows(binary.len()).any(|window| window == binary);
        let right = response.body.first() == Some(&0) && there;
        ensure!(right, "the payload is {:?}", response.body);
        return Ok(());
    }
}

async fn b64(world: World) -> Outcome {
    let query = format!("{POLLING}&b64=1");
    let (polling, _) = login(&world, &query, &framed(&auth(&world, 0, "bob"))).await?;
    send_binary(&world).await?;
    let mut heard = Vec::new();
    while !heard.iter().any(|packet: &String| packet.starts_with("b4")) {
        let text = polling.text().await?;
        heard.extend(packets(&text).unwrap_or_default());
    }
    ensure!(heard.contains(&"b4AAH/".to_owned()), "heard {heard:?}");
    Ok(())
}

/// Reads until a BINARY_EVENT has come; what comes behind it.
async fn behind_binary_event(world: &World, more: &str) -> Outcome<Frame> {
    let mut link = connected(world, more).await?;
    link.send_text(auth(world, 0, "bob")).await?;
    link.text().await?;
    send_binary(world).await?;
    while !link.text().await?.starts_with("451-") {}
    link.frame().await
}

async fn frames(world: World) -> Outcome {
    let frame = behind_binary_event(&world, "").await?;
    let due = Frame::Binary(Bytes::from_static(b"\x04\x00\x01\xff"));
    ensure!(frame == due, "the attachment is {frame:?}");
    Ok(())
}

async fn b64_frames(world: World) -> Outcome {
    let frame = behind_binary_event(&world, "&b64=1").await?;
    ensure!(frame == Frame::Text("b4AAH/".to_owned()), "the attachment is {frame:?}");
    Ok(())
}
