//! The numbers of the transports.

use super::exposition::{Exposition, Kind};
use crate::transports::Transport;

/// What every transport counts.
struct Shared {
    sessions: u64,
    sessions_opened: u64,
    sessions_refused: u64,
    sessions_aborted: u64,
    requests_refused: u64,
    origins_refused: u64,
    messages_dropped: u64,
    lines_held: u64,
    violations: u64,
    ping_timeouts: u64,
}

/// A metric: kind, name, what it is, and where it is found.
type Row<Of> = (Kind, &'static str, &'static str, fn(&Of) -> u64);

const SHARED: [Row<Shared>; 10] = [
    (Kind::Gauge, "sessions", "Sessions of clients.", |of| of.sessions),
    (Kind::Counter, "sessions_opened_total", "Sessions opened.", |of| of.sessions_opened),
    (
        Kind::Counter,
        "sessions_refused_total",
        "Sessions refused: too many, or the server is being shut down.",
        |of| of.sessions_refused,
    ),
    (
        Kind::Counter,
        "sessions_aborted_total",
        "Sessions dropped: the client read too slowly, or for other reasons of the server.",
        |of| of.sessions_aborted,
    ),
    (
        Kind::Counter,
        "requests_refused_total",
        "Requests refused because something about them was wrong.",
        |of| of.requests_refused,
    ),
    (Kind::Counter, "origins_refused_total", "Requests refused because of their origin.", |of| {
        of.origins_refused
    }),
    (
        Kind::Counter,
        "messages_dropped_total",
        "Messages dropped because they could not be answered: no event of EasyRTC, or no id.",
        |of| of.messages_dropped,
    ),
    (
        Kind::Counter,
        "lines_held_total",
        "Times that a line was not read for a while, as more came than may.",
        |of| of.lines_held,
    ),
    (
        Kind::Counter,
        "violations_total",
        "Sessions closed because the client did what the protocol forbids.",
        |of| of.violations,
    ),
    (
        Kind::Counter,
        "ping_timeouts_total",
        "Sessions or lines closed because the client gave no sign of life.",
        |of| of.ping_timeouts,
    ),
];

#[cfg(feature = "socketio")]
const SOCKET_IO: [Row<easyrtc_transport_socketio::Metrics>; 3] = [
    (
        Kind::Counter,
        "easyrtc_socketio_upgrades_total",
        "Sessions that moved from polling to a WebSocket.",
        |of| of.upgrades,
    ),
    (
        Kind::Counter,
        "easyrtc_socketio_acks_requested_total",
        "Answers the server asked its clients for.",
        |of| of.acks_requested,
    ),
    (Kind::Gauge, "easyrtc_socketio_acks_outstanding", "Those of them still due.", |of| {
        of.acks_outstanding
    }),
];

#[cfg(feature = "ws")]
const WEB_SOCKET: [Row<easyrtc_transport_ws::Metrics>; 4] = [
    (Kind::Gauge, "easyrtc_ws_sessions_cut", "Sessions whose line is cut.", |of| of.sessions_cut),
    (
        Kind::Counter,
        "easyrtc_ws_sessions_resumed_total",
        "Times that a session went on, on another line.",
        |of| of.sessions_resumed,
    ),
    (
        Kind::Counter,
        "easyrtc_ws_sessions_expired_total",
        "Sessions that nobody came to resume in time.",
        |of| of.sessions_expired,
    ),
    (
        Kind::Counter,
        "easyrtc_ws_resumes_failed_total",
        "Tokens presented to resume a session that could not be used.",
        |of| of.resumes_failed,
    ),
];

/// Writes the numbers of these transports.
pub(super) fn write(out: &mut Exposition, transports: &[Transport]) {
    let shared: Vec<_> =
        transports.iter().map(|transport| (transport.name().as_str(), shared(transport))).collect();
    for (kind, name, about, number) in SHARED {
        let numbers = shared.iter().map(|(transport, shared)| (*transport, number(shared)));
        out.labelled(kind, &format!("easyrtc_transport_{name}"), about, "transport", numbers);
    }
    for transport in transports {
        match transport {
            #[cfg(feature = "socketio")]
            Transport::SocketIo(transport) => write_own(out, &SOCKET_IO, &transport.metrics()),
            #[cfg(feature = "ws")]
            Transport::WebSocket(transport) => write_own(out, &WEB_SOCKET, &transport.metrics()),
        }
    }
}

fn write_own<Of>(out: &mut Exposition, rows: &[Row<Of>], of: &Of) {
    for (kind, name, about, number) in rows {
        out.number(*kind, name, about, number(of));
    }
}

fn shared(transport: &Transport) -> Shared {
    match transport {
        #[cfg(feature = "socketio")]
        Transport::SocketIo(transport) => {
            let of = transport.metrics();
            Shared {
                sessions: of.sessions,
                sessions_opened: of.sessions_opened,
                sessions_refused: of.sessions_refused,
                sessions_aborted: of.aborted,
                requests_refused: of.requests_refused,
                origins_refused: of.origins_refused,
                messages_dropped: of.packets_dropped,
                lines_held: of.lines_held,
                violations: of.violations,
                ping_timeouts: of.ping_timeouts,
            }
        }
        #[cfg(feature = "ws")]
        Transport::WebSocket(transport) => {
            let of = transport.metrics();
            Shared {
                sessions: of.sessions,
                sessions_opened: of.sessions_opened,
                sessions_refused: of.sessions_refused,
                sessions_aborted: of.aborted,
                requests_refused: of.requests_refused,
                origins_refused: of.origins_refused,
                messages_dropped: of.frames_dropped,
                lines_held: of.lines_held,
                violations: of.violations,
                ping_timeouts: of.ping_timeouts,
            }
        }
    }
}
