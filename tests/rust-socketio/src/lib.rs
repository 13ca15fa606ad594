//! What the tests of this crate share: the server's process, and a client that speaks EasyRTC
//! through `rust_socketio`.

mod client;
mod server;

pub use client::{Client, Received};
pub use server::Server;

use std::time::Duration;

/// How long a single wait may take before the test fails.
pub const DEADLINE: Duration = Duration::from_secs(20);
