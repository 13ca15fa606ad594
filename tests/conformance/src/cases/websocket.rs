//! `docs/spec/websocket.md`: opening, frames, and closing. Sessions that outlive their line are in
//! `resuming`.

use bytes::Bytes;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message as Sent;

use crate::case::{Case, On, Outcome, Play, ensure, fail, play};
use crate::profile::{FRESH, ONE_SESSION, ORIGINS, QUICK_PINGS, SHORT_LOGIN};
use crate::wire::{Frame, Link, Refused, http};
use crate::world::World;

use super::say;

pub(super) const CASES: &[Case] = &[
    raw("websocket.upgrade", "only a GET for a WebSocket is served", play!(upgrade)),
    raw("websocket.subprotocol", "the subprotocol is named if offered", play!(subprotocol)),
    raw("websocket.origin", "another origin is 403", play!(origin)).with(&ORIGINS),
    raw("websocket.full", "a session too many is 503", play!(full)).with(&ONE_SESSION),
    raw("websocket.welcome", "the first frame is the welcome", play!(welcome)),
    raw("websocket.event", "keys come in any order, the message is any JSON", play!(event)),
    raw("websocket.id", "the answer repeats the id", play!(id)),
    raw("websocket.no-id", "without id no effect, a login ends it", play!(no_id)),
    raw("websocket.unknown-keys", "other keys are ignored", play!(unknown_keys)),
    raw("websocket.malformed", "other frames are told why", play!(malformed)),
    raw("websocket.ack", "an answer has ack and message", play!(ack)),
    raw("websocket.emit", "an event has event and message", play!(emit)),
    raw("websocket.attachments", "binary values are base64", play!(attachments)),
    raw("websocket.attachment-again", "base64 stands where it occurs first", play!(again)),
    raw("websocket.no-attachments", "without base64 they are maps", play!(no_attachments)),
    raw("websocket.bad-attachments", "what is no attachment ends it", play!(bad_attachments)),
    raw("websocket.ping", "the server pings, and acts on silence", play!(ping)).with(&QUICK_PINGS),
    raw("websocket.close-order", "what is owed, then a close frame", play!(close_order)),
    raw("websocket.close-codes", "each kind of end has its code", play!(close_codes)),
    raw("websocket.close-codes/stop", "1001 when the server stops", play!(code_of_stop))
        .with(&FRESH),
    raw("websocket.close-codes/login", "1008 without a login", play!(code_of_timeout))
        .with(&SHORT_LOGIN),
];

/// A case about the raw WebSocket.
pub(super) const fn raw(id: &'static str, what: &'static str, scenario: fn(World) -> Play) -> Case {
    Case::must(id, what, scenario).on(On::WebSocket)
}

/// A line that has been welcomed, and the welcome.
pub(super) async fn welcomed(world: &World) -> Outcome<(Link, Value)> {
    let server = world.server()?;
    let mut link = Link::open(server, &server.path, &[]).await?;
    let welcome = link.json().await?;
    Ok((link, welcome["message"].clone()))
}

/// The frame of a login.
pub(super) fn auth(world: &World, id: u64) -> String {
    let message = json!({"msgType": "authenticate", "msgData": world.credentials(&json!({}))});
    json!({"event": "easyrtcAuth", "id": id, "message": message}).to_string()
}

/// A line that has logged in, and its easyrtcid.
async fn logged_in(world: &World) -> Outcome<(Link, String)> {
    let (mut link, _) = welcomed(world).await?;
    link.send_text(auth(world, 0)).await?;
    let answer = link.json().await?;
    match answer["message"]["msgData"]["easyrtcid"].as_str() {
        Some(id) => Ok((link, id.to_owned())),
        None => fail(format!("the login is answered {answer}")),
    }
}

async fn upgrade(world: World) -> Outcome {
    let server = world.server()?;
    for (method, headers, status) in [
        ("GET", vec![], 426),
        ("POST", vec![], 405),
        (
            "GET",
            vec![
                ("Connection", "Upgrade"),
                ("Upgrade", "websocket"),
                ("Sec-WebSocket-Version", "12"),
                ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ],
            426,
        ),
    ] {
        let response = http(server, method, &server.path, &headers, b"").await?;
        ensure!(response.status == status, "{method} {headers:?}: status {}", response.status);
    }
    welcomed(&world).await.map(drop)
}

