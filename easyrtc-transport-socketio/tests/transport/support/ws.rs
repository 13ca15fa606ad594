//! A client on a WebSocket.

use std::net::SocketAddr;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{event, login, parse_ack, soon};

/// A WebSocket, of a session or beside one.
pub(crate) struct Ws {
    pub(crate) stream: WebSocketStream<TcpStream>,
}

/// Opens a WebSocket, or says what came instead.
pub(crate) async fn open(
    address: SocketAddr,
    query: &str,
    headers: &[(&'static str, &str)],
) -> Result<Ws, Box<Error>> {
    let mut request = format!("ws://{address}/socket.io/?{query}").into_client_request().unwrap();
    for &(name, value) in headers {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let stream = TcpStream::connect(address).await.unwrap();
    let (stream, _) = soon(tokio_tungstenite::client_async(request, stream)).await?;
    Ok(Ws { stream })
}

impl Ws {
    /// Opens a WebSocket with `query`, which must work.
    pub(crate) async fn with_query(address: SocketAddr, query: &str) -> Self {
        open(address, query, &[]).await.unwrap()
    }

    /// Opens a session.
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let mut this = Self::with_query(address, "EIO=4&transport=websocket").await;
        assert!(this.text().await.starts_with("0{\"sid\":\""));
        this
    }

    /// Opens a session and connects to the namespace.
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let mut this = Self::open(address).await;
        this.send("40").await;
        loop {
            let text = this.text().await;
            if text.starts_with("40{\"sid\":\"") {
                return this;
            }
            assert_eq!(text, "2");
            this.send("3").await;
        }
    }

    /// Connects and logs in; returns the easyrtcid too.
    pub(crate) async fn log_in(address: SocketAddr) -> (Self, String) {
        let mut this = Self::connect(address).await;
        this.send(&event(0, "easyrtcAuth", &login())).await;
        let token = this.ack(0).await;
        let id = token["msgData"]["easyrtcid"].as_str().unwrap().to_owned();
        (this, id)
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn send_binary(&mut self, bytes: &'static [u8]) {
        self.stream.send(Message::binary(Bytes::from_static(bytes))).await.unwrap();
    }

    /// The next message; `None` once the WebSocket is closed.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        match soon(self.stream.next()).await {
            Some(Ok(Message::Close(_)) | Err(_)) | None => None,
            Some(Ok(message)) => Some(message),
        }
    }

    /// The next message, which must be text.
    pub(crate) async fn text(&mut self) -> String {
        match self.next().await {
            Some(Message::Text(text)) => text.to_string(),
            other => panic!("no text: {other:?}"),
        }
    }

    /// The next message, which must be binary.
    pub(crate) async fn binary(&mut self) -> Bytes {
        match self.next().await {
            Some(Message::Binary(bytes)) => bytes,
            other => panic!("no binary: {other:?}"),
        }
    }

    /// The answer to event `ack`; events before it are passed over.
    pub(crate) async fn ack(&mut self, ack: u64) -> Value {
        loop {
            let text = self.text().await;
            if let Some(answer) = parse_ack(&text, ack) {
                return answer;
            }
            assert!(text.starts_with("42"), "neither event nor answer: {text}");
        }
    }

    /// Waits for the close; returns its code. Other messages fail the test.
    pub(crate) async fn close_code(&mut self) -> Option<u16> {
        match soon(self.stream.next()).await {
            Some(Ok(Message::Close(frame))) => frame.map(|frame| frame.code.into()),
            Some(Err(_)) | None => None,
            Some(Ok(other)) => panic!("not closed: {other:?}"),
        }
    }

    /// Asserts that the server closes, saying nothing more.
    pub(crate) async fn assert_closed(&mut self) {
        assert_eq!(self.next().await, None);
    }
}
