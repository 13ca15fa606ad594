//! What each fuzz target does with its bytes.
//!
//! A check takes any bytes at all and panics if something does not hold that has to. The targets in
//! `fuzz/` feed it what libFuzzer comes up with; `tests/corpora.rs` feeds it what is checked in
//! under `fuzz/corpus`, without a fuzzer. See `docs/testing.md`.

#![expect(clippy::expect_used, reason = "a check fails by a panic")]

pub mod core_inputs;
pub mod decode;
pub mod jwt;
pub mod proxy_header;
pub mod seeds;
pub mod server_bodies;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// How it is called: `fuzz/fuzz_targets/<name>.rs`, and its corpus `fuzz/corpus/<name>`.
    pub name: &'static str,
    /// Panics if something does not hold.
    pub check: fn(&[u8]),
    /// What to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "decode_auth", check: decode::auth, seeds: seeds::auth },
    Target { name: "decode_cmd", check: decode::cmd, seeds: seeds::cmd },
    Target { name: "decode_msg", check: decode::msg, seeds: seeds::msg },
    Target { name: "server_bodies", check: server_bodies::check, seeds: seeds::server_bodies },
    Target {
        name: "engineio_payload",
        check: easyrtc_transport_socketio::fuzz::payload,
        seeds: seeds::engineio_payload,
    },
    Target {
        name: "engineio_session",
        check: easyrtc_transport_socketio::fuzz::session,
        seeds: seeds::engineio_session,
    },
    Target {
        name: "socketio_packets",
        check: easyrtc_transport_socketio::fuzz::packets,
        seeds: seeds::socketio_packets,
    },
    Target {
        name: "websocket_frame",
        check: easyrtc_transport_ws::fuzz::frame,
        seeds: seeds::websocket_frame,
    },
    Target {
        name: "websocket_session",
        check: easyrtc_transport_ws::fuzz::session,
        seeds: seeds::any_bytes,
    },
    Target {
        name: "websocket_decoder",
        check: easyrtc_transport_common::fuzz::websocket_decoder,
        seeds: seeds::websocket_decoder,
    },
    Target {
        name: "websocket_writer",
        check: easyrtc_transport_common::fuzz::websocket_writer,
        seeds: seeds::any_bytes,
    },
    Target { name: "proxy_header", check: proxy_header::check, seeds: proxy_header::seeds },
    Target { name: "jwt", check: jwt::check, seeds: jwt::seeds },
    Target { name: "core_inputs", check: core_inputs::check, seeds: seeds::any_bytes },
];
