//! Where secrets are. What is not named here is written down as it is: names, numbers, codes,
//! times, addresses, origins, browsers, and the structure of messages.

use easyrtc_proto::json::{Members, plain};

use crate::stand_in::StandIns;

/// Places in a JSON value: keys from the outside in, `*` for any; elements of arrays have their
/// index as key. The whole value at such a place is replaced.
pub(crate) type Places = &'static [&'static str];

/// In a configuration.
pub(crate) const CONFIG: Places = &[
    "app_default_fields.*.value",
    "room_default_fields.*.value",
    "connection_default_fields.*.value",
    "ice_servers.*.username",
    "ice_servers.*.credential",
    "applications.*.default_fields.*.value",
    "applications.*.ice_servers.*.username",
    "applications.*.ice_servers.*.credential",
    "applications.*.rooms.*.fields.*.value",
    "applications.*.room_rules.*.fields.*.value",
];

/// In inputs, but for messages.
pub(crate) const INPUT: Places = &[
    "opened.meta.cookie",
    "opened.meta.authorization",
    "opened.meta.query",
    "answered.verdict.Allow.username",
    "answered.verdict.Allow.fields.*.value",
    "answered.verdict.Allow.ice_servers.*.username",
    "answered.verdict.Allow.ice_servers.*.credential",
    "answered.verdict.IceServers.*.username",
    "answered.verdict.IceServers.*.credential",
    "answered.verdict.Application.1.0",
    "admin.command.SetField.of.Session.1",
    "admin.command.SetField.field.value",
    "admin.command.SetPresence.presence.status",
    "admin.command.SetPresence.presence.type",
    "admin.command.Send.data.0",
    "admin.command.ForwardToUrl.forward.url",
    "admin.command.PushIceConfig.ice_servers.*.username",
    "admin.command.PushIceConfig.ice_servers.*.credential",
    "admin.command.Ban.who.User.1",
];

/// In messages of clients that the server understands.
pub(crate) const COMMAND: Places = &[
    "msgData.easyrtcsid",
    "msgData.username",
    "msgData.credential",
    "msgData.roomJoin.*.roomParameter",
    "msgData.setPresence.status",
    "msgData.setPresence.type",
    "msgData.setUserCfg.p2pList",
    "msgData.setUserCfg.userSettings.*",
    "msgData.setUserCfg.apiField.*.fieldValue",
    "msgData.setRoomApiField.field.*.fieldValue",
];

/// In messages that are passed on.
pub(crate) const RELAYED: Places = &["msgData"];

/// In messages of the server that are its own.
pub(crate) const SERVER: Places = &[
    "msgData.field.*.fieldValue",
    "msgData.iceConfig.iceServers.*.username",
    "msgData.iceConfig.iceServers.*.credential",
    "msgData.sessionData.easyrtcsid",
    "msgData.sessionData.field.*.fieldValue",
    "msgData.application.field.*.fieldValue",
    "msgData.forwardToUrl.url",
    "msgData.roomData.*.field.*.fieldValue",
    "msgData.roomData.*.clientList.*.username",
    "msgData.roomData.*.clientList.*.presence.status",
    "msgData.roomData.*.clientList.*.presence.type",
    "msgData.roomData.*.clientList.*.apiField.*.fieldValue",
    "msgData.roomData.*.clientListDelta.updateClient.*.username",
    "msgData.roomData.*.clientListDelta.updateClient.*.presence.status",
    "msgData.roomData.*.clientListDelta.updateClient.*.presence.type",
    "msgData.roomData.*.clientListDelta.updateClient.*.apiField.*.fieldValue",
];

/// In questions.
pub(crate) const QUESTION: Places = &[
    "login.username",
    "login.credential",
    "login.easyrtcsid",
    "login.rooms.*",
    "login.meta.cookie",
    "login.meta.authorization",
    "login.meta.query",
    "roomJoin.username",
    "roomJoin.rooms.*",
    "iceConfig.username",
    "application.username",
    "application.message.msgData",
];

/// In notices.
pub(crate) const NOTICE: Places =
    &["LoggedIn.username", "LoggedIn.session", "Disconnected.username"];

/// `text`, a JSON value, with stand-ins at all `places`. As long as it was.
pub(crate) fn hide(text: &str, places: Places, stand_ins: &StandIns) -> String {
    let mut hidden = text.to_owned();
    let places: Vec<Vec<&str>> = places.iter().map(|place| place.split('.').collect()).collect();
    let places: Vec<&[&str]> = places.iter().map(Vec::as_slice).collect();
    hide_in(text, 0, &places, &mut |at, value| {
        hidden.replace_range(at..at + value.len(), &stand_ins.of(value));
    });
    hidden
}

/// Finds `places` in `text`, which begins at `start`.
fn hide_in(text: &str, start: usize, places: &[&[&str]], found: &mut impl FnMut(usize, &str)) {
    for member in Members::of(text) {
        let Some(key) = plain(&member.key) else { continue };
        let inside: Vec<&[&str]> = places
            .iter()
            .filter_map(|place| place.split_first())
            .filter(|(first, _)| **first == "*" || **first == key)
            .map(|(_, rest)| rest)
            .collect();
        let at = start + (member.value.as_ptr().addr() - text.as_ptr().addr());
        if inside.iter().any(|rest| rest.is_empty()) {
            // `null` is where there is nothing, which is no secret.
            found(at, member.value);
        } else if !inside.is_empty() {
            hide_in(member.value, at, &inside, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_at_the_places_is_replaced() {
        let text =
            r#"{"a": {"b":"secret", "c":["x",{"b":"open"}]},"b":"open","*":{"b":"secret"} }"#;
        let hidden = hide(text, &["*.b", "a.c.0"], &StandIns::with_key([1; 32]));
        assert_eq!(hidden.len(), text.len());
        assert!(!hidden.contains("secret") && !hidden.contains("[\"x\""), "{hidden}");
        assert_eq!(hidden.matches("open").count(), 2);
        assert!(hidden.starts_with(r#"{"a": {"b":""#), "{hidden}");
    }

    #[test]
    fn names_that_look_like_places_are_only_names() {
        let text = r#"{"msgData":{"roomJoin":{"username":{"roomName":"username"}}}}"#;
        assert_eq!(hide(text, COMMAND, &StandIns::with_key([1; 32])), text);
    }
}
