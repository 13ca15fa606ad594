//! The line to one client: its session, and the WebSocket and queues that serve it. While the line
//! is cut there is no WebSocket, and the session waits for another.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use easyrtc_runtime::{CloseReason, Connection, Outbox, Outgoing};
use easyrtc_transport_common::{
    Beat, Heartbeat, Pace, PacketSource, Utf8Bytes, WebSocket, WebSocketEvent,
};
use tokio::sync::mpsc;
use tokio::time::Sleep;

use crate::close::{End, Manner, Violation};
use crate::encode;
use crate::registry::{Arrival, Place};
use crate::session::Session;
use crate::shared::Shared;

mod life;

pub(crate) use life::{Last, say_farewell};

/// Returns what a poll came to, if it came to something.
macro_rules! ready_or_go_on {
    ($poll:expr) => {
        if let Poll::Ready(event) = $poll {
            return Poll::Ready(event);
        }
    };
}

/// A WebSocket that carries the session.
struct Line {
    socket: Box<WebSocket>,
    heartbeat: Heartbeat,
}

/// Where other lines come to take the session over.
pub(crate) struct Arrivals {
    pub(crate) sender: mpsc::Sender<Arrival>,
    pub(crate) receiver: mpsc::Receiver<Arrival>,
}

/// What happened.
pub(crate) enum Event {
    /// On the WebSocket.
    Line(WebSocketEvent),
    /// Another line came to take the session over.
    Arrival(Option<Arrival>),
    /// The core sent something; `false` if it will never again.
    Batch(bool),
    /// The runtime wants the connection gone at once.
    Aborted(CloseReason),
    /// A deadline may have passed.
    Timer,
}

/// One client's line.
pub(crate) struct Link {
    shared: Arc<Shared>,
    place: Place,
    session: Session,
    line: Option<Line>,
    arrivals: Option<Arrivals>,
    outbox: Outbox,
    /// What was taken out of the outbox last; empty between events.
    batch: Vec<Outgoing>,
    /// Whether the outbox had its turn last; the client has it next, so that neither starves.
    batched: bool,
    /// When the last event happened: reading the clock for each of its consequences costs more than
    /// they do.
    now: Duration,
    /// How fast the client sends.
    pace: Pace,
    /// Before this the core is not told again that the client lives.
    alive_again: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Link {
    /// `session` on `socket`. `arrivals` are there if it can be resumed.
    pub(crate) fn new(
        shared: Arc<Shared>,
        place: Place,
        socket: Box<WebSocket>,
        session: Session,
        arrivals: Option<Arrivals>,
        outbox: Outbox,
    ) -> Self {
        let (now, heartbeat) = (shared.now(), shared.heartbeat());
        let timer = Box::pin(tokio::time::sleep_until(shared.epoch + heartbeat.deadline()));
        let mut this = Self {
            shared,
            place,
            session,
            line: Some(Line { socket, heartbeat }),
            arrivals,
            outbox,
            batch: Vec::new(),
            batched: false,
            now,
            pace: Pace::default(),
            alive_again: Duration::ZERO,
            timer,
        };
        this.register_tokens();
        this
    }

    /// Waits until something happens. `reading` says whether a message of the client could be
    /// taken.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>, reading: bool) -> Poll<Event> {
        // Looked at first and without the timer: a client that never falls silent must not put
        // off what is due.
        self.now = self.shared.now();
        let reading = reading && !self.is_held();
        if self.deadline().is_some_and(|deadline| deadline <= self.now) {
            return Poll::Ready(Event::Timer);
        }
        if std::mem::take(&mut self.batched) {
            ready_or_go_on!(self.poll_line(cx, reading));
            ready_or_go_on!(self.poll_outbox(cx));
        } else {
            ready_or_go_on!(self.poll_outbox(cx));
            ready_or_go_on!(self.poll_line(cx, reading));
        }
        if let Some(arrivals) = &mut self.arrivals {
            ready_or_go_on!(arrivals.receiver.poll_recv(cx).map(Event::Arrival));
        }
        self.poll_timer(cx)
    }

    fn poll_line(&mut self, cx: &mut Context<'_>, reading: bool) -> Poll<Event> {
        let Some(Line { socket, .. }) = &mut self.line else { return Poll::Pending };
        socket.poll_next(cx, &mut self.session, reading).map(Event::Line)
    }

    fn poll_outbox(&mut self, cx: &Context<'_>) -> Poll<Event> {
        let waits = match &self.line {
            Some(line) => self.session.is_empty() && line.socket.is_idle(),
            // What comes meanwhile is kept in the session, which knows how much that may be.
            None => true,
        };
        if !waits {
            return self.outbox.poll_aborted(cx).map(Event::Aborted);
        }
        self.batched = true;
        self.outbox.poll_recv(cx, &mut self.batch).map(Event::Batch)
    }

