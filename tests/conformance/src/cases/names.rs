//! `docs/spec/names.md`

use serde_json::{Value, json};

use crate::case::{Case, Outcome, Stop, ensure, fail, play};
use crate::client::Client;
use crate::profile::Profile;
use crate::world::{World, named};

use super::say;

pub(super) const CASES: &[Case] = &[
    Case::must("names.patterns/apiVersion", "an apiVersion fits or is refused", play!(version)),
    Case::must(
        "names.patterns/applicationName",
        "an applicationName fits or is refused",
        play!(application),
    ),
    Case::must("names.patterns/roomName", "a roomName fits or is refused", play!(room)),
    Case::must("names.patterns/easyrtcid", "a target fits or is refused", play!(target)),
    Case::must("names.patterns/groupName", "a targetGroup fits or is refused", play!(group)),
    Case::must("names.patterns/easyrtcsid", "an easyrtcsid fits or is refused", play!(session)),
    Case::must("names.patterns/username", "a username fits or is refused", play!(username)),
    Case::must("names.patterns/apiField", "a fieldName fits or is refused", play!(api_field)),
    Case::must("names.patterns/status", "a status fits or is refused", play!(status)),
    Case::must("names.patterns/show", "a show fits or is refused", play!(show)),
    Case::must("names.utf16", "lengths are counted in UTF-16 units", play!(utf16)),
    Case::must("names.line-terminators", "line terminators are JavaScript's", play!(terminators)),
    Case::must("names.ascii-only", "letters are the ASCII ones", play!(ascii)),
    Case::must("names.case", "names that differ in case are two", play!(case)),
    Case::must("names.fixed", "other patterns are a start-up error", play!(fixed)),
];

/// Logs in with `key` as each of the values: `good` pass, `bad` are refused with
/// `MSG_REJECT_BAD_STRUCTURE`.
async fn at_login(world: &World, key: &str, good: &[&str], bad: &[&str]) -> Outcome {
    for value in good {
        let client = world.login_with(&json!({key: value})).await?;
        client.leave().await?;
    }
    for value in bad {
        let refused = world.login_refused(&json!({key: value}), "MSG_REJECT_BAD_STRUCTURE").await;
        refused.map_err(|stop| Stop::Fail(format!("{key} {value:?}: {stop}")))?;
    }
    Ok(())
}

async fn version(world: World) -> Outcome {
    let (long, longer) = ("9".repeat(32), "9".repeat(33));
    let good = ["1", "1.0.10-beta+x_y", "Z", &long];
    at_login(&world, "apiVersion", &good, &["", "1 0", "1/0", "é", &longer]).await
}

async fn application(world: World) -> Outcome {
    let (long, longer) = ("a".repeat(32), "a".repeat(33));
    let good = ["A.b_c-9", &long];
    at_login(&world, "applicationName", &good, &["", "a b", "a/b", "a+b", "é", &longer]).await
}

async fn session(world: World) -> Outcome {
    let (long, longer) = ("s".repeat(100), "s".repeat(101));
    let good = ["s%3Aabc.DEF_1-2", &long];
    at_login(&world, "easyrtcsid", &good, &["", "a b", "a/b", "a+b", &longer]).await
}

async fn username(world: World) -> Outcome {
    let (long, longer) = ("u".repeat(64), "u".repeat(65));
    let good = [" ", "Ada Lovelace <ada>", "\u{1F600}", "\u{0}", &long];
    at_login(&world, "username", &good, &["", "a\nb", &longer]).await
}

async fn room(world: World) -> Outcome {
    let (long, longer) = ("r".repeat(32), "r".repeat(33));
    let mut ada = world.login().await?;
    for name in ["A.b_c-9", &long] {
        let answer = ada.cmd(&say::room_join(&[name])).await?;
        ensure!(answer.msg_type() == "roomData", "{name:?} is answered {}", answer.text);
    }
    for name in ["", "a b", "a/b", "é", &longer] {
        let code = "MSG_REJECT_BAD_STRUCTURE";
        ada.refused("easyrtcCmd", &say::room_join(&[name]), code).await?;
        ada.refused("easyrtcCmd", &say::room_leave(&[name]), code).await?;
        world.login_refused(&json!({"roomJoin": named(&[name])}), code).await?;
    }
    Ok(())
}

async fn target(world: World) -> Outcome {
    let (long, longer) = ("x".repeat(32), "x".repeat(33));
    let mut ada = world.login().await?;
    for name in ["A.b_c-9", &long] {
        ada.refused("easyrtcCmd", &say::offer(name), "MSG_REJECT_TARGET_EASYRTCID").await?;
        let message = json!({"msgType": "hello", "targetEasyrtcid": name});
        ada.refused("easyrtcMsg", &message, "MSG_REJECT_GEN_FAIL").await?;
    }
    for name in ["", "a b", "é", &longer] {
        ada.refused("easyrtcCmd", &say::offer(name), "MSG_REJECT_BAD_STRUCTURE").await?;
        let message = json!({"msgType": "hello", "targetEasyrtcid": name});
        ada.refused("easyrtcMsg", &message, "MSG_REJECT_TARGET_EASYRTCID").await?;
    }
    Ok(())
}

