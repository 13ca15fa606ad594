//! What happened, in numbers, for Prometheus to fetch.
//!
//! Every number there is: docs/metrics.md.

pub mod exposition;
mod hooks;
mod transports;

use easyrtc_auth::webhook::BreakerState;
use easyrtc_runtime::Stats;

use crate::admin::Requests;
use crate::gate::SocketMetrics;
use crate::proxy_protocol::ProxyHeaderError;
use crate::signalling::Signalling;
use exposition::{Exposition, Kind};

/// The type of what [`render`] gives.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All numbers as they are now; `admin` are those of the admin API, if it is served. Each is exact;
/// between two of them, things may have happened.
#[must_use]
pub fn render(
    signalling: &Signalling,
    sockets: &SocketMetrics,
    draining: bool,
    admin: Option<&Requests>,
) -> String {
    let mut out = Exposition::default();
    let version = [(&[("version", crate::VERSION)][..], 1)];
    out.family(Kind::Gauge, "easyrtc_build_info", "The server that runs, always 1.", version);
    let about = "1 while the server is being shut down.";
    out.number(Kind::Gauge, "easyrtc_draining", about, draining.into());
    write_sockets(&mut out, sockets);
    write_core(&mut out, &signalling.stats());
    out.labelled(
        Kind::Counter,
        "easyrtc_limited_total",
        "What clients were refused because they met a limit.",
        "limit",
        signalling.limited().into_iter().map(|(limit, number)| (limit.name(), number)),
    );
    write_logins(&mut out, &signalling.answers().metrics());
    hooks::write(&mut out, signalling);
    transports::write(&mut out, signalling.transports());
    if let Some(requests) = admin {
        let about = "Requests of the admin API, by the status they were answered with.";
        let counts = requests.read().into_iter().map(|(code, number)| (code.to_string(), number));
        let counts: Vec<_> = counts.collect();
        let counts = counts.iter().map(|(code, number)| (code.as_str(), *number));
        out.labelled(Kind::Counter, "easyrtc_admin_requests_total", about, "code", counts);
    }
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
        ("easyrtc_bans", "Addresses and users that are banned.", stats.bans),
    ] {
        out.number(Kind::Gauge, name, about, count(number));
    }
}

fn write_logins(out: &mut Exposition, logins: &easyrtc_auth::Metrics) {
    let decided = logins.outcomes.iter().flat_map(|(by, outcomes)| {
        let easyrtc_auth::Outcomes { allowed, denied, failed } = *outcomes;
        let outcomes = [("allowed", allowed), ("denied", denied), ("failed", failed)];
        outcomes.map(|(outcome, number)| ([("by", *by), ("outcome", outcome)], number))
    });
    let decided: Vec<_> = decided.collect();
    out.family(
        Kind::Counter,
        "easyrtc_logins_total",
        "Logins decided about.",
        decided.iter().map(|(labels, number)| (&labels[..], *number)),
    );
    let about = "Logins that are being decided about.";
    out.number(Kind::Gauge, "easyrtc_logins_in_flight", about, count(logins.in_flight));
    if !logins.breakers.is_empty() {
        out.labelled(
            Kind::Gauge,
            "easyrtc_authorizer_breaker_open",
            "1 while the server that the authorizer asks fails and is left alone.",
            "authorizer",
            logins
                .breakers
                .iter()
                .map(|(name, state)| (*name, u64::from(*state != BreakerState::Closed))),
        );
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