async fn subprotocol(world: World) -> Outcome {
    let server = world.server()?;
    let offer = [("sec-websocket-protocol", "other, easyrtc.v1.json")];
    let link = Link::open(server, &server.path, &offer).await?;
    let named = link.subprotocol.as_deref();
    ensure!(named == Some("easyrtc.v1.json"), "named is {named:?}");
    let (link, _) = welcomed(&world).await?;
    ensure!(link.subprotocol.is_none(), "unasked: {:?}", link.subprotocol);
    Ok(())
}

async fn origin(world: World) -> Outcome {
    let server = world.server()?;
    match Link::open(server, &server.path, &[("origin", "https://bad.example")]).await {
        Err(Refused::Status(403)) => {}
        Err(other) => return Err(other.into()),
        Ok(_) => return fail("it is opened"),
    }
    Link::open(server, &server.path, &[("origin", "https://good.example")]).await?;
    welcomed(&world).await.map(drop)
}

async fn full(world: World) -> Outcome {
    let server = world.server()?;
    let _one = welcomed(&world).await?;
    match Link::open(server, &server.path, &[]).await {
        Err(Refused::Status(503)) => Ok(()),
        Err(other) => Err(other.into()),
        Ok(mut link) => {
            let code = link.end().await?;
            ensure!(code == Some(1013), "closed with {code:?}");
            Ok(())
        }
    }
}

async fn welcome(world: World) -> Outcome {
    let (_, welcome) = welcomed(&world).await?;
    let right = welcome["msgType"] == "welcome"
        && welcome["serverTime"].is_u64()
        && welcome["protocol"]["revision"].is_string()
        && welcome["pingInterval"] == 25_000
        && welcome["pingTimeout"] == 20_000
        && welcome["maxMessage"] == 1_000_000
        && welcome["resumed"] == false;
    ensure!(right, "the welcome is {welcome}");
    let ada = world.login().await?;
    let token = &ada.token["protocol"];
    ensure!(*token == welcome["protocol"], "the token says {token}, the welcome {welcome}");
    Ok(())
}

