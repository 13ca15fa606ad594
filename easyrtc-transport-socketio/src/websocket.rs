//! A session's face on a WebSocket.

use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use easyrtc_transport_common::{
    CloseCode, Lost as WebSocketLost, Packet, PacketSource, WebSocket, WebSocketEvent,
};
use hyper::upgrade::Upgraded;

use crate::emit::PacketSink;
use crate::engine::packet::WirePacket;
use crate::engine::revision::Framing;
use crate::face::{FaceEvent, Lost};
use crate::queue::SendQueue;

/// How long the last packets may take to leave when a WebSocket is closed. Those that answer a
/// client have left by then: the session waits for them.
const PATIENCE: Duration = Duration::from_secs(1);

/// A WebSocket that carries a session, or wants to.
#[derive(Debug)]
pub(crate) struct WebSocketFace(WebSocket);

impl WebSocketFace {
    /// Takes over a connection whose handshake is done. Messages above `max_message` bytes end it.
    pub(crate) fn accept(upgraded: Upgraded, max_message: usize) -> Self {
        Self(WebSocket::accept(upgraded, max_message))
    }

    /// Waits for something to happen: all of `queue` was written, or, if `reading`, something came.
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        queue: &mut SendQueue,
        reading: bool,
    ) -> Poll<FaceEvent> {
        self.0.poll_next(cx, queue, reading).map(|event| match event {
            WebSocketEvent::Text(text) => FaceEvent::Text(text),
            WebSocketEvent::Binary(bytes) => FaceEvent::Binary(bytes),
            WebSocketEvent::Ping | WebSocketEvent::Pong => FaceEvent::Alive,
            WebSocketEvent::Flushed => FaceEvent::Flushed,
            WebSocketEvent::Lost(lost) => FaceEvent::Lost(lost.into()),
        })
    }

    /// Whether everything handed over has left.
    pub(crate) fn is_idle(&self) -> bool {
        self.0.is_idle()
    }

    /// Closes a WebSocket that no session takes.
    pub(crate) async fn refuse(self) {
        self.close(SendQueue::default(), CloseCode::Normal).await;
    }

    /// Sends what still waits and a close frame, then waits for the client's close, so that
    /// nothing sent is lost to a reset; a second each at most.
    pub(crate) async fn close(self, queue: SendQueue, why: CloseCode) {
        self.0.close(queue, why, "", PATIENCE).await;
    }
}

/// A WebSocket and how packets are written on it, for what it can take at once: nothing waits.
pub(crate) struct Direct<'a>(pub(crate) &'a mut WebSocketFace, pub(crate) Framing);

impl PacketSink for Direct<'_> {
    fn text(&mut self, size_hint: usize, write: impl FnOnce(&mut Vec<u8>)) {
        self.0.0.write_text(size_hint, write);
    }

    fn attachment(&mut self, attachment: &Bytes) {
        match self.1.frame(WirePacket::Binary(attachment.clone())) {
            WirePacket::Text(text) => {
                self.0.0.write_text(text.len(), |out| out.extend_from_slice(&text));
            }
            WirePacket::Binary(bytes) => self.0.0.write_binary(&bytes),
        }
    }
}

impl PacketSource for SendQueue {
    fn is_empty(&self) -> bool {
        Self::is_empty(self)
    }

    fn pop(&mut self) -> Option<Packet> {
        Some(match Self::pop(self)? {
            WirePacket::Text(text) => Packet::Text(text),
            WirePacket::Binary(bytes) => Packet::Binary(bytes),
        })
    }
}

impl From<WebSocketLost> for Lost {
    fn from(lost: WebSocketLost) -> Self {
        match lost {
            WebSocketLost::Closed(_) | WebSocketLost::Cut => Self::Closed,
            WebSocketLost::Failed => Self::Failed,
            WebSocketLost::Malformed(code) => Self::Malformed(code),
            WebSocketLost::TooLarge => Self::TooLarge,
        }
    }
}
