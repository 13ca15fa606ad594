//! The task of one session: from its line to the core and back.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use easyrtc_runtime::{AckId, Attachments, CloseReason, ConnMeta, Connection, Delivery};
use easyrtc_transport_common::CloseCode;

use crate::end::End;
use crate::link::{Data, Event, Link};
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
    /// A message that the core lets wait. Meanwhile no other is taken of the client.
    held: Option<Box<Delivery>>,
    meta: Arc<ConnMeta>,
}

impl Driver {
    pub(crate) fn new(shared: Arc<Shared>, link: Link, meta: ConnMeta) -> Self {
        let limits = Limits {
            max_bytes: shared.config.max_payload,
            max_attachments: shared.config.max_attachments,
        };
        let receiver = Receiver::new(limits, link.revision());
        Self { shared, link, receiver, connection: None, held: None, meta: Arc::new(meta) }
    }

    /// Serves the session until it ends.
    pub(crate) fn run(self) -> impl Future<Output = ()> {
        let mut driver = self;
        // An `async fn` would keep two places for the driver.
        async move {
            driver.shared.counters.sessions_opened.add(1);
            driver.shared.counters.sessions.add(1);
            let end = match driver.start() {
                Err(end) => end,
                Ok(()) => poll_fn(|cx| driver.poll_end(cx)).await,
            };
            tracing::debug!(reason = ?end.reason, "session over");
            // The end needs more room than the rest of the session's life: it is taken only then.
            Box::pin(driver.finish(end)).await;
        }
    }

    async fn finish(mut self, end: End) {
        // The core learns of a client that is gone at once, but of one it sent away only when all
        // of it is done: a server that goes down waits for that.
        let sent_away = self.connection.take_if(|_| self.link.closing().is_some());
        if let Some(connection) = self.connection.take() {
            connection.close(end.reason);
        }
        self.link.finish(end.manner).await;
        if let Some(connection) = sent_away {
            connection.close(end.reason);
        }
        self.shared.counters.sessions.subtract(1);
    }

    /// Connects a client to the core that is connected to the namespace without asking.
    fn start(&mut self) -> Result<(), End> {
        if self.receiver.is_connected() { self.connect() } else { Ok(()) }
    }

    /// Serves the session; ready when it ends. Polled by hand: a tree of futures would be built and
    /// torn down for each message, and held by each idle connection.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        loop {
            if let Err(end) = ready!(self.poll_step(cx)) {
                return Poll::Ready(end);
            }
        }
    }

    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        if self.held.is_some() {
            return self.poll_held(cx);
        }
        let event = ready!(self.link.poll_next(cx, true));
        Poll::Ready(self.settle(event, cx))
    }

    fn settle(&mut self, event: Event, cx: &Context<'_>) -> Result<(), End> {
        if let Some(data) = self.link.settle(event, self.connection.as_ref())?
            && let Some(delivery) = self.interpret(&data)?
            && let Some(connection) = &self.connection
            && self.link.closing().is_none()
        {
            if connection.poll_ready(cx).is_ready() {
                connection.feed(delivery);
            } else {
                self.held = Some(Box::new(delivery));
            }
        }
        Ok(())
    }

    /// The core lets a message wait. The line is served meanwhile, except that no further message
    /// of the client is taken.
    fn poll_held(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        // What can't be said is no silence.
        self.link.resumed();
        let connection = self.connection.as_ref().filter(|_| self.link.closing().is_none());
        let Some(connection) = connection else {
            self.held = None;
            return Poll::Ready(Ok(()));
        };
        if connection.poll_ready(cx).is_ready() {
            if let Some(delivery) = self.held.take() {
                connection.feed(*delivery);
            }
            return Poll::Ready(Ok(()));
        }
        let event = ready!(self.link.poll_next(cx, false));
        Poll::Ready(self.link.settle(event, None).map(drop))
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
                        connection.receive(ack.map(AckId), kind, message, &attachments)
                    }));
                }
            },
        }
        Ok(None)
    }

    fn connect(&mut self) -> Result<(), End> {
        let (connection, outbox) =
            self.shared.runtime.connect(Arc::clone(&self.meta)).map_err(|_| End::refused())?;
        self.connection = Some(connection);
        self.link.join(outbox)
    }
}
