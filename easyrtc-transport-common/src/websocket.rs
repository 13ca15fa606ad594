//! A WebSocket that takes what it sends from a queue, and holds no buffer while nothing is on its
//! way.
//!
//! Libraries keep a buffer for each direction of each connection; over tens of thousands of idle
//! clients those are most of a server's memory. The heads of frames are still tungstenite's.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::task::coop;
use tungstenite::Utf8Bytes;
use tungstenite::protocol::frame::coding::{CloseCode, Data};

pub(crate) mod decoder;
pub(crate) mod writer;

use decoder::{Decoder, Invalid, Message};
use writer::Writer;

/// What is read at once, into a buffer on the stack.
const READ_BYTES: usize = 16 * 1024;

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
    io: TokioIo<Upgraded>,
    decoder: Decoder,
    /// What was read behind the message that was handed out last.
    unread: Bytes,
    writer: Writer,
    /// The client closed the WebSocket, with this code if it gave one: nothing more is sent but
    /// the answer to that.
    closed: Option<Option<CloseCode>>,
    /// The client sent what is no frame: what follows means nothing.
    broken: bool,
    /// What was written may wait in a layer below.
    unflushed: bool,
}

impl WebSocket {
    /// Takes over a connection whose handshake is done. Messages above `max_message` bytes end it.
    #[must_use]
    pub fn accept(upgraded: Upgraded, max_message: usize) -> Self {
        Self {
            io: TokioIo::new(upgraded),
            decoder: Decoder::new(max_message),
            unread: Bytes::new(),
            writer: Writer::default(),
            closed: None,
            broken: false,
            unflushed: false,
        }
    }

    /// Waits for something to happen: all of `queue` was written, or, if `reading`, something came.
    /// Cancel safe.
    pub async fn next(&mut self, queue: &mut impl PacketSource, reading: bool) -> WebSocketEvent {
        poll_fn(|cx| self.poll_next(cx, queue, reading)).await
    }

