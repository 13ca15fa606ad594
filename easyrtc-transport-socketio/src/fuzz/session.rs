//! The life of an Engine.IO session.

use std::time::Duration;

use crate::engine::packet::{Packet, PacketKind};
use crate::engine::revision::Revision;
use crate::engine::session::{Input, Output, Session, Timing};

const TIMING: Timing = Timing {
    ping_interval: Duration::from_secs(25),
    ping_timeout: Duration::from_secs(20),
    upgrade_timeout: Duration::from_secs(10),
    connect_timeout: Duration::from_secs(45),
    flush_timeout: Duration::from_secs(5),
    close_grace: Duration::from_secs(1),
};

/// What whoever serves the session knows of it.
struct Seen {
    session: Session,
    now: Duration,
    poll_waits: bool,
    on_websocket: bool,
    ending: bool,
    closed: bool,
}

/// Anything happens to a session, as the bytes say. It asks for nothing out of place, never needs
/// to be woken at once again, and ends when nothing comes any more.
///
/// # Panics
/// If that does not hold.
pub fn session(bytes: &[u8]) {
    let mut bytes = bytes.iter().copied();
    let head = bytes.next().unwrap_or(0);
    let revision = if head & 1 == 0 { Revision::V4 } else { Revision::V3 };
    let on_websocket = head & 2 != 0;
    let open = if on_websocket { Session::websocket } else { Session::polling };
    let mut seen = Seen {
        session: open(Duration::ZERO, TIMING, revision),
        now: Duration::ZERO,
        poll_waits: false,
        on_websocket,
        ending: false,
        closed: false,
    };
    while let Some(choice) = bytes.next() {
        let argument = choice / 16;
        match choice % 16 {
            0 => seen.handle(Input::Packet(packet(argument))),
            1 => seen.handle(Input::Binary),
            2 => seen.handle(Input::PollOpened),
            3 => seen.handle(Input::PollAnswered),
            4 => seen.handle(Input::PostOpened),
            5 => seen.handle(Input::PostDone),
            6 => seen.handle(Input::ProbeOpened),
            7 => seen.handle(Input::ProbePacket(packet(argument))),
            8 => seen.handle(Input::ProbeLost),
            9 => seen.handle(Input::Joined),
            10 => seen.handle(Input::Left),
            11 => seen.handle(Input::Ending { grace: argument & 1 == 1 }),
            12 => seen.handle(Input::Flushed),
            13 => seen.handle(Input::Resumed),
            14 => seen.deadline(),
            _ => {
                let ms = u64::from(argument) * 1000 + u64::from(bytes.next().unwrap_or(0));
                seen.now += Duration::from_millis(ms);
                seen.handle(Input::Tick);
            }
        }
        if seen.closed {
            return;
        }
    }
    // At most: the probe is given up, a poll is released, a ping goes out, and the end.
    for _ in 0..200 {
        if seen.closed {
            return;
        }
        seen.deadline();
    }
    panic!("a silent client's session goes on: {:?}", seen.session);
}

const fn packet(argument: u8) -> Packet<'static> {
    let (kind, data) = match argument {
        0 => (PacketKind::Open, ""),
        1 => (PacketKind::Close, ""),
        2 => (PacketKind::Ping, ""),
        3 => (PacketKind::Pong, ""),
        4 => (PacketKind::Upgrade, ""),
        5 => (PacketKind::Noop, ""),
        6 | 7 => (PacketKind::Ping, "probe"),
        _ => (PacketKind::Message, "x"),
    };
    Packet { kind, data }
}

impl Seen {
    /// The deadline passes. The next is later, or there is none.
    fn deadline(&mut self) {
        self.now = self.now.max(self.session.deadline());
        self.handle(Input::Tick);
        assert!(self.closed || self.session.deadline() > self.now, "{:?}", self.session);
    }

    fn handle(&mut self, input: Input<'_>) {
        self.poll_waits |= matches!(input, Input::PollOpened);
        self.poll_waits &= !matches!(input, Input::PollAnswered);
        self.ending |= matches!(input, Input::Ending { .. });
        let mut outputs = Vec::new();
        self.session.handle(self.now, input, &mut outputs);
        assert_eq!(self.session.is_ending(), self.ending);
        for output in outputs {
            assert!(!self.closed, "{output:?} after the end");
            match output {
                Output::Deliver => assert!(!self.ending, "the server does not listen any more"),
                Output::ReleasePoll => {
                    assert!(self.poll_waits, "there is none");
                    self.poll_waits = false;
                }
                Output::Switch => {
                    assert!(!self.on_websocket, "it is on one");
                    self.on_websocket = true;
                }
                Output::AnswerProbe => assert!(!self.on_websocket, "nobody probes"),
                Output::Close(_) => self.closed = true,
                Output::Alive
                | Output::Ping
                | Output::Pong
                | Output::RefuseProbe
                | Output::DropProbe => {}
            }
        }
    }
}
