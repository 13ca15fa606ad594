//! What the line does and sends: the session's outputs, replies of the transport, the end.

use std::time::Duration;

use easyrtc_runtime::{CloseReason, Connection, Outbox};
use easyrtc_transport_common::{CloseCode, RandomId};

use super::{Face, Link, Probe};
use crate::end::{End, Manner};
use crate::engine::packet::WirePacket;
use crate::engine::session::{Ending, Input, Output};
use crate::face::{FaceEvent, Lost};
use crate::socket::encode;
use crate::websocket::WebSocketFace;

/// The core is not told more often that a client lives: a client may send as many pongs as it
/// likes, and each would take the core's lock.
const ALIVE_INTERVAL: Duration = Duration::from_millis(100);

impl Link {
    /// Hands an input to the session and carries out what it leads to. Returns whether the packet
    /// is for Socket.IO.
    pub(super) fn apply(
        &mut self,
        input: Input<'_>,
        connection: Option<&Connection>,
    ) -> Result<bool, End> {
        let mut outputs = std::mem::take(&mut self.outputs);
        self.session.handle(self.now, input, &mut outputs);
        let mut deliver = false;
        for output in outputs.drain(..) {
            match output {
                Output::Deliver => deliver = true,
                Output::Alive => self.alive(connection),
                Output::Ping => self.reply(WirePacket::PING)?,
                Output::Pong => self.reply(WirePacket::PONG)?,
                Output::ReleasePoll => {
                    if let Face::Polling { face, .. } = &mut self.face {
                        face.release();
                    }
                }
                Output::AnswerProbe => {
                    let probe = self.probe.as_mut();
                    if probe.is_some_and(|p| p.queue.reply(WirePacket::PROBE_PONG).is_err()) {
                        self.drop_probe();
                    }
                }
                Output::RefuseProbe | Output::DropProbe => self.drop_probe(),
                Output::Switch => self.switch(),
                Output::Close(ending) => return Err(self.ended(ending)),
            }
        }
        self.outputs = outputs;
        Ok(deliver)
    }

    /// Tells the core that the client lives, unless it was told a moment ago.
    //= docs/spec/socketio.md#socketio.any-bytes
    pub(crate) fn alive(&mut self, connection: Option<&Connection>) {
        if let Some(connection) = connection
            && self.now >= self.alive_again
        {
            self.alive_again = self.now + ALIVE_INTERVAL;
            connection.alive();
        }
    }

    fn drop_probe(&mut self) {
        if let Some(probe) = self.probe.take() {
            self.session.handle(self.now, Input::ProbeLost, &mut Vec::new());
            self.refuse(*probe.face);
        }
    }

    /// Closes a WebSocket that does not become the session's, without keeping the session waiting.
    pub(super) fn refuse(&self, face: WebSocketFace) {
        tokio::spawn(face.refuse());
    }

    fn switch(&mut self) {
        let Some(probe) = self.probe.take() else { return };
        let Probe { face, framing, queue } = *probe;
        //= docs/spec/socketio.md#socketio.upgrade
        self.queue.prepend(queue);
        self.face = Face::WebSocket { face, framing };
        self.registration.upgraded();
        self.shared.counters.upgrades.add(1);
    }

    /// Sends a packet of the transport's own.
    pub(crate) fn reply(&mut self, packet: WirePacket) -> Result<(), End> {
        self.queue.reply(packet).map_err(|_| self.aborted(CloseReason::Slow))?;
        self.answer_poll();
        Ok(())
    }

    /// Lets the waiting poll carry what there is to send.
    pub(super) fn answer_poll(&mut self) {
        let Face::Polling { face, .. } = &mut self.face else { return };
        if face.flush(&mut self.queue) {
            let now = self.now;
            self.session.handle(now, Input::PollAnswered, &mut Vec::new());
            if self.queue.is_empty() {
                self.session.handle(now, Input::Flushed, &mut Vec::new());
            }
        }
    }

    /// Whether what is taken from the core now leaves at once.
    pub(super) fn can_send(&self) -> bool {
        match &self.face {
            Face::Polling { face, .. } => face.can_send(),
            Face::WebSocket { face, .. } => face.is_idle(),
        }
    }

    /// Sees to it that [`Link::poll_next`] returns when the session's deadline has passed.
    pub(super) fn arm_timer(&mut self) {
        let deadline = self.shared.epoch + self.deadline();
        // A deadline that was put off is noticed when the timer fires: no need to touch it for
        // every message.
        if deadline < self.timer.deadline() || self.timer.is_elapsed() {
            self.timer.as_mut().reset(deadline);
        }
    }

    /// When something is due.
    pub(super) fn deadline(&self) -> Duration {
        let deadline = self.session.deadline();
        self.pace.held_until().map_or(deadline, |until| until.min(deadline))
    }

