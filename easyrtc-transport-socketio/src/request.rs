//! Which requests are served, and how others are refused.

use std::borrow::Cow;

use bytes::Bytes;
use easyrtc_transport_common::RandomId;
use hyper::{Method, StatusCode};
use tokio::sync::mpsc;

use crate::engine::revision::{Framing, Revision};
use crate::registry::{Command, Entry};

/// Why a request is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// `transport` is missing, or names one we do not have.
    UnknownTransport,
    /// There is no session of that id.
    UnknownSid,
    /// A session is opened with `GET` only.
    BadHandshakeMethod,
    /// The request does not fit the session, or makes no sense.
    BadRequest,
    /// The origin is not allowed.
    Forbidden,
    /// `EIO` names a revision we do not speak.
    UnsupportedVersion,
}

impl Refusal {
    /// The status of the response.
    //= docs/spec/socketio.md#socketio.http-errors
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::UnknownTransport
            | Self::UnknownSid
            | Self::BadHandshakeMethod
            | Self::BadRequest
            | Self::UnsupportedVersion => StatusCode::BAD_REQUEST,
        }
    }

    /// What a client that asked for a WebSocket is told.
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::UnknownTransport => "Transport unknown",
            Self::UnknownSid => "Session ID unknown",
            Self::BadHandshakeMethod => "Bad handshake method",
            Self::BadRequest => "Bad request",
            Self::Forbidden => "Forbidden",
            Self::UnsupportedVersion => "Unsupported protocol version",
        }
    }

    /// What any other client is told: JSON, with the number Engine.IO gave to this refusal.
    pub(crate) fn body(self) -> Bytes {
        let code = match self {
            Self::UnknownTransport => 0,
            Self::UnknownSid => 1,
            Self::BadHandshakeMethod => 2,
            Self::BadRequest => 3,
            Self::Forbidden => 4,
            Self::UnsupportedVersion => 5,
        };
        format!(r#"{{"code":{code},"message":"{}"}}"#, self.message()).into()
    }
}

/// What a request that is served asks for.
#[derive(Debug)]
pub(crate) enum Action {
    /// A session that polls.
    OpenPolling(Framing),
    /// A session on the WebSocket that the request opens.
    OpenWebSocket(Framing),
    /// The next packets of a session.
    Poll(mpsc::Sender<Command>),
    /// Packets for a session.
    Post(mpsc::Sender<Command>),
    /// A WebSocket for a session that polls.
    Probe(mpsc::Sender<Command>, Framing),
    /// A WebSocket for a session that has one already. It is opened and closed.
    SecondWebSocket,
}

/// The parameters of a request that mean something to us. Of duplicates the last counts.
#[derive(Default)]
struct Parameters<'a> {
    transport: Cow<'a, str>,
    revision: Cow<'a, str>,
    sid: Cow<'a, str>,
    jsonp: bool,
    base64: bool,
}

impl<'a> Parameters<'a> {
    fn parse(query: &'a str) -> Self {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "transport" => parameters.transport = value,
                "EIO" => parameters.revision = value,
                "sid" => parameters.sid = value,
                "j" => parameters.jsonp = true,
                "b64" => parameters.base64 = !value.is_empty(),
                _ => {}
            }
        }
        parameters
    }
}

/// Whether a request is of a client that speaks revision 3 of Engine.IO.
pub(crate) fn speaks_revision_3(query: &str) -> bool {
    Parameters::parse(query).revision == "3"
}

