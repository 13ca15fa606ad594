//! The line to one client: its session, and the WebSocket and queues that serve it. While the line
//! is cut there is no WebSocket, and the session waits for another.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use easyrtc_runtime::{CloseReason, Connection, Outbox, Outgoing};
use easyrtc_transport_common::{Beat, Heartbeat, PacketSource, WebSocket, WebSocketEvent};
use tokio::sync::mpsc;
use tokio::time::Sleep;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::close::{End, Manner, Violation};
use crate::encode;
use crate::registry::{Arrival, Place};
use crate::session::Session;
use crate::shared::Shared;

mod life;

pub(crate) use life::{Last, say_farewell};

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
    aborted: Pin<Box<dyn Future<Output = CloseReason> + Send>>,
    batch: Vec<Outgoing>,
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
        let heartbeat = shared.heartbeat();
        let timer = Box::pin(tokio::time::sleep_until(shared.epoch + heartbeat.deadline()));
        let aborted = Box::pin(outbox.aborted());
        let mut this = Self {
            shared,
            place,
            session,
            line: Some(Line { socket, heartbeat }),
            arrivals,
            outbox,
            aborted,
            batch: Vec::new(),
            alive_again: Duration::ZERO,
            timer,
        };
        this.register_tokens();
        this
    }

    /// Waits until something happens. `reading` says whether a message of the client could be
    /// taken. Cancel safe.
    pub(crate) async fn next(&mut self, reading: bool) -> Event {
        self.arm_timer();
        let waits = match &self.line {
            Some(line) => self.session.is_empty() && line.socket.is_idle(),
            // What comes meanwhile is kept in the session, which knows how much that may be.
            None => true,
        };
        let (line, session) = (self.line.as_mut(), &mut self.session);
        tokio::select! {
            event = some(line, |line| line.socket.next(session, reading)) => Event::Line(event),
            arrival = some(self.arrivals.as_mut(), |arrivals| arrivals.receiver.recv()) => {
                Event::Arrival(arrival)
            }
            more = self.outbox.recv(&mut self.batch), if waits => Event::Batch(more),
            reason = &mut self.aborted => Event::Aborted(reason),
            () = &mut self.timer => Event::Timer,
        }
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
        let now = self.shared.now();
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
        for outgoing in self.batch.drain(..) {
            match outgoing {
                Outgoing::Event { frame, to } => {
                    self.session.push(encode::event(&frame, to.as_ref()));
                }
                Outgoing::Reply { ack, frame } => self.session.push(encode::answer(ack.0, &frame)),
                // Nothing comes after it. What comes before is sent first (decision D25).
                Outgoing::Close(reason) => {
                    //= docs/spec/websocket.md#websocket.close-order
                    return Err(End { reason, by_core: true, manner: Manner::close(reason) });
                }
            }
        }
        // A burst must not cost memory for the rest of the connection's life.
        self.batch.shrink_to(4);
        if !self.session.trim() && self.line.is_none() {
            return Err(self.dropped(CloseReason::Slow));
        }
        Ok(())
    }

    fn on_timer(&mut self, connection: Option<&Connection>) -> Result<(), End> {
        let now = self.shared.now();
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

    /// Sees to it that [`Link::next`] returns when something is due.
    fn arm_timer(&mut self) {
        let pulse = || self.shared.runtime.still_alive_interval().map(|interval| interval / 2);
        let line = match &self.line {
            Some(line) => Some(line.heartbeat.deadline()),
            None => pulse().map(|pulse| self.shared.now().saturating_add(pulse)),
        };
        let deadlines = [line, self.session.deadline()];
        let Some(deadline) = deadlines.into_iter().flatten().min() else { return };
        let deadline = self.shared.epoch + deadline;
        // A deadline that was put off is noticed when the timer fires: no need to touch it for
        // every message.
        if deadline < self.timer.deadline() || self.timer.is_elapsed() {
            self.timer.as_mut().reset(deadline);
        }
    }
}

/// The outcome of a future that is there only sometimes.
async fn some<T, F: Future>(there: Option<T>, future: impl FnOnce(T) -> F) -> F::Output {
    match there {
        Some(there) => future(there).await,
        None => std::future::pending().await,
    }
}
