//! Messages of the server: what is read is written again as it was, and becomes a whole message.
//!
//! The first byte says which body the rest is.

use std::fmt::Debug;

use easyrtc_proto::{
    EasyrtcId, ErrorMessage, ForwardToUrl, IceConfig, IceServer, Presence, RoomData, RoomList,
    ServerMessage, SessionData, Token,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// How many kinds of bodies there are.
pub(crate) const KINDS: u8 = 9;

/// Checks one body.
pub fn check(bytes: &[u8]) {
    let Some((&head, text)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let message = match head % KINDS {
        0 => body::<Token>(text).map(|token| ServerMessage::Token(Box::new(token))),
        1 => body::<RoomData>(text).map(ServerMessage::RoomData),
        2 => body::<RoomList>(text).map(ServerMessage::RoomList),
        3 => body::<IceConfig>(text).map(ServerMessage::IceConfig),
        4 => body::<SessionData>(text).map(ServerMessage::SessionData),
        5 => body::<ForwardToUrl>(text).map(ServerMessage::ForwardToUrl),
        6 => body::<ErrorMessage>(text).map(ServerMessage::Error),
        7 => {
            body::<Presence>(text);
            None
        }
        _ => {
            ice_server(text);
            None
        }
    };
    message.iter().for_each(encode);
}

fn body<T: DeserializeOwned + Serialize + PartialEq + Debug>(text: &str) -> Option<T> {
    let body: T = serde_json::from_str(text).ok()?;
    let written = serde_json::to_string(&body).expect("what was read can be written");
    let again: T = serde_json::from_str(&written).expect("what was written can be read");
    assert_eq!(again, body, "{written}");
    Some(body)
}

/// An entry as configured becomes one that is taken as it is.
fn ice_server(text: &str) {
    if let Ok(server) = IceServer::parse(text) {
        let written = serde_json::to_string(&server).expect("an object");
        assert_eq!(IceServer::parse(&written), Ok(server), "{written}");
    }
}

/// As its receivers get it: one JSON object, with and without their easyrtcid.
fn encode(message: &ServerMessage) {
    let encoded = message.encode(1_764_500_000_000);
    let receiver = EasyrtcId::parse("0123456789abcdef").expect("a name");
    for receiver in [None, Some(&receiver)] {
        let mut text = Vec::new();
        encoded.write(receiver, &mut text);
        let object = serde_json::from_slice::<&RawValue>(&text).expect("JSON");
        assert!(object.get().starts_with('{'));
    }
}
