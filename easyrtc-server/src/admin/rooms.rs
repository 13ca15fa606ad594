//! Rooms.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use easyrtc_proto::RoomName;
use easyrtc_state::AdminCommand;
use easyrtc_state::inspect::RoomInfo;
use hyper::StatusCode;
use serde::Serialize;

use super::fields::Fields;
use super::listing::List;
use super::path::{At, OfApplication, OfRoom};
use super::problem::{Code, Problem};
use super::query::{Asked, Part};
use super::{Api, Operator};

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/applications/{app}/rooms", get(list))
        .route("/v1/applications/{app}/rooms/{room}", get(show).put(create).delete(close))
}

/// A room.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Room {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    room: RoomName,
    /// Its members.
    clients: usize,
    /// Members it may have; 0: no limit.
    max_clients: usize,
    /// Whether only its members, and clients with a permission for that, find it in lists.
    private: bool,
    /// Whether it stays when it is empty.
    lasting: bool,
    /// When it was made, in ms since the epoch; `null`: its application brought it along.
    #[cfg_attr(feature = "openapi", schema(required))]
    created: Option<u64>,
    /// Its fields, also those that clients don't see.
    fields: Fields,
}

impl From<RoomInfo> for Room {
    fn from(info: RoomInfo) -> Self {
        Self {
            room: info.name,
            clients: info.members,
            max_clients: info.capacity,
            private: info.private,
            lasting: info.lasting,
            created: info.created,
            fields: info.fields.into(),
        }
    }
}

/// Lists the rooms of an application.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/applications/{app}/rooms",
    operation_id = "listRooms",
    tag = "rooms",
    params(OfApplication, Part),
    responses((status = 200, description = "Part of the list", body = List<Room>)),
))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    At(OfApplication { app }): At<OfApplication>,
    Asked(part): Asked<Part>,
) -> Result<Json<List<Room>>, Problem> {
    let page = part.page(RoomName::parse)?;
    let found = api.runtime.inspect(|inspect| inspect.rooms(&app, &page));
    Ok(Json(List::of(found.ok_or(Code::NoApplication)?)))
}

/// Shows a room.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/applications/{app}/rooms/{room}",
    operation_id = "showRoom",
    tag = "rooms",
    params(OfRoom),
    responses((status = 200, description = "The room", body = Room)),
))]
pub(super) async fn show(
    State(api): State<Arc<Api>>,
    At(OfRoom { app, room }): At<OfRoom>,
) -> Result<Json<Room>, Problem> {
    let found = api.runtime.inspect(|inspect| inspect.room(&app, &room));
    Ok(Json(found.ok_or(Code::NoRoom)?.into()))
}

/// Makes a room.
///
/// It is as if a client had made it. Unless somebody joins it, it is forgotten as empty rooms are.
#[cfg_attr(feature = "openapi", utoipa::path(
    put,
    path = "/v1/applications/{app}/rooms/{room}",
    operation_id = "createRoom",
    tag = "rooms",
    params(OfRoom),
    responses((status = 201, description = "It is made")),
))]
pub(super) async fn create(
    operator: Operator,
    At(OfRoom { app, room }): At<OfRoom>,
) -> Result<StatusCode, Problem> {
    operator.change(AdminCommand::CreateRoom { app, room })?;
    Ok(StatusCode::CREATED)
}

/// Closes a room.
///
/// Its members are told that they are in it no longer, and it is forgotten. One that is configured
/// is there again at once, as new.
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/v1/applications/{app}/rooms/{room}",
    operation_id = "closeRoom",
    tag = "rooms",
    params(OfRoom),
    responses((status = 204, description = "It is closed")),
))]
pub(super) async fn close(
    operator: Operator,
    At(OfRoom { app, room }): At<OfRoom>,
) -> Result<StatusCode, Problem> {
    operator.change(AdminCommand::CloseRoom { app, room })?;
    Ok(StatusCode::NO_CONTENT)
}
