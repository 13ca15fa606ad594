//! Who is in a room.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, put};
use axum::{Json, Router};
use easyrtc_proto::{ApiFields, AppName, ClientEntry, EasyrtcId, Presence, Username};
use easyrtc_state::AdminCommand;
use hyper::StatusCode;
use serde::Serialize;

use super::listing::List;
use super::path::{At, OfRoom, OfRoomMember};
#[cfg(feature = "openapi")]
use super::presence::PresenceForm;
use super::problem::{Code, Problem};
use super::query::{Asked, Part};
use super::{Api, Operator};

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/v1/applications/{app}/rooms/{room}/members", get(list)).route(
        "/v1/applications/{app}/rooms/{room}/members/{easyrtcid}",
        put(put_in).delete(take_out),
    )
}

/// A member of a room, as the others see it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Member {
    /// The client.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    easyrtcid: EasyrtcId,
    /// Its name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false))]
    username: Option<Username>,
    /// Its presence.
    #[cfg_attr(feature = "openapi", schema(value_type = PresenceForm))]
    presence: Presence,
    /// What it set itself, by name: `{"fieldName":…,"fieldValue":…}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>, nullable = false))]
    api_field: Option<ApiFields>,
    /// When it joined, in ms since the epoch.
    room_join_time: u64,
}

impl From<Arc<ClientEntry>> for Member {
    fn from(entry: Arc<ClientEntry>) -> Self {
        Self {
            easyrtcid: entry.easyrtcid,
            username: entry.username.clone(),
            presence: entry.presence.clone(),
            api_field: entry.api_field.clone(),
            room_join_time: entry.room_join_time,
        }
    }
}

/// Lists the members of a room.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/applications/{app}/rooms/{room}/members",
    operation_id = "listMembers",
    tag = "rooms",
    params(OfRoom, Part),
    responses((status = 200, description = "Part of the list", body = List<Member>)),
))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    At(OfRoom { app, room }): At<OfRoom>,
    Asked(part): Asked<Part>,
) -> Result<Json<List<Member>>, Problem> {
    let page = part.page(EasyrtcId::parse)?;
    let found = api.runtime.inspect(|inspect| inspect.members(&app, &room, &page));
    Ok(Json(List::of(found.ok_or(Code::NoRoom)?)))
}

/// Puts a client into a room.
///
/// The room has to be there and not be full; whether the client may enter it isn't asked. The
/// client is told (`roomData`), and so are the members. Who is in it already stays.
#[cfg_attr(feature = "openapi", utoipa::path(
    put,
    path = "/v1/applications/{app}/rooms/{room}/members/{easyrtcid}",
    operation_id = "putIntoRoom",
    tag = "rooms",
    params(OfRoomMember),
    responses((status = 204, description = "It is in the room")),
))]
pub(super) async fn put_in(
    operator: Operator,
    At(OfRoomMember { app, room, easyrtcid }): At<OfRoomMember>,
) -> Result<StatusCode, Problem> {
    check(&operator.api, &app, easyrtcid)?;
    operator.change(AdminCommand::JoinRoom { easyrtcid, room })?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a client out of a room.
///
/// The client is told (`roomData`), and so are the other members.
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/v1/applications/{app}/rooms/{room}/members/{easyrtcid}",
    operation_id = "takeOutOfRoom",
    tag = "rooms",
    params(OfRoomMember),
    responses((status = 204, description = "It is not in the room")),
))]
pub(super) async fn take_out(
    operator: Operator,
    At(OfRoomMember { app, room, easyrtcid }): At<OfRoomMember>,
) -> Result<StatusCode, Problem> {
    check(&operator.api, &app, easyrtcid)?;
    operator.change(AdminCommand::LeaveRoom { easyrtcid, room })?;
    Ok(StatusCode::NO_CONTENT)
}

/// A client is of one application, and in another there is no such client.
pub(super) fn check(api: &Api, app: &AppName, easyrtcid: EasyrtcId) -> Result<(), Problem> {
    let found = api.runtime.inspect(|inspect| inspect.connection(easyrtcid));
    let is_there = found.is_some_and(|found| found.application == *app);
    if is_there { Ok(()) } else { Err(Code::NoClient.into()) }
}
