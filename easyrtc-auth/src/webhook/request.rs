//! What a backend is asked.

use std::collections::BTreeMap;

use easyrtc_proto::{AppName, Payload, RoomName, SessionId, Username};
use easyrtc_state::{LoginQuestion, TransportKind};
use serde::Serialize;

use crate::authorizer::Reason;
use crate::signed::SignedMessage;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    application_name: &'a AppName,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a Username>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<&'a Payload>,
    #[serde(skip_serializing_if = "Option::is_none")]
    easyrtcsid: Option<&'a SessionId>,
    rooms: &'a BTreeMap<RoomName, Option<Payload>>,
    connection: Connection<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connection<'a> {
    transport: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cookie: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<&'a str>,
}

/// The question about `login`, which may be sent more than once.
pub(super) fn question(login: &LoginQuestion) -> Result<SignedMessage, Reason> {
    let meta = &login.meta;
    let body = Body {
        application_name: &login.app,
        username: login.username.as_ref(),
        credential: login.credential.as_ref(),
        easyrtcsid: login.easyrtcsid.as_ref(),
        rooms: &login.rooms,
        connection: Connection {
            transport: match meta.transport {
                TransportKind::SocketIo => "socketio",
                TransportKind::WebSocket => "ws",
            },
            address: meta.peer.map(|peer| peer.to_canonical().to_string()),
            origin: meta.origin.as_deref(),
            user_agent: meta.user_agent.as_deref(),
            cookie: meta.cookie.as_deref(),
            authorization: meta.authorization.as_deref(),
            query: meta.query.as_deref(),
        },
    };
    let body = serde_json::to_vec(&body).map_err(|_| "unwritable_login")?;
    SignedMessage::new(body).map_err(|_| "no_randomness")
}
