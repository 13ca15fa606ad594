//! `docs/spec/envelope.md`: events, answers, order, and signs of life. What is inside messages is
//! in `reading`.

use std::time::Duration;

use serde_json::json;

use crate::case::{Case, On, Outcome, ensure, fail, play};
use crate::message::Said;
use crate::profile::{RARE_PINGS, SILENCE};
use crate::wire::{Frame, Link};
use crate::world::World;

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must(
        "envelope.well-addressed",
        "an event without a callback has no effect",
        play!(no_callback),
    ),
    Case::must(
        "envelope.well-addressed/arguments",
        "an event with two arguments has no effect and no answer",
        play!(two_arguments),
    )
    .on(On::SocketIo)
    .also(&["socketio.dropped"]),
    Case::must(
        "envelope.well-addressed/event",
        "an event of another name has no effect and no answer",
        play!(another_event),
    )
    .on(On::SocketIo)
    .also(&["socketio.dropped"]),
    Case::must(
        "envelope.auth-no-callback",
        "an easyrtcAuth without a callback ends the connection",
        play!(auth_no_callback),
    ),
    Case::must(
        "envelope.auth-no-callback/arguments",
        "an easyrtcAuth with two arguments ends the connection",
        play!(auth_two_arguments),
    )
    .on(On::SocketIo),
    Case::must(
        "envelope.auth-no-argument",
        "an easyrtcAuth without an argument is one of null",
        play!(auth_no_argument),
    )
    .on(On::SocketIo),
    Case::must("envelope.one-answer", "each message gets one answer", play!(one_answer)),
    Case::must(
        "envelope.server-time",
        "events and answers but ack have a serverTime",
        play!(server_time),
    ),
    Case::must("envelope.receiver-id", "events name their receiver", play!(receiver_id)),
    Case::must("envelope.easyrtcid", "easyrtcids are 16 to 32 letters and digits", play!(ids)),
    Case::must("envelope.order", "messages are handled in order", play!(order)),
    Case::must(
        "envelope.event-before-answer",
        "a signal to oneself comes before its ack",
        play!(event_before_answer),
    ),
    Case::must(
        "envelope.answer-before-close",
        "a refused login is answered before the end",
        play!(answer_before_close),
    ),
    Case::must("envelope.silence", "who is silent too long is closed", play!(silence))
        .with(&SILENCE),
    Case::must("envelope.silence/any-bytes", "whatever comes is a sign of life", play!(alive))
        .with(&SILENCE)
        .also(&["socketio.any-bytes", "websocket.any-bytes"]),
    Case::must(
        "envelope.ping-often-enough",
        "pings come at half of stillAliveInterval",
        play!(ping_often_enough),
    )
    .with(&RARE_PINGS)
    .on(On::Network),
];

async fn no_callback(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let mut bob = world.login().await?;
    ada.events().await?;
    let offer = say::offer(bob.id()).to_string();
    ada.say_unacked(Said::new("easyrtcCmd", offer)).await?;
    let join = say::room_join(&["r"]).to_string();
    ada.say_unacked(Said::new("easyrtcCmd", join)).await?;
    let hello = json!({"msgType": "hello", "targetRoom": "default"}).to_string();
    ada.say_unacked(Said::new("easyrtcMsg", hello)).await?;
    let rooms = say::room_list(&mut ada).await?;
    ensure!(rooms.get("r").is_none(), "a room was joined: {rooms}");
    bob.hears_nothing().await
}

async fn two_arguments(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let join = say::room_join(&["r"]).to_string();
    let number = ada.say(Said::new("easyrtcCmd", format!("{join},1"))).await?;
    let rooms = say::room_list(&mut ada).await?;
    ensure!(rooms.get("r").is_none(), "a room was joined: {rooms}");
    ensure!(!ada.was_answered(number), "it was answered");
    Ok(())
}

