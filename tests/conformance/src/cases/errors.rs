//! `docs/spec/errors.md`

use serde_json::{Value, json};

use crate::case::{Case, Outcome, ensure, fail, play};
use crate::message::Message;
use crate::profile::TWO_MEMBERS;
use crate::world::{World, named};

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("errors.text", "the texts are those of the table", play!(texts)).with(&TWO_MEMBERS),
    Case::must("errors.text/login", "the texts of refused logins are too", play!(login_texts))
        .with(&TWO_MEMBERS),
    Case::must("errors.scope", "a refused message leaves the connection open", play!(scope)),
    Case::must(
        "errors.scope/login",
        "as the answer to a login it ends the connection",
        play!(scope_of_login),
    ),
    Case::must("errors.close", "after LOGIN_ codes the connection is closed", play!(close)),
];

/// The texts of the codes that any client can bring about.
const TEXTS: &[(&str, &str)] = &[
    ("LOGIN_BAD_AUTH", "Authentication for application failed. Socket will be disconnected."),
    (
        "LOGIN_BAD_STRUCTURE",
        "Authentication for application failed. The provided structure is improper. Socket will be disconnected.",
    ),
    ("LOGIN_GEN_FAIL", "Authentication failed. Socket will be disconnected."),
    ("MSG_REJECT_BAD_DATA", "Message rejected. The provided msgData is improper."),
    ("MSG_REJECT_BAD_FIELD", "Message rejected. Problem with field structure or name."),
    ("MSG_REJECT_BAD_ROOM", "Message rejected. Requested room is invalid or does not exist."),
    ("MSG_REJECT_BAD_SIZE", "Message rejected. Packet size is too large."),
    ("MSG_REJECT_BAD_STRUCTURE", "Message rejected. The provided structure is improper."),
    ("MSG_REJECT_BAD_TYPE", "Message rejected. The provided msgType is unsupported."),
    ("MSG_REJECT_GEN_FAIL", "Message rejected. General failure occurred."),
    ("MSG_REJECT_NO_AUTH", "Message rejected. Not logged in or client not authorized."),
    (
        "MSG_REJECT_TARGET_EASYRTCID",
        "Message rejected. Target easyrtcid is invalid, not using same application, or no longer online.",
    ),
    ("MSG_REJECT_TARGET_GROUP", "Message rejected. Target group is invalid or not defined."),
    ("MSG_REJECT_TARGET_ROOM", "Message rejected. Target room is invalid or not created."),
];

/// The answer is an error with `code` and its text.
fn has_text(answer: &Message, code: &str) -> Outcome {
    ensure!(answer.error_code() == Some(code), "{code} is due, not {}", answer.text);
    let Some((_, due)) = TEXTS.iter().find(|(known, _)| *known == code) else {
        return fail(format!("no text is known for {code}"));
    };
    let text = &answer.value["msgData"]["errorText"];
    ensure!(text == due, "{due:?} is due, not {text}");
    Ok(())
}

async fn texts(world: World) -> Outcome {
    let mut ada = world.connect().await?;
    let list = json!({"msgType": "getRoomList"});
    has_text(&ada.cmd(&list).await?, "MSG_REJECT_NO_AUTH")?;
    ada.login(&world.credentials(&json!({}))).await?;
    let _one = world.login_into(&["full"]).await?;
    let _other = world.login_into(&["full"]).await?;
    let big = say::field("f", &json!("x".repeat(5000)));
    let bad_field = json!({"f": {"fieldName": "g", "fieldValue": 1}});
    let commands = [
        (json!({"msgType": "getRoomList", "msgData": null}), "MSG_REJECT_BAD_DATA"),
        (say::room_api_field("default", &bad_field), "MSG_REJECT_BAD_FIELD"),
        (say::room_join(&["full"]), "MSG_REJECT_BAD_ROOM"),
        (say::room_api_field("default", &big), "MSG_REJECT_BAD_SIZE"),
        (json!(null), "MSG_REJECT_BAD_STRUCTURE"),
        (json!({"msgType": "nonsense"}), "MSG_REJECT_BAD_TYPE"),
        (say::offer("nobody"), "MSG_REJECT_TARGET_EASYRTCID"),
    ];
    for (message, code) in &commands {
        has_text(&ada.cmd(message).await?, code)?;
    }
    let message = |target: &str, value: &str| json!({"msgType": "hello", target: value});
    let messages: [(Value, &str); 3] = [
        (message("targetEasyrtcid", "nobody"), "MSG_REJECT_GEN_FAIL"),
        (message("targetGroup", "nobody"), "MSG_REJECT_TARGET_GROUP"),
        (message("targetRoom", "nowhere"), "MSG_REJECT_TARGET_ROOM"),
    ];
    for (message, code) in &messages {
        has_text(&ada.msg(message).await?, code)?;
    }
    Ok(())
}

async fn login_texts(world: World) -> Outcome {
    let _one = world.login_into(&["full"]).await?;
    let _other = world.login_into(&["full"]).await?;
    let full = world.credentials(&json!({"roomJoin": named(&["full"])}));
    for (message, code) in [
        (json!({"msgType": "no login"}), "LOGIN_BAD_AUTH"),
        (json!({"msgType": "authenticate"}), "LOGIN_BAD_STRUCTURE"),
        (json!({"msgType": "authenticate", "msgData": full}), "LOGIN_GEN_FAIL"),
    ] {
        let mut client = world.connect().await?;
        has_text(&client.ask("easyrtcAuth", &message).await?, code)?;
    }
    Ok(())
}

async fn scope(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for message in [json!({"msgType": "nonsense"}), json!(5), say::offer("nobody")] {
        let answer = ada.cmd(&message).await?;
        let code = answer.error_code().unwrap_or_default();
        ensure!(code.starts_with("MSG_REJECT_"), "answered {}", answer.text);
        ada.stays().await?;
    }
    Ok(())
}

async fn scope_of_login(world: World) -> Outcome {
    world.login_refused(&json!({"username": 5}), "MSG_REJECT_BAD_STRUCTURE").await
}

async fn close(world: World) -> Outcome {
    world
        .auth_refused(json!({"msgType": "authenticate"}).to_string(), "LOGIN_BAD_STRUCTURE")
        .await?;
    world.auth_refused(json!([]).to_string(), "LOGIN_BAD_AUTH").await
}
