//! The line to one client: its session's state machine, and the sockets and queues that serve it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use easyrtc_runtime::{CloseReason, Connection, Outbox, Outgoing};
use easyrtc_transport_common::{CloseCode, Pace, Utf8Bytes};
use tokio::sync::mpsc;
use tokio::time::Sleep;

use crate::emit::emit;
use crate::end::End;
use crate::engine::packet::Packet;
use crate::engine::revision::{Framing, Revision};
use crate::engine::session::{Input, Output, Session};
use crate::face::{FaceEvent, Lost};
use crate::polling::PollingFace;
use crate::queue::SendQueue;
use crate::registry::{Command, Registration};
use crate::shared::Shared;
use crate::socket::acks::Acks;
use crate::socket::encode;
use crate::websocket::{Direct, WebSocketFace};

mod send;

/// Returns what a poll came to, if it came to something.
macro_rules! ready_or_go_on {
    ($poll:expr) => {
        if let Poll::Ready(event) = $poll {
            return Poll::Ready(event);
        }
    };
}

/// What the session is on.
#[derive(Debug)]
pub(crate) enum Face {
    /// HTTP long-polling.
    Polling {
        /// Its polls and POSTs.
        face: Box<PollingFace>,
        /// Where they come from.
        commands: mpsc::Receiver<Command>,
    },
    /// A WebSocket.
    WebSocket {
        /// Its frames.
        face: Box<WebSocketFace>,
        /// How packets are written on it.
        framing: Framing,
    },
}

impl Face {
    /// How packets are written.
    const fn framing(&self) -> Framing {
        match self {
            Self::Polling { face, .. } => face.framing(),
            Self::WebSocket { framing, .. } => *framing,
        }
    }
}

/// A WebSocket that wants to take over from polling.
struct Probe {
    face: Box<WebSocketFace>,
    framing: Framing,
    queue: SendQueue,
}

/// A message of the client, for Socket.IO.
pub(crate) enum Data {
    /// Text, behind one character that is Engine.IO's.
    Text(Utf8Bytes),
    /// Binary.
    Binary(Bytes),
}

/// What happened.
pub(crate) enum Event {
    /// On the session's transport.
    Face(FaceEvent),
    /// On the WebSocket that wants to take over.
    Probe(FaceEvent),
    /// A request came for the session.
    Command(Option<Command>),
    /// The core sent something; `false` if it will never again.
    Batch(bool),
    /// The runtime wants the connection gone at once.
    Aborted(CloseReason),
    /// A deadline of the session may have passed.
    Timer,
    /// The server is going down, and the session has no connection that the core would close.
    Stopping,
}

