//! `docs/spec/limits.md`, its rates.
//!
//! Buckets refill while a case plays, so none says how many may pass: only that some do, and that
//! one soon does not.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::case::{Case, On, Outcome, ensure, fail, play};
use crate::client::Client;
use crate::message::Said;
use crate::profile::{
    FEW_DENIALS, FEW_FROM_HERE, FEW_JOINS, FEW_JOINS_FROM_HERE, FEW_MESSAGES, FEW_PACKETS,
    LONG_PAUSE,
};
use crate::world::{World, named};

/// Within so many tries something has to be refused: a bucket holds a few, and gets back one each
/// second.
const TRIES: usize = 20;

pub(super) const CASES: &[Case] = &[
    Case::must(
        "limits.messages-refused",
        "one message too many is refused",
        play!(messages_refused),
    )
    .with(&FEW_MESSAGES),
    Case::must("limits.messages-refused/login", "so is a login", play!(login_too_many))
        .with(&FEW_MESSAGES),
    Case::must("limits.pause", "nothing is handled for a while", play!(pause)).with(&LONG_PAUSE),
    Case::must("limits.pause/order", "and then in order", play!(pause_over)).with(&FEW_MESSAGES),
    Case::must("limits.joins-refused", "one join too many is refused", play!(joins_refused))
        .with(&FEW_JOINS),
    Case::must("limits.failed-logins", "after many denials nobody is asked", play!(failed_logins))
        .with(&FEW_DENIALS)
        .on(On::Network),
    Case::must("limits.address", "a new connection has no new buckets", play!(address))
        .with(&FEW_JOINS_FROM_HERE)
        .on(On::Network),
    Case::must(
        "limits.connections-per-address",
        "connections of an address are bounded",
        play!(connections_per_address),
    )
    .with(&FEW_FROM_HERE)
    .on(On::Network),
    Case::must("limits.packets", "a line is not read faster than this", play!(packets))
        .with(&FEW_PACKETS)
        .on(On::Network),
];

fn alive() -> Value {
    json!({"msgType": "stillAlive"})
}

/// Says `message` until it is refused with `code`, before which it has to be answered with
/// something else at least once.
async fn until_refused(client: &mut Client, message: &Value, code: &str) -> Outcome {
    for tried in 0..TRIES {
        let answer = client.cmd(message).await?;
        if answer.error_code() == Some(code) {
            ensure!(tried > 0, "the first is refused");
            return Ok(());
        }
    }
    fail(format!("not refused within {TRIES} tries"))
}

async fn messages_refused(world: World) -> Outcome {
    let mut ada = world.login().await?;
    until_refused(&mut ada, &alive(), "MSG_REJECT_GEN_FAIL").await?;
    ada.stays().await?;
    let mut bob = world.login().await?;
    bob.acked("easyrtcCmd", &alive()).await
}

async fn login_too_many(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for _ in 0..TRIES {
        let answer = ada.auth(&world.credentials(&json!({}))).await?;
        if answer.msg_type() != "token" {
            let code = answer.error_code();
            ensure!(code == Some("LOGIN_GEN_FAIL"), "answered {}", answer.text);
            return ada.ended().await.map(drop);
        }
    }
    fail(format!("not refused within {TRIES} tries"))
}

async fn pause(world: World) -> Outcome {
    let mut ada = world.login().await?;
    until_refused(&mut ada, &alive(), "MSG_REJECT_GEN_FAIL").await?;
    let number = ada.say(Said::new("easyrtcCmd", alive().to_string())).await?;
    // What the server does meanwhile for others takes longer than an answer would.
    for _ in 0..5 {
        let mut bob = world.login().await?;
        bob.acked("easyrtcCmd", &alive()).await?;
        bob.leave().await?;
    }
    let end = ada.ended_within(Duration::from_millis(100)).await;
    ensure!(end.is_err(), "the connection ended");
    ensure!(!ada.was_answered(number), "it was answered");
    Ok(())
}

