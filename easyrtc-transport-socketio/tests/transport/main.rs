//! The transport against real sockets: a hyper server on loopback, clients made by hand.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod closing;
mod cors;
mod eio3;
mod eio3_ending;
mod handshake;
mod messages;
mod polling;
mod support;
mod upgrade;
mod waiting;
mod websocket;