    /// Counts what came, whatever it is.
    pub(super) fn count(&mut self, event: &FaceEvent) {
        let bytes = match event {
            FaceEvent::Text(text) => text.len(),
            FaceEvent::Binary(bytes) => bytes.len(),
            FaceEvent::PostDone | FaceEvent::Alive => 0,
            FaceEvent::Flushed | FaceEvent::Lost(_) => return,
        };
        if self.pace.count(self.now, bytes, self.shared.config.max_packets) {
            self.shared.counters.lines_held.add(1);
            tracing::debug!("not read for a while: too many packets");
        }
    }

    /// Whether the client is not read because of what it sent.
    pub(super) fn is_held(&mut self) -> bool {
        let held = self.pace.held_until().is_some();
        if held {
            // What can't be said is no silence.
            self.session.handle(self.now, Input::Resumed, &mut Vec::new());
        }
        held
    }

    /// The client is connected to the namespace; this is what the core sends to it.
    pub(crate) fn join(&mut self, outbox: Outbox) -> Result<(), End> {
        self.outbox = Some(outbox);
        self.stopping = None;
        self.session.handle(self.now, Input::Joined, &mut Vec::new());
        let sid = RandomId::generate().ok_or_else(End::refused)?;
        self.reply(encode::connected(self.revision(), sid.as_str()))
    }

    /// The client left the namespace.
    pub(crate) fn leave(&mut self) {
        self.outbox = None;
        self.stopping = Some(self.shared.stopping());
        self.forget_acks();
        self.session.handle(self.now, Input::Left, &mut Vec::new());
    }

    /// The client is read again after a while in which it was not.
    pub(crate) fn resumed(&mut self) {
        self.now = self.shared.now();
        self.session.handle(self.now, Input::Resumed, &mut Vec::new());
    }

    /// The client answered an event.
    pub(crate) fn acknowledged(&mut self, id: Option<u64>) {
        if id.is_some_and(|id| self.acks.answered(id)) {
            self.shared.counters.acks_outstanding.subtract(1);
        }
    }

    fn forget_acks(&mut self) {
        let outstanding = std::mem::take(&mut self.acks).outstanding();
        self.shared.counters.acks_outstanding.subtract(outstanding as u64);
    }

    /// Why the core ends the connection, if it does.
    pub(crate) const fn closing(&self) -> Option<CloseReason> {
        self.closing
    }

    fn end(&self, reason: CloseReason, manner: Manner) -> End {
        End { reason: self.closing.unwrap_or(reason), manner }
    }

    /// The runtime wants the connection gone at once.
    pub(super) fn aborted(&self, reason: CloseReason) -> End {
        self.shared.counters.aborted.add(1);
        self.end(reason, Manner::Drop)
    }

    /// The client did what the protocol forbids.
    pub(crate) fn violation(&self, code: CloseCode) -> End {
        self.shared.counters.violations.add(1);
        let reason =
            if code == CloseCode::Size { CloseReason::TooLarge } else { CloseReason::ParseError };
        self.end(reason, Manner::Close(code))
    }

    pub(super) fn lost(&self, lost: Lost) -> End {
        match lost {
            Lost::Closed => self.end(CloseReason::ClientLeft, Manner::Close(CloseCode::Normal)),
            Lost::Failed => self.end(CloseReason::TransportError, Manner::Drop),
            Lost::Malformed(code) => self.violation(code),
            Lost::TooLarge => self.violation(CloseCode::Size),
        }
    }

    fn ended(&self, ending: Ending) -> End {
        let normal = Manner::Close(CloseCode::Normal);
        match ending {
            Ending::ClientClosed => self.end(CloseReason::ClientLeft, Manner::Follow),
            Ending::Violation => self.violation(CloseCode::Normal),
            Ending::Overlap => {
                self.shared.counters.violations.add(1);
                self.end(CloseReason::TransportError, normal)
            }
            Ending::PingTimeout => {
                self.shared.counters.ping_timeouts.add(1);
                self.end(CloseReason::PingTimeout, normal)
            }
            Ending::NoNamespace => self.end(CloseReason::ClientLeft, normal),
            Ending::ServerClosed => self.end(CloseReason::TransportError, normal),
        }
    }

    /// Ends the session: its id means nothing from here on, and the transport is closed.
    pub(crate) async fn finish(mut self, manner: Manner) {
        self.forget_acks();
        // What is left of the core's side, and the id, must not outlive the session's transport.
        self.outbox = None;
        drop(self.registration);
        if let Some(probe) = self.probe.take() {
            tokio::spawn(probe.face.refuse());
        }
        match self.face {
            Face::Polling { mut face, .. } => match manner {
                Manner::Drop => {}
                Manner::Follow => {
                    face.finish_post();
                    face.release();
                }
                Manner::Close(_) => face.close(),
            },
            Face::WebSocket { face, .. } => match manner {
                Manner::Drop => {}
                Manner::Follow => face.refuse().await,
                Manner::Close(code) => face.close(self.queue, code).await,
            },
        }
    }
}