async fn another_event(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let number = ada.say(Said::new("message", say::room_join(&["r"]).to_string())).await?;
    let rooms = say::room_list(&mut ada).await?;
    ensure!(rooms.get("r").is_none(), "a room was joined: {rooms}");
    ensure!(!ada.was_answered(number), "it was answered");
    Ok(())
}

async fn auth_no_callback(world: World) -> Outcome {
    let mut ada = world.connect().await?;
    let message = json!({"msgType": "authenticate", "msgData": world.credentials(&json!({}))});
    ada.say_unacked(Said::new("easyrtcAuth", message.to_string())).await?;
    ada.ended().await.map(drop)
}

async fn auth_two_arguments(world: World) -> Outcome {
    let mut ada = world.connect().await?;
    let message = json!({"msgType": "authenticate", "msgData": world.credentials(&json!({}))});
    let number = ada.say(Said::new("easyrtcAuth", format!("{message},1"))).await?;
    ada.ended().await?;
    ensure!(!ada.was_answered(number), "it was answered");
    Ok(())
}

async fn auth_no_argument(world: World) -> Outcome {
    world.auth_refused(String::new(), "LOGIN_BAD_AUTH").await
}

async fn one_answer(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let id = ada.id().to_owned();
    for message in [
        json!({"msgType": "getRoomList"}),
        json!({"msgType": "getIceConfig"}),
        json!({"msgType": "stillAlive"}),
        say::room_join(&["r"]),
        say::room_leave(&["r"]),
        say::presence(&json!({"show": "dnd"})),
        say::user_cfg(&json!({})),
        say::room_api_field("default", &json!({})),
        say::offer(&id),
        json!({"msgType": "nonsense"}),
        json!([]),
        json!(7),
    ] {
        ada.cmd(&message).await?;
    }
    // A second answer to one of them would be a fault of the line.
    ada.events().await.map(drop)
}

async fn server_time(world: World) -> Outcome {
    let mut early = world.login().await?;
    let mut ada = world.login().await?;
    let near = |value: &serde_json::Value| value.as_u64().is_some_and(|ms| ms > 1_600_000_000_000);
    for message in [
        json!({"msgType": "getRoomList"}),
        json!({"msgType": "getIceConfig"}),
        say::room_join(&["r"]),
        say::room_leave(&["r"]),
        say::presence(&json!({"show": "dnd"})),
        json!({"msgType": "nonsense"}),
        say::offer(early.id()),
        json!({"msgType": "hangup", "targetEasyrtcid": early.id()}),
    ] {
        let answer = ada.cmd(&message).await?;
        if answer.msg_type() != "ack" {
            let time = &answer.value["serverTime"];
            ensure!(near(time), "{message} is answered {}", answer.value);
        }
    }
    for event in early.events().await? {
        ensure!(near(&event.value["serverTime"]), "an event without: {}", event.value);
    }
    Ok(())
}

async fn receiver_id(world: World) -> Outcome {
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    ada.cmd(&say::offer(bob.id())).await?;
    ada.msg(&json!({"msgType": "hello", "targetRoom": "default"})).await?;
    let answer = ada.cmd(&say::presence(&json!({"show": "dnd"}))).await?;
    ensure!(answer.value.get("easyrtcid").is_none(), "an answer names one: {}", answer.value);
    let id = bob.id().to_owned();
    let events = bob.events().await?;
    ensure!(events.len() >= 3, "only {} events", events.len());
    for event in events {
        ensure!(event.value["easyrtcid"] == id, "{id} is sent {}", event.value);
    }
    Ok(())
}

async fn ids(world: World) -> Outcome {
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..8 {
        let ada = world.login().await?;
        let id = ada.id().to_owned();
        let fits = id.chars().all(|c| c.is_ascii_alphanumeric());
        ensure!(fits && (16..=32).contains(&id.len()), "not of this form: {id}");
        ensure!(seen.insert(id.clone()), "given out twice: {id}");
        ada.leave().await?;
    }
    Ok(())
}

