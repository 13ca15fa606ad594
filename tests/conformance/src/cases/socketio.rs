//! `docs/spec/socketio.md`: opening, and HTTP. Packets are in `packets`, older clients in `eio3`.

use std::time::Duration;

use serde_json::json;

use crate::case::{Case, On, Outcome, ensure, fail, play, skip};
use crate::line::socket_io::QUERY;
use crate::polling::{Polling, SEPARATOR};
use crate::profile::{ONE_SESSION, ORIGINS, QUICK_PINGS};
use crate::wire::{Frame, Link, Refused, http};
use crate::world::World;

use super::packets::{auth, connected, easyrtcid, opened};

pub(super) const CASES: &[Case] = &[
    socket_io("socketio.handshake", "the handshake says all there is", play!(handshake)),
    socket_io("socketio.handshake/websocket", "over WebSocket too", play!(handshake_websocket)),
    socket_io("socketio.http-errors", "what cannot be served says why", play!(http_errors)),
    socket_io("socketio.full", "a session too many is 503", play!(full)).with(&ONE_SESSION),
    socket_io("socketio.origin", "another origin is 403", play!(origin)).with(&ORIGINS),
    socket_io("socketio.origin/any", "by default any origin may come", play!(any_origin)),
    socket_io("socketio.cors", "allowed origins get their headers", play!(cors)),
    socket_io("socketio.connect", "a CONNECT is answered with a sid", play!(connect)),
    socket_io("socketio.namespace", "other namespaces are refused", play!(namespace)),
    socket_io("socketio.early-event", "an event before the CONNECT ends it", play!(early_event)),
    socket_io("socketio.connect-timeout", "a CONNECT has to come", play!(connect_timeout)),
    socket_io("socketio.ping", "the server pings, and acts on silence", play!(ping))
        .with(&QUICK_PINGS),
    socket_io("socketio.polling-payload", "packets come in order", play!(payload)),
    socket_io("socketio.max-payload/post", "a POST too large ends it", play!(large_post)),
    socket_io("socketio.one-poll", "a second GET ends it", play!(one_poll)),
    socket_io("socketio.upgrade", "an upgrade loses and repeats nothing", play!(upgrade)),
];

/// A case about Socket.IO.
pub(super) const fn socket_io(
    id: &'static str,
    what: &'static str,
    scenario: fn(World) -> crate::case::Play,
) -> Case {
    Case::must(id, what, scenario).on(On::SocketIo)
}

const POLLING: &str = "EIO=4&transport=polling";

async fn handshake(world: World) -> Outcome {
    let polling = Polling::open(world.server()?, POLLING).await?;
    let handshake = &polling.handshake;
    let right = handshake["upgrades"] == json!(["websocket"])
        && handshake["pingInterval"] == 25_000
        && handshake["pingTimeout"] == 20_000
        && handshake["maxPayload"] == 1_000_000;
    ensure!(right && polling.first.starts_with('0'), "the handshake is {}", polling.first);
    Ok(())
}

async fn handshake_websocket(world: World) -> Outcome {
    let server = world.server()?;
    let mut link = Link::open(server, &format!("{}{QUERY}", server.path), &[]).await?;
    let text = link.text().await?;
    let handshake: serde_json::Value =
        text.get(1..).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let right = text.starts_with('0') && handshake["upgrades"] == json!([]);
    ensure!(right && handshake["sid"].is_string(), "the handshake is {text}");
    Ok(())
}

async fn http_errors(world: World) -> Outcome {
    let server = world.server()?;
    for (method, query, code, message) in [
        ("GET", "EIO=4&transport=carrier-pigeon", 0, "Transport unknown"),
        ("GET", "EIO=4", 0, "Transport unknown"),
        ("GET", "EIO=4&transport=polling&sid=nobody", 1, "Session ID unknown"),
        ("POST", "EIO=4&transport=polling", 2, "Bad handshake method"),
        ("GET", "EIO=5&transport=polling", 5, "Unsupported protocol version"),
    ] {
        let path = format!("{}?{query}", server.path);
        let response = http(server, method, &path, &[], b"").await?;
        let body = response.json();
        let right = response.status == 400 && body["code"] == code && body["message"] == message;
        ensure!(right, "{method} {query}: status {} {}", response.status, response.text());
    }
    // A session's request for another transport.
    let polling = Polling::open(server, POLLING).await?;
    let path = format!("{}?EIO=3&transport=polling&sid={}", server.path, polling.sid);
    let response = http(server, "GET", &path, &[], b"").await?;
    let right = response.status == 400 && response.json()["code"] == 3;
    ensure!(right, "another revision: status {} {}", response.status, response.text());
    Ok(())
}

