//! The opening handshake of a WebSocket, on the server's side.

use data_encoding::BASE64;
use hyper::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::{Request, StatusCode};
use tungstenite::handshake::derive_accept_key;

use crate::http::{TransportResponse, empty};

/// The version of the protocol that RFC 6455 describes, the only one there is.
const VERSION: &str = "13";

/// Bytes of the client's key.
const KEY_BYTES: usize = 16;

/// Why a handshake is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is of another version of the protocol.
    Version,
    /// Its key is none.
    Key,
}

impl Refused {
    /// The response that says so: status 426 with the version that would do, or 400.
    #[must_use]
    pub fn response(self) -> TransportResponse {
        match self {
            Self::Version => {
                let mut response = empty(StatusCode::UPGRADE_REQUIRED);
                let version = HeaderValue::from_static(VERSION);
                response.headers_mut().insert(SEC_WEBSOCKET_VERSION, version);
                response
            }
            Self::Key => empty(StatusCode::BAD_REQUEST),
        }
    }
}

/// Whether the request wants to switch to the WebSocket protocol.
#[must_use]
pub fn wants_websocket(headers: &HeaderMap) -> bool {
    let named = |name, token: &str| tokens(headers, name).any(|t| t.eq_ignore_ascii_case(token));
    named(&UPGRADE, "websocket") && named(&CONNECTION, "upgrade")
}

/// The elements of a header that is a list.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

/// The response that accepts the handshake. `subprotocol` is what the server speaks; it is named in
/// the response if the client offers it.
///
/// # Errors
///
/// If it is no handshake of a version the server knows.
//= docs/spec/websocket.md#websocket.upgrade
pub fn accept<B>(
    request: &Request<B>,
    subprotocol: Option<&'static str>,
) -> Result<TransportResponse, Refused> {
    let headers = request.headers();
    if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != VERSION) {
        return Err(Refused::Version);
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes).unwrap_or_default();
    if BASE64.decode(key).map_or(0, |key| key.len()) != KEY_BYTES {
        return Err(Refused::Key);
    }
    // The key is base64, and so is what is derived from it: a valid header.
    let proof = HeaderValue::from_str(&derive_accept_key(key)).map_err(|_| Refused::Key)?;
    //= docs/spec/websocket.md#websocket.subprotocol
    let subprotocol = subprotocol
        .filter(|&ours| tokens(headers, &SEC_WEBSOCKET_PROTOCOL).any(|offered| offered == ours));
    let mut response = empty(StatusCode::SWITCHING_PROTOCOLS);
    let headers = response.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, proof);
    if let Some(name) = subprotocol {
        headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(name));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn request(version: &str, key: &str) -> Request<()> {
        Request::builder()
            .header(SEC_WEBSOCKET_VERSION, version)
            .header(SEC_WEBSOCKET_KEY, key)
            .body(())
            .unwrap()
    }

    #[test]
    fn the_example_of_the_specification() {
        let response = accept(&request("13", KEY), None).unwrap();
        assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
        assert_eq!(response.headers()[SEC_WEBSOCKET_ACCEPT], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn others_are_refused() {
        let refused = |version, key| accept(&request(version, key), None).unwrap_err();
        assert_eq!(refused("8", KEY), Refused::Version);
        for key in ["", "c2hvcnQ=", "not base64"] {
            assert_eq!(refused("13", key), Refused::Key, "{key}");
        }
        let response = Refused::Version.response();
        assert_eq!(response.status(), StatusCode::UPGRADE_REQUIRED);
        assert_eq!(response.headers()[SEC_WEBSOCKET_VERSION], "13");
    }

    #[test]
    fn the_subprotocol_is_named_if_offered() {
        let chosen = |offered: &'static str, ours| {
            let mut request = request("13", KEY);
            let offered = HeaderValue::from_static(offered);
            request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, offered);
            let mut response = accept(&request, ours).unwrap();
            response.headers_mut().remove(SEC_WEBSOCKET_PROTOCOL)
        };
        assert_eq!(chosen("a, b.v1", Some("b.v1")).unwrap(), "b.v1");
        assert_eq!(chosen("a, b.v2", Some("b.v1")), None);
        assert_eq!(chosen("a, b.v1", None), None);
    }

    #[test]
    fn upgrades_are_told_from_other_requests() {
        let headers = |connection: &'static str, upgrade: &'static str| {
            HeaderMap::from_iter([
                (CONNECTION, HeaderValue::from_static(connection)),
                (UPGRADE, HeaderValue::from_static(upgrade)),
            ])
        };
        assert!(wants_websocket(&headers("keep-alive, Upgrade", "WebSocket")));
        assert!(!wants_websocket(&headers("keep-alive", "websocket")));
        assert!(!wants_websocket(&headers("upgrade", "h2c")));
        assert!(!wants_websocket(&HeaderMap::new()));
    }
}