    /// Deals with what happened, up to a frame of the client, which it returns.
    pub(crate) fn settle(
        &mut self,
        event: Event,
        connection: Option<&Connection>,
    ) -> Result<Option<Utf8Bytes>, End> {
        match event {
            Event::Line(event) => return self.on_line(event, connection),
            Event::Arrival(Some(arrival)) => self.take_over(arrival)?,
            // This end holds a sender too.
            Event::Arrival(None) => {}
            Event::Batch(true) => self.on_batch()?,
            // An outbox ends without a close only when it was emptied by force.
            Event::Batch(false) => return Err(self.dropped(CloseReason::Slow)),
            Event::Aborted(reason) => return Err(self.dropped(reason)),
            Event::Timer => self.on_timer(connection)?,
        }
        Ok(None)
    }

    fn on_line(
        &mut self,
        event: WebSocketEvent,
        connection: Option<&Connection>,
    ) -> Result<Option<Utf8Bytes>, End> {
        let now = self.now;
        self.count(&event);
        if let Some(Line { heartbeat, .. }) = &mut self.line {
            match event {
                WebSocketEvent::Pong => heartbeat.pong(now),
                WebSocketEvent::Text(_) | WebSocketEvent::Binary(_) | WebSocketEvent::Ping => {
                    heartbeat.heard(now);
                }
                WebSocketEvent::Flushed | WebSocketEvent::Lost(_) => {}
            }
        }
        match event {
            WebSocketEvent::Text(text) => {
                self.alive(connection);
                //= docs/spec/websocket.md#websocket.token-rotation
                if self.session.confirm() {
                    self.register_tokens();
                }
                return Ok(Some(text));
            }
            WebSocketEvent::Binary(_) => {
                return Err(self.violation(Violation::Binary));
            }
            WebSocketEvent::Ping | WebSocketEvent::Pong => self.alive(connection),
            WebSocketEvent::Flushed => {}
            WebSocketEvent::Lost(lost) => self.lost(lost)?,
        }
        Ok(None)
    }

    fn on_batch(&mut self) -> Result<(), End> {
        for outgoing in std::mem::take(&mut self.batch) {
            let (frame, to, ack) = match outgoing {
                Outgoing::Event { frame, to } => (frame, to, None),
                Outgoing::Reply { ack, frame } => (frame, None, Some(ack)),
                // Nothing comes after it. What comes before is sent first (decision D25).
                Outgoing::Close(reason) => {
                    //= docs/spec/websocket.md#websocket.close-order
                    return Err(End { reason, by_core: true, manner: Manner::close(reason) });
                }
            };
            let size_hint = encode::AROUND + frame.size_hint();
            self.send(size_hint, |text| match ack {
                None => encode::event(&frame, to.as_ref(), text),
                Some(ack) => encode::answer(ack.0, &frame, text),
            });
        }
        if !self.session.trim() && self.line.is_none() {
            return Err(self.dropped(CloseReason::Slow));
        }
        Ok(())
    }

    /// Sends a frame of about `size_hint` bytes that `write` appends.
    fn send(&mut self, size_hint: usize, write: impl FnOnce(&mut Vec<u8>)) {
        match &mut self.line {
            // Taken out of the outbox when nothing else waited: the WebSocket takes it at once.
            Some(line) if !self.session.is_resumable() => line.socket.write_text(size_hint, write),
            Some(_) | None => {
                let mut text = Vec::with_capacity(size_hint);
                write(&mut text);
                // It may be kept for long.
                text.shrink_to_fit();
                self.session.push(text.into());
            }
        }
    }

    fn on_timer(&mut self, connection: Option<&Connection>) -> Result<(), End> {
        let now = self.now;
        self.pace.tick(now);
        if !self.session.tick(now) {
            self.shared.counters.sessions_expired.add(1);
            return Err(self.gone(CloseReason::TransportError));
        }
        match &mut self.line {
            Some(line) => match line.heartbeat.tick(now) {
                Beat::Quiet => {}
                //= docs/spec/websocket.md#websocket.ping
                Beat::Ping => self.session.ping(),
                Beat::Expired => self.fell_silent()?,
            },
            // Nothing can come from the client, and that is not held against it.
            //= docs/spec/websocket.md#websocket.cut-silence
            None => self.alive(connection),
        }
        Ok(())
    }

    /// When something is due.
    fn deadline(&self) -> Option<Duration> {
        let pulse = || self.shared.runtime.still_alive_interval().map(|interval| interval / 2);
        let line = match &self.line {
            Some(line) => Some(line.heartbeat.deadline()),
            None => pulse().map(|pulse| self.now.saturating_add(pulse)),
        };
        [line, self.session.deadline(), self.pace.held_until()].into_iter().flatten().min()
    }

    /// Ready when something may be due.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        // A deadline that was put off is noticed when the timer fires: no need to touch it for
        // every message.
        if let Some(deadline) = self.deadline()
            && self.shared.epoch + deadline < self.timer.deadline()
        {
            self.timer.as_mut().reset(self.shared.epoch + deadline);
        }
        std::task::ready!(self.timer.as_mut().poll(cx));
        if let Some(deadline) = self.deadline() {
            self.timer.as_mut().reset(self.shared.epoch + deadline);
        }
        Poll::Ready(Event::Timer)
    }
}
