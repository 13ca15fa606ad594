//! What is answered at which URL.

pub mod client_files;
pub mod demo;
pub mod health;
mod peer;
pub mod schemas;
pub mod start_page;
pub mod static_files;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use easyrtc_transport_common::{OpensSession, UserAgentReader};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};

use crate::admin::Admin;
use crate::drain::Drain;
use crate::gate::Gate;
use crate::metrics;
use crate::places::{self, Offer, Place};
use crate::session::{SessionIds, Visit};
use crate::settings::{ConfigError, Network, Settings, is_in};
use crate::signalling::Signalling;
use client_files::ClientFiles;
use demo::Demo;
use health::Health;
use static_files::Folder;

/// The body of an answer.
pub type Body = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// The directories that are served, checked before anything is started.
#[derive(Clone, Debug)]
pub struct Folders {
    pages: Option<Folder>,
    client_files: Option<ClientFiles>,
}

impl Folders {
    /// Finds what the settings name.
    ///
    /// # Errors
    /// If a directory or a package in it is missing.
    pub fn open(settings: &Settings) -> Result<Self, ConfigError> {
        let pages = |directory: &Path| {
            Folder::open("", directory).map_err(|error| {
                ConfigError::new("static", format!("{}: {error}", directory.display()))
            })
        };
        Ok(Self {
            pages: settings.static_files.as_deref().map(pages).transpose()?,
            client_files: settings.client_files.as_deref().map(ClientFiles::open).transpose()?,
        })
    }
}

/// Everything this server has at its URLs.
#[derive(Debug)]
pub struct Site {
    signalling: Signalling,
    folders: Folders,
    start_page: Bytes,
    demo: Option<Demo>,
    trusted_proxies: Vec<Network>,
    proxy_protocol: bool,
    cookies: Option<SessionIds>,
    user_agents: Option<UserAgentReader>,
    gate: Arc<Gate>,
    /// Says whether the server is in service.
    pub health: Arc<Health>,
    /// Says whether an operator wants it to end.
    pub drain: Arc<Drain>,
    admin: Option<Admin>,
}

impl Site {
    /// A site that has not begun to drain, served at `places`. Its pages, files and handshakes come
    /// with a session cookie if there are `cookies`; what clients run on is looked at if there are
    /// `user_agents`.
    #[must_use]
    pub fn new(
        settings: &Settings,
        signalling: Signalling,
        folders: Folders,
        cookies: Option<SessionIds>,
        user_agents: Option<UserAgentReader>,
        gate: Arc<Gate>,
        places: &[Place],
    ) -> Self {
        let start_page = Bytes::from(start_page::start_page(
            folders.client_files.is_some(),
            &places::paths(settings, places),
        ));
        let wanted = settings.demo && folders.pages.is_none();
        let websocket = signalling.websocket_path().filter(|_| wanted);
        let demo = websocket.map(|path| Demo::new(path, start_page.clone()));
        let health = Arc::new(Health::default());
        let drain = Drain::new(Arc::clone(&health), signalling.transports().to_vec());
        let drain = Arc::new(drain);
        let admin = settings.admin.listen.map(|_| {
            let (health, gate) = (Arc::clone(&health), Arc::clone(&gate));
            Admin::new(settings, &signalling, health, gate, Arc::clone(&drain))
        });
        Self {
            signalling,
            start_page,
            demo,
            folders,
            trusted_proxies: settings.trusted_proxies.clone(),
            proxy_protocol: settings.proxy_protocol,
            cookies,
            user_agents,
            gate,
            health,
            drain,
            admin,
        }
    }

    /// TCP connections of clients that are open.
    #[must_use]
    pub fn open_sockets(&self) -> usize {
        self.gate.open()
    }

    /// The protocol side.
    #[must_use]
    pub fn signalling(&self) -> &Signalling {
        &self.signalling
    }

    /// Answers a request that came from `socket_peer`, where this is on offer.
    pub async fn respond(
        &self,
        mut request: Request<Incoming>,
        socket_peer: IpAddr,
        offer: &Offer,
    ) -> Response<Body> {
        let path = request.uri().path();
        if let Some(admin) = self.admin.as_ref().filter(|_| offer.admin && path != "/healthz") {
            // In a box, so that what clients ask needs no memory for it.
            return Box::pin(admin.respond(request)).await;
        }
        if offer.metrics && path == "/metrics" && request.method() == Method::GET {
            let (sockets, draining) = (self.gate.metrics(), self.health.is_draining());
            let admin = self.admin.as_ref().map(Admin::requests);
            let numbers = metrics::render(&self.signalling, &sockets, draining, admin);
            return content(StatusCode::OK, metrics::CONTENT_TYPE, numbers);
        }
        if let Some(transport) = self.signalling.transport(path, offer)
            && !client_files::is_bundle(path)
        {
            let peer = peer::address(request.headers(), socket_peer, &self.trusted_proxies);
            if let Some(reader) = &self.user_agents {
                request.extensions_mut().insert(reader.clone());
            }
            // What else a client asks of a transport is not worth a copy.
            let headers = self.cookies.as_ref().map(|_| request.headers().clone());
            let mut response = transport.respond(request, peer).await;
            if let Some(headers) = headers
                && response.extensions().get::<OpensSession>().is_some()
            {
                self.give_cookie(&headers, socket_peer, &mut response);
            }
            return response;
        }
        if self.health.is_draining() && path != "/healthz" {
            return page(StatusCode::SERVICE_UNAVAILABLE, "The server is shutting down.");
        }
        if !offer.pages && path != "/healthz" {
            return page(StatusCode::NOT_FOUND, "There is nothing at this address.");
        }
        // Nothing else reads a body; hyper ends the connection if one does not end by itself.
        let (head, _) = request.into_parts();
        let mut response = self.respond_with_content(&head, socket_peer).await;
        harden(&mut response);
        response
    }

