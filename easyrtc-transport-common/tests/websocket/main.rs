//! The server's WebSocket against clients made by hand. The cases have the numbers they have in the
//! Autobahn test suite, as far as they make sense for a server without extensions.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod closing;
mod framing;
mod life;
mod limits;
mod support;
mod utf8;
