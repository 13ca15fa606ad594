//! Who is kept out.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::{delete, get};
use axum::{Json, Router};
use easyrtc_proto::{AppName, Username};
use easyrtc_state::Network;
use easyrtc_state::inspect::BanInfo;
use easyrtc_state::{AdminAnswer, AdminCommand, BanId, Banned};
use hyper::StatusCode;
use hyper::header;
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::listing::List;
use super::path::{At, OfBan};
use super::problem::{Code, Problem};
use super::query::{Asked, Part};
use super::{Api, Operator};

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/v1/bans", get(list).post(ban)).route("/v1/bans/{id}", delete(unban))
}

/// A ban: of an address, or of a user.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Ban {
    /// Its number.
    id: u64,
    /// The address or network, if it is of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false))]
    address: Option<String>,
    /// The application, if it is of a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false))]
    application: Option<AppName>,
    /// The name, if it is of a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false))]
    username: Option<Username>,
    /// Since when, in ms since the epoch.
    since: u64,
    /// Until when, in ms since the epoch; `null`: as long as the server runs.
    #[cfg_attr(feature = "openapi", schema(required))]
    until: Option<u64>,
}

impl From<BanInfo> for Ban {
    fn from(info: BanInfo) -> Self {
        let (address, user) = match info.who {
            Banned::Address(network) => (Some(network.to_string()), None),
            Banned::User(application, username) => (None, Some((application, username))),
        };
        let (application, username) = user.unzip();
        let BanInfo { since, until, .. } = info;
        Self { id: info.id.0, address, application, username, since, until }
    }
}

/// Whom to keep out: either an address, or a user of an application.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewBan {
    /// An IP address, or a network such as `192.0.2.0/24`.
    address: Option<String>,
    /// The application of a user.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    application: Option<AppName>,
    /// The name of a user.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    username: Option<Username>,
    /// Seconds until it ends; not given: when the server ends.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    expires_in: Option<u32>,
}

/// What a ban is called.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct NewBanId {
    /// Its number.
    id: u64,
}

/// Lists the bans.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/bans",
    operation_id = "listBans",
    tag = "bans",
    params(Part),
    responses((status = 200, description = "Part of the list", body = List<Ban>)),
))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    Asked(part): Asked<Part>,
) -> Result<Json<List<Ban>>, Problem> {
    let page = part.page(|text| text.parse().map(BanId))?;
    let found = api.runtime.inspect(|inspect| inspect.bans(&page));
    let next = found.next.map(|id| id.0);
    Ok(Json(List::of(easyrtc_state::inspect::Listing { items: found.items, next })))
}

/// Bans an address or a user.
///
/// Their connections are ended, and their logins refused. Who is banned already stays so, under the
/// same number, for the time given now. Bans end with the server: what is to last is configured.
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/v1/bans",
    operation_id = "ban",
    tag = "bans",
    request_body = NewBan,
    responses((status = 201, description = "They are banned", body = NewBanId)),
))]
pub(super) async fn ban(
    operator: Operator,
    Body(new): Body<NewBan>,
) -> Result<impl IntoResponse, Problem> {
    let bad = |detail: &str| Problem::new(Code::BadBody, detail.to_owned());
    let who = match (new.address, new.application, new.username) {
        (Some(address), None, None) => {
            let network = address.parse::<Network>();
            Banned::Address(network.map_err(|error| bad(&format!("address: {error}.")))?)
        }
        (None, Some(application), Some(username)) => Banned::User(application, username),
        _ => return Err(bad("A ban names an address, or an application and a username.")),
    };
    if new.expires_in == Some(0) {
        return Err(bad("A ban lasts for one second or more."));
    }
    let expires_in = new.expires_in.map(|seconds| Duration::from_secs(seconds.into()));
    let id = match operator.change(AdminCommand::Ban { who, expires_in })? {
        AdminAnswer::Banned(BanId(id)) => id,
        AdminAnswer::Done | AdminAnswer::Sent { .. } => 0,
    };
    let location = [(header::LOCATION, format!("/v1/bans/{id}"))];
    Ok((StatusCode::CREATED, location, Json(NewBanId { id })))
}

/// Ends a ban.
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/v1/bans/{id}",
    operation_id = "unban",
    tag = "bans",
    params(OfBan),
    responses((status = 204, description = "It is ended")),
))]
pub(super) async fn unban(
    operator: Operator,
    At(OfBan { id }): At<OfBan>,
) -> Result<StatusCode, Problem> {
    operator.change(AdminCommand::Unban { ban: BanId(id) })?;
    Ok(StatusCode::NO_CONTENT)
}
