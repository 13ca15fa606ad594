//! The OpenAPI document of the API, generated from what its routes take and give.

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::{
    applications, bans, connections, drain, fields, groups, ice_configs, members, messages,
    presence, problem, rooms, sessions, status,
};

const SCHEME: &str = "token";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "EasyRTC admin API",
        description = "What an operator, or a backend of theirs, can see and do.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        status::show,
        drain::drain,
        applications::list,
        applications::show,
        fields::list_of_application,
        fields::set_of_application,
        fields::remove_of_application,
        rooms::list,
        rooms::show,
        rooms::create,
        rooms::close,
        fields::list_of_room,
        fields::set_of_room,
        fields::remove_of_room,
        members::list,
        members::put_in,
        members::take_out,
        groups::list,
        groups::list_members,
        groups::put_in,
        groups::take_out,
        sessions::list,
        sessions::show,
        fields::list_of_session,
        fields::set_of_session,
        fields::remove_of_session,
        connections::list,
        connections::show,
        connections::kick,
        connections::send_token,
        presence::set,
        fields::list_of_connection,
        fields::set_of_connection,
        fields::remove_of_connection,
        messages::send_message,
        messages::forward,
        messages::send_error,
        ice_configs::push,
        bans::list,
        bans::ban,
        bans::unban,
    ),
    components(schemas(problem::Problem)),
    modifiers(&Everywhere),
)]
struct Document;

/// What holds for every operation: who may, and what comes when something is wrong.
struct Everywhere;

impl Modify for Everywhere {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(SCHEME, SecurityScheme::Http(scheme));
        document.security = Some(vec![SecurityRequirement::new(SCHEME, Vec::<String>::new())]);
        for operation in document.paths.paths.values_mut().flat_map(operations) {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
            let problem = ResponseBuilder::new()
                .description("Why not; nothing has changed")
                .content("application/problem+json", content.build());
            let responses = &mut operation.responses.responses;
            responses.insert("default".to_owned(), problem.build().into());
        }
    }
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.put, &mut path.post, &mut path.delete].into_iter().flatten()
}

/// The document, as JSON.
#[must_use]
pub fn document() -> serde_json::Value {
    serde_json::to_value(Document::openapi()).unwrap_or_default()
}
