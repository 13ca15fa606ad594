//! What happened, in numbers, for Prometheus to fetch.
//!
//! Every number there is: docs/metrics.md.

pub mod exposition;
mod transports;

use easyrtc_runtime::Stats;

use crate::gate::SocketMetrics;
use crate::proxy_protocol::ProxyHeaderError;
use crate::signalling::Signalling;
use exposition::{Exposition, Kind};

/// The type of what [`render`] gives.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All numbers as they are now. Each is exact; between two of them, things may have happened.
#[must_use]
pub fn render(signalling: &Signalling, sockets: &SocketMetrics, draining: bool) -> String {
    let mut out = Exposition::default();
    let version = [(&[("version", crate::VERSION)][..], 1)];
    out.family(Kind::Gauge, "easyrtc_build_info", "The server that runs, always 1.", version);
    let about = "1 while the server is being shut down.";
    out.number(Kind::Gauge, "easyrtc_draining", about, draining.into());
    write_sockets(&mut out, sockets);
    write_core(&mut out, &signalling.stats());
    transports::write(&mut out, signalling.transports());
    out.finish()
}

fn write_sockets(out: &mut Exposition, sockets: &SocketMetrics) {
    out.number(Kind::Gauge, "easyrtc_sockets", "TCP connections.", count(sockets.open));
    let about = "TCP connections let in.";
    out.number(Kind::Counter, "easyrtc_sockets_accepted_total", about, sockets.accepted);
    let about = "TCP connections refused: there were max_sockets.";
    out.number(Kind::Counter, "easyrtc_sockets_refused_total", about, sockets.refused);
    out.labelled(
        Kind::Counter,
        "easyrtc_proxy_headers_refused_total",
        "TCP connections closed for want of a good header of the PROXY protocol.",
        "reason",
        ProxyHeaderError::KINDS.into_iter().zip(sockets.refused_headers),
    );
}

fn write_core(out: &mut Exposition, stats: &Stats) {
    for (name, about, number) in [
        ("easyrtc_connections", "Connections of clients, logged in or not.", stats.connections),
        ("easyrtc_clients", "Connections that have logged in.", stats.clients),
        ("easyrtc_applications", "Applications.", stats.applications),
        ("easyrtc_rooms", "Rooms of all applications.", stats.rooms),
        ("easyrtc_sessions", "Sessions (easyrtcsid) of all applications.", stats.sessions),
        ("easyrtc_questions", "Questions that wait for an answer.", stats.questions),
    ] {
        out.number(Kind::Gauge, name, about, count(number));
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