/// One client's line.
pub(crate) struct Link {
    shared: Arc<Shared>,
    registration: Registration,
    session: Session,
    /// Empty; kept so that not every input allocates.
    outputs: Vec<Output>,
    face: Face,
    probe: Option<Box<Probe>>,
    queue: SendQueue,
    /// What the core sends to this client, while it is connected to the namespace.
    outbox: Option<Outbox>,
    /// What was taken out of the outbox last; empty between events.
    batch: Vec<Outgoing>,
    /// Whether the outbox had its turn last; the client has it next, so that neither starves.
    batched: bool,
    acks: Acks,
    /// When the last event happened: reading the clock for each of its consequences costs more than
    /// they do.
    now: Duration,
    /// How fast the client sends.
    pace: Pace,
    /// Before this the core is not told again that the client lives.
    alive_again: Duration,
    /// Why the core ends the connection, once it does.
    closing: Option<CloseReason>,
    timer: Pin<Box<Sleep>>,
    /// Completes when the server goes down; there only without an outbox, which ends by itself.
    stopping: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Link {
    /// A session on `face` whose client is yet to be told.
    pub(crate) fn new(shared: Arc<Shared>, registration: Registration, face: Face) -> Self {
        let (now, framing) = (shared.now(), face.framing());
        let session = match face {
            Face::Polling { .. } => {
                Session::polling(now, Arc::clone(&shared.timing), framing.revision)
            }
            Face::WebSocket { .. } => {
                Session::websocket(now, Arc::clone(&shared.timing), framing.revision)
            }
        };
        let mut queue = SendQueue::new(framing);
        let upgrades = matches!(face, Face::Polling { .. });
        queue.push(shared.open_packet(registration.sid(), framing.revision, upgrades));
        let timer = Box::pin(tokio::time::sleep_until(shared.epoch + session.deadline()));
        let stopping = Some(shared.stopping());
        Self {
            shared,
            registration,
            session,
            outputs: Vec::new(),
            face,
            probe: None,
            queue,
            outbox: None,
            batch: Vec::new(),
            batched: false,
            acks: Acks::default(),
            now,
            pace: Pace::default(),
            alive_again: Duration::ZERO,
            closing: None,
            timer,
            stopping,
        }
    }

    /// The session's revision.
    pub(crate) const fn revision(&self) -> Revision {
        self.face.framing().revision
    }

    /// Waits until something happens. `reading` says whether a message of the client could be
    /// taken.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>, reading: bool) -> Poll<Event> {
        // Looked at first and without the timer: a client that never falls silent must not put
        // off what is due.
        self.now = self.shared.now();
        let held = self.is_held();
        let reading = reading && !held;
        if self.deadline() <= self.now {
            return Poll::Ready(Event::Timer);
        }
        if std::mem::take(&mut self.batched) {
            ready_or_go_on!(self.poll_line(cx, reading));
            ready_or_go_on!(self.poll_outbox(cx));
        } else {
            ready_or_go_on!(self.poll_outbox(cx));
            ready_or_go_on!(self.poll_line(cx, reading));
        }
        if let Some(probe) = &mut self.probe {
            let Probe { face, queue, .. } = &mut **probe;
            ready_or_go_on!(face.poll_next(cx, queue, !held).map(Event::Probe));
        }
        if let Some(stopping) = &mut self.stopping {
            ready_or_go_on!(stopping.as_mut().poll(cx).map(|()| Event::Stopping));
        }
        self.arm_timer();
        self.timer.as_mut().poll(cx).map(|()| Event::Timer)
    }

    fn poll_line(&mut self, cx: &mut Context<'_>, reading: bool) -> Poll<Event> {
        match &mut self.face {
            Face::WebSocket { face, framing } => {
                let event = face.poll_next(cx, &mut self.queue, reading);
                event.map(|event| Event::Face(event.unframed(*framing)))
            }
            Face::Polling { face, commands } => {
                ready_or_go_on!(face.poll_next(cx, reading).map(Event::Face));
                commands.poll_recv(cx).map(Event::Command)
            }
        }
    }

    fn poll_outbox(&mut self, cx: &Context<'_>) -> Poll<Event> {
        let waits = self.queue.is_empty() && self.closing.is_none() && self.can_send();
        let Some(outbox) = &mut self.outbox else { return Poll::Pending };
        if !waits {
            return outbox.poll_aborted(cx).map(Event::Aborted);
        }
        self.batched = true;
        outbox.poll_recv(cx, &mut self.batch).map(Event::Batch)
    }

    /// Deals with what happened, up to a message of the client, which it returns.
    pub(crate) fn settle(
        &mut self,
        event: Event,
        connection: Option<&Connection>,
    ) -> Result<Option<Data>, End> {
        let data = match event {
            Event::Face(event) => self.on_face(event, connection)?,
            Event::Probe(event) => {
                self.on_probe(event, connection)?;
                None
            }
            Event::Command(command) => {
                self.on_command(command, connection)?;
                None
            }
            Event::Batch(true) => {
                self.on_batch();
                None
            }
            // An outbox ends without a close only when it was emptied by force.
            Event::Batch(false) => return Err(self.aborted(CloseReason::Slow)),
            Event::Aborted(reason) => return Err(self.aborted(reason)),
            Event::Timer => {
                self.pace.tick(self.now);
                self.apply(Input::Tick, connection)?;
                None
            }
            Event::Stopping => return Err(End::shutdown()),
        };
        self.answer_poll();
        Ok(data)
    }

