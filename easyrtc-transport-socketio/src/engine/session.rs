//! One Engine.IO session: which transport it is on, whether the peer lives, and how it ends.

use std::sync::Arc;
use std::time::Duration;

use easyrtc_transport_common::{Beat, Heartbeat};

use super::packet::{Packet, PacketKind};
use super::revision::Revision;
use super::upgrade::{Step, Upgrade};

#[cfg(test)]
mod tests;

/// How long a session waits for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// Between a pong and the next ping, whichever side pings.
    pub(crate) ping_interval: Duration,
    /// For a sign of life after a ping.
    pub(crate) ping_timeout: Duration,
    /// For a probing WebSocket to take over.
    pub(crate) upgrade_timeout: Duration,
    /// For the client to connect to a namespace.
    pub(crate) connect_timeout: Duration,
    /// For the last packets to leave when the server ends the session.
    pub(crate) flush_timeout: Duration,
    /// For the client to close by itself after it got the last packets.
    pub(crate) close_grace: Duration,
}

/// What happens to a session.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Input<'a> {
    /// A packet in text form came on the session's transport.
    Packet(Packet<'a>),
    /// A binary message came on the session's transport.
    Binary,
    /// A poll came in; it waits for an answer.
    PollOpened,
    /// The waiting poll was answered.
    PollAnswered,
    /// A POST came in; its body is on the way.
    PostOpened,
    /// The POST's packets were handed on.
    PostDone,
    /// A WebSocket was opened with the session's id.
    ProbeOpened,
    /// A packet in text form came on the probing WebSocket.
    ProbePacket(Packet<'a>),
    /// The probing WebSocket closed, or sent what is no packet.
    ProbeLost,
    /// The client connected to the namespace.
    Joined,
    /// The client disconnected from the namespace.
    Left,
    /// The server ends the session once everything sent so far has left.
    Ending {
        /// Whether the client is given time to close by itself.
        grace: bool,
    },
    /// Everything sent so far has left.
    Flushed,
    /// The transport was not read for a while, for reasons of the server's own, and is read again.
    Resumed,
    /// Time has passed.
    Tick,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// The packet's data is for the layer above.
    Deliver,
    /// The peer showed life without a message.
    Alive,
    /// A ping is to be sent.
    Ping,
    /// A ping of the client is to be answered.
    Pong,
    /// The waiting poll is to be answered with a noop.
    ReleasePoll,
    /// The newly opened WebSocket is to be closed.
    RefuseProbe,
    /// The probe is to be answered on the probing WebSocket.
    AnswerProbe,
    /// The probing WebSocket is to be closed.
    DropProbe,
    /// The probing WebSocket becomes the session's transport.
    Switch,
    /// The session is over.
    Close(Ending),
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The client closed it.
    ClientClosed,
    /// The client did what the protocol forbids.
    Violation,
    /// The client sent two polls or two POSTs at a time.
    Overlap,
    /// No sign of life.
    PingTimeout,
    /// The client stayed without a namespace.
    NoNamespace,
    /// The server ended it, and the time for the client to go by itself is over.
    ServerClosed,
}

/// How far the end is that the server asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    /// The last packets are to leave until then.
    Flushing {
        until: Duration,
        grace: bool,
    },
    /// The client may close until then.
    Grace(Duration),
}

/// The state of one session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    timing: Arc<Timing>,
    revision: Revision,
    phase: Phase,
    heartbeat: Heartbeat,
    upgrade: Upgrade,
    poll_waits: bool,
    post_runs: bool,
    namespace_by: Option<Duration>,
}

impl Session {
    /// A session opened by an HTTP request.
    pub(crate) fn polling(
        now: Duration,
        timing: impl Into<Arc<Timing>>,
        revision: Revision,
    ) -> Self {
        Self::new(now, timing.into(), revision, Upgrade::Idle)
    }

    /// A session opened on a WebSocket.
    pub(crate) fn websocket(
        now: Duration,
        timing: impl Into<Arc<Timing>>,
        revision: Revision,
    ) -> Self {
        Self::new(now, timing.into(), revision, Upgrade::Done)
    }

    fn new(now: Duration, timing: Arc<Timing>, revision: Revision, upgrade: Upgrade) -> Self {
        let heartbeat = match revision {
            Revision::V3 => Heartbeat::of_peer,
            Revision::V4 => Heartbeat::new,
        };
        Self {
            revision,
            phase: Phase::Open,
            heartbeat: heartbeat(now, timing.ping_interval, timing.ping_timeout),
            upgrade,
            poll_waits: false,
            post_runs: false,
            namespace_by: Some(now.saturating_add(timing.connect_timeout)),
            timing,
        }
    }

    /// Whether the server has asked for the end: what the client still says is not for the layer
    /// above any more.
    pub(crate) fn is_ending(&self) -> bool {
        self.phase != Phase::Open
    }

    /// When a [`Input::Tick`] is due; earlier ones do no harm.
    pub(crate) fn deadline(&self) -> Duration {
        let phase = match self.phase {
            Phase::Open => None,
            Phase::Flushing { until, .. } | Phase::Grace(until) => Some(until),
        };
        [phase, self.namespace_by, self.upgrade.deadline(self.poll_waits)]
            .into_iter()
            .flatten()
            .fold(self.heartbeat.deadline(), Duration::min)
    }

