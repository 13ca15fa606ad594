//! A load generator for EasyRTC servers: many clients on one thread, and what they cost the server.
//!
//! [`bench::Bench`] is a server under measurement, [`phase::Phase`] what clients do, and
//! [`measurement::Measurement`] what was found out. [`compare`] runs two servers in turns, and
//! [`report`] tells people.

pub mod bench;
pub mod compare;
mod crowd;
mod fleet;
pub mod latency;
pub mod machine;
pub mod measurement;
mod message;
pub mod phase;
pub mod place;
pub mod problem;
pub mod progress;
pub mod report;
pub mod server;
pub mod transport;
pub mod watch;
mod websocket;
