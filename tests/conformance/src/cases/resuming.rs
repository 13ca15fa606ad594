//! `docs/spec/websocket.md`: sessions that outlive their line.

use std::time::Duration;

use serde_json::{Value, json};

use crate::case::{Case, Outcome, ensure, fail, play};
use crate::client::Client;
use crate::profile::{SHORT_KEEP, SILENCE};
use crate::wire::{Frame, Link};
use crate::world::World;

use super::websocket::{auth, raw};

pub(super) const CASES: &[Case] = &[
    raw("websocket.resume", "the first frame is a resume, then the welcome", play!(resume)),
    raw("websocket.resume-first", "without a token a session begins", play!(resume)),
    raw("websocket.session", "the welcome has a session", play!(session)),
    raw("websocket.token", "tokens are long and differ", play!(token)),
    raw("websocket.resumed", "what the other lacks is sent again", play!(resumed)),
    raw("websocket.token-rotation", "a token is good until the next is used", play!(rotation)),
    raw("websocket.not-resumed", "an unknown token begins anew", play!(not_resumed)),
    raw("websocket.impossible-count", "an impossible count ends the session", play!(impossible)),
    raw("websocket.take-over", "a line that seems whole is taken over", play!(take_over)),
    raw("websocket.taken-once", "what was counted is handled once", play!(taken_once)),
    raw("websocket.received", "the server tells its count within a second", play!(received)),
    raw("websocket.keep-time", "a cut session is kept for a while", play!(keep_time))
        .with(&SHORT_KEEP),
    raw("websocket.keep-bytes", "no more than keepBytes are kept", play!(keep_bytes))
        .with(&SHORT_KEEP),
    raw("websocket.cut", "ends without a word and codes from 4001 are cuts", play!(cut)),
    raw("websocket.leave", "1000, 1001 and none leave at once", play!(leave)),
    raw("websocket.cut-silence", "silence of a cut line does not count", play!(cut_silence))
        .with(&SILENCE),
];

/// A line that resumes.
struct Session {
    link: Link,
    welcome: Value,
    token: String,
    /// How many frames came that count.
    received: u64,
}

impl Session {
    /// Opens a line with `resume`, and takes the welcome.
    async fn open(world: &World, resume: &Value) -> Outcome<Self> {
        let server = world.server()?;
        let mut link = Link::open(server, &format!("{}?resume=1", server.path), &[]).await?;
        link.send_text(json!({"resume": resume}).to_string()).await?;
        let welcome = link.json().await?;
        ensure!(welcome["event"] == "welcome", "the first frame is {welcome}");
        let welcome = welcome["message"].clone();
        let Some(token) = welcome["session"]["token"].as_str().map(ToOwned::to_owned) else {
            return fail(format!("the welcome is {welcome}"));
        };
        Ok(Self { link, welcome, token, received: 0 })
    }

    /// Begins a session, and logs in; its easyrtcid.
    async fn login(world: &World) -> Outcome<(Self, String)> {
        let mut session = Self::open(world, &json!({})).await?;
        session.link.send_text(auth(world, 0)).await?;
        let answer = session.frame().await?;
        match answer["message"]["msgData"]["easyrtcid"].as_str() {
            Some(id) => Ok((session, id.to_owned())),
            None => fail(format!("the login is answered {answer}")),
        }
    }

    /// The next frame that counts.
    async fn frame(&mut self) -> Outcome<Value> {
        loop {
            let frame = self.link.json().await?;
            if frame.get("received").is_none() {
                self.received += 1;
                return Ok(frame);
            }
        }
    }

    /// Cuts the line, and goes on on another.
    async fn resume(self, world: &World) -> Outcome<Self> {
        let Self { link, token, received, .. } = self;
        drop(link);
        let resumed = Self::open(world, &json!({"token": token, "received": received})).await?;
        ensure!(resumed.welcome["resumed"] == true, "the welcome is {}", resumed.welcome);
        Ok(Self { received, ..resumed })
    }

    /// Asks for the rooms, and waits for the answer.
    async fn is_alive(&mut self, id: u64) -> Outcome {
        self.link.send_text(list(id)).await?;
        let answer = self.frame().await?;
        ensure!(answer["ack"] == id, "answered {answer}");
        Ok(())
    }
}

fn list(id: u64) -> String {
    json!({"event": "easyrtcCmd", "id": id, "message": {"msgType": "getRoomList"}}).to_string()
}

fn said(to: &str, n: usize) -> Value {
    json!({"msgType": "n", "targetEasyrtcid": to, "msgData": {"n": n}})
}