async fn event(world: World) -> Outcome {
    let (mut link, _) = logged_in(&world).await?;
    link.send_text(r#"{"message":{"msgType":"getRoomList"},"id":5,"event":"easyrtcCmd"}"#).await?;
    let answer = link.json().await?;
    ensure!(answer["ack"] == 5, "answered {answer}");
    for message in ["null", "1", "\"x\"", "[]"] {
        link.send_text(format!(r#"{{"event":"easyrtcMsg","id":6,"message":{message}}}"#)).await?;
        let answer = link.json().await?;
        ensure!(answer["ack"] == 6, "{message} is answered {answer}");
    }
    Ok(())
}

async fn id(world: World) -> Outcome {
    let (mut link, _) = logged_in(&world).await?;
    for id in [0_u64, 1, 9_007_199_254_740_991, 1] {
        let frame = json!({"event": "easyrtcCmd", "id": id, "message": {"msgType": "getRoomList"}});
        link.send_text(frame.to_string()).await?;
        let answer = link.json().await?;
        ensure!(answer["ack"] == id, "{id} is answered {answer}");
    }
    Ok(())
}

async fn no_id(world: World) -> Outcome {
    let (mut link, _) = logged_in(&world).await?;
    let join = json!({"event": "easyrtcCmd", "message": say::room_join(&["r"])});
    link.send_text(join.to_string()).await?;
    let list = json!({"event": "easyrtcCmd", "id": 1, "message": {"msgType": "getRoomList"}});
    link.send_text(list.to_string()).await?;
    let answer = link.json().await?;
    let rooms = &answer["message"]["msgData"]["roomList"];
    ensure!(answer["ack"] == 1 && rooms.get("r").is_none(), "answered {answer}");
    let (mut link, _) = welcomed(&world).await?;
    let login = auth(&world, 0).replace("\"id\":0,", "");
    ensure!(!login.contains("\"id\""), "the login has an id: {login}");
    link.send_text(login).await?;
    let code = link.end().await?;
    ensure!(code == Some(1008), "closed with {code:?}");
    Ok(())
}

async fn unknown_keys(world: World) -> Outcome {
    let (mut link, _) = logged_in(&world).await?;
    let frame = r#"{"event":"easyrtcAuth","ack":3,"received":1,"x":{},"id":4,"id":5,
        "message":{"msgType":"getRoomList"},"event":"easyrtcCmd","resume":null}"#;
    link.send_text(frame).await?;
    let answer = link.json().await?;
    ensure!(answer["ack"] == 5, "answered {answer}");
    Ok(())
}

async fn malformed(world: World) -> Outcome {
    for frame in [
        "",
        "x",
        "[]",
        "{}",
        r#"{"event":"other","id":1,"message":{}}"#,
        r#"{"event":"easyrtcCmd","id":1}"#,
        r#"{"event":"easyrtcCmd","id":-1,"message":{}}"#,
        r#"{"event":"easyrtcCmd","id":1.5,"message":{}}"#,
        r#"{"event":"easyrtcCmd","id":9007199254740992,"message":{}}"#,
        r#"{"event":"easyrtcCmd","id":"1","message":{}}"#,
        r#"{"event":"easyrtcCmd","id":1,"message":{}"#,
    ] {
        let (mut link, _) = welcomed(&world).await?;
        link.send_text(frame).await?;
        let told = link.json().await?;
        let (message, data) = (&told["message"], &told["message"]["msgData"]);
        let right = told["event"] == "error"
            && message["msgType"] == "error"
            && data["errorCode"] == "MSG_REJECT_BAD_STRUCTURE"
            && data["errorText"].is_string();
        ensure!(right, "{frame} is answered {told}");
        let code = link.end().await?;
        ensure!(code == Some(1002), "{frame} is closed with {code:?}");
    }
    Ok(())
}

/// The keys of a frame.
fn keys(frame: &Value) -> Vec<&str> {
    frame.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

async fn ack(world: World) -> Outcome {
    let (mut link, _) = logged_in(&world).await?;
    let alive = json!({"event": "easyrtcCmd", "id": 3, "message": {"msgType": "stillAlive"}});
    link.send_text(alive.to_string()).await?;
    let answer = link.json().await?;
    let right = answer == json!({"ack": 3, "message": {"msgType": "ack"}});
    ensure!(right, "answered {answer}");
    Ok(())
}

async fn emit(world: World) -> Outcome {
    let (mut link, id) = logged_in(&world).await?;
    let mut ada = world.login().await?;
    ada.msg(&json!({"msgType": "hello", "targetEasyrtcid": id})).await?;
    for event in ["easyrtcCmd", "easyrtcMsg"] {
        let frame = link.json().await?;
        let right = frame["event"] == event && keys(&frame) == ["event", "message"];
        ensure!(right, "heard {frame}");
    }
    Ok(())
}

const BYTES: &str = "AAECAw==";

fn value(num: u64, base64: Option<&str>) -> Value {
    match base64 {
        Some(base64) => json!({"_placeholder": true, "num": num, "base64": base64}),
        None => json!({"_placeholder": true, "num": num}),
    }
}

/// Sends an offer with this msgData to oneself; the msgData that comes.
async fn offered(link: &mut Link, id: &str, data: &Value) -> Outcome<Value> {
    let offer = json!({"msgType": "offer", "targetEasyrtcid": id, "msgData": data});
    let frame = json!({"event": "easyrtcCmd", "id": 9, "message": offer});
    link.send_text(frame.to_string()).await?;
    let event = link.json().await?;
    let answer = link.json().await?;
    ensure!(answer["ack"] == 9, "heard {event} and {answer}");
    Ok(event["message"]["msgData"].clone())
}

async fn attachments(world: World) -> Outcome {
    let (mut link, id) = logged_in(&world).await?;
    let data = json!({"a": value(0, Some(BYTES)), "b": [value(1, Some(""))]});
    let heard = offered(&mut link, &id, &data).await?;
    ensure!(heard == data, "sent {data}, heard {heard}");
    Ok(())
}

async fn again(world: World) -> Outcome {
    let (mut link, id) = logged_in(&world).await?;
    let data = json!([value(0, Some(BYTES)), value(0, None), value(1, Some("eHg="))]);
    let heard = offered(&mut link, &id, &data).await?;
    ensure!(heard == data, "sent {data}, heard {heard}");
    Ok(())
}

async fn no_attachments(world: World) -> Outcome {
    let (mut link, id) = logged_in(&world).await?;
    let data = json!({"a": value(7, None), "b": {"_placeholder": true}});
    let heard = offered(&mut link, &id, &data).await?;
    ensure!(heard == data, "sent {data}, heard {heard}");
    Ok(())
}

async fn bad_attachments(world: World) -> Outcome {
    let many: Vec<Value> = (0..33).map(|num| value(num, Some(BYTES))).collect();
    for data in [
        json!([value(0, Some("no base64!"))]),
        json!([value(1, Some(BYTES))]),
        json!([value(0, Some(BYTES)), value(2, Some(BYTES))]),
        json!([{"_placeholder": true, "base64": BYTES}]),
        json!(many),
    ] {
        let (mut link, id) = logged_in(&world).await?;
        let offer = json!({"msgType": "offer", "targetEasyrtcid": id, "msgData": data});
        let frame = json!({"event": "easyrtcCmd", "id": 9, "message": offer});
        link.send_text(frame.to_string()).await?;
        let code = link.end().await;
        ensure!(code.is_ok(), "not ended by {data}");
    }
    Ok(())
}

async fn ping(world: World) -> Outcome {
    let (mut link, welcome) = welcomed(&world).await?;
    ensure!(welcome["pingInterval"] == 200, "the welcome is {welcome}");
    for _ in 0..2 {
        let frame = link.next().await;
        ensure!(frame == Frame::Ping, "{frame:?} came instead of a ping");
    }
    // Pings are answered when the line is read. Nobody reads until the server has had enough.
    tokio::time::sleep(std::time::Duration::from_millis(1_000)).await;
    let code = link.end().await?;
    ensure!(code == Some(4000), "closed with {code:?}");
    Ok(())
}

async fn close_order(world: World) -> Outcome {
    let (mut link, _) = welcomed(&world).await?;
    link.send_text(r#"{"event":"easyrtcAuth","id":2,"message":{"msgType":"no login"}}"#).await?;
    let answer = link.json().await?;
    ensure!(answer["ack"] == 2, "answered {answer}");
    let code = link.end().await?;
    ensure!(code == Some(1008), "closed with {code:?}");
    Ok(())
}

async fn close_codes(world: World) -> Outcome {
    let (mut link, _) = welcomed(&world).await?;
    link.send_binary(Bytes::from_static(b"x")).await?;
    let code = link.end().await?;
    ensure!(code == Some(1003), "a binary message is closed with {code:?}");
    let (mut link, _) = welcomed(&world).await?;
    link.send_text("x".repeat(1_000_001)).await?;
    let code = link.end().await?;
    ensure!(code == Some(1009), "a message too large is closed with {code:?}");
    // A frame of text, masked with zeros, that is no UTF-8; and one with a reserved bit.
    for (bytes, due) in [
        (&[0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28][..], 1007),
        (&[0xf1, 0x81, 0, 0, 0, 0, b'x'][..], 1002),
    ] {
        let (mut link, _) = welcomed(&world).await?;
        link.send_bytes(bytes).await?;
        let code = link.end().await?;
        ensure!(code == Some(due), "{bytes:?} is closed with {code:?}, not {due}");
    }
    let (mut link, _) = welcomed(&world).await?;
    link.send(Sent::Close(None)).await?;
    link.end().await.map(drop)
}

async fn code_of_stop(world: World) -> Outcome {
    let (mut link, _) = logged_in(&world).await?;
    world.stop_server()?;
    let event = link.json().await?;
    let code = &event["message"]["msgData"]["errorCode"];
    ensure!(code == "SERVER_SHUTDOWN", "told {event}");
    let code = link.end().await?;
    ensure!(code == Some(1001), "closed with {code:?}");
    Ok(())
}

async fn code_of_timeout(world: World) -> Outcome {
    let (mut link, _) = welcomed(&world).await?;
    let code = link.end().await?;
    ensure!(code == Some(1008), "closed with {code:?}");
    Ok(())
}
