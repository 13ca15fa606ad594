//! EasyRTC over a plain WebSocket: one JSON object in each text frame, for clients without a
//! Socket.IO library, and sessions that survive a lost line.
//!
//! [`RawWebSocket`] takes HTTP requests and feeds what clients say to the
//! [`Runtime`](easyrtc_runtime::Runtime). The wire format is `docs/spec/websocket.md`.
//!
//! Inside, `frame`, `attachments` and `encode` are the format; `session` counts what went to and
//! fro and keeps what may have to be sent again, without I/O or clock; `link` joins it to a
//! WebSocket, or to none while the line is cut, and `driver` joins that to the core. What the core
//! sends stays in its bounded outbox until the WebSocket can take it; what a session keeps beyond
//! that is bounded too.

mod attachments;
mod close;
mod config;
mod driver;
mod encode;
mod frame;
#[cfg(feature = "fuzz")]
#[doc(hidden)]
pub mod fuzz;
mod link;
mod members;
mod metrics;
mod opening;
mod registry;
mod service;
mod session;
mod shared;

pub use config::Config;
pub use easyrtc_transport_common::Origins;
pub use metrics::Metrics;
pub use service::{RawWebSocket, RawWebSocketResponse, SUBPROTOCOL};

use easyrtc_proto::Capability;

/// What clients can do because of this transport, to be told by the core.
//= docs/spec/capabilities.md#capabilities.listed
pub const CAPABILITIES: [Capability; 2] = [Capability::Binary, Capability::Resume];
