//! A client on a WebSocket.

use std::net::SocketAddr;
use std::sync::LazyLock;

use easyrtc_schema_validator::{Schemas, Subject};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::Response;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{login, soon};

/// A WebSocket.
pub(crate) struct Client {
    pub(crate) stream: WebSocketStream<TcpStream>,
    pub(crate) response: Response<Option<Vec<u8>>>,
}

/// Opens a WebSocket, or says what came instead.
pub(crate) async fn open(
    address: SocketAddr,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<Client, Box<Error>> {
    let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
    for &(name, value) in headers {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let stream = TcpStream::connect(address).await.unwrap();
    let (stream, response) = soon(tokio_tungstenite::client_async(request, stream)).await?;
    Ok(Client { stream, response })
}

/// The status a WebSocket is refused with.
pub(crate) async fn refused(
    address: SocketAddr,
    path: &str,
    headers: &[(&'static str, &str)],
) -> u16 {
    match open(address, path, headers).await.map_err(|error| *error) {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("not refused: {:?}", other.err()),
    }
}

impl Client {
    /// Opens a session; returns its welcome too.
    pub(crate) async fn connect(address: SocketAddr) -> (Self, Value) {
        let mut this = open(address, "/ws", &[]).await.unwrap();
        let welcome = this.welcome().await;
        (this, welcome)
    }

    /// Opens a session and logs in; returns the easyrtcid too.
    pub(crate) async fn log_in(address: SocketAddr) -> (Self, String) {
        let (mut this, _) = Self::connect(address).await;
        let id = this.authenticate().await;
        (this, id)
    }

    /// Connects as one who resumes; returns the welcome too.
    pub(crate) async fn resume(address: SocketAddr, resume: &Value) -> (Self, Value) {
        let mut this = open(address, "/ws?resume=1", &[]).await.unwrap();
        this.send(&json!({ "resume": resume })).await;
        let welcome = this.welcome().await;
        (this, welcome)
    }

    /// Opens a session that can be resumed and logs in; returns the easyrtcid and the token too.
    pub(crate) async fn resumable(address: SocketAddr) -> (Self, String, String) {
        let (mut this, welcome) = Self::resume(address, &json!({})).await;
        assert_eq!(welcome["resumed"], false);
        let id = this.authenticate().await;
        (this, id, token(&welcome))
    }

    /// Logs in; returns the easyrtcid.
    pub(crate) async fn authenticate(&mut self) -> String {
        self.event(0, "easyrtcAuth", &login()).await;
        let token = self.ack(0).await;
        token["msgData"]["easyrtcid"].as_str().unwrap().to_owned()
    }

    /// The welcome, which must come now.
    pub(crate) async fn welcome(&mut self) -> Value {
        let frame = self.frame().await;
        assert_eq!(frame["event"], "welcome", "{frame}");
        frame["message"].clone()
    }

    pub(crate) async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// Sends a frame, which may fail.
    pub(crate) async fn try_send(&mut self, frame: &Value) -> Result<(), Box<Error>> {
        soon(self.stream.send(Message::text(frame.to_string()))).await.map_err(Box::new)
    }

    /// The next frame; `None` once the connection is gone.
    pub(crate) async fn try_frame(&mut self) -> Option<Value> {
        let message = self.next().await?;
        message.is_text().then(|| serde_json::from_str(message.to_text().unwrap()).unwrap())
    }

    /// Sends an event that wants an answer.
    pub(crate) async fn event(&mut self, id: u64, name: &str, message: &Value) {
        self.send(&json!({"event": name, "id": id, "message": message})).await;
    }

    /// The next message other than ping and pong; `None` once the connection is gone.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            match soon(self.stream.next()).await {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => {
                    assert_valid(&message);
                    return Some(message);
                }
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// The next frame, whatever it says.
    pub(crate) async fn any_frame(&mut self) -> Value {
        match self.next().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("no text: {other:?}"),
        }
    }

    /// The next frame that is no acknowledgement.
    pub(crate) async fn frame(&mut self) -> Value {
        loop {
            let frame = self.any_frame().await;
            if frame.get("received").is_none() {
                return frame;
            }
        }
    }

    /// The answer to event `id`; events before it are passed over.
    pub(crate) async fn ack(&mut self, id: u64) -> Value {
        loop {
            let frame = self.frame().await;
            if frame["ack"] == id {
                return frame["message"].clone();
            }
            assert!(frame.get("event").is_some(), "neither event nor answer: {frame}");
        }
    }

    /// Waits for the close; returns its code and reason. Other messages fail the test.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        match self.next().await {
            Some(Message::Close(Some(frame))) => (frame.code.into(), frame.reason.to_string()),
            other => panic!("not closed: {other:?}"),
        }
    }

    /// Waits for the error and the close that follow a violation; returns the error's code and the
    /// close's.
    pub(crate) async fn violation(&mut self) -> (String, u16) {
        let frame = self.frame().await;
        assert_eq!(frame["event"], "error", "{frame}");
        assert_eq!(frame["message"]["msgType"], "error");
        assert!(frame["message"]["serverTime"].is_u64());
        assert!(frame["message"]["msgData"]["errorText"].is_string());
        let code = frame["message"]["msgData"]["errorCode"].as_str().unwrap().to_owned();
        (code, self.closed().await.0)
    }
}

/// Every frame of the server is what its schema says.
fn assert_valid(message: &Message) {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::published);
    let Message::Text(text) = message else { return };
    // What a tree cannot hold, no schema can judge.
    let Ok(frame) = serde_json::from_str::<Value>(text) else { return };
    assert_eq!(SCHEMAS.check(Subject::ServerFrame, &frame), Ok(()), "{text}");
}

/// The token in a welcome.
pub(crate) fn token(welcome: &Value) -> String {
    welcome["session"]["token"].as_str().unwrap().to_owned()
}