async fn group(world: World) -> Outcome {
    let longer = "g".repeat(33);
    let mut ada = world.login().await?;
    // A group that is unknown is refused with the same code as one that is no name: what tells
    // them apart is the order in which things are looked at.
    for name in ["", "a b", "é", &longer] {
        let message =
            json!({"msgType": "hello", "targetGroup": name, "targetEasyrtcid": "offline"});
        ada.refused("easyrtcMsg", &message, "MSG_REJECT_TARGET_GROUP").await?;
    }
    let message = json!({"msgType": "hello", "targetGroup": "A.b_c-9", "targetEasyrtcid": "gone"});
    ada.refused("easyrtcMsg", &message, "MSG_REJECT_GEN_FAIL").await
}

/// Sets a field of this name; whether that passed, and otherwise the code.
async fn set_field(client: &mut Client, name: &str) -> Outcome<Option<String>> {
    let message = say::room_api_field("default", &say::field(name, &json!(1)));
    let answer = client.cmd(&message).await?;
    Ok(answer.error_code().map(ToOwned::to_owned))
}

async fn api_field(world: World) -> Outcome {
    let (long, longer) = ("f".repeat(128), "f".repeat(129));
    let mut ada = world.login().await?;
    for name in ["a b/c", "é", "\u{1F600}", &long] {
        let refused = set_field(&mut ada, name).await?;
        ensure!(refused.is_none(), "{name:?} is refused with {refused:?}");
    }
    for name in ["", "a\nb", &longer] {
        let refused = set_field(&mut ada, name).await?;
        let right = refused.as_deref() == Some("MSG_REJECT_BAD_FIELD");
        ensure!(right, "{name:?} is answered with {refused:?}");
    }
    Ok(())
}

/// Sets a presence; the code, if it is refused.
async fn set_presence(client: &mut Client, presence: &Value) -> Outcome<Option<String>> {
    let answer = client.cmd(&say::presence(presence)).await?;
    Ok(answer.error_code().map(ToOwned::to_owned))
}

async fn status(world: World) -> Outcome {
    let (long, longer) = ("s".repeat(255), "s".repeat(256));
    let mut ada = world.login().await?;
    for status in ["", "at lunch, é", &long] {
        let refused = set_presence(&mut ada, &json!({"status": status})).await?;
        ensure!(refused.is_none(), "{status:?} is refused with {refused:?}");
    }
    for status in ["a\nb", &longer] {
        let refused = set_presence(&mut ada, &json!({"status": status})).await?;
        let right = refused.as_deref() == Some("MSG_REJECT_BAD_STRUCTURE");
        ensure!(right, "{status:?} is answered with {refused:?}");
    }
    Ok(())
}

async fn show(world: World) -> Outcome {
    let mut ada = world.login().await?;
    for show in ["away", "chat", "dnd", "xa"] {
        let refused = set_presence(&mut ada, &json!({"show": show})).await?;
        ensure!(refused.is_none(), "{show:?} is refused with {refused:?}");
    }
    for show in ["", "Away", "away ", "busy", "awayxa"] {
        let refused = set_presence(&mut ada, &json!({"show": show})).await?;
        let right = refused.as_deref() == Some("MSG_REJECT_BAD_STRUCTURE");
        ensure!(right, "{show:?} is answered with {refused:?}");
    }
    Ok(())
}

async fn utf16(world: World) -> Outcome {
    let (fits, longer) = ("\u{1F600}".repeat(32), "\u{1F600}".repeat(32) + "x");
    at_login(&world, "username", &[&fits], &[&longer]).await?;
    let mut ada = world.login().await?;
    let refused = set_field(&mut ada, &"\u{1F600}".repeat(64)).await?;
    ensure!(refused.is_none(), "128 units are refused with {refused:?}");
    let refused = set_field(&mut ada, &"\u{1F600}".repeat(65)).await?;
    ensure!(refused.is_some(), "130 units pass");
    Ok(())
}

async fn terminators(world: World) -> Outcome {
    let good = ["a\u{b}b", "a\u{c}b", "a\u{85}b", "a\tb"];
    at_login(&world, "username", &good, &["a\nb", "a\rb", "a\u{2028}b", "a\u{2029}b", "a\n"]).await
}

async fn ascii(world: World) -> Outcome {
    // They fold to s and k.
    at_login(&world, "applicationName", &[], &["\u{17F}", "\u{212A}", "\u{130}"]).await?;
    at_login(&world, "apiVersion", &[], &["\u{17F}", "\u{212A}"]).await
}

async fn case(world: World) -> Outcome {
    let mut ada = world.login_into(&["room", "Room"]).await?;
    let rooms = say::room_list(&mut ada).await?;
    ensure!(rooms["room"] == 1 && rooms["Room"] == 1, "the rooms are {rooms}");
    let upper = json!({"applicationName": world.app.to_uppercase(), "roomJoin": named(&["room"])});
    let eve = world.login_with(&upper).await?;
    ensure!(eve.view.members("room").len() == 1, "in one application: {:?}", eve.view);
    ada.hears_nothing().await
}

async fn fixed(world: World) -> Outcome {
    const OTHER: Profile = Profile::options("other-names", r#"{"roomNameRegExp":"/^[0-9]+$/"}"#);
    match world.start_another(&OTHER).await? {
        Err(_) => Ok(()),
        Ok(_) => fail("the server starts with another roomNameRegExp"),
    }
}