async fn full(world: World) -> Outcome {
    let server = world.server()?;
    let _one = Polling::open(server, POLLING).await?;
    let path = format!("{}?{POLLING}", server.path);
    let response = http(server, "GET", &path, &[], b"").await?;
    ensure!(response.status == 503, "status {}", response.status);
    match Link::open(server, &format!("{}{QUERY}", server.path), &[]).await {
        Err(Refused::Status(503)) => Ok(()),
        Err(other) => Err(other.into()),
        Ok(_) => fail("a WebSocket is opened"),
    }
}

async fn origin(world: World) -> Outcome {
    let server = world.server()?;
    let path = format!("{}?{POLLING}", server.path);
    let bad = [("Origin", "https://bad.example")];
    let response = http(server, "GET", &path, &bad, b"").await?;
    let right = response.status == 403 && response.json()["code"] == 4;
    ensure!(right, "status {}: {}", response.status, response.text());
    let path = format!("{}{QUERY}", server.path);
    match Link::open(server, &path, &[("origin", "https://bad.example")]).await {
        Err(Refused::Status(403)) => {}
        Err(other) => return Err(other.into()),
        Ok(_) => return fail("a WebSocket is opened"),
    }
    Link::open(server, &path, &[("origin", "https://good.example")]).await?;
    Link::open(server, &path, &[]).await?;
    Ok(())
}

async fn any_origin(world: World) -> Outcome {
    let server = world.server()?;
    let path = format!("{}?{POLLING}", server.path);
    let other = [("Origin", "https://any.example")];
    let response = http(server, "GET", &path, &other, b"").await?;
    ensure!(response.status == 200, "status {}", response.status);
    Ok(())
}

async fn cors(world: World) -> Outcome {
    let server = world.server()?;
    let path = format!("{}?{POLLING}", server.path);
    let origin = "https://any.example";
    let response = http(server, "GET", &path, &[("Origin", origin)], b"").await?;
    let allowed = response.header("access-control-allow-origin");
    ensure!(allowed == Some(origin) || allowed == Some("*"), "allowed is {allowed:?}");
    let asked = [("Origin", origin), ("Access-Control-Request-Method", "POST")];
    let response = http(server, "OPTIONS", &path, &asked, b"").await?;
    let allowed = response.header("access-control-allow-origin");
    let right =
        (200..300).contains(&response.status) && (allowed == Some(origin) || allowed == Some("*"));
    ensure!(right, "preflight: status {}, allowed is {allowed:?}", response.status);
    Ok(())
}

async fn connect(world: World) -> Outcome {
    let mut link = opened(&world).await?;
    link.send_text("40").await?;
    let text = link.text().await?;
    let json: serde_json::Value =
        text.get(2..).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    ensure!(text.starts_with("40") && json["sid"].is_string(), "answered {text}");
    Ok(())
}

