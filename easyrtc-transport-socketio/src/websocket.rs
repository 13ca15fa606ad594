//! A session's face on a WebSocket.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Sink, Stream, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::engine::packet::WirePacket;
use crate::face::{FaceEvent, Lost};
use crate::queue::SendQueue;

/// What is read at once. It is allocated for every connection, so it is small.
const READ_BUFFER: usize = 4096;

/// From so many bytes on, packets that are ready together leave in more than one write.
const WRITE_BUFFER: usize = 16 * 1024;

/// Longer packets leave in frames of this size: what is sent at once is kept in a buffer that
/// never shrinks, and one long roster must not cost every idle connection its length.
const MAX_FRAME: usize = 32 * 1024;

/// How long a WebSocket is kept after its close frame, for the client to answer it.
const LINGER: Duration = Duration::from_secs(1);

/// A WebSocket as the HTTP server hands it over.
pub(crate) type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A WebSocket that carries a session, or wants to.
#[derive(Debug)]
pub(crate) struct WebSocketFace {
    socket: Socket,
    /// The frames of the packet that is being sent, except those the socket has taken.
    frames: VecDeque<Message>,
    /// Whether the socket holds frames that it has not written.
    unflushed: bool,
}

impl WebSocketFace {
    /// Takes over a connection whose handshake is done. Messages above `max_message` bytes end it.
    pub(crate) async fn accept(upgraded: Upgraded, max_message: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            // Never reached: a packet is handed over only when the one before was written.
            .max_write_buffer_size(usize::MAX)
            .max_message_size(Some(max_message))
            .max_frame_size(Some(max_message));
        let io = TokioIo::new(upgraded);
        let socket = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
        Self { socket, frames: VecDeque::new(), unflushed: false }
    }

    /// Waits for something to happen: all of `queue` was written, or, if `reading`, something came.
    /// Cancel safe.
    pub(crate) async fn next(&mut self, queue: &mut SendQueue, reading: bool) -> FaceEvent {
        std::future::poll_fn(|cx| self.poll_next(cx, queue, reading)).await
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        queue: &mut SendQueue,
        reading: bool,
    ) -> Poll<FaceEvent> {
        match self.poll_send(cx, queue) {
            Poll::Ready(Ok(true)) => return Poll::Ready(FaceEvent::Flushed),
            Poll::Ready(Err(error)) => return Poll::Ready(FaceEvent::Lost(lost(&error))),
            Poll::Ready(Ok(false)) | Poll::Pending => {}
        }
        if reading { self.poll_receive(cx) } else { Poll::Pending }
    }

    /// Writes what waits. `Ok(true)` once all of it has left, `Ok(false)` if nothing waited.
    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        queue: &mut SendQueue,
    ) -> Poll<Result<bool, Error>> {
        while !self.frames.is_empty() || !queue.is_empty() {
            ready!(Pin::new(&mut self.socket).poll_ready(cx))?;
            if self.frames.is_empty() {
                self.frames.extend(queue.pop().map(frames).into_iter().flatten());
            }
            if let Some(frame) = self.frames.pop_front() {
                self.unflushed = true;
                Pin::new(&mut self.socket).start_send(frame)?;
            }
        }
        if !self.unflushed {
            return Poll::Ready(Ok(false));
        }
        ready!(Pin::new(&mut self.socket).poll_flush(cx))?;
        self.unflushed = false;
        Poll::Ready(Ok(true))
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<FaceEvent> {
        let message = match ready!(Pin::new(&mut self.socket).poll_next(cx)) {
            Some(Ok(message)) => message,
            Some(Err(error)) => return Poll::Ready(FaceEvent::Lost(lost(&error))),
            None => return Poll::Ready(FaceEvent::Lost(Lost::Closed)),
        };
        Poll::Ready(match message {
            Message::Text(text) => FaceEvent::Text(text),
            Message::Binary(bytes) => FaceEvent::Binary(bytes),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => FaceEvent::Alive,
            Message::Close(_) => FaceEvent::Lost(Lost::Closed),
        })
    }

    /// Whether everything handed over has left.
    pub(crate) fn is_idle(&self) -> bool {
        self.frames.is_empty() && !self.unflushed
    }

    /// Closes a WebSocket that no session takes.
    pub(crate) async fn refuse(self) {
        self.close(SendQueue::default(), CloseCode::Normal).await;
    }

    /// Sends what still waits and a close frame, then waits for the client's close, so that
    /// nothing sent is lost to a reset; all that for [`LINGER`] at most.
    pub(crate) async fn close(mut self, mut queue: SendQueue, why: CloseCode) {
        let closing = async {
            while !queue.is_empty() || !self.frames.is_empty() {
                if let FaceEvent::Lost(_) = self.next(&mut queue, false).await {
                    return;
                }
            }
            let frame = CloseFrame { code: why, reason: "".into() };
            if self.socket.close(Some(frame)).await.is_err() {
                return;
            }
            while let Some(Ok(_)) = self.socket.next().await {}
        };
        // Out of time or not: the connection is dropped.
        let _ = tokio::time::timeout(LINGER, closing).await;
    }
}

/// The frames that carry `packet`.
fn frames(packet: WirePacket) -> impl Iterator<Item = Message> {
    let (kind, bytes) = match packet {
        WirePacket::Text(text) => (Data::Text, text),
        WirePacket::Binary(bytes) => (Data::Binary, bytes),
    };
    let mut kind = Some(kind);
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let mut payload: Bytes = rest.take()?;
        if payload.len() > MAX_FRAME {
            rest = Some(payload.split_off(MAX_FRAME));
        }
        let opcode = OpCode::Data(kind.take().unwrap_or(Data::Continue));
        Some(Message::Frame(Frame::message(payload, opcode, rest.is_none())))
    })
}

fn lost(error: &Error) -> Lost {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => Lost::Closed,
        Error::Capacity(_) => Lost::TooLarge,
        Error::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => Lost::Closed,
        Error::Protocol(_) => Lost::Malformed(CloseCode::Protocol),
        Error::Utf8(_) => Lost::Malformed(CloseCode::Invalid),
        Error::Io(_)
        | Error::Tls(_)
        | Error::WriteBufferFull(_)
        | Error::AttackAttempt
        | Error::Url(_)
        | Error::Http(_)
        | Error::HttpFormat(_) => Lost::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(packet: WirePacket) -> Vec<(OpCode, bool, usize)> {
        frames(packet)
            .map(|message| {
                let Message::Frame(frame) = message else { panic!("{message:?}") };
                let header = frame.header();
                (header.opcode, header.is_final, frame.payload().len())
            })
            .collect()
    }

    #[test]
    fn long_packets_leave_in_several_frames() {
        let text = |length| WirePacket::Text(Bytes::from(vec![b'4'; length]));
        let first = OpCode::Data(Data::Text);
        let more = OpCode::Data(Data::Continue);
        assert_eq!(carried(text(1)), [(first, true, 1)]);
        assert_eq!(carried(text(MAX_FRAME)), [(first, true, MAX_FRAME)]);
        assert_eq!(
            carried(text(2 * MAX_FRAME + 1)),
            [(first, false, MAX_FRAME), (more, false, MAX_FRAME), (more, true, 1)]
        );
        let empty = WirePacket::Binary(Bytes::new());
        assert_eq!(carried(empty), [(OpCode::Data(Data::Binary), true, 0)]);
    }
}
