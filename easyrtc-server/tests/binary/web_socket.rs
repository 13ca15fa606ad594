//! The raw WebSocket behind the binary.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, HandshakeError, Message, WebSocket, client};

use crate::harness::Server;

/// A client that speaks JSON over a plain WebSocket.
pub(crate) struct Client {
    socket: WebSocket<TcpStream>,
}

/// What comes from the server.
#[derive(Debug, PartialEq)]
pub(crate) enum Received {
    Frame(Value),
    Closed(CloseCode),
}

impl Client {
    /// Connects, and hears its welcome; the status if that is refused.
    pub(crate) fn connect(
        address: SocketAddr,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        Self::over(Server::connect_to(address), path, headers)
    }

    /// The same on a connection that is there.
    pub(crate) fn over(
        stream: TcpStream,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        let address = stream.peer_addr().unwrap();
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let socket = match client(request, stream) {
            Ok((socket, _)) => socket,
            Err(HandshakeError::Failure(Error::Http(response))) => {
                return Err(response.status().as_u16());
            }
            Err(error) => panic!("{error}"),
        };
        let mut client = Self { socket };
        assert_eq!(client.frame()["event"], "welcome");
        Ok(client)
    }

    /// Logs in; the answer.
    pub(crate) fn login(&mut self) -> Value {
        let message = json!({"msgType": "authenticate", "msgData": {"apiVersion": "1.1.1"}});
        self.ask(1, "easyrtcAuth", &message)
    }

    /// Sends a message; the answer, and nothing may come before it.
    pub(crate) fn ask(&mut self, id: u64, event: &str, message: &Value) -> Value {
        self.send(id, event, message);
        let mut answer = self.frame();
        assert_eq!(answer["ack"], id);
        answer["message"].take()
    }

    pub(crate) fn send(&mut self, id: u64, event: &str, message: &Value) {
        let frame = json!({"event": event, "id": id, "message": message});
        self.socket.send(Message::text(frame.to_string())).unwrap();
    }

    /// The next message of the server, or whatever else it sends as a frame.
    pub(crate) fn frame(&mut self) -> Value {
        match self.receive() {
            Received::Frame(frame) => frame,
            closed @ Received::Closed(_) => panic!("{closed:?}"),
        }
    }

    /// The next message as it was sent.
    pub(crate) fn text(&mut self) -> String {
        self.socket.read().unwrap().into_text().unwrap().to_string()
    }

    /// The next message if it comes within the socket's timeout.
    pub(crate) fn try_frame(&mut self) -> Option<Value> {
        let waits = [ErrorKind::WouldBlock, ErrorKind::TimedOut];
        match self.socket.read() {
            Ok(Message::Text(text)) => Some(serde_json::from_str(&text).unwrap()),
            Err(Error::Io(error)) if waits.contains(&error.kind()) => None,
            other => panic!("{other:?}"),
        }
    }

    /// The socket below.
    pub(crate) fn stream(&self) -> TcpStream {
        self.socket.get_ref().try_clone().unwrap()
    }

    pub(crate) fn receive(&mut self) -> Received {
        loop {
            match self.socket.read().unwrap() {
                Message::Text(text) => {
                    return Received::Frame(serde_json::from_str(&text).unwrap());
                }
                Message::Close(close) => return Received::Closed(close.unwrap().code),
                Message::Ping(_) | Message::Pong(_) => {}
                other @ (Message::Binary(_) | Message::Frame(_)) => panic!("{other:?}"),
            }
        }
    }
}

fn connect(server: &Server, headers: &[(&'static str, &str)]) -> Client {
    Client::connect(server.address(), "/ws", headers).unwrap()
}

fn healthy_connections(server: &Server) -> Value {
    let mut report: Value = serde_json::from_str(&server.get("/healthz").body).unwrap();
    report["connections"].take()
}

#[test]
fn a_client_logs_in_and_is_counted() {
    let server = Server::start(&["--transport", "ws"]);
    let token = connect(&server, &[]).login();
    assert_eq!(token["msgType"], "token");
    let mut client = connect(&server, &[]);
    assert_eq!(client.login()["msgType"], "token");
    // The first is gone, which may take the server a moment to see.
    while healthy_connections(&server) != 1 {
        std::thread::yield_now();
    }
}

#[test]
fn a_client_is_told_of_the_shutdown_and_closed_with_1001() {
    let mut server = Server::start(&["--shutdown-timeout", "1h"]);
    let mut client = connect(&server, &[]);
    client.login();
    server.signal("TERM");
    let shutdown = client.frame();
    assert_eq!(shutdown["message"]["msgData"]["errorCode"], "SERVER_SHUTDOWN", "{shutdown}");
    assert_eq!(client.receive(), Received::Closed(CloseCode::Away));
    drop(client);
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn a_denied_address_is_told_so_and_closed_with_1008() {
    let server = Server::start(&["--deny-address", "192.0.2.7", "--trusted-proxy", "127.0.0.1"]);
    let mut denied = connect(&server, &[("x-forwarded-for", "192.0.2.8, 192.0.2.7")]);
    assert_eq!(denied.login()["msgData"]["errorCode"], "BANNED_IP_ADDR");
    assert_eq!(denied.receive(), Received::Closed(CloseCode::Policy));
    let mut other = connect(&server, &[("x-forwarded-for", "192.0.2.7, 192.0.2.8")]);
    assert_eq!(other.login()["msgType"], "token");
}

#[test]
fn who_does_not_log_in_is_closed() {
    let server = Server::start(&["--easyrtc-options", r#"{"loginTimeout":20}"#]);
    let mut client = connect(&server, &[]);
    assert_eq!(client.frame()["message"]["msgData"]["errorCode"], "LOGIN_TIMEOUT");
    assert_eq!(client.receive(), Received::Closed(CloseCode::Policy));
}

#[test]
fn an_open_websocket_holds_its_place_among_the_sockets() {
    let server = Server::start(&["--max-sockets", "1"]);
    let mut client = connect(&server, &[]);
    client.login();
    assert_eq!(server.get("/healthz").status, 503);
    drop(client);
    while server.get("/healthz").status != 200 {
        std::thread::yield_now();
    }
}

#[test]
fn limits_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("easyrtc.toml");
    let file = "[transport.ws]\npath = '/a/socket'\nmax_message_bytes = 1000\nmax_sessions = 1\n";
    std::fs::write(&path, file).unwrap();
    let server = Server::start(&["--config", path.to_str().unwrap()]);
    assert_eq!(Client::connect(server.address(), "/ws", &[]).err(), Some(404));
    let mut client = Client::connect(server.address(), "/a/socket", &[]).unwrap();
    assert_eq!(Client::connect(server.address(), "/a/socket", &[]).err(), Some(503));
    client.socket.send(Message::text("x".repeat(1001))).unwrap();
    // Maybe after a frame that says why.
    let mut received = std::iter::repeat_with(|| client.receive());
    let closed = received.find(|received| !matches!(received, Received::Frame(_)));
    assert_eq!(closed, Some(Received::Closed(CloseCode::Size)));
}
