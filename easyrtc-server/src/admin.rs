//! The admin API: what an operator, or a backend of theirs, can see and do, over HTTP.
//!
//! Each kind of resource has a file with its routes: they parse, look ([`Runtime::inspect`]) or
//! ask for a change (`Operator::change`), and write JSON. What is the same for all of them is
//! done around them: `access` decides who may, `body`, `path` and `query` read what is
//! asked, `problem` says what is wrong, and `audit` writes down what was changed.
//!
//! The routes and what is told of them are described to people in docs/admin.md, and to programs
//! by an OpenAPI document, which `openapi` generates and `easyrtc-schemas` holds.

mod access;
mod applications;
mod audience;
mod audit;
mod bans;
mod body;
mod connections;
mod drain;
mod fields;
mod groups;
mod ice_configs;
mod listing;
mod members;
mod messages;
#[cfg(feature = "openapi")]
pub mod openapi;
mod path;
mod presence;
mod problem;
mod query;
mod rooms;
mod sessions;
mod status;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use easyrtc_runtime::Runtime;
use easyrtc_schemas::document;
use easyrtc_state::{AdminAnswer, AdminCommand};
use http_body_util::BodyExt;
use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use tower_service::Service;

use crate::drain::Drain;
use crate::gate::Gate;
use crate::http::Body;
use crate::http::health::Health;
use crate::settings::Settings;
use crate::signalling::Signalling;
use access::{Access, Caller};
use problem::{Code, Problem};

pub use access::Certificate;
pub use audit::Requests;

/// Where the OpenAPI document is, for everybody.
const OPENAPI: &str = "/openapi.json";

/// What the server has to do with the API.
#[derive(Clone)]
pub struct Admin {
    router: Router,
    api: Arc<Api>,
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin").finish_non_exhaustive()
    }
}

/// What all routes share.
pub(crate) struct Api {
    runtime: Runtime,
    access: Access,
    requests: Requests,
    health: Arc<Health>,
    gate: Arc<Gate>,
    drain: Arc<Drain>,
    /// How long a request's body may take; zero means no limit.
    body_time: Duration,
    /// Bytes the `type` of a presence may have; 0 means no limit.
    max_presence: usize,
    /// Objects and arrays that may be open at once in a body; 0 means no limit.
    max_depth: usize,
    started: Instant,
}

impl Admin {
    /// The API in front of `signalling`; `gate` is that of the clients.
    #[must_use]
    pub fn new(
        settings: &Settings,
        signalling: &Signalling,
        health: Arc<Health>,
        gate: Arc<Gate>,
        drain: Arc<Drain>,
    ) -> Self {
        let api = Arc::new(Api {
            runtime: signalling.runtime().clone(),
            access: Access::new(&settings.admin),
            requests: Requests::default(),
            health,
            gate,
            drain,
            body_time: settings.header_timeout,
            max_presence: settings.options.protocol.decode.presence_other,
            max_depth: settings.options.protocol.decode.depth,
            started: Instant::now(),
        });
        let router = router().fallback(nowhere);
        let router = router.layer(middleware::from_fn_with_state(Arc::clone(&api), around));
        Self { router: router.with_state(Arc::clone(&api)), api }
    }

    /// Answers a request.
    pub async fn respond(&self, request: hyper::Request<Incoming>) -> hyper::Response<Body> {
        let request = request.map(axum::body::Body::new);
        // A router is always ready, and never fails.
        let response = match self.router.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        response.map(|body| body.map_err(Into::into).boxed_unsync())
    }

    /// What was asked, in numbers.
    #[must_use]
    pub fn requests(&self) -> &Requests {
        &self.api.requests
    }
}

/// Every route, each with its method.
fn router() -> Router<Arc<Api>> {
    Router::new()
        .route(OPENAPI, get(openapi_document))
        .merge(status::routes())
        .merge(applications::routes())
        .merge(fields::routes())
        .merge(rooms::routes())
        .merge(members::routes())
        .merge(groups::routes())
        .merge(sessions::routes())
        .merge(connections::routes())
        .merge(presence::routes())
        .merge(messages::routes())
        .merge(ice_configs::routes())
        .merge(bans::routes())
        .merge(drain::routes())
}

async fn openapi_document() -> Result<Response, Problem> {
    let found = document("openapi.json").ok_or(Code::NoRoute)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], found.text).into_response())
}

async fn nowhere() -> Problem {
    Code::NoRoute.into()
}

/// What happens around every route: who may not is told so, and what is answered is counted.
async fn around(State(api): State<Arc<Api>>, mut request: Request, next: Next) -> Response {
    let caller = match request.uri().path() {
        OPENAPI => Ok(None),
        _ => api.access.caller(request.headers(), request.extensions().get()).map(Some),
    };
    let mut response = match caller {
        Ok(caller) => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        // The router names what is allowed, and says nothing else.
        let allowed = response.headers_mut().remove(header::ALLOW);
        response = Problem::from(Code::MethodNotAllowed).into_response();
        response.headers_mut().extend(allowed.map(|allowed| (header::ALLOW, allowed)));
    }
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    api.requests.count(response.status());
    response
}

/// Somebody who may change things.
pub(crate) struct Operator {
    api: Arc<Api>,
    caller: Caller,
}

impl FromRequestParts<Arc<Api>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        // Invariant: `around` lets nobody else come here.
        let caller = parts.extensions.get().cloned().ok_or(Code::Unauthorized)?;
        Ok(Self { api: Arc::clone(api), caller })
    }
}

impl Operator {
    /// Carries out a change, and writes down who wanted what, and what came of it.
    ///
    /// # Errors
    /// If the core refuses it.
    pub(crate) fn change(&self, command: AdminCommand) -> Result<AdminAnswer, Problem> {
        let change = audit::Change::of(&command);
        let result = self.api.runtime.admin(command);
        change.log(&self.caller, result);
        result.map_err(Problem::from)
    }
}
