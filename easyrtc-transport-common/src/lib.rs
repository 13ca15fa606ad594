//! What the transports of the EasyRTC server have in common: which origins may use them, the
//! WebSocket handshake, WebSockets that hold no buffers while idle, the heartbeat, ids nobody can
//! guess, counters, and how fast lines are read.
//!
//! It knows no wire format: what a message looks like is each transport's own.

#![forbid(unsafe_code)]

mod cors;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod handshake;
mod heartbeat;
mod http;
mod id;
mod number;
mod pace;
pub mod proxy_header;
mod websocket;

pub use cors::{Cors, Origins};
pub use handshake::{Refused, accept, wants_websocket};
pub use heartbeat::{Beat, Heartbeat, ping_interval};
pub use http::{
    OpensSession, TransportResponse, UserAgentReader, connection_meta, empty, opens_session, text,
};
pub use id::{RANDOM_BYTES, RandomId};
pub use number::Number;
pub use pace::Pace;
pub use websocket::{Lost, Packet, PacketSource, WebSocket, WebSocketEvent};

pub use tungstenite::Utf8Bytes;
pub use tungstenite::protocol::frame::coding::CloseCode;
