//! The HTTP face: requests in, WebSockets out.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use easyrtc_runtime::{Runtime, TransportKind};
use easyrtc_transport_common::{
    TransportResponse, WebSocket, accept, connection_meta, empty, opens_session, wants_websocket,
};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONNECTION, HeaderValue, UPGRADE};
use hyper::{Method, Request, StatusCode};

use crate::config::Config;
use crate::driver::start;
use crate::metrics::Metrics;
use crate::opening::open;
use crate::registry::Kind;
use crate::shared::Shared;

/// The subprotocol, which is named in the handshake when the client offers it.
pub const SUBPROTOCOL: &str = "easyrtc.v1.json";

/// A response as this crate makes them.
pub type RawWebSocketResponse = TransportResponse;

/// The raw WebSocket transport of one server. Clones share everything.
#[derive(Clone)]
pub struct RawWebSocket {
    shared: Arc<Shared>,
}

impl std::fmt::Debug for RawWebSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawWebSocket").finish_non_exhaustive()
    }
}

impl RawWebSocket {
    /// A transport that feeds `runtime`.
    #[must_use]
    pub fn new(config: Config, runtime: Runtime) -> Self {
        Self { shared: Arc::new(Shared::new(config, runtime)) }
    }

    /// Whether a request for `path` is for this transport.
    #[must_use]
    pub fn serves(&self, path: &str) -> bool {
        path == self.shared.config.path
    }

    /// Serves one request from the client at `peer`, whatever it asks for; never fails.
    ///
    /// WebSockets are served by tasks of their own, provided the connection is served with
    /// upgrades.
    #[expect(clippy::unused_async, reason = "as the other transport, and free to wait later")]
    pub async fn handle(
        &self,
        request: Request<Incoming>,
        peer: Option<IpAddr>,
    ) -> RawWebSocketResponse {
        let counters = &self.shared.counters;
        //= docs/spec/websocket.md#websocket.origin
        if !self.shared.config.origins.allow(request.headers()) {
            counters.origins_refused.add(1);
            return empty(StatusCode::FORBIDDEN);
        }
        if let Some(refusal) = refusal(&request) {
            counters.requests_refused.add(1);
            return refusal;
        }
        let accepted = match accept(&request, Some(SUBPROTOCOL)) {
            Ok(accepted) => accepted,
            Err(refused) => {
                counters.requests_refused.add(1);
                return refused.response();
            }
        };
        if !self.start(request, peer) {
            counters.sessions_refused.add(1);
            return empty(StatusCode::SERVICE_UNAVAILABLE);
        }
        opens_session(accepted)
    }

    /// Takes no new sessions from now on. Those there are go on, also on another line.
    pub fn drain(&self) {
        self.shared.drain.store(true, Ordering::Relaxed);
    }

    /// Takes no new sessions and no new lines from now on. The sessions there are end when the core
    /// ends their connections.
    pub fn stop(&self) {
        self.shared.stop.send_replace(true);
    }

    /// Waits until no session is open.
    pub async fn closed(&self) {
        self.shared.registry.empty().await;
    }

    /// The transport's numbers as they are now.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.shared.counters.snapshot()
    }

    /// Starts what follows the handshake. Returns whether there is a place for it.
    fn start(&self, mut request: Request<Incoming>, peer: Option<IpAddr>) -> bool {
        let resume = wants_to_resume(request.uri().query().unwrap_or_default());
        let kind = if resume { Kind::Opening } else { Kind::Session };
        // Whether it is a session that goes on is said later.
        if !self.shared.takes_sessions() && (!resume || *self.shared.stop.borrow()) {
            return false;
        }
        //= docs/spec/websocket.md#websocket.full
        let Ok(place) = self.shared.registry.place(kind) else { return false };
        let meta = connection_meta(TransportKind::WebSocket, &request, peer);
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            // An error means that the connection broke before the response had left.
            let Ok(upgraded) = hyper::upgrade::on(&mut request).await else { return };
            drop(request);
            let socket = Box::new(WebSocket::accept(upgraded, shared.config.max_message));
            if resume {
                open(shared, place, socket, meta).await;
            } else {
                start(shared, place, socket, meta, false);
            }
        });
        true
    }
}

/// Why the request can't become a WebSocket, if so.
//= docs/spec/websocket.md#websocket.upgrade
fn refusal(request: &Request<Incoming>) -> Option<RawWebSocketResponse> {
    if request.method() != Method::GET {
        let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        return Some(response);
    }
    if !wants_websocket(request.headers()) {
        let mut response = empty(StatusCode::UPGRADE_REQUIRED);
        response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        return Some(response);
    }
    None
}

/// Whether the client asks for a session that outlives its line: `resume=1`. Of duplicates the last
/// counts.
fn wants_to_resume(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "resume")
        .last()
        .is_some_and(|(_, value)| value == "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_a_session_that_outlives_its_line() {
        for (query, expected) in [
            ("", false),
            ("resume=1", true),
            ("a=b&resume=1&c", true),
            ("resume=0", false),
            ("resume", false),
            ("resume=1&resume=0", false),
            ("Resume=1", false),
        ] {
            assert_eq!(wants_to_resume(query), expected, "{query}");
        }
    }
}
