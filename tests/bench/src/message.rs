//! The messages, as far as they matter here.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

/// So many digits has the number of a message.
const NUMBER: usize = 16;

/// What a `token`, an answer or an event says of rooms.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message<'a> {
    pub(crate) msg_type: &'a str,
    #[serde(borrow)]
    pub(crate) msg_data: Option<Data<'a>>,
}

/// The `msgData` of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Data<'a> {
    /// The client's own id, in a token.
    pub(crate) easyrtcid: Option<&'a str>,
    #[serde(borrow, default)]
    pub(crate) room_data: BTreeMap<&'a str, Room<'a>>,
}

/// What is said of one room.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Room<'a> {
    #[serde(borrow)]
    pub(crate) client_list: Option<BTreeMap<&'a str, Entry<'a>>>,
    #[serde(borrow, default)]
    pub(crate) client_list_delta: Delta<'a>,
}

/// What has changed in a room.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delta<'a> {
    #[serde(borrow, default)]
    pub(crate) update_client: BTreeMap<&'a str, Entry<'a>>,
    #[serde(borrow, default)]
    pub(crate) remove_client: BTreeMap<&'a str, Entry<'a>>,
}

/// What is said of a client.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry<'a> {
    #[serde(borrow)]
    pub(crate) presence: Option<Presence<'a>>,
}

/// The presence of a client.
#[derive(Debug, Deserialize)]
pub(crate) struct Presence<'a> {
    #[serde(borrow)]
    pub(crate) status: Option<Cow<'a, str>>,
}

/// Reads a message about rooms.
pub(crate) fn read(message: &str) -> Result<Message<'_>, String> {
    serde_json::from_str(message).map_err(|error| format!("{error}: {message}"))
}

/// Whether a message is a bare ack.
pub(crate) fn is_ack(message: &str) -> bool {
    const LONGEST: usize = 32;
    message.len() <= LONGEST && message.contains(r#""msgType":"ack""#)
}

/// Whether a message is about rooms: what comes of logins a moment ago may come late.
pub(crate) fn is_room_data(message: &str) -> bool {
    memchr::memmem::find(message.as_bytes(), br#""msgType":"roomData""#).is_some()
}

/// A login to one room.
pub(crate) fn authenticate(application: &str, room: &str) -> String {
    format!(
        r#"{{"msgType":"authenticate","msgData":{{"apiVersion":"1.1.1-beta","applicationName":"{application}","roomJoin":{{"{room}":{{"roomName":"{room}"}}}}}}}}"#
    )
}

/// Leaving a room.
pub(crate) fn room_leave(room: &str) -> String {
    format!(
        r#"{{"msgType":"roomLeave","msgData":{{"roomLeave":{{"{room}":{{"roomName":"{room}"}}}}}}}}"#
    )
}

/// A presence whose status is a number.
pub(crate) fn set_presence(status: u64) -> String {
    format!(
        r#"{{"msgType":"setPresence","msgData":{{"setPresence":{{"show":"away","status":"{status}"}}}}}}"#
    )
}

/// A candidate for a client, numbered.
pub(crate) fn candidate(target: &str, number: u64, filler: &str) -> String {
    format!(
        r#"{{"msgType":"candidate","targetEasyrtcid":"{target}","msgData":{{"id":"{number:0NUMBER$}","candidate":"{filler}"}}}}"#
    )
}

/// A message of the application to a room, numbered.
pub(crate) fn chat(room: &str, number: u64, filler: &str) -> String {
    format!(
        r#"{{"msgType":"chat","targetRoom":"{room}","msgData":{{"id":"{number:0NUMBER$}","text":"{filler}"}}}}"#
    )
}

/// What makes a numbered `msgData` about `payload` bytes long.
pub(crate) fn filler(payload: usize) -> String {
    const REST: usize = 40;
    let text = "candidate:842163049 1 udp 1677729535 192.0.2.1 ".chars().cycle();
    text.take(payload.saturating_sub(REST)).collect()
}

/// What clients send each other here.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Relayed {
    /// What [`candidate`] makes.
    Candidate,
    /// What [`chat`] makes.
    Chat,
}

/// The number in what a client was relayed in an event of this name, if it is of this kind and this
/// sender.
pub(crate) fn number(name: &str, message: &str, relayed: Relayed, sender: &str) -> Option<u64> {
    let (event, kind) = match relayed {
        Relayed::Candidate => ("easyrtcCmd", "candidate"),
        Relayed::Chat => ("easyrtcMsg", "chat"),
    };
    let value = |key: &str| {
        let at = memchr::memmem::find(message.as_bytes(), key.as_bytes())?;
        Some(&message[at + key.len()..])
    };
    let is = |key, expected| value(key)?.strip_prefix(expected)?.starts_with('"').then_some(());
    (name == event).then_some(())?;
    is(r#""msgType":""#, kind)?;
    is(r#""senderEasyrtcid":""#, sender)?;
    value(r#""id":""#)?.get(..NUMBER)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        let relayed = candidate("me", 42, &filler(200))
            .replace(r#""targetEasyrtcid":"me""#, r#""senderEasyrtcid":"me","easyrtcid":"you""#);
        let found = |name, kind, sender| number(name, &relayed, kind, sender);
        assert_eq!(found("easyrtcCmd", Relayed::Candidate, "me"), Some(42));
        assert_eq!(found("easyrtcMsg", Relayed::Candidate, "me"), None);
        assert_eq!(found("easyrtcCmd", Relayed::Candidate, "m"), None);
        assert_eq!(found("easyrtcMsg", Relayed::Chat, "me"), None);
        assert!((180..300).contains(&relayed.len()), "{}", relayed.len());
        serde_json::from_str::<serde_json::Value>(&relayed).unwrap();
    }

    #[test]
    fn messages_are_json() {
        for message in [authenticate("a", "r"), room_leave("r"), set_presence(7), chat("r", 1, "")]
        {
            serde_json::from_str::<serde_json::Value>(&message).unwrap();
        }
    }

    #[test]
    fn rooms_are_read() {
        let text = r#"{"msgType":"roomData","msgData":{"roomData":{"r":{"roomName":"r",
            "clientListDelta":{"updateClient":{"a":{"easyrtcid":"a","presence":
            {"show":"chat","status":"7"}}},"removeClient":{"b":{"easyrtcid":"b"}}}}}}}"#;
        let message = read(text).unwrap();
        let room = &message.msg_data.unwrap().room_data["r"];
        let presence = room.client_list_delta.update_client["a"].presence.as_ref().unwrap();
        assert_eq!(presence.status.as_deref(), Some("7"));
        assert!(room.client_list_delta.remove_client.contains_key("b"));
        assert!(room.client_list.is_none());
        assert!(read("[]").is_err());
        assert!(is_ack(r#"{"msgType":"ack"}"#) && !is_ack(r#"{"msgType":"error"}"#));
    }
}
