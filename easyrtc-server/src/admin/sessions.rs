//! Sessions.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use easyrtc_proto::SessionId;
use easyrtc_state::inspect::SessionInfo;
use serde::Serialize;

use super::Api;
use super::fields::Fields;
use super::listing::List;
use super::path::{At, OfApplication, OfSession};
use super::problem::{Code, Problem};
use super::query::{Asked, Part};

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/applications/{app}/sessions", get(list))
        .route("/v1/applications/{app}/sessions/{easyrtcsid}", get(show))
}

/// A session.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Session {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    easyrtcsid: SessionId,
    /// Connections that use it.
    connections: usize,
    /// Its fields, also those that clients don't see.
    fields: Fields,
}

impl From<SessionInfo> for Session {
    fn from(info: SessionInfo) -> Self {
        let SessionInfo { easyrtcsid, connections, fields } = info;
        Self { easyrtcsid, connections, fields: fields.into() }
    }
}

/// Lists the sessions of an application.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/applications/{app}/sessions",
    operation_id = "listSessions",
    tag = "sessions",
    params(OfApplication, Part),
    responses((status = 200, description = "Part of the list", body = List<Session>)),
))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    At(OfApplication { app }): At<OfApplication>,
    Asked(part): Asked<Part>,
) -> Result<Json<List<Session>>, Problem> {
    let page = part.page(SessionId::parse)?;
    let found = api.runtime.inspect(|inspect| inspect.sessions(&app, &page));
    Ok(Json(List::of(found.ok_or(Code::NoApplication)?)))
}

/// Shows a session.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/applications/{app}/sessions/{easyrtcsid}",
    operation_id = "showSession",
    tag = "sessions",
    params(OfSession),
    responses((status = 200, description = "The session", body = Session)),
))]
pub(super) async fn show(
    State(api): State<Arc<Api>>,
    At(OfSession { app, easyrtcsid }): At<OfSession>,
) -> Result<Json<Session>, Problem> {
    let found = api.runtime.inspect(|inspect| inspect.session(&app, &easyrtcsid));
    Ok(Json(found.ok_or(Code::NoSession)?.into()))
}
