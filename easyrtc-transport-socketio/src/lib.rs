//! Engine.IO 4 and 3, and with them Socket.IO 5, 4 and 3, for the EasyRTC server.
//!
//! [`SocketIo`] takes HTTP requests and feeds what clients say to the
//! [`Runtime`](easyrtc_runtime::Runtime), over HTTP long-polling, over WebSockets, and while a
//! client moves from the one to the other.
//!
//! Inside, `engine` and `socket` hold the rules of the two protocols as state machines without I/O
//! or clock; `polling` and `websocket` are the transports; `link` joins a session's machine to its
//! sockets and queues, and `driver` joins that to the core. Nothing waits in more than one place:
//! what the core sends stays in its bounded outbox until the transport can take it, and while the
//! core lets a client wait, that client is not read.

mod config;
mod driver;
mod emit;
mod end;
mod engine;
mod face;
#[cfg(feature = "fuzz")]
#[doc(hidden)]
pub mod fuzz;
mod link;
mod metrics;
mod polling;
mod queue;
mod registry;
mod request;
mod service;
mod shared;
mod socket;
mod websocket;

pub use config::Config;
pub use easyrtc_transport_common::{Cors, Origins};
pub use metrics::Metrics;
pub use service::{SocketIo, SocketIoResponse};

use easyrtc_proto::Capability;

/// What clients can do because of this transport, to be told by the core.
//= docs/spec/capabilities.md#capabilities.listed
pub const CAPABILITIES: [Capability; 1] = [Capability::Binary];
