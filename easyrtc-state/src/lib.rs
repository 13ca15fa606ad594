//! The EasyRTC protocol as a sans-IO state machine.
//!
//! Everything that happens is an [`Input`], everything to be done about it an [`Effect`];
//! [`Core::handle`] turns the one into the other and does nothing else: no clock, no randomness,
//! no I/O, no logging. What it cannot know it asks for ([`Effect::Ask`], [`Input::Answered`]).
//!
//! ```
//! use easyrtc_state::*;
//! # struct Zeros;
//! # impl Entropy for Zeros { fn fill(&mut self, bytes: &mut [u8]) { bytes.fill(0) } }
//! let mut core = Core::new(Config::default(), AllowAll, Zeros);
//! let mut effects = Effects::new();
//! let meta = ConnMeta::new(TransportKind::SocketIo).into();
//! core.handle(Now::default(), Input::Opened { conn: ConnId(1), meta }, &mut effects);
//! assert_eq!(core.stats().connections, 1);
//! ```

#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]

mod access;
mod admin;
mod app;
mod ask;
mod ban;
#[cfg(feature = "check")]
mod check;
mod command;
mod config;
mod conn;
mod connection;
mod core;
mod deadline;
mod effect;
mod entropy;
mod gathered;
mod input;
pub mod inspect;
mod network;
mod notice;
mod permission;
mod planted;
mod policy;
mod rare;
mod rate;
mod room;
mod room_pattern;
mod roster;
mod sorted_map;
mod state;
mod ticket;
mod token;
mod unhashed;

pub use crate::core::{Core, Stats};
pub use admin::{AdminAnswer, AdminCommand, AdminError, Audience, FieldOwner};
pub use ask::{AskId, Grant, LoginQuestion, Question, RoomJoinQuestion, Verdict};
pub use ban::{BanId, Banned};
pub use config::{AppConfig, Config, Field, FieldMap, Limits, RoomConfig};
pub use effect::{Effect, Effects, Frame, Recipient, Recipients};
pub use entropy::{DrawnIds, Entropy};
pub use input::{AckId, CloseReason, ConnId, ConnMeta, Input, Now, RequestId, TransportKind};
pub use network::{InvalidNetwork, Network};
pub use notice::Notice;
pub use permission::Permission;
#[cfg(feature = "planted")]
pub use planted::Planted;
pub use policy::{AllowAll, Policy};
pub use rate::{LimitName, Rate, RateLimits, Rates};
pub use room_pattern::{InvalidRoomPattern, RoomPattern};
