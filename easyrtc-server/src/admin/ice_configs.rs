//! The STUN and TURN servers clients are told to use.

use std::sync::Arc;

use axum::routing::post;
use axum::{Json, Router};
use easyrtc_proto::{IceServer, Payload};
use easyrtc_state::AdminCommand;
use serde::Deserialize;

use super::audience::{Sent, To, send};
use super::body::Body;
use super::problem::{Code, Problem};
use super::{Api, Operator};

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/v1/ice-configs", post(push))
}

/// The STUN and TURN servers that clients are to use from now on.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewIceConfig {
    to: To,
    /// Objects as `RTCPeerConnection` takes them: `urls`, and maybe `username` and `credential`.
    /// Not given: those that are configured.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Object>>))]
    ice_servers: Option<Vec<Payload>>,
}

/// Tells clients which STUN and TURN servers to use from now on.
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/v1/ice-configs",
    operation_id = "pushIceConfig",
    tag = "messages",
    request_body = NewIceConfig,
    responses((status = 200, description = "It is sent", body = Sent)),
))]
pub(super) async fn push(
    operator: Operator,
    Body(NewIceConfig { to, ice_servers }): Body<NewIceConfig>,
) -> Result<Json<Sent>, Problem> {
    let parse = |server: &Payload| {
        IceServer::parse(server.as_str())
            .map_err(|error| Problem::new(Code::BadBody, format!("iceServers: {error}.")))
    };
    let parsed = ice_servers.map(|servers| servers.iter().map(parse).collect()).transpose()?;
    send(&operator, AdminCommand::PushIceConfig { to: to.into(), ice_servers: parsed })
}
