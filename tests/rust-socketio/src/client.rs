//! A client that speaks EasyRTC through `rust_socketio`.

use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

use rust_socketio::client::Client as Socket;
use rust_socketio::{ClientBuilder, Payload, TransportType};
use serde_json::{Value, json};

use crate::DEADLINE;

/// Far more than any test receives: a full channel would stop the client's own thread.
const EVENTS_KEPT: usize = 1024;

/// A client's connection.
pub struct Client {
    socket: Socket,
    events: Receiver<Received>,
    /// Given by the server at login; empty before.
    pub easyrtcid: String,
}

/// Something the server sent that was no answer.
#[derive(Debug)]
pub enum Received {
    /// The Socket.IO connection is there.
    Open,
    /// The connection has ended.
    Close,
    /// An emitted message, of `easyrtcCmd` or `easyrtcMsg`.
    Message(Value),
}

impl Client {
    /// Connects over a WebSocket and waits for the `open` event: what is emitted before it is lost.
    ///
    /// # Panics
    ///
    /// If there is no connection within the deadline.
    pub fn connect(url: &str) -> Self {
        let (sender, events) = sync_channel(EVENTS_KEPT);
        let note = move |received: fn(Payload) -> Received| {
            let sender = sender.clone();
            move |payload: Payload, _| {
                // The test may have ended and dropped the receiver.
                let _ = sender.send(received(payload));
            }
        };
        let socket = ClientBuilder::new(url)
            .transport_type(TransportType::Websocket)
            .reconnect(false)
            .on("open", note(|_| Received::Open))
            .on("close", note(|_| Received::Close))
            .on("easyrtcCmd", note(|payload| Received::Message(first_argument(payload))))
            .on("easyrtcMsg", note(|payload| Received::Message(first_argument(payload))))
            .connect()
            .expect("the server accepts a connection");
        let client = Self { socket, events, easyrtcid: String::new() };
        client.receive("open", |received| matches!(received, Received::Open).then_some(()));
        client
    }

    /// Connects and logs in to `application`, in its default room.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    pub fn login(url: &str, application: &str) -> Self {
        let mut client = Self::connect(url);
        let token = client.ask(
            "easyrtcAuth",
            json!({
                "msgType": "authenticate",
                "msgData": { "apiVersion": "1.1.1-beta", "applicationName": application },
            }),
        );
        assert_eq!(token["msgType"], "token", "{token}");
        client.easyrtcid = token["msgData"]["easyrtcid"].as_str().expect("an id").to_owned();
        client
    }

    /// Emits `message` and returns the server's answer.
    ///
    /// # Panics
    ///
    /// If there is none within the deadline.
    pub fn ask(&self, event: &str, message: Value) -> Value {
        let (sender, answers) = sync_channel(1);
        self.socket
            .emit_with_ack(event, message, DEADLINE, move |payload, _| {
                let _ = sender.send(payload);
            })
            .expect("the connection is there");
        let payload = answers.recv_timeout(DEADLINE).expect("an answer within the deadline");
        // An ack's arguments come as one array, the only value of the payload.
        first_argument(payload)[0].take()
    }

    /// Sends a command with `msgData` and returns the answer.
    ///
    /// # Panics
    ///
    /// If there is no answer within the deadline.
    pub fn command(&self, msg_type: &str, msg_data: Value) -> Value {
        self.ask("easyrtcCmd", json!({ "msgType": msg_type, "msgData": msg_data }))
    }

    /// Returns the next emitted message that `matches`, dropping those before it.
    ///
    /// # Panics
    ///
    /// If there is none within the deadline.
    pub fn message(&self, what: &str, matches: impl Fn(&Value) -> bool) -> Value {
        self.receive(what, |received| match received {
            Received::Message(message) if matches(&message) => Some(message),
            _ => None,
        })
    }

    /// Waits for the end of the connection.
    ///
    /// # Panics
    ///
    /// If it doesn't end within the deadline.
    pub fn closed(&self) {
        self.receive("the end", |received| matches!(received, Received::Close).then_some(()));
    }

    /// Ends the connection.
    ///
    /// # Panics
    ///
    /// If it has ended already.
    pub fn disconnect(&self) {
        self.socket.disconnect().expect("the connection is there");
    }

    fn receive<T>(&self, what: &str, pick: impl Fn(Received) -> Option<T>) -> T {
        let end = Instant::now() + DEADLINE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let received = self
                .events
                .recv_timeout(left)
                .unwrap_or_else(|_| panic!("{} hasn't received {what}", self.easyrtcid));
            if let Some(picked) = pick(received) {
                return picked;
            }
        }
    }
}

fn first_argument(payload: Payload) -> Value {
    match payload {
        Payload::Text(arguments) => arguments.into_iter().next().unwrap_or(Value::Null),
        other => panic!("the server sends texts to this client: {other:?}"),
    }
}
