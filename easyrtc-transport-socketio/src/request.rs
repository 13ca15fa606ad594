//! Which requests are served, and how others are refused.

use std::borrow::Cow;

use bytes::Bytes;
use hyper::header::{CONNECTION, HeaderMap, UPGRADE};
use hyper::{Method, StatusCode};
use tokio::sync::mpsc;

use crate::engine::revision::Revision;
use crate::engine::sid::Sid;
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
    OpenPolling(Revision),
    /// A session on the WebSocket that the request opens.
    OpenWebSocket,
    /// The next packets of a session.
    Poll(mpsc::Sender<Command>),
    /// Packets for a session.
    Post(mpsc::Sender<Command>),
    /// A WebSocket for a session that polls.
    Probe(mpsc::Sender<Command>),
    /// A WebSocket for a session that has one already. It is opened and closed.
    SecondWebSocket,
}

/// Whether the request wants to switch to the WebSocket protocol.
pub(crate) fn wants_websocket(headers: &HeaderMap) -> bool {
    has_token(headers, &UPGRADE, "websocket") && has_token(headers, &CONNECTION, "upgrade")
}

fn has_token(headers: &HeaderMap, name: &hyper::header::HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|part| part.trim().eq_ignore_ascii_case(token))
}

/// The parameters of a request that mean something to us. Of duplicates the last counts.
#[derive(Default)]
struct Parameters<'a> {
    transport: Cow<'a, str>,
    revision: Cow<'a, str>,
    sid: Cow<'a, str>,
    jsonp: bool,
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
                _ => {}
            }
        }
        parameters
    }
}

/// What a request asks for, or why it is refused. `websocket` says whether it wants to switch to
/// that protocol, `find` looks up a session.
pub(crate) fn classify(
    method: &Method,
    query: &str,
    websocket: bool,
    find: impl FnOnce(&Sid) -> Option<Entry>,
) -> Result<Action, Refusal> {
    let parameters = Parameters::parse(query);
    let polling = match parameters.transport.as_ref() {
        "polling" => true,
        "websocket" => false,
        _ => return Err(Refusal::UnknownTransport),
    };
    let revision = Revision::from_query(&parameters.revision);
    // A request for one transport can't be made by way of the other.
    let fits = polling != websocket && !parameters.jsonp;
    if parameters.sid.is_empty() {
        return match (method, fits, revision) {
            (method, _, _) if method != Method::GET => Err(Refusal::BadHandshakeMethod),
            (_, false, _) => Err(Refusal::BadRequest),
            (_, _, None) => Err(Refusal::UnsupportedVersion),
            (_, true, Some(revision)) if polling => Ok(Action::OpenPolling(revision)),
            (_, true, Some(_)) => Ok(Action::OpenWebSocket),
        };
    }
    let entry = Sid::parse(&parameters.sid).and_then(|sid| find(&sid));
    let entry = entry.ok_or(Refusal::UnknownSid)?;
    if !fits || revision.is_none() {
        return Err(Refusal::BadRequest);
    }
    match entry {
        Entry::Polling(commands) if polling && method == Method::GET => Ok(Action::Poll(commands)),
        Entry::Polling(commands) if polling && method == Method::POST => Ok(Action::Post(commands)),
        Entry::Polling(commands) if !polling && method == Method::GET => {
            Ok(Action::Probe(commands))
        }
        Entry::WebSocket if !polling && method == Method::GET => Ok(Action::SecondWebSocket),
        Entry::Polling(_) | Entry::WebSocket => Err(Refusal::BadRequest),
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    const POLLING: &str = "polling-session-24-chars";
    const UPGRADED: &str = "websocket-24-chars-of-id";

    fn find(sid: &Sid) -> Option<Entry> {
        match sid.as_str() {
            POLLING => Some(Entry::Polling(mpsc::channel(1).0)),
            UPGRADED => Some(Entry::WebSocket),
            _ => None,
        }
    }

    /// The outcome in one word.
    fn outcome(method: &Method, query: &str, websocket: bool) -> String {
        let query = query.replace("$P", POLLING).replace("$W", UPGRADED);
        let text = format!("{:?}", classify(method, &query, websocket, find));
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
            (Method::GET, "EIO=3&transport=polling", "UnsupportedVersion"),
            (Method::GET, "EIO=abc&transport=polling", "UnsupportedVersion"),
            (Method::GET, "transport=polling", "UnsupportedVersion"),
            (Method::GET, "EIO=4&transport=polling&sid=$P", "Poll"),
            (Method::POST, "EIO=4&transport=polling&sid=$P", "Post"),
            (Method::PUT, "EIO=4&transport=polling&sid=$P", "BadRequest"),
            (Method::GET, "EIO=3&transport=polling&sid=$P", "BadRequest"),
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
            ("EIO=3&transport=websocket", "UnsupportedVersion"),
            ("transport=websocket", "UnsupportedVersion"),
            ("EIO=4", "UnknownTransport"),
        ] {
            assert_eq!(outcome(&Method::GET, query, true), expected, "{query}");
        }
        assert_eq!(outcome(&Method::POST, "EIO=4&transport=websocket&sid=$P", true), "BadRequest");
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

    #[test]
    fn who_wants_a_websocket() {
        let headers = |upgrade: &'static str, connection: &'static str| {
            HeaderMap::from_iter([
                (UPGRADE, HeaderValue::from_static(upgrade)),
                (CONNECTION, HeaderValue::from_static(connection)),
            ])
        };
        assert!(wants_websocket(&headers("websocket", "Upgrade")));
        assert!(wants_websocket(&headers("WebSocket", "keep-alive, upgrade")));
        assert!(!wants_websocket(&headers("h2c", "Upgrade")));
        assert!(!wants_websocket(&headers("websocket", "keep-alive")));
        assert!(!wants_websocket(&HeaderMap::new()));
    }
}
