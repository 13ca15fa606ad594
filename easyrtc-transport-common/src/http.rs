//! Requests and responses, as far as the transports treat them alike.

use std::net::IpAddr;

use bytes::Bytes;
use easyrtc_runtime::{ConnMeta, TransportKind};
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

/// What the core is told of where a client comes from.
#[must_use]
pub fn connection_meta<B>(
    transport: TransportKind,
    request: &Request<B>,
    peer: Option<IpAddr>,
) -> ConnMeta {
    let header = |name: HeaderName| value(request.headers(), &name);
    ConnMeta {
        transport,
        peer,
        origin: header(ORIGIN),
        user_agent: header(USER_AGENT),
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
}