async fn order(world: World) -> Outcome {
    const MESSAGES: u64 = 30;
    let mut bob = world.login().await?;
    let mut ada = world.login().await?;
    bob.events().await?;
    let mut numbers = Vec::new();
    for n in 0..MESSAGES {
        let message = json!({"msgType": "n", "targetEasyrtcid": bob.id(), "msgData": n});
        numbers.push(ada.say(Said::new("easyrtcMsg", message.to_string())).await?);
        let join = if n % 2 == 0 { say::room_join(&["r"]) } else { say::room_leave(&["r"]) };
        numbers.push(ada.say(Said::new("easyrtcCmd", join.to_string())).await?);
    }
    for number in &numbers {
        ada.answer(*number).await?;
    }
    let answered = ada.order.iter().filter_map(|what| what.split(' ').nth(1)?.parse().ok());
    let answered: Vec<u64> = answered.filter(|number| numbers.contains(number)).collect();
    ensure!(answered == numbers, "said {numbers:?}, answered {answered:?}");
    for n in 0..MESSAGES {
        let event = bob.event_of("n").await?;
        ensure!(event.value["msgData"] == n, "{n} is due, not {}", event.value);
    }
    Ok(())
}

async fn event_before_answer(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let id = ada.id().to_owned();
    ada.cmd(&say::offer(&id)).await?;
    ada.event_of("offer").await?;
    let last: Vec<&String> = ada.order.iter().rev().take(2).collect();
    let right = last.len() == 2 && last[0].ends_with("ack") && last[1].ends_with("offer");
    ensure!(right, "in this order: {:?}", ada.order);
    Ok(())
}

async fn answer_before_close(world: World) -> Outcome {
    world.auth_refused(json!({"msgType": "no login"}).to_string(), "LOGIN_BAD_AUTH").await
}

async fn silence(world: World) -> Outcome {
    let mut watcher = world.connect().await?;
    let mut ada = world.connect().await?;
    watcher.login(&world.credentials(&json!({}))).await?;
    ada.login(&world.credentials(&json!({}))).await?;
    // Who goes on talking stays, and sees the other leave.
    let id = ada.id().to_owned();
    world
        .until("the silent client is gone", async || {
            let events = watcher.events().await?;
            Ok(events.iter().any(|event| {
                let rooms = &event.value["msgData"]["roomData"]["default"]["clientListDelta"];
                rooms["removeClient"].get(&id).is_some()
            }))
        })
        .await?;
    ada.ended().await.map(drop)
}

async fn alive(world: World) -> Outcome {
    let mut ada = world.login().await?;
    // Longer than the silence that is borne, in steps of a seventh of it.
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        ada.say_unacked(Said::new("easyrtcCmd", "{}")).await?;
    }
    ada.stays().await
}

async fn ping_often_enough(world: World) -> Outcome {
    /// Half of the interval is 5 s.
    const DUE: std::ops::Range<Duration> =
        Duration::from_millis(4_500)..Duration::from_millis(9_000);
    let server = world.server()?;
    let socket_io = server.path.starts_with("/socket.io");
    let query = if socket_io { crate::line::socket_io::QUERY } else { "" };
    let mut link = Link::open(server, &format!("{}{query}", server.path), &[]).await?;
    link.text().await?;
    let start = tokio::time::Instant::now();
    let ping = async {
        loop {
            match link.next().await {
                Frame::Ping => return Ok(()),
                Frame::Text(text) if text == "2" => return Ok(()),
                Frame::End { .. } => return fail("the connection ended"),
                Frame::Text(_) | Frame::Binary(_) | Frame::Pong => {}
            }
        }
    };
    let Ok(pinged) = tokio::time::timeout(DUE.end, ping).await else {
        return fail(format!("no ping within {:?}", DUE.end));
    };
    pinged?;
    let after = start.elapsed();
    ensure!(DUE.contains(&after), "the first ping came after {after:?}");
    Ok(())
}
