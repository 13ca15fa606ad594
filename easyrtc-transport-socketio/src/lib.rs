//! Engine.IO 4 and Socket.IO 5 for the EasyRTC server.
#![allow(dead_code, reason = "the sans-IO part comes first")]

mod config;
mod cors;
mod engine;
mod metrics;
mod socket;

pub use config::Config;
pub use cors::{Cors, Origins};
pub use metrics::Metrics;
