//! `docs/spec/login.md`

use serde_json::json;

use crate::case::{Case, Outcome, fail, play};
use crate::world::World;

pub(super) const CASES: &[Case] =
    &[Case::must("login.not-yet", "commands before the login are refused", play!(not_yet))];

async fn not_yet(world: World) -> Outcome {
    let mut ada = world.connect().await?;
    let list = json!({"msgType": "getRoomList"});
    ada.refused("easyrtcCmd", &list, "MSG_REJECT_NO_AUTH").await?;
    let hello = json!({"msgType": "hello", "targetRoom": "default"});
    ada.refused("easyrtcMsg", &hello, "MSG_REJECT_NO_AUTH").await?;
    let answer = ada.auth(&world.credentials(&json!({}))).await?;
    if answer.msg_type() == "token" { Ok(()) } else { fail(answer.text) }
}
