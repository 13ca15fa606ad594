//! How many TCP connections are open, and when the last has gone.

use std::io::{ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use easyrtc_transport_common::Number;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Sleep, sleep};

use crate::proxy_protocol::ProxyHeaderError;

/// Counts open sockets and refuses more than its limit.
#[derive(Debug)]
pub struct Gate {
    limit: usize,
    write_timeout: Duration,
    open: AtomicUsize,
    emptied: Notify,
    accepted: Number,
    refused: Number,
    refused_headers: [Number; ProxyHeaderError::KINDS.len()],
}

/// What came of sockets, at one moment. All but `open` only grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketMetrics {
    /// Sockets that are open.
    pub open: usize,
    /// Sockets let in.
    pub accepted: u64,
    /// Sockets refused because there were as many as there may be.
    pub refused: u64,
    /// Sockets closed for want of a header of the PROXY protocol, by
    /// [`ProxyHeaderError::KINDS`].
    pub refused_headers: [u64; ProxyHeaderError::KINDS.len()],
}

impl Gate {
    /// A gate that lets `limit` sockets in at a time; 0 means no limit. Each of them fails when its
    /// peer takes nothing for `write_timeout`; zero means no limit.
    #[must_use]
    pub fn new(limit: usize, write_timeout: Duration) -> Arc<Self> {
        Arc::new(Self {
            limit,
            write_timeout,
            open: AtomicUsize::new(0),
            emptied: Notify::new(),
            accepted: Number::default(),
            refused: Number::default(),
            refused_headers: Default::default(),
        })
    }

    /// Lets a socket in, or gives it back if there are as many as there may be.
    ///
    /// # Errors
    /// The socket, if the limit is reached.
    pub fn admit(self: &Arc<Self>, stream: TcpStream) -> std::result::Result<Socket, TcpStream> {
        let limit = if self.limit == 0 { usize::MAX } else { self.limit };
        let admitted = self.open.fetch_update(Ordering::AcqRel, Ordering::Acquire, |open| {
            (open < limit).then_some(open + 1)
        });
        match admitted {
            Ok(_) => {
                self.accepted.add(1);
                Ok(Socket { stream, stalled: None, place: Place(Arc::clone(self)) })
            }
            Err(_) => {
                self.refused.add(1);
                Err(stream)
            }
        }
    }

    /// A socket is closed because of its header of the PROXY protocol.
    pub fn refused_header(&self, error: &ProxyHeaderError) {
        if let Some(number) = self.refused_headers.get(error.kind()) {
            number.add(1);
        }
    }

    /// The numbers as they are now.
    #[must_use]
    pub fn metrics(&self) -> SocketMetrics {
        SocketMetrics {
            open: self.open(),
            accepted: self.accepted.get(),
            refused: self.refused.get(),
            refused_headers: self.refused_headers.each_ref().map(Number::get),
        }
    }

    /// Sockets open now.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Acquire)
    }

    /// Waits until no socket is open.
    pub async fn empty(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.open() == 0 {
                return;
            }
            emptied.await;
        }
    }
}

/// A socket's place, given back when the socket goes.
#[derive(Debug)]
struct Place(Arc<Gate>);

impl Drop for Place {
    fn drop(&mut self) {
        if self.0.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.emptied.notify_waiters();
        }
    }
}

/// A socket that holds its place as long as it exists, also after an upgrade to WebSocket has taken
/// it over.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    /// Runs while the peer takes nothing of what there is to write.
    stalled: Option<Pin<Box<Sleep>>>,
    place: Place,
}

impl Socket {
    /// Waits for bytes and looks at them without taking them; none means that the peer has ended.
    ///
    /// # Errors
    /// If the socket fails.
    pub async fn peek(&self, bytes: &mut [u8]) -> Result<usize> {
        self.stream.peek(bytes).await
    }

    /// Passes on what a write came to, unless it has come to nothing for too long.
    fn watch<T>(&mut self, context: &mut Context<'_>, poll: Poll<Result<T>>) -> Poll<Result<T>> {
        let limit = self.place.0.write_timeout;
        if poll.is_ready() || limit.is_zero() {
            self.stalled = None;
            return poll;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(limit)));
        stalled.as_mut().poll(context).map(|()| Err(ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn refuses_above_the_limit_and_tells_when_the_last_has_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connect = async || TcpStream::connect(address).await.unwrap();
        let gate = Gate::new(2, Duration::ZERO);
        let first = gate.admit(connect().await).unwrap();
        let second = gate.admit(connect().await).unwrap();
        assert!(gate.admit(connect().await).is_err());
        assert_eq!(gate.open(), 2);

        let emptied = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move { gate.empty().await }
        });
        drop((first, second));
        emptied.await.unwrap();
        assert_eq!(gate.open(), 0);
        assert!(gate.admit(connect().await).is_ok());
    }

    #[tokio::test]
    async fn a_peer_that_takes_nothing_ends_its_socket() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let mut socket = Gate::new(0, Duration::from_millis(20)).admit(stream).unwrap();
        let block = vec![0; 1024 * 1024];
        let error = loop {
            if let Err(error) = socket.write_all(&block).await {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        drop(peer);
    }
}
