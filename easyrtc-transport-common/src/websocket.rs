//! A WebSocket that takes what it sends from a queue, one packet at a time.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

/// What is read at once. It is allocated for every connection, so it is small.
const READ_BUFFER: usize = 1024;

/// From so many bytes on, packets that are ready together leave in more than one write.
const WRITE_BUFFER: usize = 16 * 1024;

/// Longer packets leave in frames of this size: what is sent at once is kept in a buffer that
/// never shrinks, and one long roster must not cost every idle connection its length.
const MAX_FRAME: usize = 32 * 1024;

/// How long a WebSocket is kept after its close frame, for the client to answer it.
const LINGER: Duration = Duration::from_secs(1);

/// One thing to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// A text message; the bytes are UTF-8.
    Text(Bytes),
    /// A binary message.
    Binary(Bytes),
    /// A ping.
    Ping,
}

/// Where a WebSocket takes what it sends.
pub trait PacketSource {
    /// Whether nothing waits.
    fn is_empty(&self) -> bool;

    /// Takes the first packet.
    fn pop(&mut self) -> Option<Packet>;
}

/// What happened on a WebSocket.
#[derive(Debug)]
pub enum WebSocketEvent {
    /// A text message came.
    Text(Utf8Bytes),
    /// A binary message came.
    Binary(Bytes),
    /// A ping came; it is answered.
    Ping,
    /// A pong came.
    Pong,
    /// Everything that waited has left.
    Flushed,
    /// It is gone.
    Lost(Lost),
}

/// Why a WebSocket is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The client closed it, with this code if it gave one.
    Closed(Option<CloseCode>),
    /// It ended without a close.
    Cut,
    /// Reading or writing failed.
    Failed,
    /// The client sent what is no valid frame; it is to be closed with this code.
    Malformed(CloseCode),
    /// The client sent more than a message may have.
    TooLarge,
}

/// A WebSocket of a server.
#[derive(Debug)]
pub struct WebSocket {
    socket: WebSocketStream<TokioIo<Upgraded>>,
    /// The frames of the packet that is being sent, except those the socket has taken.
    frames: VecDeque<Message>,
    /// Whether the socket holds frames that it has not written.
    unflushed: bool,
}

impl WebSocket {
    /// Takes over a connection whose handshake is done. Messages above `max_message` bytes end it.
    pub async fn accept(upgraded: Upgraded, max_message: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            // Never reached: a packet is handed over only when the one before was written.
            .max_write_buffer_size(usize::MAX)
            //= docs/spec/limits.md#limits.message
            //= docs/spec/socketio.md#socketio.max-payload
            .max_message_size(Some(max_message))
            .max_frame_size(Some(max_message));
        let io = TokioIo::new(upgraded);
        let socket = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
        Self { socket, frames: VecDeque::new(), unflushed: false }
    }

    /// Waits for something to happen: all of `queue` was written, or, if `reading`, something came.
    /// Cancel safe.
    pub async fn next(&mut self, queue: &mut impl PacketSource, reading: bool) -> WebSocketEvent {
        std::future::poll_fn(|cx| self.poll_next(cx, queue, reading)).await
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        queue: &mut impl PacketSource,
        reading: bool,
    ) -> Poll<WebSocketEvent> {
        match self.poll_send(cx, queue) {
            Poll::Ready(Ok(true)) => return Poll::Ready(WebSocketEvent::Flushed),
            Poll::Ready(Err(error)) => return Poll::Ready(WebSocketEvent::Lost(lost(&error))),
            Poll::Ready(Ok(false)) | Poll::Pending => {}
        }
        if reading { self.poll_receive(cx) } else { Poll::Pending }
    }

    /// Writes what waits. `Ok(true)` once all of it has left, `Ok(false)` if nothing waited.
    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        queue: &mut impl PacketSource,
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

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<WebSocketEvent> {
        let message = match ready!(Pin::new(&mut self.socket).poll_next(cx)) {
            Some(Ok(message)) => message,
            Some(Err(error)) => return Poll::Ready(WebSocketEvent::Lost(lost(&error))),
            None => return Poll::Ready(WebSocketEvent::Lost(Lost::Cut)),
        };
        Poll::Ready(match message {
            Message::Text(text) => WebSocketEvent::Text(text),
            Message::Binary(bytes) => WebSocketEvent::Binary(bytes),
            Message::Pong(_) => WebSocketEvent::Pong,
            Message::Ping(_) | Message::Frame(_) => WebSocketEvent::Ping,
            Message::Close(frame) => {
                WebSocketEvent::Lost(Lost::Closed(frame.map(|frame| frame.code)))
            }
        })
    }

    /// Whether everything handed over has left.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.frames.is_empty() && !self.unflushed
    }

    /// Sends what is left of `queue`, then a close frame with `code` and `reason`, for `patience`
    /// at most; then waits up to a second for the client's close, so that nothing sent is lost to
    /// a reset.
    //= docs/spec/websocket.md#websocket.close-order
    pub async fn close(
        mut self,
        mut queue: impl PacketSource,
        code: CloseCode,
        reason: &'static str,
        patience: Duration,
    ) {
        let sending = async {
            while !queue.is_empty() || !self.frames.is_empty() {
                if let WebSocketEvent::Lost(_) = self.next(&mut queue, false).await {
                    break;
                }
            }
            let frame = CloseFrame { code, reason: reason.into() };
            let closed = self.socket.close(Some(frame)).await.is_ok();
            if !closed {
                // After the client's close nothing more can be sent but the answer to it, which
                // waits already. If it is something else that failed, so does this.
                let _ = self.socket.flush().await;
            }
            closed
        };
        if !tokio::time::timeout(patience, sending).await.unwrap_or(false) {
            return;
        }
        let closing = async { while let Some(Ok(_)) = self.socket.next().await {} };
        // Out of time or not: the connection is dropped.
        let _ = tokio::time::timeout(LINGER, closing).await;
    }
}

/// The frames that carry `packet`.
fn frames(packet: Packet) -> impl Iterator<Item = Message> {
    let (mut ping, content) = match packet {
        Packet::Text(text) => (None, Some((Data::Text, text))),
        Packet::Binary(bytes) => (None, Some((Data::Binary, bytes))),
        Packet::Ping => (Some(Message::Ping(Bytes::new())), None),
    };
    let (mut kind, mut rest) = content.unzip();
    std::iter::from_fn(move || {
        if ping.is_some() {
            return ping.take();
        }
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
        Error::Capacity(_) => Lost::TooLarge,
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Lost::Cut,
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

    fn carried(packet: Packet) -> Vec<(OpCode, bool, usize)> {
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
        let text = |length| Packet::Text(Bytes::from(vec![b'4'; length]));
        let first = OpCode::Data(Data::Text);
        let more = OpCode::Data(Data::Continue);
        assert_eq!(carried(text(1)), [(first, true, 1)]);
        assert_eq!(carried(text(MAX_FRAME)), [(first, true, MAX_FRAME)]);
        assert_eq!(
            carried(text(2 * MAX_FRAME + 1)),
            [(first, false, MAX_FRAME), (more, false, MAX_FRAME), (more, true, 1)]
        );
        let empty = Packet::Binary(Bytes::new());
        assert_eq!(carried(empty), [(OpCode::Data(Data::Binary), true, 0)]);
    }

    #[test]
    fn a_ping_is_one_frame() {
        let sent: Vec<Message> = frames(Packet::Ping).collect();
        assert_eq!(sent, [Message::Ping(Bytes::new())]);
    }
}
