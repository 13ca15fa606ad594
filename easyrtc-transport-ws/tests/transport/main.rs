//! The transport against real sockets: a hyper server on loopback, clients made by hand.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod closing;
mod cuts;
mod handshake;
mod life;
mod messages;
mod resume;
mod support;