    async fn respond_with_content(&self, head: &Parts, socket_peer: IpAddr) -> Response<Body> {
        if !matches!(head.method, Method::GET | Method::HEAD) {
            let mut response = page(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD.");
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(header::ALLOW, allowed);
            return response;
        }
        if head.uri.path() == "/healthz" {
            let (code, text) = self.health.report(self.signalling.connections(), self.gate.open());
            let mut response = content(code, "application/json", text);
            let fresh = HeaderValue::from_static("no-store");
            response.headers_mut().insert(header::CACHE_CONTROL, fresh);
            return response;
        }
        let path = head.uri.path();
        if let Some(mut response) = self.file(head).await {
            if self.give_cookie(&head.headers, socket_peer, &mut response) {
                // The cookie is for this browser: nobody on the way may keep it for others.
                let private = HeaderValue::from_static("no-cache, private");
                response.headers_mut().insert(header::CACHE_CONTROL, private);
            }
            return response;
        }
        // The same for everybody, so without a cookie.
        if let Some(response) = schemas::serve(path) {
            return response;
        }
        let is_client_file = client_files::is_bundle(path) || path.starts_with("/easyrtc/");
        if is_client_file && self.folders.client_files.is_none() {
            let hint = "This server does not serve the client files: start it with --client-files.";
            return page(StatusCode::NOT_FOUND, hint);
        }
        page(StatusCode::NOT_FOUND, "There is nothing at this address.")
    }

    /// Adds a session cookie to the response if the browser needs one. Returns whether it does.
    //= docs/spec/sessions.md#sessions.cookie
    fn give_cookie(
        &self,
        headers: &HeaderMap,
        socket_peer: IpAddr,
        response: &mut Response<Body>,
    ) -> bool {
        let Some(ids) = &self.cookies else { return false };
        // Connections that begin with a header of the PROXY protocol all come by proxies.
        let passed_on =
            self.proxy_protocol || is_in(&self.trusted_proxies, socket_peer.to_canonical());
        ids.give(Visit { headers, passed_on }, response.headers_mut())
    }

    /// A page or file, if there is one. As with the original, the operator's own come first.
    async fn file(&self, head: &Parts) -> Option<Response<Body>> {
        if let Some(pages) = &self.folders.pages
            && let Some(response) = pages.serve(head).await
        {
            return Some(response);
        }
        if let Some(client_files) = &self.folders.client_files
            && let Some(response) = client_files.serve(head).await
        {
            return Some(response);
        }
        if let Some(response) = self.demo.as_ref().and_then(|demo| demo.serve(head.uri.path())) {
            return Some(response);
        }
        let is_start_page = head.uri.path() == "/" && self.folders.pages.is_none();
        is_start_page
            .then(|| content(StatusCode::OK, "text/html; charset=utf-8", self.start_page.clone()))
    }
}

/// A page of one sentence.
pub(crate) fn page(code: StatusCode, sentence: &str) -> Response<Body> {
    let reason = code.canonical_reason().unwrap_or_default();
    let text = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{reason}</title>\
         <h1>{reason}</h1><p>{sentence}</p></html>\n"
    );
    content(code, "text/html; charset=utf-8", text)
}

/// Sends the browser to `path`.
fn redirect(path: &str) -> Response<Body> {
    let mut response = page(StatusCode::FOUND, "It is one slash further.");
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, path);
    }
    response
}

fn content(code: StatusCode, kind: &'static str, text: impl Into<Bytes>) -> Response<Body> {
    let text = text.into();
    let length = HeaderValue::from(text.len());
    let body = Full::new(text).map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = code;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CONTENT_LENGTH, length);
    response
}

/// Headers for all pages and files. None that forbids framing or scripts: the pages are the
/// operator's, and the stock demos frame each other.
fn harden(response: &mut Response<Body>) {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let same_site = HeaderValue::from_static("strict-origin-when-cross-origin");
    headers.insert(HeaderName::from_static("referrer-policy"), same_site);
}
