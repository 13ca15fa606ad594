//! Ending the server without cutting anybody off.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use easyrtc_state::AdminAnswer;
use hyper::StatusCode;
use serde::Deserialize;

use super::audit::Change;
use super::body::Body;
use super::problem::{Code, Problem};
use super::{Api, Operator};

/// Seconds clients may be given at most: a day.
const MAX_WITHIN: u32 = 86_400;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/v1/drain", post(drain))
}

/// How the server is to be drained.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct NewDrain {
    /// Seconds within which clients may leave by themselves.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(maximum = 86_400, default = 0))]
    within: u32,
}

/// Drains the server, and ends it.
///
/// From now on it lets no new clients in and `/healthz` says that it drains. When the last client
/// has left, or the time is over, it goes on as if it had been told to end by a signal. Asked
/// again, the time given last counts.
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/v1/drain",
    operation_id = "drain",
    tag = "server",
    request_body = NewDrain,
    responses((status = 202, description = "It drains")),
))]
pub(super) async fn drain(
    operator: Operator,
    Body(NewDrain { within }): Body<NewDrain>,
) -> Result<StatusCode, Problem> {
    if within > MAX_WITHIN {
        let detail = format!("Clients have {MAX_WITHIN} seconds at most.");
        return Err(Problem::new(Code::BadBody, detail));
    }
    let change = Change::new("drain", format!("within {within} s"));
    operator.api.drain.begin(Duration::from_secs(within.into()));
    change.log(&operator.caller, Ok(AdminAnswer::Done));
    Ok(StatusCode::ACCEPTED)
}
