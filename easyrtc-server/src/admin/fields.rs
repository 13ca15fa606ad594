//! Fields of applications, rooms, sessions and connections.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, put};
use axum::{Json, Router};
use easyrtc_proto::{FieldName, Payload};
use easyrtc_state::inspect::Inspect;
use easyrtc_state::{AdminCommand, FieldOwner};
use easyrtc_state::{Field, FieldMap};
use hyper::StatusCode;
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::listing::List;
use super::path::{
    At, OfApplication, OfApplicationField, OfConnection, OfConnectionField, OfRoom, OfRoomField,
    OfSession, OfSessionField,
};
use super::problem::{Code, Problem};
use super::query::{Asked, Part};
use super::{Api, Operator};

/// A field of an application, room, session or connection.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Field))]
#[serde(rename_all = "camelCase")]
pub(super) struct NamedField {
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    field_name: FieldName,
    /// Any JSON value.
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    field_value: Payload,
    /// Whether clients see it.
    is_shared: bool,
}

/// Fields by name, also those that clients don't see.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, NamedField>))]
pub(super) struct Fields(BTreeMap<FieldName, NamedField>);

impl From<FieldMap> for Fields {
    fn from(fields: FieldMap) -> Self {
        let named = |(name, field): (FieldName, Field)| {
            let named = NamedField {
                field_name: name.clone(),
                field_value: field.value,
                is_shared: field.shared,
            };
            (name, named)
        };
        Self(fields.0.into_iter().map(named).collect())
    }
}

/// What a field is to be.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewField {
    /// Any JSON value.
    #[cfg_attr(feature = "openapi", schema(value_type = serde_json::Value))]
    field_value: Payload,
    /// Whether clients see it.
    #[serde(default)]
    is_shared: bool,
}

/// All fields of `owner`.
fn of(inspect: Inspect<'_>, owner: &FieldOwner) -> Result<FieldMap, Code> {
    match owner {
        FieldOwner::Application(app) => {
            inspect.application(app).map(|info| info.fields).ok_or(Code::NoApplication)
        }
        FieldOwner::Room(app, room) => {
            inspect.room(app, room).map(|info| info.fields).ok_or(Code::NoRoom)
        }
        FieldOwner::Session(app, sid) => {
            inspect.session(app, sid).map(|info| info.fields).ok_or(Code::NoSession)
        }
        FieldOwner::Connection(easyrtcid) => {
            inspect.connection(*easyrtcid).map(|info| info.fields).ok_or(Code::NoClient)
        }
    }
}

fn list(api: &Api, owner: &FieldOwner, part: &Part) -> Result<Json<List<NamedField>>, Problem> {
    let page = part.page(FieldName::parse)?;
    let Fields(fields) = api.runtime.inspect(|inspect| of(inspect, owner))?.into();
    let after = page.after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
    let rest = fields.range::<FieldName, _>((after, Bound::Unbounded));
    let rest = rest.map(|(_, field)| field.clone());
    Ok(Json(List::first(rest, page.limit, |field| field.field_name.to_string())))
}

fn set(
    operator: &Operator,
    of: FieldOwner,
    name: FieldName,
    new: NewField,
) -> Result<StatusCode, Problem> {
    let field = Some(Field { value: new.field_value, shared: new.is_shared });
    operator.change(AdminCommand::SetField { of, name, field })?;
    Ok(StatusCode::NO_CONTENT)
}

fn remove(operator: &Operator, owner: FieldOwner, name: FieldName) -> Result<StatusCode, Problem> {
    let fields = operator.api.runtime.inspect(|inspect| of(inspect, &owner))?;
    if !fields.0.contains_key(&name) {
        return Err(Code::NoField.into());
    }
    operator.change(AdminCommand::SetField { of: owner, name, field: None })?;
    Ok(StatusCode::NO_CONTENT)
}

/// The three routes of each kind of owner.
macro_rules! owners {
    ($(
        $kind:literal at $path:literal,
        $of:ident { $($key:ident),* }, $of_field:ident, $tag:literal,
        $owner:expr,
        $list:ident $list_id:literal, $set:ident $set_id:literal, $remove:ident $remove_id:literal;
    )*) => {
        pub(super) fn routes() -> Router<Arc<Api>> {
            Router::new()
                $(
                    .route(concat!($path, "/fields"), get($list))
                    .route(concat!($path, "/fields/{name}"), put($set).delete($remove))
                )*
        }

        $(
            #[doc = concat!("Lists the fields of ", $kind, ".")]
            #[cfg_attr(feature = "openapi", utoipa::path(
                get,
                path = concat!($path, "/fields"),
                operation_id = $list_id,
                summary = concat!("Lists the fields of ", $kind),
                tag = $tag,
                params($of, Part),
                responses((status = 200, description = "A part", body = List<NamedField>)),
            ))]
            pub(super) async fn $list(
                State(api): State<Arc<Api>>,
                At($of { $($key),* }): At<$of>,
                Asked(part): Asked<Part>,
            ) -> Result<Json<List<NamedField>>, Problem> {
                list(&api, &$owner, &part)
            }

            #[doc = concat!("Sets a field of ", $kind, ".")]
            #[cfg_attr(feature = "openapi", utoipa::path(
                put,
                path = concat!($path, "/fields/{name}"),
                operation_id = $set_id,
                summary = concat!("Sets a field of ", $kind),
                tag = $tag,
                params($of_field),
                request_body = NewField,
                responses((status = 204, description = "It is set")),
            ))]
            pub(super) async fn $set(
                operator: Operator,
                At($of_field { $($key,)* name }): At<$of_field>,
                Body(field): Body<NewField>,
            ) -> Result<StatusCode, Problem> {
                set(&operator, $owner, name, field)
            }

            #[doc = concat!("Removes a field of ", $kind, ".")]
            #[cfg_attr(feature = "openapi", utoipa::path(
                delete,
                path = concat!($path, "/fields/{name}"),
                operation_id = $remove_id,
                summary = concat!("Removes a field of ", $kind),
                tag = $tag,
                params($of_field),
                responses((status = 204, description = "It is removed")),
            ))]
            pub(super) async fn $remove(
                operator: Operator,
                At($of_field { $($key,)* name }): At<$of_field>,
            ) -> Result<StatusCode, Problem> {
                remove(&operator, $owner, name)
            }
        )*
    };
}

owners! {
    "an application" at "/v1/applications/{app}",
    OfApplication { app }, OfApplicationField, "applications", FieldOwner::Application(app),
    list_of_application "listApplicationFields",
    set_of_application "setApplicationField",
    remove_of_application "removeApplicationField";

    "a room" at "/v1/applications/{app}/rooms/{room}",
    OfRoom { app, room }, OfRoomField, "rooms", FieldOwner::Room(app, room),
    list_of_room "listRoomFields",
    set_of_room "setRoomField",
    remove_of_room "removeRoomField";

    "a session" at "/v1/applications/{app}/sessions/{easyrtcsid}",
    OfSession { app, easyrtcsid }, OfSessionField, "sessions", FieldOwner::Session(app, easyrtcsid),
    list_of_session "listSessionFields",
    set_of_session "setSessionField",
    remove_of_session "removeSessionField";

    "a connection" at "/v1/connections/{easyrtcid}",
    OfConnection { easyrtcid }, OfConnectionField, "connections", FieldOwner::Connection(easyrtcid),
    list_of_connection "listConnectionFields",
    set_of_connection "setConnectionField",
    remove_of_connection "removeConnectionField";
}
