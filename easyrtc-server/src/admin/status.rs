//! `/v1/status`: how the server is.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use super::Api;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/v1/status", get(show))
}

/// How the server is.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    /// The version of the server.
    version: &'static str,
    /// The revision of the protocol, `YYYY-MM-DD`.
    protocol_revision: &'static str,
    /// Whether it lets no new clients in.
    draining: bool,
    /// Seconds since it started.
    uptime: u64,
    /// Connections of clients, logged in or not.
    connections: usize,
    /// Connections that have logged in.
    clients: usize,
    /// Applications.
    applications: usize,
    /// Rooms of all applications, empty ones included.
    rooms: usize,
    /// Sessions of all applications.
    sessions: usize,
    /// TCP connections of clients.
    sockets: usize,
}

/// Shows how the server is.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/status",
    operation_id = "showStatus",
    tag = "server",
    responses((status = 200, description = "How it is", body = Status)),
))]
pub(super) async fn show(State(api): State<Arc<Api>>) -> Json<Status> {
    let stats = api.runtime.stats();
    Json(Status {
        version: crate::VERSION,
        protocol_revision: easyrtc_proto::PROTOCOL_REVISION,
        draining: api.health.is_draining(),
        uptime: api.started.elapsed().as_secs(),
        connections: stats.connections,
        clients: stats.clients,
        applications: stats.applications,
        rooms: stats.rooms,
        sessions: stats.sessions,
        sockets: api.gate.open(),
    })
}
