//! Applications.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use easyrtc_proto::AppName;
use easyrtc_state::inspect::ApplicationInfo;
use serde::Serialize;

use super::Api;
use super::fields::Fields;
use super::listing::List;
use super::path::{At, OfApplication};
use super::problem::{Code, Problem};
use super::query::{Asked, Part};

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/v1/applications", get(list)).route("/v1/applications/{app}", get(show))
}

/// An application.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Application {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    application: AppName,
    /// Clients in it.
    clients: usize,
    /// Its rooms, empty ones included.
    rooms: usize,
    /// Its groups.
    groups: usize,
    /// Its sessions.
    sessions: usize,
    /// Whether it stays when nothing is left of it.
    lasting: bool,
    /// Its fields, also those that clients don't see.
    fields: Fields,
}

impl From<ApplicationInfo> for Application {
    fn from(info: ApplicationInfo) -> Self {
        Self {
            application: info.name,
            clients: info.connections,
            rooms: info.rooms,
            groups: info.groups,
            sessions: info.sessions,
            lasting: info.lasting,
            fields: info.fields.into(),
        }
    }
}

/// Lists the applications.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/applications",
    operation_id = "listApplications",
    tag = "applications",
    params(Part),
    responses((status = 200, description = "Part of the list", body = List<Application>)),
))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    Asked(part): Asked<Part>,
) -> Result<Json<List<Application>>, Problem> {
    let page = part.page(AppName::parse)?;
    Ok(Json(List::of(api.runtime.inspect(|inspect| inspect.applications(&page)))))
}

/// Shows an application.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/applications/{app}",
    operation_id = "showApplication",
    tag = "applications",
    params(OfApplication),
    responses((status = 200, description = "The application", body = Application)),
))]
pub(super) async fn show(
    State(api): State<Arc<Api>>,
    At(OfApplication { app }): At<OfApplication>,
) -> Result<Json<Application>, Problem> {
    let found = api.runtime.inspect(|inspect| inspect.application(&app));
    Ok(Json(found.ok_or(Code::NoApplication)?.into()))
}
