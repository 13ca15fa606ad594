//! A server that sends back what it gets, and what clients send.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use easyrtc_transport_common::{
    CloseCode, Lost, Packet, PacketSource, WebSocket, WebSocketEvent, accept,
};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Request, upgrade};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Bytes that a message may have.
pub(crate) const MAX_MESSAGE: usize = 1_000_000;

/// How long a test waits for what must happen before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

const HANDSHAKE: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// The outcome of `future`, which must come.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("this must happen soon")
}

/// What waits to be sent.
#[derive(Default)]
pub(crate) struct Queue(pub(crate) VecDeque<Packet>);

impl PacketSource for Queue {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn pop(&mut self) -> Option<Packet> {
        self.0.pop_front()
    }
}

/// The server's end of a connection, once the client at the other end made its handshake.
pub(crate) async fn upgraded(
    server: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    client: &mut (impl AsyncRead + AsyncWrite + Unpin),
) -> Upgraded {
    let (sender, mut receiver) = mpsc::channel::<OnUpgrade>(1);
    let service = service_fn(move |mut request: Request<Incoming>| {
        sender.try_send(upgrade::on(&mut request)).unwrap();
        let response = accept(&request, None).unwrap();
        async move { Ok::<_, Infallible>(response) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(server), service);
    tokio::spawn(connection.with_upgrades());
    client.write_all(HANDSHAKE).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "));
    receiver.recv().await.unwrap().await.unwrap()
}

/// Sends back what it gets, texts and binary messages by different ways, until the end.
pub(crate) async fn echo(mut socket: WebSocket) {
    let mut queue = Queue::default();
    loop {
        let reading = queue.is_empty() && socket.is_idle();
        let lost = match socket.next(&mut queue, reading).await {
            WebSocketEvent::Text(text) => {
                let write = |out: &mut Vec<u8>| out.extend_from_slice(text.as_bytes());
                socket.write_text(text.len(), write);
                continue;
            }
            WebSocketEvent::Binary(bytes) => {
                queue.0.push_back(Packet::Binary(bytes));
                continue;
            }
            WebSocketEvent::Ping | WebSocketEvent::Pong | WebSocketEvent::Flushed => continue,
            WebSocketEvent::Lost(lost) => lost,
        };
        let code = match lost {
            Lost::Malformed(code) => code,
            Lost::TooLarge => CloseCode::Size,
            Lost::Closed(_) => CloseCode::Normal,
            Lost::Cut | Lost::Failed => return,
        };
        return socket.close(queue, code, "", PATIENCE).await;
    }
}

/// A frame of a client: its first byte, and its payload.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        length @ ..126 => bytes.push(0x80 | u8::try_from(length).unwrap()),
        length @ 126..65_536 => {
            bytes.push(0x80 | 126);
            bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            bytes.push(0x80 | 127);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend(MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// A close frame of a client with nothing but a code.
pub(crate) fn close(code: u16) -> Vec<u8> {
    frame(0x88, &code.to_be_bytes())
}

/// Frames one after the other.
pub(crate) fn frames(frames: &[(u8, &[u8])]) -> Vec<u8> {
    frames.iter().flat_map(|(first, payload)| frame(*first, payload)).collect()
}

/// A frame that came from the server: its first byte, and its payload.
pub(crate) type Frame = (u8, Vec<u8>);

/// The close frame with `code`, as the server sends it.
pub(crate) fn closed(code: u16) -> Frame {
    (0x88, code.to_be_bytes().to_vec())
}

/// The frames of a server in `bytes`, which end with one.
pub(crate) fn parse(mut bytes: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    while let Some((&[first, length], rest)) = bytes.split_first_chunk() {
        let (length, rest) = match length {
            126 => {
                let (length, rest) = rest.split_first_chunk().expect("a length");
                (usize::from(u16::from_be_bytes(*length)), rest)
            }
            127 => {
                let (length, rest) = rest.split_first_chunk().expect("a length");
                (usize::try_from(u64::from_be_bytes(*length)).unwrap(), rest)
            }
            length => (usize::from(length), rest),
        };
        let (payload, rest) = rest.split_at_checked(length).expect("a whole frame");
        frames.push((first, payload.to_vec()));
        bytes = rest;
    }
    assert!(bytes.is_empty());
    frames
}

/// A server that sends back what it gets.
pub(crate) struct Server(SocketAddr);

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = service_fn(|mut request: Request<Incoming>| {
            let response = accept(&request, None).unwrap();
            let upgrade = upgrade::on(&mut request);
            tokio::spawn(async {
                echo(WebSocket::accept(upgrade.await.unwrap(), MAX_MESSAGE)).await
            });
            async move { Ok::<_, Infallible>(response) }
        });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection.with_upgrades());
            }
        });
        Self(address)
    }

    /// A client, whose `early` bytes follow its handshake at once.
    pub(crate) async fn connect(&self, early: &[u8]) -> TcpStream {
        let mut client = TcpStream::connect(self.0).await.unwrap();
        client.set_nodelay(true).unwrap();
        client.write_all(&[HANDSHAKE, early].concat()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await.unwrap());
        }
        client
    }

    /// All the frames that come for `bytes`, sent in writes of `piece`, until the server closes.
    pub(crate) async fn answers(&self, bytes: &[u8], piece: usize) -> Vec<Frame> {
        let (mut from, mut to) = self.connect(&[]).await.into_split();
        let send = async {
            for piece in bytes.chunks(piece) {
                // The server may have had enough.
                if to.write_all(piece).await.is_err() {
                    break;
                }
            }
        };
        let receive = async {
            let mut all = Vec::new();
            from.read_to_end(&mut all).await.unwrap();
            parse(&all)
        };
        soon(async { tokio::join!(send, receive).1 }).await
    }

    /// The same for each of several pieces.
    pub(crate) async fn check(&self, case: &str, bytes: &[u8], expected: &[Frame]) {
        let pieces: &[usize] =
            if bytes.len() < 1000 { &[1, usize::MAX] } else { &[997, usize::MAX] };
        for &piece in pieces {
            let answers = self.answers(bytes, piece).await;
            assert!(answers == expected, "{case}, in pieces of {piece}: {answers:x?}");
        }
    }
}
