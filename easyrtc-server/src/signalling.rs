//! The protocol: the runtime with its core, and the Socket.IO transport in front of it.

use std::net::IpAddr;

use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};

use crate::http::Body;
use crate::settings::Settings;

/// The running protocol side of the server.
#[derive(Debug)]
pub struct Signalling {}

impl Signalling {
    /// Starts it. Needs a tokio runtime.
    #[must_use]
    pub fn start(_settings: &Settings) -> Self {
        Self {}
    }

    /// Answers a request below `/socket.io/`.
    pub async fn respond(&self, _request: Request<Incoming>, _peer: IpAddr) -> Response<Body> {
        crate::http::page(StatusCode::NOT_IMPLEMENTED, "")
    }

    /// Clients connected now.
    #[must_use]
    pub fn connections(&self) -> usize {
        0
    }

    /// Tells every client that the server shuts down, and closes its connection. Returns when all are closed.
    pub async fn shut_down(&self) {}
}
