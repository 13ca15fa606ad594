//! Requests and responses, as far as the transports treat them alike.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use easyrtc_runtime::{ConnMeta, TransportKind, UserAgent};
use http_body_util::Full;
use hyper::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, ORIGIN,
    USER_AGENT,
};
use hyper::{Request, Response, StatusCode};

/// Longer values of request headers, in bytes, are not kept with the connection.
const MAX_META: usize = 4096;

/// A response as the transports make them.
pub type TransportResponse = Response<Full<Bytes>>;

/// Marks, among the extensions of a response, the one that opens a session: the first that its
/// client gets, and so the place for a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpensSession;

/// The same response, marked with [`OpensSession`] if it is no refusal.
#[must_use]
pub fn opens_session(mut response: TransportResponse) -> TransportResponse {
    let status = response.status();
    if status == StatusCode::OK || status == StatusCode::SWITCHING_PROTOCOLS {
        response.extensions_mut().insert(OpensSession);
    }
    response
}

/// Makes out what a client runs on. Whoever serves a request puts one among its extensions if
/// clients are to be told of each other (decision D22); without one nothing is looked at.
#[derive(Clone)]
pub struct UserAgentReader(Arc<Read>);

type Read = dyn Fn(&str) -> Option<Arc<UserAgent>> + Send + Sync;

impl UserAgentReader {
    /// A reader that asks `read` about each `User-Agent`: once for each client that connects.
    pub fn new(read: impl Fn(&str) -> Option<Arc<UserAgent>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }
}

impl fmt::Debug for UserAgentReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserAgentReader(..)")
    }
}

/// What the core is told of where a client comes from.
#[must_use]
pub fn connection_meta<B>(
    transport: TransportKind,
    request: &Request<B>,
    peer: Option<IpAddr>,
) -> ConnMeta {
    let header = |name: HeaderName| value(request.headers(), &name);
    let user_agent = header(USER_AGENT);
    let reader = request.extensions().get::<UserAgentReader>();
    ConnMeta {
        transport,
        peer,
        origin: header(ORIGIN),
        device: reader.zip(user_agent.as_deref()).and_then(|(reader, text)| (reader.0)(text)),
        user_agent,
        cookie: header(COOKIE),
        authorization: header(AUTHORIZATION),
        query: request.uri().query().filter(|query| query.len() <= MAX_META).map(Box::from),
    }
}

fn value(headers: &HeaderMap, name: &HeaderName) -> Option<Box<str>> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= MAX_META).then(|| value.into())
}

/// A response without a body.
#[must_use]
pub fn empty(status: StatusCode) -> TransportResponse {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

/// A response that nobody is to keep.
#[must_use]
pub fn text(status: StatusCode, content_type: &'static str, body: Bytes) -> TransportResponse {
    let mut response = empty(status);
    *response.body_mut() = Full::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_client() {
        let request = Request::builder()
            .uri("/ws?a=b")
            .header(ORIGIN, "https://a.example")
            .header(AUTHORIZATION, "Bearer s3cret")
            .header(COOKIE, "x".repeat(MAX_META + 1))
            .body(())
            .unwrap();
        let meta = connection_meta(TransportKind::WebSocket, &request, None);
        assert_eq!(meta.origin.as_deref(), Some("https://a.example"));
        assert_eq!(meta.query.as_deref(), Some("a=b"));
        assert_eq!(meta.authorization.as_deref(), Some("Bearer s3cret"));
        assert!(!format!("{meta:?}").contains("s3cret"), "{meta:?}");
        assert_eq!((meta.cookie, meta.user_agent), (None, None), "too long, and not there");
    }

    #[test]
    fn what_it_runs_on_if_somebody_reads_that() {
        let mut request = Request::builder().header(USER_AGENT, "one").body(()).unwrap();
        let device =
            |request: &Request<()>| connection_meta(TransportKind::WebSocket, request, None).device;
        assert_eq!(device(&request), None);
        let read = |text: &str| {
            let os_family = easyrtc_runtime::AgentPart::parse(text);
            Some(Arc::new(UserAgent { os_family, ..UserAgent::default() }))
        };
        request.extensions_mut().insert(UserAgentReader::new(read));
        let found = device(&request).unwrap();
        assert_eq!(found.os_family.as_ref().unwrap().as_str(), "one");
        request.headers_mut().remove(USER_AGENT);
        assert_eq!(device(&request), None);
    }
}
