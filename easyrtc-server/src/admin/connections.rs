//! Connections that have logged in.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use easyrtc_proto::{AppName, EasyrtcId, GroupName, Presence, RoomName, SessionId, Username};
use easyrtc_state::AdminCommand;
use easyrtc_state::TransportKind;
use easyrtc_state::inspect::{ConnectionFilter, ConnectionInfo};
use hyper::StatusCode;
use serde::{Deserialize, Serialize};

use super::fields::Fields;
use super::listing::List;
use super::path::{At, OfConnection};
#[cfg(feature = "openapi")]
use super::presence::PresenceForm;
use super::problem::{Code, Problem};
use super::query::{Asked, page};
use super::{Api, Operator};

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/connections", get(list))
        .route("/v1/connections/{easyrtcid}", get(show).delete(kick))
        .route("/v1/connections/{easyrtcid}/token", post(send_token))
}

/// What carries a connection.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum Transport {
    /// Socket.IO.
    SocketIo,
    /// A plain WebSocket.
    Ws,
}

/// A connection that has logged in.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Connection {
    /// Its client.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    easyrtcid: EasyrtcId,
    /// Its number, as in the log.
    connection: u64,
    /// Its application.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    application: AppName,
    /// The name of its client, if it has one.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, required))]
    username: Option<Username>,
    /// Its presence.
    #[cfg_attr(feature = "openapi", schema(value_type = PresenceForm))]
    presence: Presence,
    /// The rooms it is in.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    rooms: Vec<RoomName>,
    /// The groups it is in.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    groups: Vec<GroupName>,
    /// Its session, if it has one.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, required))]
    easyrtcsid: Option<SessionId>,
    /// What carries it.
    transport: Transport,
    /// Where it comes from.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, required))]
    address: Option<IpAddr>,
    /// What its browser says it is.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, required))]
    user_agent: Option<Box<str>>,
    /// When it opened, in ms since the epoch.
    since: u64,
    /// Its fields, also those that clients don't see.
    fields: Fields,
}

impl From<ConnectionInfo> for Connection {
    fn from(info: ConnectionInfo) -> Self {
        let transport = match info.transport {
            TransportKind::SocketIo => Transport::SocketIo,
            TransportKind::WebSocket => Transport::Ws,
        };
        Self {
            easyrtcid: info.easyrtcid,
            connection: info.conn.0,
            application: info.application,
            username: info.username,
            presence: info.presence,
            rooms: info.rooms,
            groups: info.groups,
            easyrtcsid: info.easyrtcsid,
            transport,
            address: info.peer,
            user_agent: info.user_agent,
            since: info.since,
            fields: info.fields.into(),
        }
    }
}

/// Which connections: those for which all that is named holds.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Those of an application.
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    application: Option<AppName>,
    /// Those of a name.
    username: Option<String>,
    /// Those in a room of this name.
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    room: Option<RoomName>,
    /// Those in a session of this name.
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    session: Option<SessionId>,
    /// Those from an address, or from a network such as `192.0.2.0/24`.
    address: Option<String>,
    /// Entries at most, 1 to 1000.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 1000, default = 100))]
    limit: Option<usize>,
    /// Only entries after this one: `next` of the part before.
    after: Option<String>,
}

/// Lists the connections.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/connections",
    operation_id = "listConnections",
    tag = "connections",
    params(Which),
    responses((status = 200, description = "Part of the list", body = List<Connection>)),
))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<Connection>>, Problem> {
    let page = page(which.limit, which.after.as_deref(), EasyrtcId::parse)?;
    let bad = |error: &dyn std::fmt::Display| Problem::new(Code::BadQuery, format!("{error}."));
    let username = which.username.as_deref().map(Username::parse).transpose();
    let address = which.address.as_deref().map(str::parse).transpose();
    let filter = ConnectionFilter {
        application: which.application,
        username: username.map_err(|error| bad(&error))?,
        room: which.room,
        session: which.session,
        address: address.map_err(|error| bad(&error))?,
    };
    Ok(Json(List::of(api.runtime.inspect(|inspect| inspect.connections(&filter, &page)))))
}

/// Shows a connection.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/connections/{easyrtcid}",
    operation_id = "showConnection",
    tag = "connections",
    params(OfConnection),
    responses((status = 200, description = "The connection", body = Connection)),
))]
pub(super) async fn show(
    State(api): State<Arc<Api>>,
    At(OfConnection { easyrtcid }): At<OfConnection>,
) -> Result<Json<Connection>, Problem> {
    let found = api.runtime.inspect(|inspect| inspect.connection(easyrtcid));
    Ok(Json(found.ok_or(Code::NoClient)?.into()))
}

/// Ends a connection.
///
/// Its client is sent the error `LOGIN_GEN_FAIL` and leaves its rooms.
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/v1/connections/{easyrtcid}",
    operation_id = "kick",
    tag = "connections",
    params(OfConnection),
    responses((status = 204, description = "It is ended")),
))]
pub(super) async fn kick(
    operator: Operator,
    At(OfConnection { easyrtcid }): At<OfConnection>,
) -> Result<StatusCode, Problem> {
    operator.change(AdminCommand::Kick { easyrtcid })?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a client its `token` again.
///
/// The stock client takes that for an error.
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/v1/connections/{easyrtcid}/token",
    operation_id = "sendToken",
    tag = "connections",
    params(OfConnection),
    responses((status = 204, description = "It is sent")),
))]
pub(super) async fn send_token(
    operator: Operator,
    At(OfConnection { easyrtcid }): At<OfConnection>,
) -> Result<StatusCode, Problem> {
    operator.change(AdminCommand::SendToken { easyrtcid })?;
    Ok(StatusCode::NO_CONTENT)
}
