//! How the transport is set up.

use std::time::Duration;

use easyrtc_runtime::Rate;
use easyrtc_transport_common::Origins;

/// Settings of the transport.
#[derive(Clone, Debug)]
pub struct Config {
    /// Path of the WebSocket, without a slash at the end. Default `/ws`.
    pub path: String,
    /// Between a client's pong and the next ping. Default 25 s.
    pub ping_interval: Duration,
    /// How long after a ping a client may be silent before its line counts as cut. Default 20 s.
    pub ping_timeout: Duration,
    /// How long a client that connects with `resume=1` may take to say which session. Default 10 s.
    pub resume_timeout: Duration,
    /// How long the last frames may take to leave when the server ends a session. Default 20 s.
    pub flush_timeout: Duration,
    /// Bytes of one message; a larger one ends the session with code 1009. Default 1,000,000.
    pub max_message: usize,
    /// Sessions at a time; above it new ones are refused with status 503. 0 means no limit. Default
    /// 200,000.
    pub max_sessions: usize,
    /// How long a session is kept while its line is cut. Default 30 s.
    pub keep_time: Duration,
    /// Bytes kept for each session that can be resumed, to be sent again. Default 1 MiB.
    pub keep_bytes: usize,
    /// Packets of one client, whatever they are, and one more for each 16 KiB of them. A client
    /// that sends more is not read for a second. Default 2,000 each second, 20,000 at once.
    pub max_packets: Rate,
    /// From which pages browsers may use the transport (decision D33).
    pub origins: Origins,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: "/ws".to_owned(),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            resume_timeout: Duration::from_secs(10),
            flush_timeout: Duration::from_secs(20),
            max_message: 1_000_000,
            max_sessions: 200_000,
            max_packets: Rate::new(2_000, 20_000),
            keep_time: Duration::from_secs(30),
            keep_bytes: 1024 * 1024,
            origins: Origins::Any,
        }
    }
}
