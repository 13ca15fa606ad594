//! The EasyRTC protocol as a sans-IO state machine.

#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]

mod config;

pub use config::{AppConfig, Config, Field, FieldMap, Limits, RoomConfig};
