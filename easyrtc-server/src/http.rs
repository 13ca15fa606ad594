//! What is answered at which URL.

pub mod client_files;
pub mod health;
mod peer;
pub mod start_page;
pub mod static_files;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use crate::gate::Gate;
use crate::settings::{ConfigError, Settings};
use crate::signalling::Signalling;
use client_files::ClientFiles;
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
    proxy_hops: usize,
    gate: Arc<Gate>,
    /// Says whether the server is in service.
    pub health: Health,
}

impl Site {
    /// A site that has not begun to drain.
    #[must_use]
    pub fn new(
        signalling: Signalling,
        folders: Folders,
        gate: Arc<Gate>,
        proxy_hops: usize,
    ) -> Self {
        let start_page = start_page::start_page(folders.client_files.is_some()).into();
        Self { signalling, folders, start_page, proxy_hops, gate, health: Health::default() }
    }

    /// The protocol side.
    #[must_use]
    pub fn signalling(&self) -> &Signalling {
        &self.signalling
    }

    /// Answers a request that came from `socket_peer`.
    pub async fn respond(&self, request: Request<Incoming>, socket_peer: IpAddr) -> Response<Body> {
        let path = request.uri().path();
        if path.starts_with("/socket.io/") && !client_files::is_bundle(path) {
            let peer = peer::address(request.headers(), socket_peer, self.proxy_hops);
            return self.signalling.respond(request, peer).await;
        }
        let mut response = self.respond_with_content(request).await;
        harden(&mut response);
        response
    }

    async fn respond_with_content(&self, request: Request<Incoming>) -> Response<Body> {
        // Nothing here reads a body; hyper ends the connection if one does not end by itself.
        let (head, _) = request.into_parts();
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
        // As with the original, the operator's own files come first.
        if let Some(pages) = &self.folders.pages
            && let Some(response) = pages.serve(&head).await
        {
            return response;
        }
        if let Some(client_files) = &self.folders.client_files
            && let Some(response) = client_files.serve(&head).await
        {
            return response;
        }
        let path = head.uri.path();
        if path == "/" && self.folders.pages.is_none() {
            let html = "text/html; charset=utf-8";
            return content(StatusCode::OK, html, self.start_page.clone());
        }
        let is_client_file = client_files::is_bundle(path) || path.starts_with("/easyrtc/");
        if is_client_file && self.folders.client_files.is_none() {
            let hint = "This server does not serve the client files: start it with --client-files.";
            return page(StatusCode::NOT_FOUND, hint);
        }
        page(StatusCode::NOT_FOUND, "There is nothing at this address.")
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

/// Headers for all pages and files. None that forbids framing or scripts: the pages are the operator's, and the stock
/// demos frame each other.
fn harden(response: &mut Response<Body>) {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let same_site = HeaderValue::from_static("strict-origin-when-cross-origin");
    headers.insert(HeaderName::from_static("referrer-policy"), same_site);
}
