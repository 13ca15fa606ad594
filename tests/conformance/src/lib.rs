//! Tests any EasyRTC server against the specification in `docs/spec`, rule by rule.
//!
//! A [`Case`] plays a scenario of a few clients and says whether the server kept to one rule. The
//! clients reach the server over Socket.IO, over the raw WebSocket, or, for the core alone, in this
//! process: see [`Target`]. [`run`](run::run) plays cases, [`report`] writes down what came of it.
//!
//! The command line is in `main.rs`; `docs/conformance.md` says how to use it.

#![forbid(unsafe_code)]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a case looks for one thing; whatever else there will be is something else"
)]

mod case;
pub mod cases;
mod client;
pub mod explore;
mod line;
mod message;
mod polling;
mod profile;
pub mod report;
pub mod run;
mod schema;
mod target;
mod view;
mod wire;
mod world;

pub use case::{Case, Level, Verdict};
pub use profile::{PROFILES, Profile};
pub use target::{Target, TargetError, Transport};
