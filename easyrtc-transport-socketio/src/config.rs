//! How the transport is set up.

use std::time::Duration;

use easyrtc_runtime::Rate;
use easyrtc_transport_common::Cors;

/// Settings of the transport. The defaults are those of the Socket.IO server for Node.
#[derive(Clone, Debug)]
pub struct Config {
    /// Path the clients use, with a slash at both ends.
    pub path: String,
    /// Between a client's pong and the next ping.
    pub ping_interval: Duration,
    /// How long after a ping a client may be silent before it counts as gone.
    pub ping_timeout: Duration,
    /// How long a WebSocket may take to take over a session that polls.
    pub upgrade_timeout: Duration,
    /// How long a session may stay without a namespace.
    pub connect_timeout: Duration,
    /// How long a client may take, after it was told to go, to close by itself.
    pub close_grace: Duration,
    /// Bytes of one message, of one POST, and of one response to a poll (unless a single packet is
    /// longer). A larger message or POST closes the session.
    pub max_payload: usize,
    /// Binary attachments of one packet; more close the session.
    pub max_attachments: usize,
    /// Sessions at a time; above it new ones are refused with status 503. 0 means no limit.
    pub max_sessions: usize,
    /// Whether an answer is requested for every event the server emits (decision D3).
    pub request_acks: bool,
    /// Whether clients of Socket.IO 1 and 2 are served, which speak revision 3 of Engine.IO.
    pub allow_eio3: bool,
    /// Packets of one client, whatever they are, and one more for each 16 KiB of them. A client
    /// that sends more is not read for a second. Default 2,000 each second, 20,000 at once.
    pub max_packets: Rate,
    /// From which pages browsers may use the transport (decision D33).
    pub cors: Cors,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: "/socket.io/".to_owned(),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            upgrade_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(45),
            close_grace: Duration::from_secs(1),
            max_payload: 1_000_000,
            max_attachments: easyrtc_proto::Attachments::MAX,
            max_sessions: 200_000,
            max_packets: Rate::new(2_000, 20_000),
            request_acks: true,
            allow_eio3: true,
            cors: Cors::default(),
        }
    }
}