    /// Takes one input and appends what it leads to. After [`Output::Close`] the session takes no
    /// more inputs.
    pub(crate) fn handle(&mut self, now: Duration, input: Input<'_>, out: &mut Vec<Output>) {
        match input {
            Input::Packet(packet) => self.packet(now, packet, out),
            Input::Binary => {
                self.heartbeat.heard(now);
                self.deliver(out);
            }
            Input::PollOpened => self.poll_opened(now, out),
            Input::PollAnswered => self.poll_waits = false,
            Input::PostOpened => self.post_opened(now, out),
            Input::PostDone => self.post_runs = false,
            Input::ProbeOpened => {
                if !self.upgrade.open(now, self.timing.upgrade_timeout) {
                    out.push(Output::RefuseProbe);
                }
            }
            Input::ProbePacket(packet) => self.probe_packet(now, packet, out),
            Input::ProbeLost => {
                self.upgrade.abandon();
                out.push(Output::DropProbe);
            }
            Input::Joined => self.namespace_by = None,
            Input::Left => {
                self.namespace_by = Some(now.saturating_add(self.timing.connect_timeout));
            }
            Input::Ending { grace } => {
                if self.phase == Phase::Open {
                    let until = now.saturating_add(self.timing.flush_timeout);
                    self.phase = Phase::Flushing { until, grace };
                    self.namespace_by = None;
                }
            }
            Input::Flushed => {
                if let Phase::Flushing { grace, .. } = self.phase {
                    //= docs/spec/socketio.md#socketio.close-order
                    let grace = if grace { self.timing.close_grace } else { Duration::ZERO };
                    self.phase = Phase::Grace(now.saturating_add(grace));
                }
            }
            Input::Resumed => self.heartbeat.heard(now),
            Input::Tick => self.tick(now, out),
        }
    }

    fn packet(&mut self, now: Duration, packet: Packet<'_>, out: &mut Vec<Output>) {
        self.heartbeat.heard(now);
        match (packet.kind, self.revision) {
            (PacketKind::Message, _) => self.deliver(out),
            (PacketKind::Pong, Revision::V4) => {
                self.heartbeat.pong(now);
                out.push(Output::Alive);
            }
            //= docs/spec/socketio.md#socketio.eio3-ping
            (PacketKind::Ping, Revision::V3) => out.extend([Output::Alive, Output::Pong]),
            (PacketKind::Close, _) => out.push(Output::Close(Ending::ClientClosed)),
            (PacketKind::Noop | PacketKind::Upgrade | PacketKind::Open, _) => {}
            // In each revision only one side pings.
            //= docs/spec/socketio.md#socketio.eio3-ping
            (PacketKind::Ping, Revision::V4) | (PacketKind::Pong, Revision::V3) => {
                out.push(Output::Close(Ending::Violation));
            }
        }
    }

    fn deliver(&self, out: &mut Vec<Output>) {
        if !self.is_ending() {
            out.push(Output::Deliver);
        }
    }

    fn poll_opened(&mut self, now: Duration, out: &mut Vec<Output>) {
        self.heartbeat.heard(now);
        //= docs/spec/socketio.md#socketio.one-poll
        if self.poll_waits {
            out.push(Output::Close(Ending::Overlap));
            return;
        }
        self.poll_waits = true;
        out.push(Output::Alive);
        self.release_poll(now, out);
    }

    fn post_opened(&mut self, now: Duration, out: &mut Vec<Output>) {
        self.heartbeat.heard(now);
        //= docs/spec/socketio.md#socketio.one-poll
        if self.post_runs {
            out.push(Output::Close(Ending::Overlap));
        }
        self.post_runs = true;
    }

    fn probe_packet(&mut self, now: Duration, packet: Packet<'_>, out: &mut Vec<Output>) {
        match self.upgrade.packet(now, packet) {
            Step::Answer => {
                out.push(Output::AnswerProbe);
                self.release_poll(now, out);
            }
            //= docs/spec/socketio.md#socketio.upgrade
            Step::Switch => {
                self.heartbeat.heard(now);
                if self.poll_waits {
                    self.poll_waits = false;
                    out.push(Output::ReleasePoll);
                }
                out.push(Output::Switch);
            }
            Step::Abandon => out.push(Output::DropProbe),
        }
    }

    fn release_poll(&mut self, now: Duration, out: &mut Vec<Output>) {
        if self.poll_waits && self.upgrade.release_poll(now) {
            self.poll_waits = false;
            out.push(Output::ReleasePoll);
        }
    }

    fn tick(&mut self, now: Duration, out: &mut Vec<Output>) {
        if let Phase::Flushing { until, .. } | Phase::Grace(until) = self.phase
            && now >= until
        {
            out.push(Output::Close(Ending::ServerClosed));
            return;
        }
        //= docs/spec/socketio.md#socketio.connect-timeout
        if self.namespace_by.is_some_and(|by| now >= by) {
            out.push(Output::Close(Ending::NoNamespace));
            return;
        }
        if self.upgrade.expired(now) {
            self.upgrade.abandon();
            out.push(Output::DropProbe);
        }
        self.release_poll(now, out);
        match self.heartbeat.tick(now) {
            Beat::Quiet => {}
            //= docs/spec/socketio.md#socketio.ping
            Beat::Ping => out.push(Output::Ping),
            Beat::Expired => out.push(Output::Close(Ending::PingTimeout)),
        }
    }
}
