//! How many TCP connections are open, and when the last has gone.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Counts open sockets and refuses more than its limit.
#[derive(Debug)]
pub struct Gate {
    limit: usize,
    open: AtomicUsize,
    emptied: Notify,
}

impl Gate {
    /// A gate that lets `limit` sockets in at a time; 0 means no limit.
    #[must_use]
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, open: AtomicUsize::new(0), emptied: Notify::new() })
    }

    /// Lets a socket in, or gives it back if there are as many as there may be.
    ///
    /// # Errors
    /// The socket, if the limit is reached.
    pub fn admit(self: &Arc<Self>, stream: TcpStream) -> Result<Socket, TcpStream> {
        let limit = if self.limit == 0 { usize::MAX } else { self.limit };
        let admitted = self.open.fetch_update(Ordering::AcqRel, Ordering::Acquire, |open| {
            (open < limit).then_some(open + 1)
        });
        match admitted {
            Ok(_) => Ok(Socket { stream, _place: Place(Arc::clone(self)) }),
            Err(_) => Err(stream),
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

/// A socket that holds its place as long as it exists, also after an upgrade to WebSocket has taken it over.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    _place: Place,
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn refuses_above_the_limit_and_tells_when_the_last_has_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connect = async || TcpStream::connect(address).await.unwrap();
        let gate = Gate::new(2);
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
}
