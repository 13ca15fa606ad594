//! `/healthz`: whether the server takes new clients.

use std::sync::atomic::{AtomicBool, Ordering};

use hyper::StatusCode;
use serde::Serialize;

/// What `/healthz` answers with.
#[derive(Debug, Serialize)]
struct Report {
    status: &'static str,
    version: &'static str,
    /// Clients connected through the protocol, on any transport.
    connections: usize,
    /// TCP connections, the one asking included.
    sockets: usize,
}

/// Whether the server is in service or being shut down.
#[derive(Debug, Default)]
pub struct Health {
    draining: AtomicBool,
}

impl Health {
    /// From now on the server is being shut down.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the server is being shut down.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Status and JSON text: 200 in service, 503 while draining.
    #[must_use]
    pub fn report(&self, connections: usize, sockets: usize) -> (StatusCode, String) {
        let (code, status) = if self.is_draining() {
            (StatusCode::SERVICE_UNAVAILABLE, "draining")
        } else {
            (StatusCode::OK, "ok")
        };
        let report = Report { status, version: crate::VERSION, connections, sockets };
        (code, serde_json::to_string(&report).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_so_while_draining() {
        let health = Health::default();
        assert_eq!(health.report(0, 0).0, StatusCode::OK);
        health.drain();
        let (code, text) = health.report(2, 3);
        assert_eq!(code, StatusCode::SERVICE_UNAVAILABLE);
        let version = crate::VERSION;
        assert_eq!(
            text,
            format!(r#"{{"status":"draining","version":"{version}","connections":2,"sockets":3}}"#)
        );
    }
}
