//! The real binary, started as an operator starts it.

#![allow(clippy::unwrap_used, reason = "also the helpers of these tests fail by panicking")]

#[cfg(feature = "ws")]
mod admin;
#[cfg(feature = "ws")]
mod auth;
mod bounds;
mod configuration;
#[cfg(feature = "ws")]
mod demo;
#[cfg(feature = "ws")]
mod flood;
mod harness;
#[cfg(feature = "ws")]
mod hooks;
#[cfg(feature = "ws")]
mod journal;
#[cfg(feature = "ws")]
mod message_log;
mod metrics;
mod pages;
mod proxies;
mod schemas;
#[cfg(feature = "socketio")]
mod signalling;
mod stopping;
mod transports;
#[cfg(feature = "ws")]
mod turn;
#[cfg(feature = "ws")]
mod web_socket;
