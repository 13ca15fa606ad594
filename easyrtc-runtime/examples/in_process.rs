//! A transport without a network: clients in the same process, for tests and for bots beside the
//! server. Also how to write a transport, in what every transport has to do:
//!
//! 1. take a connection in: [`Runtime::connect`] with what is known of the client;
//! 2. take in what the client says and feed it, one message at a time: [`Connection::receive`] and
//!    [`Connection::deliver`];
//! 3. take what is to go out from the [`Outbox`], in order, and encode it;
//! 4. honour [`Outgoing::Close`], the last thing in an outbox, and [`Outbox::aborted`], which may
//!    come at any time and means that nothing more is to be written;
//! 5. say when the client has gone: [`Connection::close`].
//!
//! Only the public interface of this crate is used. Run it with
//! `cargo run -p easyrtc-runtime --example in_process`; `tests/in_process.rs` tests it.

use std::collections::VecDeque;
use std::error::Error;

use easyrtc_runtime::{
    AckId, Attachments, ClientEvent, CloseReason, ConnMeta, Connection, OpenToEveryone, Options,
    Outbox, Outgoing, Refused, Runtime, TransportKind,
};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

/// What a client hears.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A message that was emitted, and the name of its event.
    Event(&'static str, Value),
    /// The answer to the message with this number.
    Answer(u64, Value),
    /// The server ended the connection. Nothing comes after it.
    Closed(CloseReason),
}

/// A client in this process, with a connection of its own.
#[derive(Debug)]
pub struct InProcess {
    connection: Connection,
    outbox: Outbox,
    /// Taken from the outbox and not heard yet. The outbox is bounded, and each batch too, so this
    /// is: the next one is taken when it is empty.
    batch: VecDeque<Outgoing>,
    acks: u64,
    closed: Option<CloseReason>,
}

impl InProcess {
    /// Connects to `runtime`.
    ///
    /// # Errors
    /// If there are as many connections as there may be.
    pub fn connect(runtime: &Runtime) -> Result<Self, Refused> {
        // The kind decides how long the client may take to log in. A transport over a network also
        // names the client's address, origin and so on here.
        let (connection, outbox) = runtime.connect(ConnMeta::new(TransportKind::WebSocket))?;
        Ok(Self { connection, outbox, batch: VecDeque::new(), acks: 0, closed: None })
    }

    /// Says something that is to be answered; the number that the answer will have.
    ///
    /// Returns when the core has decided about it, which is when the client may speak again:
    /// a transport reads nothing from its socket meanwhile.
    ///
    /// # Errors
    /// If `message` cannot be written as JSON.
    pub async fn say(&mut self, event: ClientEvent, message: &Value) -> serde_json::Result<u64> {
        self.acks += 1;
        // From a network this text comes from the client, and its size has been checked.
        let text: Box<RawValue> = to_raw_value(message)?;
        let ack = Some(AckId(self.acks));
        // What cannot be decoded is delivered too: the core answers it.
        let delivery = self.connection.receive(ack, event, &*text, &Attachments::none());
        self.connection.deliver(delivery).await;
        Ok(self.acks)
    }

    /// The next thing the server has for this client; waits for it.
    ///
    /// # Errors
    /// If a message is no JSON, which the core does not write.
    pub async fn hear(&mut self) -> serde_json::Result<Heard> {
        if let Some(reason) = self.closed {
            return Ok(Heard::Closed(reason));
        }
        let aborted = self.outbox.aborted();
        let taken = async {
            while self.batch.is_empty() {
                let mut batch = Vec::new();
                if !self.outbox.recv(&mut batch).await {
                    // Ended without a close: it was aborted, and the other branch says why.
                    std::future::pending::<()>().await;
                }
                self.batch.extend(batch);
            }
            self.batch.pop_front()
        };
        let next = tokio::select! {
            // An abort goes before what waits: it means that nothing more is to be written.
            biased;
            reason = aborted => Some(Outgoing::Close(reason)),
            next = taken => next,
        };
        let mut text = Vec::new();
        match next {
            Some(Outgoing::Event { frame, to }) => {
                frame.write_json(to.as_ref(), &mut text);
                Ok(Heard::Event(frame.event().name(), serde_json::from_slice(&text)?))
            }
            Some(Outgoing::Reply { ack: AckId(number), frame }) => {
                frame.write_json(None, &mut text);
                Ok(Heard::Answer(number, serde_json::from_slice(&text)?))
            }
            Some(Outgoing::Close(reason)) => {
                self.batch.clear();
                self.closed = Some(reason);
                Ok(Heard::Closed(reason))
            }
            // `taken` does not end with nothing.
            None => Ok(Heard::Closed(CloseReason::TransportError)),
        }
    }

    /// Leaves. A client that is only dropped counts as one whose line broke.
    pub fn leave(self) {
        self.connection.close(CloseReason::ClientLeft);
    }
}

/// Two clients meet in a room, the one speaks to the other, and the server shuts down.
///
/// # Errors
/// If the operating system gives no randomness, or something is not heard as it should be.
pub async fn two_clients_meet(options: Options) -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::start(options, OpenToEveryone)?;
    let mut alice = InProcess::connect(&runtime)?;
    let mut bob = InProcess::connect(&runtime)?;
    let login = json!({"msgType": "authenticate", "msgData": {"apiVersion": "1"}});

    let number = alice.say(ClientEvent::Auth, &login).await?;
    expect(&alice.hear().await?, |heard| is_answer(heard, number, "token"))?;
    bob.say(ClientEvent::Auth, &login).await?;
    let Heard::Answer(_, token) = bob.hear().await? else { return Err("no token".into()) };
    // Alice is told of the newcomer.
    expect(&alice.hear().await?, |heard| is_event(heard, "easyrtcCmd", "roomData"))?;

    let hello = json!({
        "msgType": "hello", "targetEasyrtcid": token["msgData"]["easyrtcid"], "msgData": [1, 2]
    });
    let number = alice.say(ClientEvent::Msg, &hello).await?;
    expect(&alice.hear().await?, |heard| is_answer(heard, number, "ack"))?;
    expect(&bob.hear().await?, |heard| is_event(heard, "easyrtcMsg", "hello"))?;

    // What is no message of the protocol is answered, not dropped.
    let number = alice.say(ClientEvent::Cmd, &json!({"msgType": "no such type"})).await?;
    expect(&alice.hear().await?, |heard| is_answer(heard, number, "error"))?;

    bob.leave();
    expect(&alice.hear().await?, |heard| is_event(heard, "easyrtcCmd", "roomData"))?;
    runtime.admin(easyrtc_runtime::AdminCommand::Shutdown)?;
    expect(&alice.hear().await?, |heard| is_event(heard, "easyrtcCmd", "error"))?;
    expect(&alice.hear().await?, |heard| *heard == Heard::Closed(CloseReason::Shutdown))?;
    alice.leave();
    runtime.drained().await;
    Ok(())
}

fn is_event(heard: &Heard, event: &str, kind: &str) -> bool {
    matches!(heard, Heard::Event(name, message) if *name == event && message["msgType"] == kind)
}

fn is_answer(heard: &Heard, number: u64, kind: &str) -> bool {
    matches!(heard, Heard::Answer(to, message) if *to == number && message["msgType"] == kind)
}

fn expect(heard: &Heard, as_expected: impl Fn(&Heard) -> bool) -> Result<(), Box<dyn Error>> {
    if as_expected(heard) { Ok(()) } else { Err(format!("heard {heard:?}").into()) }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    two_clients_meet(Options::default()).await
}