async fn resume(world: World) -> Outcome {
    for resume in [json!({}), json!({"token": null}), json!({"received": 99})] {
        let mut session = Session::open(&world, &resume).await?;
        ensure!(session.welcome["resumed"] == false, "the welcome is {}", session.welcome);
        session.link.send_text(auth(&world, 0)).await?;
        session.frame().await?;
    }
    let server = world.server()?;
    let mut link = Link::open(server, &format!("{}?resume=1", server.path), &[]).await?;
    link.send_text(auth(&world, 0)).await?;
    let told = link.json().await?;
    ensure!(told["event"] == "error", "without resume: {told}");
    link.end().await.map(drop)
}

async fn session(world: World) -> Outcome {
    let session = Session::open(&world, &json!({})).await?;
    let told = &session.welcome["session"];
    let right = told["keepTime"] == 30_000 && told["keepBytes"] == 1_048_576;
    ensure!(right, "the session is {told}");
    Ok(())
}

async fn token(world: World) -> Outcome {
    let one = Session::open(&world, &json!({})).await?;
    let two = Session::open(&world, &json!({})).await?;
    // 128 bits in base64 are 22 characters.
    ensure!(one.token.len() >= 22 && one.token != two.token, "{} and {}", one.token, two.token);
    Ok(())
}

async fn resumed(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let (session, id) = Session::login(&world).await?;
    watcher.events().await?;
    let Session { link, token, received, .. } = session;
    drop(link);
    for n in 0..5 {
        watcher.acked("easyrtcMsg", &said(&id, n)).await?;
    }
    let first = json!({"token": token, "received": received});
    let mut session = Session::open(&world, &first).await?;
    let right = session.welcome["resumed"] == true && session.welcome["received"] == 1;
    ensure!(right && session.token != token, "the welcome is {}", session.welcome);
    for n in 0..5 {
        let frame = session.frame().await?;
        ensure!(frame["message"]["msgData"]["n"] == n, "{n} is due, not {frame}");
    }
    session.is_alive(1).await?;
    watcher.hears_nothing().await
}

async fn rotation(world: World) -> Outcome {
    let (session, _) = Session::login(&world).await?;
    let Session { link, token, received, .. } = session;
    drop(link);
    let old = json!({"token": token, "received": received});
    // The welcome is lost twice: no frame came on the new line.
    for _ in 0..2 {
        let session = Session::open(&world, &old).await?;
        ensure!(session.welcome["resumed"] == true, "the welcome is {}", session.welcome);
    }
    let mut session = Session::open(&world, &old).await?;
    session.is_alive(1).await?;
    let (new, received) = (session.token.clone(), session.received + received);
    drop(session);
    let stale = Session::open(&world, &old).await?;
    ensure!(stale.welcome["resumed"] == false, "the old token is good: {}", stale.welcome);
    let session = Session::open(&world, &json!({"token": new, "received": received})).await?;
    ensure!(session.welcome["resumed"] == true, "the new token is not: {}", session.welcome);
    Ok(())
}

async fn not_resumed(world: World) -> Outcome {
    let resume = json!({"token": "1WZ0Vh6yLhzhXoxnRt2mnJcA", "received": 12});
    let mut session = Session::open(&world, &resume).await?;
    ensure!(session.welcome["resumed"] == false, "the welcome is {}", session.welcome);
    session.link.send_text(list(1)).await?;
    let answer = session.frame().await?;
    let code = &answer["message"]["msgData"]["errorCode"];
    ensure!(code == "MSG_REJECT_NO_AUTH", "answered {answer}");
    Ok(())
}

/// Whether `id` leaves the default room, as far as `watcher` hears.
async fn sees_leave(watcher: &mut Client, id: &str) -> Outcome {
    let event = watcher.event_of("roomData").await?;
    let delta = &event.value["msgData"]["roomData"]["default"]["clientListDelta"];
    ensure!(delta["removeClient"].get(id).is_some(), "told {}", event.text);
    Ok(())
}

async fn impossible(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let (session, id) = Session::login(&world).await?;
    watcher.events().await?;
    let Session { link, token, .. } = session;
    drop(link);
    let session = Session::open(&world, &json!({"token": token, "received": 99})).await?;
    ensure!(session.welcome["resumed"] == false, "the welcome is {}", session.welcome);
    sees_leave(&mut watcher, &id).await
}

async fn take_over(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let (mut first, _) = Session::login(&world).await?;
    watcher.events().await?;
    let resume = json!({"token": first.token, "received": first.received});
    let mut second = Session::open(&world, &resume).await?;
    ensure!(second.welcome["resumed"] == true, "the welcome is {}", second.welcome);
    let code = first.link.end().await?;
    ensure!(code == Some(1000), "the first line is closed with {code:?}");
    second.is_alive(1).await?;
    watcher.hears_nothing().await
}

