//! The opening handshake of a WebSocket, on the server's side.

use data_encoding::BASE64;
use hyper::body::Incoming;
use hyper::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use hyper::{Request, StatusCode};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::{SocketIoResponse, empty, refusal};
use crate::request::Refusal;
use crate::websocket::WebSocketFace;

/// The version of the protocol that RFC 6455 describes, the only one there is.
const VERSION: &str = "13";

/// Bytes of the client's key.
const KEY_BYTES: usize = 16;

/// Why a handshake is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is of another version of the protocol.
    Version,
    /// Its key is none.
    Key,
}

impl From<Refused> for SocketIoResponse {
    fn from(why: Refused) -> Self {
        match why {
            Refused::Version => {
                let mut response = empty(StatusCode::UPGRADE_REQUIRED);
                let version = HeaderValue::from_static(VERSION);
                response.headers_mut().insert(SEC_WEBSOCKET_VERSION, version);
                response
            }
            Refused::Key => refusal(Refusal::BadRequest, true),
        }
    }
}

/// The response that accepts the handshake.
pub(super) fn accept<B>(request: &Request<B>) -> Result<SocketIoResponse, Refused> {
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
    let mut response = empty(StatusCode::SWITCHING_PROTOCOLS);
    let headers = response.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, proof);
    Ok(response)
}

/// The WebSocket, once the response has left; `None` if the connection broke before.
pub(super) async fn finish(
    request: &mut Request<Incoming>,
    max_message: usize,
) -> Option<Box<WebSocketFace>> {
    let upgraded = hyper::upgrade::on(request).await.ok()?;
    Some(Box::new(WebSocketFace::accept(upgraded, max_message).await))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(version: &str, key: &str) -> Request<()> {
        Request::builder()
            .header(SEC_WEBSOCKET_VERSION, version)
            .header(SEC_WEBSOCKET_KEY, key)
            .body(())
            .unwrap()
    }

    #[test]
    fn the_example_of_the_specification() {
        let response = accept(&request("13", "dGhlIHNhbXBsZSBub25jZQ==")).unwrap();
        assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
        assert_eq!(response.headers()[SEC_WEBSOCKET_ACCEPT], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn others_are_refused() {
        let refused = |version, key| accept(&request(version, key)).unwrap_err();
        assert_eq!(refused("8", "dGhlIHNhbXBsZSBub25jZQ=="), Refused::Version);
        for key in ["", "c2hvcnQ=", "not base64"] {
            assert_eq!(refused("13", key), Refused::Key, "{key}");
        }
        let response = SocketIoResponse::from(Refused::Version);
        assert_eq!(response.status(), StatusCode::UPGRADE_REQUIRED);
        assert_eq!(response.headers()[SEC_WEBSOCKET_VERSION], "13");
    }
}
