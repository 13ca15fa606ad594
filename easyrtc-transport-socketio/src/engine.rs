//! Engine.IO: one bidirectional stream of packets over HTTP long-polling or a WebSocket.
//!
//! Everything here is sans-IO: no sockets, no tasks, no clock. Times are [`std::time::Duration`]s
//! since a moment the caller chose once, and are passed in.

pub(crate) mod packet;
pub(crate) mod payload;
pub(crate) mod revision;
pub(crate) mod session;
pub(crate) mod upgrade;