async fn taken_once(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let (mut session, _) = Session::login(&world).await?;
    watcher.events().await?;
    let message = json!({"msgType": "once", "targetEasyrtcid": watcher.id()});
    let frame = json!({"event": "easyrtcMsg", "id": 7, "message": message});
    session.link.send_text(frame.to_string()).await?;
    // It came through, and its answer is not waited for.
    watcher.event_of("once").await?;
    let mut session = session.resume(&world).await?;
    let counted = &session.welcome["received"];
    ensure!(*counted == 2, "the server counted {counted}");
    let answer = session.frame().await?;
    ensure!(answer["ack"] == 7, "answered {answer}");
    watcher.hears_nothing().await
}

async fn received(world: World) -> Outcome {
    let (mut session, _) = Session::login(&world).await?;
    // Within a second, and what the machine takes.
    loop {
        let frame = session.link.json().await?;
        if let Some(count) = frame.get("received") {
            ensure!(*count == 1, "the count is {count}");
            return Ok(());
        }
    }
}

async fn keep_time(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let (session, id) = Session::login(&world).await?;
    watcher.events().await?;
    let Session { link, token, received, .. } = session;
    drop(link);
    watcher.acked("easyrtcMsg", &said(&id, 1)).await?;
    sees_leave(&mut watcher, &id).await?;
    let session = Session::open(&world, &json!({"token": token, "received": received})).await?;
    ensure!(session.welcome["resumed"] == false, "the welcome is {}", session.welcome);
    Ok(())
}

/// 4,000 bytes are kept.
async fn keep_bytes(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    let (mut session, id) = Session::login(&world).await?;
    watcher.events().await?;
    // While the line is whole, what was sent goes first, and with it the way back.
    let big = json!({"msgType": "big", "targetEasyrtcid": id, "msgData": "x".repeat(3000)});
    let before = session.received;
    for _ in 0..4 {
        watcher.acked("easyrtcMsg", &big).await?;
        session.frame().await?;
    }
    let (token, link) = (session.token.clone(), session.link);
    drop(link);
    let late = Session::open(&world, &json!({"token": token, "received": before})).await?;
    ensure!(late.welcome["resumed"] == false, "kept more: {}", late.welcome);
    // While it is cut, a client for which more waits is too slow.
    let (session, id) = Session::login(&world).await?;
    watcher.events().await?;
    drop(session);
    let big = json!({"msgType": "big", "targetEasyrtcid": id, "msgData": "x".repeat(3000)});
    for _ in 0..100 {
        let answer = watcher.msg(&big).await?;
        if answer.error_code() == Some("MSG_REJECT_GEN_FAIL") {
            return sees_leave(&mut watcher, &id).await;
        }
    }
    fail("300,000 bytes wait for a client whose line is cut")
}

async fn cut(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    for code in [None, Some(4001), Some(4999), Some(3000)] {
        let (mut session, _) = Session::login(&world).await?;
        watcher.events().await?;
        if let Some(code) = code {
            session.link.close(code).await;
        }
        let mut session = session.resume(&world).await?;
        session.is_alive(1).await?;
        watcher.hears_nothing().await?;
        session.link.close(1000).await;
        watcher.event_of("roomData").await?;
    }
    Ok(())
}

async fn leave(world: World) -> Outcome {
    let mut watcher = world.login().await?;
    for code in [Some(1000), Some(1001), None] {
        let (mut session, id) = Session::login(&world).await?;
        watcher.events().await?;
        match code {
            Some(code) => session.link.close(code).await,
            None => session.link.close_without_code().await,
        }
        sees_leave(&mut watcher, &id).await?;
        let resume = json!({"token": session.token, "received": session.received});
        let again = Session::open(&world, &resume).await?;
        ensure!(again.welcome["resumed"] == false, "after {code:?}: {}", again.welcome);
    }
    Ok(())
}

/// Two seconds of silence end a connection; a line that is cut may be silent.
async fn cut_silence(world: World) -> Outcome {
    let (session, _) = Session::login(&world).await?;
    let Session { link, token, received, .. } = session;
    drop(link);
    tokio::time::sleep(Duration::from_millis(3_000)).await;
    let resume = json!({"token": token, "received": received});
    let mut session = Session::open(&world, &resume).await?;
    ensure!(session.welcome["resumed"] == true, "the welcome is {}", session.welcome);
    session.is_alive(1).await?;
    // A line that is whole is held to it.
    loop {
        match session.link.frame().await? {
            Frame::End { .. } => return Ok(()),
            Frame::Text(_) | Frame::Binary(_) | Frame::Ping | Frame::Pong => {}
        }
    }
}
