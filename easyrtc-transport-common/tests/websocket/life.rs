//! Clients that don't read, vanish or flood, and connections that fail.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use easyrtc_transport_common::{CloseCode, Lost, Packet, WebSocket, WebSocketEvent};
use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex,
};

use crate::support::{
    Frame, MAX_MESSAGE, PATIENCE, Queue, close, closed, frame, frames, parse, soon, upgraded,
};

/// A WebSocket, and its client. Each way takes so many bytes that nobody reads.
async fn pair(room: usize) -> (WebSocket, DuplexStream) {
    let (mut client, server) = duplex(room);
    let upgraded = upgraded(server, &mut client).await;
    (WebSocket::accept(upgraded, MAX_MESSAGE), client)
}

fn queue(texts: &[&str]) -> Queue {
    Queue(texts.iter().map(|text| Packet::Text(text.to_string().into())).collect())
}

async fn lost(socket: &mut WebSocket, queue: &mut Queue) -> Lost {
    let event = soon(socket.next(queue, true)).await;
    let WebSocketEvent::Lost(lost) = event else { panic!("not lost: {event:?}") };
    lost
}

async fn rest(mut client: DuplexStream) -> Vec<Frame> {
    let mut all = Vec::new();
    soon(client.read_to_end(&mut all)).await.unwrap();
    parse(&all)
}

/// Amid a frame, whose rest the client does not read yet, it pings often and closes.
#[tokio::test]
async fn who_pings_and_closes_without_reading() {
    let (mut socket, mut client) = pair(1000).await;
    let (long, pings) = ("x".repeat(100_000), 10_000);
    let mut waiting = queue(&[&long, "never sent"]);
    let sending = tokio::spawn(async move {
        let ping = frame(0x89, &[7; 125]);
        for _ in 0..pings {
            client.write_all(&ping).await.unwrap();
        }
        client.write_all(&close(4001)).await.unwrap();
        client
    });
    for _ in 0..pings {
        let event = soon(socket.next(&mut waiting, true)).await;
        assert!(matches!(event, WebSocketEvent::Ping), "{event:?}");
    }
    let code = CloseCode::from(4001);
    assert_eq!(lost(&mut socket, &mut waiting).await, Lost::Closed(Some(code)));
    let client = sending.await.unwrap();
    tokio::spawn(socket.close(waiting, CloseCode::Normal, "", PATIENCE));
    assert!(rest(client).await == [(0x81, long.into_bytes()), closed(4001)]);
}

/// What a client said before it went is heard, though nothing can be sent to it any more.
#[tokio::test]
async fn who_closes_and_is_gone() {
    let (mut socket, mut client) = pair(1000).await;
    client.write_all(&[frame(0x81, b"bye"), close(1000)].concat()).await.unwrap();
    drop(client);
    let mut waiting = queue(&["too late"]);
    let event = soon(socket.next(&mut waiting, true)).await;
    assert!(matches!(&event, WebSocketEvent::Text(text) if text.as_str() == "bye"), "{event:?}");
    let expected = Lost::Closed(Some(CloseCode::Normal));
    assert_eq!(lost(&mut socket, &mut waiting).await, expected);
    let (mut socket, client) = pair(1000).await;
    drop(client);
    assert_eq!(lost(&mut socket, &mut queue(&["too late"])).await, Lost::Failed);
}

/// A client that sends no more may still read.
#[tokio::test]
async fn who_ends_its_half() {
    let (mut socket, mut client) = pair(1000).await;
    client.write_all(&frames(&[(0x89, b"ping"), (0x01, b"frag")])).await.unwrap();
    client.shutdown().await.unwrap();
    let event = soon(socket.next(&mut Queue::default(), true)).await;
    assert!(matches!(event, WebSocketEvent::Ping), "{event:?}");
    let event = soon(socket.next(&mut Queue::default(), true)).await;
    assert!(matches!(event, WebSocketEvent::Flushed), "{event:?}");
    assert_eq!(lost(&mut socket, &mut Queue::default()).await, Lost::Cut);
    soon(socket.close(queue(&["a"]), CloseCode::Normal, "", PATIENCE)).await;
    let expected = [(0x8a, b"ping".to_vec()), (0x81, b"a".to_vec()), closed(1000)];
    assert_eq!(rest(client).await, expected);
}

/// A read may bring thousands of small frames: others have their turns in between.
#[tokio::test]
async fn who_floods_keeps_nobody_waiting() {
    let (mut socket, mut client) = pair(1 << 20).await;
    let pongs = 50_000;
    client.write_all(&frame(0x8a, b"").repeat(pongs)).await.unwrap();
    let turns = Arc::new(AtomicUsize::new(0));
    let others = Arc::clone(&turns);
    let others = tokio::spawn(async move {
        loop {
            others.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    });
    for _ in 0..pongs {
        let event = soon(socket.next(&mut Queue::default(), true)).await;
        assert!(matches!(event, WebSocketEvent::Pong), "{event:?}");
    }
    others.abort();
    let turns = turns.load(Ordering::Relaxed);
    assert!(turns >= pongs / 1000, "{turns} turns");
}

/// A connection that at some time takes nothing more.
struct Stuck(DuplexStream, Arc<AtomicBool>);

impl AsyncRead for Stuck {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stuck {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.1.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(0));
        }
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// A write of nothing is a failure: trying again would never end.
#[tokio::test]
async fn writes_that_take_nothing() {
    let (mut client, server) = duplex(1000);
    let stuck = Arc::new(AtomicBool::new(false));
    let upgraded = upgraded(Stuck(server, Arc::clone(&stuck)), &mut client).await;
    let mut socket = WebSocket::accept(upgraded, MAX_MESSAGE);
    stuck.store(true, Ordering::Relaxed);
    assert_eq!(lost(&mut socket, &mut queue(&["a"])).await, Lost::Failed);
    soon(socket.close(queue(&["b"]), CloseCode::Normal, "", PATIENCE)).await;
    assert_eq!(rest(client).await, []);
}
