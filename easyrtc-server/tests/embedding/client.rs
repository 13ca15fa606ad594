//! A client on a raw WebSocket. It blocks: the server it talks to runs on other threads.

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Message, WebSocket, client};

/// Longer than anything takes that works.
const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) struct Client {
    socket: WebSocket<TcpStream>,
    asked: u64,
    /// Events that came while something else was waited for.
    events: VecDeque<Value>,
    /// What the login was answered with.
    pub(crate) token: Value,
}

impl Client {
    /// Connects; the welcome is taken.
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::connect_with(address, &[])
    }

    /// The same with these headers.
    pub(crate) fn connect_with(address: SocketAddr, headers: &[(&'static str, &str)]) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut request = format!("ws://{address}/ws").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (socket, _) = client(request, stream).unwrap();
        let mut client = Self { socket, asked: 0, events: VecDeque::new(), token: Value::Null };
        assert_eq!(client.receive().unwrap()["event"], "welcome");
        client
    }

    /// Connects and logs in with these keys in `msgData`; the answer is `token`.
    pub(crate) fn login(address: SocketAddr, msg_data: &Value) -> Self {
        let mut client = Self::connect(address);
        client.authenticate(msg_data);
        client
    }

    pub(crate) fn authenticate(&mut self, msg_data: &Value) {
        let mut data = json!({"apiVersion": "1.1.1"});
        for (key, value) in msg_data.as_object().unwrap() {
            data[key] = value.clone();
        }
        let message = json!({"msgType": "authenticate", "msgData": data});
        self.token = self.ask("easyrtcAuth", &message);
    }

    pub(crate) fn id(&self) -> &str {
        self.token["msgData"]["easyrtcid"].as_str().unwrap_or_else(|| panic!("{}", self.token))
    }

    /// Sends a message to the server; the answer.
    pub(crate) fn tell(&mut self, msg_type: &str, msg_data: &Value) -> Value {
        self.ask("easyrtcMsg", &json!({"msgType": msg_type, "msgData": msg_data}))
    }

    /// Sends a message; the answer.
    pub(crate) fn ask(&mut self, event: &str, message: &Value) -> Value {
        self.asked += 1;
        let frame = json!({"event": event, "id": self.asked, "message": message});
        self.socket.send(Message::text(frame.to_string())).unwrap();
        loop {
            let mut frame = self.receive().unwrap();
            if frame["ack"] == self.asked {
                return frame["message"].take();
            }
            self.events.push_back(frame["message"].take());
        }
    }

    /// The next event of this type; those before it are passed over.
    pub(crate) fn event(&mut self, msg_type: &str) -> Value {
        loop {
            let event = match self.events.pop_front() {
                Some(event) => event,
                None => self.receive().unwrap()["message"].take(),
            };
            if event["msgType"] == msg_type {
                return event;
            }
        }
    }

    /// Waits for the server to close; the code.
    pub(crate) fn closed(&mut self) -> CloseCode {
        loop {
            if let Err(code) = self.receive() {
                return code;
            }
        }
    }

    fn receive(&mut self) -> Result<Value, CloseCode> {
        loop {
            match self.socket.read().unwrap() {
                Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
                Message::Close(close) => return Err(close.unwrap().code),
                Message::Ping(_) | Message::Pong(_) => {}
                other @ (Message::Binary(_) | Message::Frame(_)) => panic!("{other:?}"),
            }
        }
    }
}

/// The code of an error, as an answer or an event.
pub(crate) fn error_code(message: &Value) -> &str {
    message["msgData"]["errorCode"].as_str().unwrap_or_else(|| panic!("no error: {message}"))
}

/// The session id in the cookie that the handshake comes with.
pub(crate) fn cookie(address: SocketAddr) -> String {
    let stream = TcpStream::connect(address).unwrap();
    let (_, response) = client(format!("ws://{address}/ws"), stream).unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    let pair = cookie.split(';').next().unwrap();
    pair.strip_prefix("easyrtcsid=").unwrap().to_owned()
}
