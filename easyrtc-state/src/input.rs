//! What happens to the core: the only way in.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use easyrtc_proto::{ClientMessage, DecodeError, UserAgent};

use crate::admin::AdminCommand;
use crate::ask::{AskId, Verdict};

/// Both clocks, read once per input by whoever drives the core. Unlike `std::time::Instant` it can
/// be written down and played again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Now {
    /// Time since some fixed moment; never goes back. Deadlines are on this scale.
    pub mono: Duration,
    /// The wall clock: ms since the epoch. Goes out to clients, decides nothing.
    pub unix_ms: u64,
}

/// A connection; the driver numbers them and never uses a number twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ConnId(pub u64);

/// What a connection calls one of its messages that wants an answer. Unique per connection for
/// as long as the answer is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AckId(pub u64);

/// What the driver calls one of its requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RequestId(pub u64);

/// What carries a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TransportKind {
    /// Socket.IO, over WebSocket or HTTP long-polling.
    SocketIo,
    /// A plain WebSocket.
    WebSocket,
}

/// What is known of a connection when it opens. `Debug` leaves out what may be secret.
#[derive(Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ConnMeta {
    /// What carries it.
    pub transport: TransportKind,
    /// The client's address.
    pub peer: Option<IpAddr>,
    /// `Origin` of the handshake.
    pub origin: Option<Box<str>>,
    /// `User-Agent` of the handshake.
    pub user_agent: Option<Box<str>>,
    /// What that tells, if clients are to be told (decision D22).
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub device: Option<Arc<UserAgent>>,
    /// `Cookie` of the handshake.
    pub cookie: Option<Box<str>>,
    /// `Authorization` of the handshake.
    pub authorization: Option<Box<str>>,
    /// The query string of the handshake.
    pub query: Option<Box<str>>,
}

impl fmt::Debug for ConnMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnMeta")
            .field("transport", &self.transport)
            .field("peer", &self.peer)
            .field("origin", &self.origin)
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}

impl ConnMeta {
    /// A connection of which nothing is known but what carries it.
    #[must_use]
    pub const fn new(transport: TransportKind) -> Self {
        Self {
            transport,
            peer: None,
            origin: None,
            user_agent: None,
            device: None,
            cookie: None,
            authorization: None,
            query: None,
        }
    }
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum CloseReason {
    /// The client said so, or closed the transport in good order.
    ClientLeft,
    /// The transport broke.
    TransportError,
    /// The client did not answer the transport's pings.
    PingTimeout,
    /// The client sent what is no packet of its transport.
    ParseError,
    /// The client sent more than a message may have.
    TooLarge,
    /// The client does not read as fast as it is written to.
    Slow,
    /// Its login was refused.
    Refused,
    /// It did not authenticate in time.
    LoginTimeout,
    /// What it was granted at login was for a time that is over.
    LoginExpired,
    /// Nothing at all came from it for too long (decision D4).
    Silent,
    /// The operator ended it.
    Kicked,
    /// There are too many connections.
    TooMany,
    /// The server stops.
    Shutdown,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// A connection opened.
    Opened {
        /// Its number, not used before.
        conn: ConnId,
        /// What is known of it.
        meta: Arc<ConnMeta>,
    },
    /// Bytes came that are no message: a ping, a pong, a poll, an ack. Transports may leave some
    /// of them out, as long as silence of a second or more is told from life.
    Alive {
        /// Whose.
        conn: ConnId,
    },
    /// A message came.
    Message {
        /// Whose.
        conn: ConnId,
        /// What the client calls it, if it wants an answer.
        ack: Option<AckId>,
        /// The message, or what is wrong with it.
        message: Result<ClientMessage, DecodeError>,
        /// How many bytes the client sent for it: its text and its attachments.
        bytes: usize,
    },
    /// The connection is gone. Follows every `Opened` exactly once, also when the core asked for
    /// it; no input about the connection comes after it.
    Closed {
        /// Which.
        conn: ConnId,
        /// Why.
        reason: CloseReason,
    },
    /// A question was answered. Late or unknown answers do nothing.
    Answered {
        /// Which question.
        ask: AskId,
        /// The answer.
        verdict: Verdict,
    },
    /// The operator or the server-side application wants something.
    Admin {
        /// What to call the reply.
        request: RequestId,
        /// What to do.
        command: AdminCommand,
    },
    /// A deadline may have passed.
    Tick,
}