    fn on_face(
        &mut self,
        event: FaceEvent,
        connection: Option<&Connection>,
    ) -> Result<Option<Data>, End> {
        self.count(&event);
        match event {
            FaceEvent::Text(text) => {
                let packet = Packet::parse(&text).map_err(|_| self.violation(CloseCode::Normal))?;
                let deliver = self.apply(Input::Packet(packet), connection)?;
                Ok(deliver.then_some(Data::Text(text)))
            }
            FaceEvent::Binary(bytes) => {
                let deliver = self.apply(Input::Binary, connection)?;
                Ok(deliver.then_some(Data::Binary(bytes)))
            }
            FaceEvent::PostDone => self.apply(Input::PostDone, connection).map(|_| None),
            FaceEvent::Alive => {
                self.alive(connection);
                self.apply(Input::Resumed, connection).map(|_| None)
            }
            FaceEvent::Flushed => self.apply(Input::Flushed, connection).map(|_| None),
            FaceEvent::Lost(lost) => Err(self.lost(lost)),
        }
    }

    fn on_probe(&mut self, event: FaceEvent, connection: Option<&Connection>) -> Result<(), End> {
        self.count(&event);
        let text = match event {
            FaceEvent::Flushed | FaceEvent::Alive | FaceEvent::PostDone => return Ok(()),
            FaceEvent::Text(text) => Some(text),
            FaceEvent::Binary(_) | FaceEvent::Lost(_) => None,
        };
        let packet = text.as_ref().and_then(|text| Packet::parse(text).ok());
        let input = packet.map_or(Input::ProbeLost, Input::ProbePacket);
        self.apply(input, connection).map(drop)
    }

    fn on_command(
        &mut self,
        command: Option<Command>,
        connection: Option<&Connection>,
    ) -> Result<(), End> {
        match command {
            Some(Command::Poll(poll)) => {
                if let Face::Polling { face, .. } = &mut self.face {
                    face.poll_opened(poll);
                }
                self.apply(Input::PollOpened, connection)?;
            }
            Some(Command::Post(post)) => {
                if let Face::Polling { face, .. } = &mut self.face {
                    face.post_opened(post);
                }
                self.apply(Input::PostOpened, connection)?;
            }
            Some(Command::Probe(face, framing)) => {
                if self.probe.is_some() {
                    self.refuse(*face);
                } else {
                    let queue = SendQueue::new(framing);
                    self.probe = Some(Box::new(Probe { face, framing, queue }));
                    self.apply(Input::ProbeOpened, connection)?;
                }
            }
            // The registry holds a sender for as long as the session polls.
            None => return Err(self.lost(Lost::Failed)),
        }
        Ok(())
    }

    fn on_batch(&mut self) {
        for outgoing in self.batch.drain(..) {
            //= docs/spec/socketio.md#socketio.ack-requested
            let acks = self.shared.config.request_acks.then_some(&mut self.acks);
            let counters = &self.shared.counters;
            // Taken out of the outbox when nothing else waited: a WebSocket takes it at once.
            let closed = match &mut self.face {
                Face::WebSocket { face, framing } => {
                    emit(outgoing, acks, counters, &mut Direct(face, *framing))
                }
                Face::Polling { .. } => emit(outgoing, acks, counters, &mut self.queue),
            };
            if let Some(why) = closed {
                //= docs/spec/socketio.md#socketio.close-order
                self.queue.push(encode::DISCONNECT);
                self.closing = Some(why);
                // Who said nothing for so long will not close by itself either.
                let grace = why != CloseReason::Silent;
                self.session.handle(self.now, Input::Ending { grace }, &mut Vec::new());
            }
        }
        // Most connections are idle most of the time.
        self.batch = Vec::new();
    }
}
