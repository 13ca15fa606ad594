//! The presence of clients.

use std::sync::Arc;

use axum::Router;
use axum::routing::put;
use easyrtc_proto::SetPresence;
use easyrtc_state::AdminCommand;
use hyper::StatusCode;

use super::body::Body;
use super::path::{At, OfConnection};
use super::problem::{Code, Problem};
use super::{Api, Operator};

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/v1/connections/{easyrtcid}/presence", put(set))
}

/// The form of a presence. Where one is set, what isn't there stays as it is.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(as = Presence)]
#[expect(dead_code, reason = "only its form is used")]
pub(super) struct PresenceForm {
    /// Whether the client can be talked to.
    #[schema(nullable = false)]
    show: Option<ShowForm>,
    /// Free text; `null` until it is set.
    status: Option<String>,
    /// Any value, which is not looked at.
    #[schema(value_type = Option<serde_json::Value>)]
    r#type: Option<serde_json::Value>,
}

/// Whether a client can be talked to.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(as = Show, rename_all = "lowercase")]
#[expect(dead_code, reason = "only its form is used")]
pub(super) enum ShowForm {
    /// Away.
    Away,
    /// Ready to chat.
    Chat,
    /// Do not disturb.
    Dnd,
    /// Away for long.
    Xa,
}

/// Sets the presence of a client, as if it had.
///
/// The others in its rooms are told.
#[cfg_attr(feature = "openapi", utoipa::path(
    put,
    path = "/v1/connections/{easyrtcid}/presence",
    operation_id = "setPresence",
    tag = "connections",
    params(OfConnection),
    request_body = PresenceForm,
    responses((status = 204, description = "It is set")),
))]
pub(super) async fn set(
    operator: Operator,
    At(OfConnection { easyrtcid }): At<OfConnection>,
    Body(presence): Body<SetPresence>,
) -> Result<StatusCode, Problem> {
    if presence == SetPresence::default() {
        return Err(Problem::new(Code::BadBody, "There is nothing to set."));
    }
    let limit = operator.api.max_presence;
    if presence.kind.as_ref().is_some_and(|kind| limit != 0 && kind.len() > limit) {
        let detail = format!("The type of a presence has at most {limit} bytes.");
        return Err(Problem::new(Code::BadBody, detail));
    }
    operator.change(AdminCommand::SetPresence { easyrtcid, presence })?;
    Ok(StatusCode::NO_CONTENT)
}
