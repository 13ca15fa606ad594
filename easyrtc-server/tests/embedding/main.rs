//! A server within a program: its examples, as they stand, and what they leave out. Clients are raw
//! WebSockets.

#![cfg(feature = "ws")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "also the helpers fail by panicking")]

mod client;
mod examples;
mod hooks;
mod life;
