//! The opening handshake of a WebSocket, on the server's side.

use easyrtc_transport_common::Refused;
use hyper::Request;
use hyper::body::Incoming;

use super::{SocketIoResponse, refusal};
use crate::request::Refusal;
use crate::websocket::WebSocketFace;

/// The response that says why a handshake is not accepted.
pub(super) fn refused(why: Refused) -> SocketIoResponse {
    match why {
        Refused::Version => why.response(),
        Refused::Key => refusal(Refusal::BadRequest, true),
    }
}

/// The WebSocket, once the response has left; `None` if the connection broke before.
pub(super) async fn finish(
    request: &mut Request<Incoming>,
    max_message: usize,
) -> Option<Box<WebSocketFace>> {
    let upgraded = hyper::upgrade::on(request).await.ok()?;
    Some(Box::new(WebSocketFace::accept(upgraded, max_message)))
}