async fn pause_over(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let mut numbers = Vec::new();
    for _ in 0..12 {
        numbers.push(ada.say(Said::new("easyrtcCmd", alive().to_string())).await?);
    }
    let mut refused = 0;
    for number in numbers {
        let answer = ada.answer(number).await?;
        refused += usize::from(answer.error_code() == Some("MSG_REJECT_GEN_FAIL"));
        ensure!(!ada.was_answered(number + 1) || refused == 0, "one overtook another");
    }
    ensure!((1..12).contains(&refused), "{refused} of 12 were refused");
    Ok(())
}

async fn joins_refused(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let join = json!({"msgType": "roomJoin", "msgData": {"roomJoin": named(&["default"])}});
    until_refused(&mut ada, &join, "MSG_REJECT_BAD_ROOM").await?;
    for _ in 0..TRIES {
        let answer = ada.auth(&world.credentials(&json!({"roomJoin": named(&["a", "b"])}))).await?;
        if answer.msg_type() != "token" {
            let code = answer.error_code();
            ensure!(code == Some("LOGIN_GEN_FAIL"), "answered {}", answer.text);
            return ada.ended().await.map(drop);
        }
    }
    fail(format!("no login is refused within {TRIES} tries"))
}

async fn failed_logins(world: World) -> Outcome {
    let guarded = json!({"applicationName": "guarded"});
    let mut ada = world.login_with(&guarded).await?;
    let room = json!({"g-1": {"roomName": "g-1", "roomParameter": {"passphrase": "guess"}}});
    let join = json!({"msgType": "roomJoin", "msgData": {"roomJoin": room}});
    until_refused(&mut ada, &join, "MSG_REJECT_GEN_FAIL").await?;
    let login = json!({"applicationName": "guarded", "roomJoin": room});
    for _ in 0..TRIES {
        let mut bob = world.connect().await?;
        let answer = bob.auth(&world.credentials(&login)).await?;
        match answer.error_code() {
            Some("LOGIN_GEN_FAIL") => return bob.ended().await.map(drop),
            Some("LOGIN_BAD_ROOM") => {}
            _ => return fail(format!("answered {}", answer.text)),
        }
    }
    fail(format!("no login is refused within {TRIES} tries"))
}

async fn address(world: World) -> Outcome {
    for tried in 0..TRIES {
        let mut ada = world.connect().await?;
        let answer = ada.auth(&world.credentials(&json!({}))).await?;
        if answer.msg_type() != "token" {
            let code = answer.error_code();
            ensure!(code == Some("LOGIN_GEN_FAIL"), "answered {}", answer.text);
            ensure!(tried > 0, "the first is refused");
            return ada.ended().await.map(drop);
        }
        ada.leave().await?;
    }
    fail(format!("no login is refused within {TRIES} tries"))
}

async fn connections_per_address(world: World) -> Outcome {
    let one = world.login().await?;
    let _two = world.login().await?;
    world.login_refused(&json!({}), "LOGIN_NO_SOCKETS").await?;
    one.leave().await?;
    world
        .until("there is place for another", async || {
            let mut client = world.connect().await?;
            let answer = client.auth(&world.credentials(&json!({}))).await?;
            Ok(answer.msg_type() == "token")
        })
        .await
}

async fn packets(world: World) -> Outcome {
    let mut ada = world.login().await?;
    let start = Instant::now();
    let mut numbers = Vec::new();
    for _ in 0..40 {
        numbers.push(ada.say(Said::new("easyrtcCmd", alive().to_string())).await?);
    }
    for number in numbers {
        let answer = ada.answer(number).await?;
        ensure!(answer.msg_type() == "ack", "answered {}", answer.text);
    }
    let took = start.elapsed();
    ensure!(took >= Duration::from_secs(1), "all is answered after {took:?}");
    Ok(())
}
