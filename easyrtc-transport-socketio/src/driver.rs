//! The task of one session: from its line to the core and back.

use std::pin::pin;
use std::sync::Arc;

use easyrtc_runtime::{AckId, Attachments, CloseReason, ConnMeta, Connection, Delivery};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::end::End;
use crate::link::{Data, Link};
use crate::shared::Shared;
use crate::socket::encode;
use crate::socket::packet::Violation;
use crate::socket::receiver::{Incoming, Limits, Receiver};
use crate::socket::route::{Routed, route};

/// One session and, while its client is connected to the namespace, its connection to the core.
pub(crate) struct Driver {
    shared: Arc<Shared>,
    link: Link,
    receiver: Receiver,
    connection: Option<Connection>,
    meta: Box<ConnMeta>,
}

impl Driver {
    pub(crate) fn new(shared: Arc<Shared>, link: Link, meta: ConnMeta) -> Self {
        let limits = Limits {
            max_bytes: shared.config.max_payload,
            max_attachments: shared.config.max_attachments,
        };
        let receiver = Receiver::new(limits, link.revision());
        Self { shared, link, receiver, connection: None, meta: Box::new(meta) }
    }

    /// Serves the session until it ends.
    pub(crate) async fn run(mut self) {
        self.shared.counters.sessions_opened.add(1);
        self.shared.counters.sessions.add(1);
        let end = match self.start() {
            Err(end) => end,
            Ok(()) => loop {
                if let Err(end) = self.step().await {
                    break end;
                }
            },
        };
        tracing::debug!(reason = ?end.reason, "session over");
        // The core learns of a client that is gone at once, but of one it sent away only when all
        // of it is done: a server that goes down waits for that.
        let sent_away = self.connection.take_if(|_| self.link.closing().is_some());
        if let Some(connection) = self.connection.take() {
            connection.close(end.reason);
        }
        // The end needs more room than the rest of the session's life: it is taken only then.
        Box::pin(self.link.finish(end.manner)).await;
        if let Some(connection) = sent_away {
            connection.close(end.reason);
        }
        self.shared.counters.sessions.subtract(1);
    }

    /// Connects a client to the core that is connected to the namespace without asking.
    fn start(&mut self) -> Result<(), End> {
        if self.receiver.is_connected() { self.connect() } else { Ok(()) }
    }

    async fn step(&mut self) -> Result<(), End> {
        let event = self.link.next(true).await;
        if let Some(data) = self.link.settle(event, self.connection.as_ref())?
            && let Some(delivery) = self.interpret(&data)?
        {
            // Boxed, so that the room is taken only while a message is on its way.
            Box::pin(self.deliver(delivery)).await?;
        }
        Ok(())
    }

    /// Deals with a message of the client, up to what is for the core, which it returns.
    fn interpret(&mut self, data: &Data) -> Result<Option<Delivery>, End> {
        let incoming = match data {
            Data::Text(text) => self.receiver.text(text.get(1..).unwrap_or_default()),
            Data::Binary(bytes) => self.receiver.binary(bytes.clone()),
        };
        let incoming = incoming.map_err(|violation| {
            tracing::debug!(%violation, "session closed");
            let too_large = violation == Violation::TooLarge;
            self.link.violation(if too_large { CloseCode::Size } else { CloseCode::Normal })
        })?;
        match incoming {
            Incoming::Partial => {}
            Incoming::Connect => self.connect()?,
            Incoming::UnknownNamespace(name) => {
                self.link.reply(encode::invalid_namespace(self.link.revision(), name))?;
            }
            //= docs/spec/socketio.md#socketio.client-disconnect
            Incoming::Disconnect => {
                if let Some(connection) = self.connection.take() {
                    connection.close(CloseReason::ClientLeft);
                }
                self.link.leave();
            }
            Incoming::Ack(id) => {
                //= docs/spec/socketio.md#socketio.ack-requested
                self.link.acknowledged(id);
                self.link.alive(self.connection.as_ref());
            }
            Incoming::Event(event) => match route(&event) {
                //= docs/spec/socketio.md#socketio.dropped
                Routed::Drop => {
                    self.shared.counters.packets_dropped.add(1);
                    self.link.alive(self.connection.as_ref());
                }
                Routed::Feed { event: kind, ack, message } => {
                    let attachments = Attachments::new(event.attachments);
                    let connection = self.connection.as_ref();
                    return Ok(connection.map(|connection| {
                        connection.receive(ack.map(AckId), kind, message.0, &attachments)
                    }));
                }
            },
        }
        Ok(None)
    }

    fn connect(&mut self) -> Result<(), End> {
        let (connection, outbox) =
            self.shared.runtime.connect(ConnMeta::clone(&self.meta)).map_err(|_| End::refused())?;
        self.connection = Some(connection);
        self.link.join(outbox)
    }

    /// Hands a message to the core. The core may let it wait; the line is served meanwhile, except
    /// that no further message of the client is taken.
    async fn deliver(&mut self, delivery: Delivery) -> Result<(), End> {
        let Some(connection) = &mut self.connection else { return Ok(()) };
        let mut delivery = pin!(connection.deliver(delivery));
        let mut waited = false;
        while self.link.closing().is_none() {
            tokio::select! {
                biased;
                () = &mut delivery => break,
                event = self.link.next(false) => {
                    // What can't be said is no silence.
                    self.link.resumed();
                    waited = true;
                    self.link.settle(event, None)?;
                }
            }
        }
        if waited {
            self.link.resumed();
        }
        Ok(())
    }
}
