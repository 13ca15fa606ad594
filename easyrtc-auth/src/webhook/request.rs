//! What a backend is asked.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use easyrtc_proto::{AppName, Payload, RoomName, SessionId, Username};
use easyrtc_state::{LoginQuestion, TransportKind};
use http_body_util::Full;
use hyper::Request;
use hyper::header::{ACCEPT, CONTENT_TYPE};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;

use crate::authorizer::Reason;
use crate::http::Url;

/// One question, which may be sent more than once.
pub(super) struct Call {
    id: String,
    body: Bytes,
}

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

impl Call {
    /// The question about `login`.
    pub(super) fn new(login: &LoginQuestion) -> Result<Self, Reason> {
        let mut id = [0; 16];
        SystemRandom::new().fill(&mut id).map_err(|_| "no_randomness")?;
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
        Ok(Self { id: HEXLOWER.encode(&id), body: body.into() })
    }

    /// The request as it is sent now, signed as Standard Webhooks has it: the signature is of the
    /// id, the time and the body, with a dot between them.
    pub(super) fn request(&self, url: &Url, key: &hmac::Key) -> Option<Request<Full<Bytes>>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut signing = hmac::Context::with_key(key);
        signing.update(format!("{}.{now}.", self.id).as_bytes());
        signing.update(&self.body);
        let signature = BASE64.encode(signing.sign().as_ref());
        Request::post(url.uri())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header("webhook-id", &self.id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", format!("v1,{signature}"))
            .body(Full::new(self.body.clone()))
            .ok()
    }
}
