//! What clients are sent: messages, errors and other pages.

use std::sync::Arc;

use axum::routing::post;
use axum::{Json, Router};
use easyrtc_proto::{ErrorCode, ForwardToUrl, MessageType, Payload};
use easyrtc_state::AdminCommand;
use serde::{Deserialize, Deserializer};

use super::audience::{Sent, To, send};
use super::body::Body;
use super::problem::{Code, Problem};
use super::{Api, Operator};

/// Bytes a URL may have: more than browsers take.
const MAX_URL: usize = 8 * 1024;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/messages", post(send_message))
        .route("/v1/forwards", post(forward))
        .route("/v1/errors", post(send_error))
}

/// A message to clients, which they receive as an `easyrtcMsg` that names no sender.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewMessage {
    to: To,
    /// The kind of message: any text.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    msg_type: MessageType,
    /// The content: any JSON value, or none.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<serde_json::Value>))]
    msg_data: Option<Payload>,
}

/// A page that clients are to open.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewForward {
    to: To,
    /// The page, 1 to 8192 bytes.
    url: String,
    /// Whether they open it in a window of its own; they decide if nothing is said.
    new_window: Option<bool>,
}

/// An error that clients are told.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewError {
    to: To,
    /// One of the protocol's error codes that don't end connections: those that begin with
    /// `MSG_REJECT_`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^MSG_REJECT_[A-Z_]+$"))]
    error_code: ErrorCode,
}

/// Keeps `null` apart from an absent key.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Payload>, D::Error> {
    Payload::deserialize(deserializer).map(Some)
}

/// Sends clients a message of the application's.
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/v1/messages",
    operation_id = "sendMessage",
    tag = "messages",
    request_body = NewMessage,
    responses((status = 200, description = "It is sent", body = Sent)),
))]
pub(super) async fn send_message(
    operator: Operator,
    Body(NewMessage { to, msg_type, msg_data }): Body<NewMessage>,
) -> Result<Json<Sent>, Problem> {
    let (message_type, data) = (msg_type, msg_data);
    send(&operator, AdminCommand::Send { to: to.into(), message_type, data })
}

/// Makes clients open a page.
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/v1/forwards",
    operation_id = "forwardToUrl",
    tag = "messages",
    request_body = NewForward,
    responses((status = 200, description = "It is sent", body = Sent)),
))]
pub(super) async fn forward(
    operator: Operator,
    Body(NewForward { to, url, new_window }): Body<NewForward>,
) -> Result<Json<Sent>, Problem> {
    if !(1..=MAX_URL).contains(&url.len()) {
        let detail = format!("The URL has {} bytes, not 1 to {MAX_URL}.", url.len());
        return Err(Problem::new(Code::BadBody, detail));
    }
    let forward = ForwardToUrl { url, new_window };
    send(&operator, AdminCommand::ForwardToUrl { to: to.into(), forward })
}

/// Tells clients an error.
///
/// Nothing else happens to them.
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/v1/errors",
    operation_id = "sendError",
    tag = "messages",
    request_body = NewError,
    responses((status = 200, description = "It is sent", body = Sent)),
))]
pub(super) async fn send_error(
    operator: Operator,
    Body(NewError { to, error_code }): Body<NewError>,
) -> Result<Json<Sent>, Problem> {
    if matches!(error_code, ErrorCode::Other(_)) {
        return Err(Problem::new(Code::BadBody, "There is no such error code."));
    }
    send(&operator, AdminCommand::SendError { to: to.into(), code: error_code })
}