async fn namespace(world: World) -> Outcome {
    let mut link = opened(&world).await?;
    link.send_text("40/other,").await?;
    let text = link.text().await?;
    ensure!(text == r#"44/other,{"message":"Invalid namespace"}"#, "answered {text}");
    Ok(())
}

async fn early_event(world: World) -> Outcome {
    let mut link = opened(&world).await?;
    link.send_text(auth(&world, 0)).await?;
    match link.frame().await? {
        Frame::End { .. } => Ok(()),
        other => fail(format!("answered {other:?}")),
    }
}

async fn connect_timeout(world: World) -> Outcome {
    /// The specification's, and a little.
    const TIMEOUT: Duration = Duration::from_secs(50);
    if world.patience < TIMEOUT {
        return skip("takes 45 s: needs --timeout 50s");
    }
    let mut link = opened(&world).await?;
    loop {
        match link.frame().await? {
            Frame::Text(text) if text == "2" => link.send_text("3").await?,
            Frame::End { .. } => return Ok(()),
            other => return fail(format!("heard {other:?}")),
        }
    }
}

async fn ping(world: World) -> Outcome {
    let mut link = connected(&world).await?;
    for _ in 0..2 {
        let text = link.text().await?;
        ensure!(text == "2", "{text} came instead of a ping");
        link.send_text("3").await?;
    }
    link.text().await?;
    // This one is not answered.
    match link.frame().await? {
        Frame::End { .. } => Ok(()),
        other => fail(format!("heard {other:?}")),
    }
}

async fn payload(world: World) -> Outcome {
    let polling = Polling::open(world.server()?, POLLING).await?;
    polling.connect().await?;
    let list = r#"["easyrtcCmd",{"msgType":"getRoomList"}]"#;
    let stay = r#"["easyrtcCmd",{"msgType":"nonsense"}]"#;
    let packets = [auth(&world, 0), format!("421{list}"), format!("422{stay}")];
    polling.say(&packets.join(&SEPARATOR.to_string())).await?;
    let heard = polling.until(|heard| heard.contains("432[")).await?;
    let starts: Vec<&str> = heard.split(SEPARATOR).filter_map(|packet| packet.get(..4)).collect();
    ensure!(starts == ["430[", "431[", "432["], "heard {heard}");
    // Binary: one to itself.
    let id = heard.split(SEPARATOR).next().and_then(easyrtcid).unwrap_or_default();
    let data = r#"{"_placeholder":true,"num":0}"#;
    let offer = format!(
        r#"451-3["easyrtcCmd",{{"msgType":"offer","targetEasyrtcid":"{id}","msgData":{{"a":{data}}}}}]"#
    );
    polling.say(&format!("{offer}{SEPARATOR}bAAEC")).await?;
    let heard = polling.until(|heard| heard.contains("433[")).await?;
    let packets: Vec<&str> = heard.split(SEPARATOR).collect();
    let right = packets.len() == 3 && packets[0].starts_with("451-") && packets[1] == "bAAEC";
    ensure!(right, "heard {heard}");
    Ok(())
}

async fn large_post(world: World) -> Outcome {
    let polling = Polling::open(world.server()?, POLLING).await?;
    polling.connect().await?;
    let mut body = b"420[\"easyrtcCmd\",\"".to_vec();
    body.extend_from_slice("x".repeat(1_000_001).as_bytes());
    body.extend_from_slice(b"\"]");
    // It may be refused while it is still being sent.
    let status = polling.post(&body).await.map_or(0, |response| response.status);
    ensure!(status != 200, "it is taken");
    world.until("the session is gone", async || polling.is_gone().await).await
}

async fn one_poll(world: World) -> Outcome {
    let polling = Polling::open(world.server()?, POLLING).await?;
    polling.connect().await?;
    let waiting = {
        let polling = polling.clone();
        tokio::spawn(async move { polling.get().await.map(|response| response.status) })
    };
    // Until the first one waits there is no second: then one of a few is.
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let second = tokio::time::timeout(Duration::from_millis(300), polling.get()).await;
        if let Ok(Ok(response)) = second
            && response.status != 200
        {
            break;
        }
    }
    let _ = waiting.await;
    world.until("the session is gone", async || polling.is_gone().await).await
}

async fn upgrade(world: World) -> Outcome {
    const MESSAGES: usize = 20;
    let server = world.server()?;
    let mut ada = world.login().await?;
    let polling = Polling::open(server, POLLING).await?;
    polling.connect().await?;
    polling.say(&auth(&world, 0)).await?;
    let heard = polling.until(|heard| heard.contains("430[")).await?;
    ensure!(heard.contains("token"), "heard {heard}");
    let path = format!("{}?EIO=4&transport=websocket&sid={}", server.path, polling.sid);
    let mut link = Link::open(server, &path, &[]).await?;
    link.send_text("2probe").await?;
    let probed = link.text().await?;
    ensure!(probed == "3probe", "answered {probed}");
    let mut numbers = Vec::new();
    let said = |n: usize| json!({"msgType": "n", "targetRoom": "default", "msgData": {"n": n}});
    for n in 0..MESSAGES / 2 {
        ada.acked("easyrtcMsg", &said(n)).await?;
    }
    // What comes by polling comes up to the noop.
    let mut heard = polling.until(|heard| heard.split(SEPARATOR).any(|one| one == "6")).await?;
    link.send_text("5").await?;
    for n in MESSAGES / 2..MESSAGES {
        ada.acked("easyrtcMsg", &said(n)).await?;
    }
    let last = format!("{{\"n\":{}}}", MESSAGES - 1);
    while !heard.contains(&last) {
        heard.push(SEPARATOR);
        heard.push_str(&link.text().await?);
    }
    for packet in heard.split(SEPARATOR).filter(|packet| packet.contains("easyrtcMsg")) {
        let number = packet.split("{\"n\":").nth(1).and_then(|rest| rest.split('}').next());
        numbers.push(number.and_then(|number| number.parse().ok()).unwrap_or(usize::MAX));
    }
    let due: Vec<usize> = (0..MESSAGES).collect();
    ensure!(numbers == due, "heard {numbers:?}");
    Ok(())
}
