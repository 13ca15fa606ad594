//! Groups, and who is in them.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, put};
use axum::{Json, Router};
use easyrtc_proto::{EasyrtcId, GroupName};
use easyrtc_state::AdminCommand;
use easyrtc_state::inspect::GroupInfo;
use hyper::StatusCode;
use serde::Serialize;

use super::listing::List;
use super::members;
use super::path::{At, OfApplication, OfGroup, OfGroupMember};
use super::problem::{Code, Problem};
use super::query::{Asked, Part};
use super::{Api, Operator};

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/applications/{app}/groups", get(list))
        .route("/v1/applications/{app}/groups/{group}/members", get(list_members))
        .route(
            "/v1/applications/{app}/groups/{group}/members/{easyrtcid}",
            put(put_in).delete(take_out),
        )
}

/// A group.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    group: GroupName,
    /// Clients in it.
    clients: usize,
}

impl From<GroupInfo> for Group {
    fn from(info: GroupInfo) -> Self {
        Self { group: info.name, clients: info.members }
    }
}

/// A member of a group.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct GroupMember {
    /// The client.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    easyrtcid: EasyrtcId,
}

impl From<EasyrtcId> for GroupMember {
    fn from(easyrtcid: EasyrtcId) -> Self {
        Self { easyrtcid }
    }
}

/// Lists the groups of an application that have members.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/applications/{app}/groups",
    operation_id = "listGroups",
    tag = "groups",
    params(OfApplication, Part),
    responses((status = 200, description = "Part of the list", body = List<Group>)),
))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    At(OfApplication { app }): At<OfApplication>,
    Asked(part): Asked<Part>,
) -> Result<Json<List<Group>>, Problem> {
    let page = part.page(GroupName::parse)?;
    let found = api.runtime.inspect(|inspect| inspect.groups(&app, &page));
    Ok(Json(List::of(found.ok_or(Code::NoApplication)?)))
}

/// Lists the members of a group; there are none of one that nobody is in.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/v1/applications/{app}/groups/{group}/members",
    operation_id = "listGroupMembers",
    tag = "groups",
    params(OfGroup, Part),
    responses((status = 200, description = "Part of the list", body = List<GroupMember>)),
))]
pub(super) async fn list_members(
    State(api): State<Arc<Api>>,
    At(OfGroup { app, group }): At<OfGroup>,
    Asked(part): Asked<Part>,
) -> Result<Json<List<GroupMember>>, Problem> {
    let page = part.page(EasyrtcId::parse)?;
    let found = api.runtime.inspect(|inspect| inspect.group_members(&app, &group, &page));
    Ok(Json(List::of(found.ok_or(Code::NoApplication)?)))
}

/// Puts a client into a group.
///
/// A group comes into being with its first member.
#[cfg_attr(feature = "openapi", utoipa::path(
    put,
    path = "/v1/applications/{app}/groups/{group}/members/{easyrtcid}",
    operation_id = "putIntoGroup",
    tag = "groups",
    params(OfGroupMember),
    responses((status = 204, description = "It is in the group")),
))]
pub(super) async fn put_in(
    operator: Operator,
    At(OfGroupMember { app, group, easyrtcid }): At<OfGroupMember>,
) -> Result<StatusCode, Problem> {
    members::check(&operator.api, &app, easyrtcid)?;
    operator.change(AdminCommand::SetGroup { easyrtcid, group, member: true })?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a client out of a group.
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/v1/applications/{app}/groups/{group}/members/{easyrtcid}",
    operation_id = "takeOutOfGroup",
    tag = "groups",
    params(OfGroupMember),
    responses((status = 204, description = "It is not in the group")),
))]
pub(super) async fn take_out(
    operator: Operator,
    At(OfGroupMember { app, group, easyrtcid }): At<OfGroupMember>,
) -> Result<StatusCode, Problem> {
    members::check(&operator.api, &app, easyrtcid)?;
    let found = operator.api.runtime.inspect(|inspect| inspect.connection(easyrtcid));
    if !found.is_some_and(|found| found.groups.contains(&group)) {
        return Err(Code::NotInGroup.into());
    }
    operator.change(AdminCommand::SetGroup { easyrtcid, group, member: false })?;
    Ok(StatusCode::NO_CONTENT)
}