    /// The same as [`Self::next`], for who polls by hand.
    pub fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        queue: &mut impl PacketSource,
        reading: bool,
    ) -> Poll<WebSocketEvent> {
        match self.poll_send(cx, queue) {
            Poll::Ready(Ok(true)) => Poll::Ready(WebSocketEvent::Flushed),
            Poll::Ready(Err(_)) if reading => self.poll_last_words(cx),
            Poll::Ready(Err(_)) => Poll::Ready(WebSocketEvent::Lost(Lost::Failed)),
            Poll::Ready(Ok(false)) | Poll::Pending if reading => self.poll_receive(cx),
            Poll::Ready(Ok(false)) | Poll::Pending => Poll::Pending,
        }
    }

    /// Nothing can be sent any more, but what the client sent before it went may still be there:
    /// its close, perhaps.
    fn poll_last_words(&mut self, cx: &mut Context<'_>) -> Poll<WebSocketEvent> {
        match self.poll_receive(cx) {
            // To go on with in the next turn.
            Poll::Pending if !coop::has_budget_remaining() => Poll::Pending,
            Poll::Pending | Poll::Ready(WebSocketEvent::Lost(Lost::Cut)) => {
                Poll::Ready(WebSocketEvent::Lost(Lost::Failed))
            }
            event => event,
        }
    }

    /// Writes what waits. `Ok(true)` once all of it has left, `Ok(false)` if nothing waited.
    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        queue: &mut impl PacketSource,
    ) -> Poll<io::Result<bool>> {
        loop {
            let next = self.writer.next(queue);
            if next.is_empty() {
                break;
            }
            let written = ready!(Pin::new(&mut self.io).poll_write(cx, next))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.writer.advance(written);
            self.unflushed = true;
        }
        if self.unflushed {
            ready!(Pin::new(&mut self.io).poll_flush(cx))?;
        }
        Poll::Ready(Ok(std::mem::take(&mut self.unflushed)))
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<WebSocketEvent> {
        loop {
            let message = if self.unread.is_empty() {
                let mut space = [MaybeUninit::uninit(); READ_BYTES];
                let mut buffer = ReadBuf::uninit(&mut space);
                if ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer)).is_err() {
                    return Poll::Ready(WebSocketEvent::Lost(Lost::Failed));
                }
                let mut read = buffer.filled();
                if read.is_empty() {
                    return Poll::Ready(WebSocketEvent::Lost(Lost::Cut));
                }
                let message = self.decoder.decode(&mut read);
                self.unread = Bytes::copy_from_slice(read);
                message
            } else {
                // Counts as if it had been read by itself: one read may bring thousands of
                // messages, and other tasks have their turns in between.
                ready!(coop::poll_proceed(cx)).made_progress();
                let mut read = &*self.unread;
                let message = self.decoder.decode(&mut read);
                self.unread = self.unread.slice_ref(read);
                message
            };
            match message {
                Ok(Some(message)) => return Poll::Ready(self.received(message)),
                Ok(None) => {}
                Err(invalid) => {
                    self.broken = true;
                    return Poll::Ready(WebSocketEvent::Lost(invalid.into()));
                }
            }
        }
    }

    fn received(&mut self, message: Message) -> WebSocketEvent {
        match message {
            Message::Text(text) => WebSocketEvent::Text(text),
            Message::Binary(bytes) => WebSocketEvent::Binary(bytes),
            Message::Ping(payload) => {
                self.writer.pong(payload);
                WebSocketEvent::Ping
            }
            Message::Pong => WebSocketEvent::Pong,
            Message::Close(code) => {
                self.closed = Some(code);
                WebSocketEvent::Lost(Lost::Closed(code))
            }
        }
    }

    /// Hands over a text message of about `size_hint` bytes, which `write` appends as UTF-8, before
    /// whatever a queue has. It is kept until it was written, so this is for when
    /// [`Self::is_idle`] says that nothing else is, and a bounded number of messages.
    pub fn write_text(&mut self, size_hint: usize, write: impl FnOnce(&mut Vec<u8>)) {
        self.writer.message(Data::Text, size_hint, write);
    }

    /// Hands over a binary message, as [`Self::write_text`] does a text.
    pub fn write_binary(&mut self, message: &[u8]) {
        let write = |out: &mut Vec<u8>| out.extend_from_slice(message);
        self.writer.message(Data::Binary, message.len(), write);
    }

    /// Whether everything handed over has left.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.writer.is_empty() && !self.unflushed
    }

    /// Sends what is left of `queue`, then a close frame with `code` and `reason`, for `patience`
    /// at most; then waits up to a second for the client's close, so that nothing sent is lost to
    /// a reset. Where the client closed first, it gets the answer to that and nothing else. Behind
    /// its close it is to send nothing; if it does, that is thrown away for as long.
    //= docs/spec/websocket.md#websocket.close-order
    pub async fn close(
        mut self,
        mut queue: impl PacketSource,
        code: CloseCode,
        reason: &'static str,
        patience: Duration,
    ) {
        let sending = async {
            if let Some(code) = self.closed {
                self.writer.close(code, "");
            } else {
                poll_fn(|cx| self.poll_send(cx, &mut queue)).await?;
                self.writer.close(Some(code), reason);
            }
            poll_fn(|cx| self.poll_send(cx, &mut Nothing)).await
        };
        let sent = tokio::time::timeout(patience, sending).await;
        if matches!(sent, Ok(Ok(_))) {
            // Out of time or not: the connection is dropped.
            let _ = tokio::time::timeout(LINGER, self.farewell()).await;
        }
    }

    /// Waits until the client closes too. One whose bytes mean nothing is told that there is
    /// nobody to read more of them, and those under way are thrown away.
    async fn farewell(&mut self) {
        while self.closed.is_none() && !self.broken {
            let event = self.next(&mut Nothing, true).await;
            if matches!(event, WebSocketEvent::Lost(Lost::Cut | Lost::Failed)) {
                return;
            }
        }
        // Most clients keep to the rules, and are gone now.
        if !self.broken && !poll_fn(|cx| Poll::Ready(self.has_more(cx))).await {
            return;
        }
        // An error means that the connection has gone: reading says so too.
        let _ = poll_fn(|cx| Pin::new(&mut self.io).poll_shutdown(cx)).await;
        while poll_fn(|cx| self.poll_discard(cx)).await {}
    }

    /// Whether something came that is not looked at.
    fn has_more(&mut self, cx: &mut Context<'_>) -> bool {
        !self.unread.is_empty() || matches!(self.poll_discard(cx), Poll::Ready(true))
    }

    /// Reads what is not looked at. Returns whether there may be more.
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let mut space = [MaybeUninit::uninit(); READ_BYTES];
        let mut buffer = ReadBuf::uninit(&mut space);
        let read = ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer));
        Poll::Ready(read.is_ok() && !buffer.filled().is_empty())
    }
}

/// Nothing to send.
struct Nothing;

impl PacketSource for Nothing {
    fn is_empty(&self) -> bool {
        true
    }

    fn pop(&mut self) -> Option<Packet> {
        None
    }
}

impl From<Invalid> for Lost {
    fn from(invalid: Invalid) -> Self {
        match invalid {
            Invalid::Protocol => Self::Malformed(CloseCode::Protocol),
            Invalid::Text => Self::Malformed(CloseCode::Invalid),
            Invalid::TooLarge => Self::TooLarge,
        }
    }
}
