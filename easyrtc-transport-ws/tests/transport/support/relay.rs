//! A relay between client and server, whose lines can be cut at any byte.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Listens for clients, and connects each to the server.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    cut: watch::Sender<u64>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Relay {
    /// A relay to `server`. The first lines are cut after as many bytes as `cuts` says, towards the
    /// server and from it; those after that hold.
    pub(crate) async fn start(server: SocketAddr, cuts: Vec<[usize; 2]>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let cut = watch::Sender::new(0);
        let cut_by_hand = cut.clone();
        let accepting = tokio::spawn(async move {
            let mut cuts = cuts.into_iter();
            while let Ok((client, _)) = listener.accept().await {
                let [up, down] = cuts.next().unwrap_or([usize::MAX; 2]);
                let server = TcpStream::connect(server).await.unwrap();
                let mut cut_by_hand = cut_by_hand.subscribe();
                tokio::spawn(async move {
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    // Whichever ends takes the other along: everything is dropped.
                    tokio::select! {
                        () = copy(from_client, to_server, up) => {}
                        () = copy(from_server, to_client, down) => {}
                        _ = cut_by_hand.changed() => {}
                    }
                });
            }
        });
        Self { address, cut, accepting }
    }

    /// Cuts every line there is.
    pub(crate) fn cut(&self) {
        self.cut.send_modify(|count| *count += 1);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

/// Copies up to `bytes` bytes, or until either side is gone.
async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut bytes: usize) {
    let mut buffer = [0; 1024];
    while bytes > 0 {
        let length = buffer.len().min(bytes);
        let Ok(length @ 1..) = from.read(&mut buffer[..length]).await else { return };
        bytes -= length;
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