/// What a request asks for, or why it is refused. `websocket` says whether it wants to switch to
/// that protocol, `allow_eio3` whether sessions of revision 3 may be opened, `find` looks up a
/// session.
pub(crate) fn classify(
    method: &Method,
    query: &str,
    websocket: bool,
    allow_eio3: bool,
    find: impl FnOnce(&RandomId) -> Option<Entry>,
) -> Result<Action, Refusal> {
    let parameters = Parameters::parse(query);
    let polling = match parameters.transport.as_ref() {
        "polling" => true,
        "websocket" => false,
        _ => return Err(Refusal::UnknownTransport),
    };
    let framing = Revision::from_query(&parameters.revision, allow_eio3)
        .map(|revision| Framing { revision, base64: parameters.base64 });
    // A request for one transport can't be made by way of the other.
    let fits = polling != websocket && !parameters.jsonp;
    if parameters.sid.is_empty() {
        return match (method, fits, framing) {
            (method, _, _) if method != Method::GET => Err(Refusal::BadHandshakeMethod),
            (_, false, _) => Err(Refusal::BadRequest),
            (_, _, None) => Err(Refusal::UnsupportedVersion),
            //= docs/spec/socketio.md#socketio.handshake
            (_, true, Some(framing)) if polling => Ok(Action::OpenPolling(framing)),
            (_, true, Some(framing)) => Ok(Action::OpenWebSocket(framing)),
        };
    }
    let entry = RandomId::parse(&parameters.sid).and_then(|sid| find(&sid));
    let entry = entry.ok_or(Refusal::UnknownSid)?;
    let framing = framing.filter(|_| fits).ok_or(Refusal::BadRequest)?;
    match (entry, method) {
        // A session keeps its revision.
        (Entry::Polling(revision, _), _) if revision != framing.revision => {
            Err(Refusal::BadRequest)
        }
        (Entry::Polling(_, commands), &Method::GET) if polling => Ok(Action::Poll(commands)),
        (Entry::Polling(_, commands), &Method::POST) if polling => Ok(Action::Post(commands)),
        (Entry::Polling(_, commands), &Method::GET) => Ok(Action::Probe(commands, framing)),
        (Entry::WebSocket, &Method::GET) if !polling => Ok(Action::SecondWebSocket),
        (Entry::Polling(..) | Entry::WebSocket, _) => Err(Refusal::BadRequest),
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    const POLLING: &str = "polling-session-24-chars";
    const POLLING_3: &str = "polling-in-revision-3-24";
    const UPGRADED: &str = "websocket-24-chars-of-id";

    fn find(sid: &RandomId) -> Option<Entry> {
        match sid.as_str() {
            POLLING => Some(Entry::Polling(Revision::V4, mpsc::channel(1).0)),
            POLLING_3 => Some(Entry::Polling(Revision::V3, mpsc::channel(1).0)),
            UPGRADED => Some(Entry::WebSocket),
            _ => None,
        }
    }

    /// The outcome in one word.
    fn outcome(method: &Method, query: &str, websocket: bool) -> String {
        let query = query.replace("$P", POLLING).replace("$W", UPGRADED).replace("$3", POLLING_3);
        let text = format!("{:?}", classify(method, &query, websocket, true, find));
        let inner = text.trim_start_matches("Ok(").trim_start_matches("Err(");
        inner.split(['(', ')']).next().unwrap_or_default().to_owned()
    }

    #[test]
    fn requests_without_websocket() {
        for (method, query, expected) in [
            (Method::GET, "EIO=4&transport=polling", "OpenPolling"),
            (Method::GET, "EIO=3&EIO=4&t=x&transport=%70olling", "OpenPolling"),
            (Method::GET, "EIO=4&transport=polling&sid=", "OpenPolling"),
            (Method::GET, "EIO=4", "UnknownTransport"),
            (Method::GET, "", "UnknownTransport"),
            (Method::GET, "EIO=4&transport=abc", "UnknownTransport"),
            (Method::POST, "EIO=4&transport=polling", "BadHandshakeMethod"),
            (Method::PUT, "EIO=4&transport=polling", "BadHandshakeMethod"),
            (Method::GET, "EIO=4&transport=websocket", "BadRequest"),
            (Method::GET, "EIO=4&transport=polling&j=0", "BadRequest"),
            (Method::GET, "EIO=4&EIO=3&transport=polling", "OpenPolling"),
            (Method::GET, "EIO=2&transport=polling", "UnsupportedVersion"),
            (Method::GET, "EIO=abc&transport=polling", "UnsupportedVersion"),
            (Method::GET, "transport=polling", "UnsupportedVersion"),
            (Method::GET, "EIO=4&transport=polling&sid=$P", "Poll"),
            (Method::POST, "EIO=4&transport=polling&sid=$P", "Post"),
            (Method::PUT, "EIO=4&transport=polling&sid=$P", "BadRequest"),
            (Method::GET, "EIO=3&transport=polling&sid=$P", "BadRequest"),
            (Method::GET, "EIO=3&transport=polling&sid=$3&b64=1", "Poll"),
            (Method::POST, "EIO=3&transport=polling&sid=$3", "Post"),
            (Method::GET, "EIO=4&transport=polling&sid=$3", "BadRequest"),
            (Method::POST, "EIO=4&transport=polling&sid=$3", "BadRequest"),
            (Method::GET, "EIO=3&transport=polling&sid=$3&j=0", "BadRequest"),
            (Method::GET, "EIO=4&transport=websocket&sid=$P", "BadRequest"),
            (Method::GET, "EIO=4&transport=polling&sid=$W", "BadRequest"),
            (Method::POST, "EIO=4&transport=polling&sid=$W", "BadRequest"),
            (Method::GET, "EIO=4&transport=polling&sid=nobody", "UnknownSid"),
            (Method::POST, "EIO=3&transport=websocket&sid=constructor", "UnknownSid"),
        ] {
            assert_eq!(outcome(&method, query, false), expected, "{method} {query}");
        }
    }

    #[test]
    fn requests_for_a_websocket() {
        for (query, expected) in [
            ("EIO=4&transport=websocket", "OpenWebSocket"),
            ("EIO=4&transport=websocket&sid=$P", "Probe"),
            ("EIO=4&transport=websocket&sid=$W", "SecondWebSocket"),
            ("EIO=4&transport=websocket&sid=nobody", "UnknownSid"),
            ("EIO=4&transport=polling", "BadRequest"),
            ("EIO=4&transport=polling&sid=$P", "BadRequest"),
            ("EIO=3&transport=websocket", "OpenWebSocket"),
            ("EIO=3&transport=websocket&sid=$3", "Probe"),
            ("EIO=3&transport=websocket&sid=$P", "BadRequest"),
            ("EIO=4&transport=websocket&sid=$3", "BadRequest"),
            ("EIO=5&transport=websocket", "UnsupportedVersion"),
            ("transport=websocket", "UnsupportedVersion"),
            ("EIO=4", "UnknownTransport"),
        ] {
            assert_eq!(outcome(&Method::GET, query, true), expected, "{query}");
        }
        assert_eq!(outcome(&Method::POST, "EIO=4&transport=websocket&sid=$P", true), "BadRequest");
    }

    #[test]
    fn how_packets_are_written() {
        let framing = |query: &str| match classify(&Method::GET, query, true, true, find) {
            Ok(Action::OpenWebSocket(framing)) => framing,
            other => panic!("{query}: {other:?}"),
        };
        for (query, revision, base64) in [
            ("EIO=4&transport=websocket", Revision::V4, false),
            ("EIO=4&transport=websocket&b64=1", Revision::V4, true),
            ("EIO=3&transport=websocket&b64=true", Revision::V3, true),
            ("EIO=3&transport=websocket&b64=", Revision::V3, false),
        ] {
            assert_eq!(framing(query), Framing { revision, base64 }, "{query}");
        }
    }

    #[test]
    fn revision_3_can_be_switched_off() {
        let open = |query: &str| classify(&Method::GET, query, false, false, find).unwrap_err();
        assert_eq!(open("EIO=3&transport=polling"), Refusal::UnsupportedVersion);
        let other = classify(&Method::GET, "EIO=4&transport=polling", false, false, find);
        assert!(matches!(other, Ok(Action::OpenPolling(_))), "{other:?}");
    }

    #[test]
    fn refusals_are_told_as_engine_io_does() {
        assert_eq!(Refusal::UnknownTransport.body(), r#"{"code":0,"message":"Transport unknown"}"#);
        assert_eq!(Refusal::UnknownSid.body(), r#"{"code":1,"message":"Session ID unknown"}"#);
        assert_eq!(
            Refusal::BadHandshakeMethod.body(),
            r#"{"code":2,"message":"Bad handshake method"}"#
        );
        assert_eq!(Refusal::BadRequest.body(), r#"{"code":3,"message":"Bad request"}"#);
        assert_eq!(Refusal::Forbidden.body(), r#"{"code":4,"message":"Forbidden"}"#);
        assert_eq!(
            Refusal::UnsupportedVersion.body(),
            r#"{"code":5,"message":"Unsupported protocol version"}"#
        );
    }
}
