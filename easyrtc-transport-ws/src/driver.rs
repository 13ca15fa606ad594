//! The task of one session: from its line to the core and back.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use easyrtc_runtime::{AckId, ClientEvent, CloseReason, ConnMeta, Connection, Delivery};
use easyrtc_transport_common::{RandomId, WebSocket};
use tokio::sync::mpsc;

use crate::attachments::extract;
use crate::close::{End, Violation};
use crate::encode;
use crate::frame::ClientFrame;
use crate::link::{Arrivals, Event, Link};
use crate::opening::{start_anew, turn_away};
use crate::registry::Place;
use crate::session::{Limits, Session};
use crate::shared::{Shared, unix_ms};

/// Starts a session on `socket`, in a task of its own. `resumable` says whether it may outlive its
/// line.
pub(crate) fn start(
    shared: Arc<Shared>,
    place: Place,
    socket: Box<WebSocket>,
    meta: ConnMeta,
    resumable: bool,
) {
    let Ok((connection, outbox)) = shared.runtime.connect(meta) else {
        shared.counters.sessions_refused.add(1);
        return turn_away(socket, CloseReason::TooMany);
    };
    let token = if resumable { RandomId::generate() } else { None };
    let welcome = |session| encode::welcome(&shared.terms, session, None, unix_ms());
    let (session, arrivals) = match token {
        Some(token) => {
            let (sender, receiver) = mpsc::channel(1);
            let limits = Limits { time: shared.config.keep_time, bytes: shared.config.keep_bytes };
            //= docs/spec/websocket.md#websocket.session
            let welcome = welcome(Some((&token, &shared.keep)));
            let session = Session::resumable(welcome, token, limits);
            (session, Some(Arrivals { sender, receiver }))
        }
        None => (Session::new(welcome(None)), None),
    };
    shared.counters.sessions_opened.add(1);
    shared.counters.sessions.add(1);
    let link = Link::new(Arc::clone(&shared), place, socket, session, arrivals, outbox);
    tokio::spawn(Driver { shared, link, connection, held: None }.run());
}

/// One session and its connection to the core.
struct Driver {
    shared: Arc<Shared>,
    link: Link,
    connection: Connection,
    /// A message that the core lets wait. Meanwhile no other is taken of the client.
    held: Option<Box<Delivery>>,
}

impl Driver {
    /// Serves the session until it ends.
    fn run(self) -> impl Future<Output = ()> {
        let mut driver = self;
        // An `async fn` would keep two places for the driver.
        async move {
            let end = poll_fn(|cx| driver.poll_end(cx)).await;
            tracing::debug!(reason = ?end.reason, "session over");
            // The end needs more room than the rest of the session's life: it is taken only then.
            Box::pin(driver.finish(end)).await;
        }
    }

    async fn finish(self, end: End) {
        let Self { shared, mut link, connection, .. } = self;
        // The core learns of a client that is gone at once, but of one it sent away only when all
        // of it is done: a server that goes down waits for that.
        let sent_away = if end.by_core {
            Some(connection)
        } else {
            connection.close(end.reason);
            None
        };
        if let Some(late) = link.retire() {
            start_anew(Arc::clone(&shared), late.socket, late.meta);
        }
        link.finish(end.manner).await;
        if let Some(connection) = sent_away {
            connection.close(end.reason);
        }
        shared.counters.sessions.subtract(1);
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
        if let Some(text) = self.link.settle(event, Some(&self.connection))?
            && let Some(delivery) = self.interpret(&text)?
        {
            if self.connection.poll_ready(cx).is_ready() {
                self.connection.feed(delivery);
            } else {
                self.held = Some(Box::new(delivery));
            }
        }
        Ok(())
    }

    /// The core lets a message wait. The line is served meanwhile, except that no further frame of
    /// the client is taken.
    fn poll_held(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        // What can't be said is no silence.
        self.link.unread();
        if self.connection.poll_ready(cx).is_ready() {
            if let Some(delivery) = self.held.take() {
                self.connection.feed(*delivery);
            }
            return Poll::Ready(Ok(()));
        }
        let event = ready!(self.link.poll_next(cx, false));
        Poll::Ready(self.link.settle(event, None).map(drop))
    }

    /// Deals with a frame of the client, up to what is for the core, which it returns.
    fn interpret(&mut self, text: &str) -> Result<Option<Delivery>, End> {
        let frame = ClientFrame::parse(text).map_err(|violation| self.link.violation(violation))?;
        let event = match frame {
            ClientFrame::Event(event) => event,
            ClientFrame::Received(count) => return self.link.received(count).map(|()| None),
            ClientFrame::Resume(_) => {
                return Err(self.link.violation(Violation::ResumeOutOfPlace));
            }
        };
        self.link.take();
        // Without an id there is no answer, and so no effect; but a login that can't be answered
        // closes the connection, which is for the core to do (decision D31).
        //= docs/spec/websocket.md#websocket.no-id
        if event.id.is_none() && event.event != ClientEvent::Auth {
            self.shared.counters.frames_dropped.add(1);
            return Ok(None);
        }
        let attachments = extract(event.message.text());
        let attachments = attachments.map_err(|violation| self.link.violation(violation))?;
        let ack = event.id.map(AckId);
        Ok(Some(self.connection.receive(ack, event.event, event.message, &attachments)))
    }
}
