//! What happened, in numbers.

use easyrtc_transport_common::Number;

/// The transport's own counters.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) sessions: Number,
    pub(crate) sessions_opened: Number,
    pub(crate) sessions_refused: Number,
    pub(crate) upgrades: Number,
    pub(crate) requests_refused: Number,
    pub(crate) origins_refused: Number,
    pub(crate) packets_dropped: Number,
    pub(crate) lines_held: Number,
    pub(crate) violations: Number,
    pub(crate) ping_timeouts: Number,
    pub(crate) aborted: Number,
    pub(crate) acks_requested: Number,
    pub(crate) acks_outstanding: Number,
}

impl Counters {
    pub(crate) fn snapshot(&self) -> Metrics {
        Metrics {
            sessions: self.sessions.get(),
            sessions_opened: self.sessions_opened.get(),
            sessions_refused: self.sessions_refused.get(),
            upgrades: self.upgrades.get(),
            requests_refused: self.requests_refused.get(),
            origins_refused: self.origins_refused.get(),
            packets_dropped: self.packets_dropped.get(),
            lines_held: self.lines_held.get(),
            violations: self.violations.get(),
            ping_timeouts: self.ping_timeouts.get(),
            aborted: self.aborted.get(),
            acks_requested: self.acks_requested.get(),
            acks_outstanding: self.acks_outstanding.get(),
        }
    }
}

/// The transport's numbers at one moment. All but `sessions` and `acks_outstanding` only grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Engine.IO sessions that are open.
    pub sessions: u64,
    /// Engine.IO sessions opened.
    pub sessions_opened: u64,
    /// Sessions refused with status 503: too many, or the server is going down.
    pub sessions_refused: u64,
    /// Sessions that moved from polling to a WebSocket.
    pub upgrades: u64,
    /// Requests refused because something about them was wrong.
    pub requests_refused: u64,
    /// Requests refused because of their origin.
    pub origins_refused: u64,
    /// Events dropped because they were not well addressed (decision D31).
    pub packets_dropped: u64,
    /// Times that a client sent too many packets (`maxPacketsPerSecond`) and was not read for a
    /// while.
    pub lines_held: u64,
    /// Sessions closed because the client did what the protocol forbids.
    pub violations: u64,
    /// Sessions closed because the client gave no sign of life.
    pub ping_timeouts: u64,
    /// Connections dropped because they read too slowly, or for other reasons of the server.
    pub aborted: u64,
    /// Answers the server asked its clients for.
    pub acks_requested: u64,
    /// Answers that are still due (at most 256 are remembered for each connection).
    pub acks_outstanding: u64,
}
