//! What happened, in numbers.

use easyrtc_transport_common::Number;

/// The transport's own counters.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) sessions: Number,
    pub(crate) sessions_cut: Number,
    pub(crate) sessions_opened: Number,
    pub(crate) sessions_refused: Number,
    pub(crate) sessions_resumed: Number,
    pub(crate) sessions_expired: Number,
    pub(crate) resumes_failed: Number,
    pub(crate) requests_refused: Number,
    pub(crate) origins_refused: Number,
    pub(crate) frames_dropped: Number,
    pub(crate) lines_held: Number,
    pub(crate) violations: Number,
    pub(crate) ping_timeouts: Number,
    pub(crate) aborted: Number,
}

impl Counters {
    pub(crate) fn snapshot(&self) -> Metrics {
        Metrics {
            sessions: self.sessions.get(),
            sessions_cut: self.sessions_cut.get(),
            sessions_opened: self.sessions_opened.get(),
            sessions_refused: self.sessions_refused.get(),
            sessions_resumed: self.sessions_resumed.get(),
            sessions_expired: self.sessions_expired.get(),
            resumes_failed: self.resumes_failed.get(),
            requests_refused: self.requests_refused.get(),
            origins_refused: self.origins_refused.get(),
            frames_dropped: self.frames_dropped.get(),
            lines_held: self.lines_held.get(),
            violations: self.violations.get(),
            ping_timeouts: self.ping_timeouts.get(),
            aborted: self.aborted.get(),
        }
    }
}

/// The transport's numbers at one moment. All but `sessions` and `sessions_cut` only grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Sessions there are.
    pub sessions: u64,
    /// Those of them whose line is cut.
    pub sessions_cut: u64,
    /// Sessions opened.
    pub sessions_opened: u64,
    /// Sessions refused: too many, or the server is going down.
    pub sessions_refused: u64,
    /// Times that a session went on, on another line.
    pub sessions_resumed: u64,
    /// Sessions that ended because nobody came to resume them in time.
    pub sessions_expired: u64,
    /// Tokens presented that could not be used: unknown, or with a count that can't be met.
    pub resumes_failed: u64,
    /// Requests refused because something about them was wrong.
    pub requests_refused: u64,
    /// Requests refused because of their origin.
    pub origins_refused: u64,
    /// Events dropped because they had no `id` (decision D31).
    pub frames_dropped: u64,
    /// Times that a client sent too many packets (`maxPacketsPerSecond`) and was not read for a
    /// while.
    pub lines_held: u64,
    /// Sessions closed because the client did what the protocol forbids.
    pub violations: u64,
    /// Lines closed because the client gave no sign of life.
    pub ping_timeouts: u64,
    /// Sessions dropped because they read too slowly, or for other reasons of the server.
    pub aborted: u64,
}
