//! What drives the core: it feeds inputs and carries out effects, as `easyrtc-runtime` does.

use easyrtc_state::{AskId, CloseReason, ConnId, Effect, Input, Question};
use easyrtc_test_kit::Violation;
use easyrtc_test_kit::operation::{NARROW, verdict};

use crate::agenda::Event;
use crate::link::Outgoing;
use crate::world::World;

/// After how many inputs the whole state goes into the trace.
const DIGEST: u64 = 64;

/// How long a connection that was closed may take to write what is left, in ms.
const FLUSH: u64 = 3_000;

impl World {
    /// Feeds an input and everything that follows from it at once.
    pub(crate) fn feed(&mut self, input: Input) -> Result<(), Violation> {
        self.pending.push_back(input);
        while let Some(input) = self.pending.pop_front() {
            let effects = self.watched.feed(self.now, input)?;
            self.inputs += 1;
            self.trace.add(self.now.mono.subsec_nanos().into());
            if self.inputs.is_multiple_of(DIGEST) {
                self.trace.add(self.watched.core().digest());
            }
            for effect in effects {
                self.carry_out(effect);
            }
        }
        Ok(())
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Send { to, frame } => {
                for recipient in to.iter() {
                    let (frame, to) = (frame.clone(), recipient.easyrtcid);
                    self.put(recipient.conn, Outgoing::Event { frame, to });
                }
            }
            Effect::Reply { conn, ack, frame } => self.put(conn, Outgoing::Reply { ack, frame }),
            Effect::Close { conn, reason } => {
                self.put(conn, Outgoing::Close(reason));
                // Who does not read to the end is not waited for.
                let at = self.now.mono + self.random.up_to(FLUSH);
                self.agenda.plan(at, Event::Ended(conn, reason));
            }
            Effect::Ask { ask, question } => self.asked(ask, question),
            Effect::Pause { conn } => self.set_paused(conn, true),
            Effect::Resume { conn } => self.set_paused(conn, false),
            Effect::AdminReply { .. } | Effect::Notice(_) => self.trace.add(1),
        }
    }

    /// A full outbox ends its connection now, not when its transport gets round to it.
    fn put(&mut self, conn: ConnId, item: Outgoing) {
        self.trace.add(conn.0 << 8 | u64::from(matches!(item, Outgoing::Reply { .. })));
        // Once the faults have stopped, lines are fast enough for all there is.
        let limits = if self.calm { (0, 0) } else { self.swarm.outbox };
        let Some(link) = self.links.get_mut(&conn) else { return };
        if link.put(item, limits).is_err() {
            self.links.remove(&conn);
            self.pending.push_back(Input::Closed { conn, reason: CloseReason::Slow });
        } else {
            self.will_read(conn);
        }
    }

    /// Sees to it that the client reads, if it can and there is something.
    pub(crate) fn will_read(&mut self, conn: ConnId) {
        let Some(link) = self.links.get_mut(&conn) else { return };
        if link.cut || link.stalled || link.reads || !link.has_news() {
            return;
        }
        link.reads = true;
        let pause = if self.calm { 0 } else { self.swarm.reading };
        let at = self.now.mono + link.latency + self.random.up_to(pause);
        self.agenda.plan(at, Event::Read(conn));
    }

    /// What a connection says while it is paused arrives when it is resumed.
    fn set_paused(&mut self, conn: ConnId, paused: bool) {
        let Some(link) = self.links.get_mut(&conn) else { return };
        link.paused = paused;
        if !paused {
            for _ in 0..std::mem::take(&mut link.held) {
                self.agenda.plan(self.now.mono, Event::Arrive(conn));
            }
        }
    }

    /// A question goes to those who know, who answer at once, later, too late or never.
    fn asked(&mut self, ask: AskId, question: Question) {
        let (at_once, never) = self.swarm.answered;
        let number = self.random.byte();
        let truth = number / 8 * 8;
        let number = if self.calm {
            truth
        } else if self.random.chance(self.swarm.lies) {
            number
        } else if self.random.chance(self.swarm.narrow) {
            truth + NARROW
        } else {
            truth
        };
        if self.calm || self.random.chance(at_once) {
            let verdict = verdict(Some(&question), number);
            self.settle(ask);
            self.pending.push_back(Input::Answered { ask, verdict });
        } else if self.random.chance(never) {
            self.settle(ask);
        } else {
            self.questions.insert(ask, question);
            let timeout = self.swarm.config.ask_timeout;
            let longest = if self.random.chance(20) { timeout * 2 } else { timeout / 8 };
            let delay = self.random.up_to(u64::try_from(longest.as_millis()).unwrap_or(u64::MAX));
            self.agenda.plan(self.now.mono + delay, Event::Answer(ask, number));
        }
    }

    /// Sends a message of a client on its way.
    pub(crate) fn say(
        &mut self,
        conn: ConnId,
        (event, text): (easyrtc_proto::ClientEvent, String),
        binary: bool,
        acked: bool,
    ) {
        let Some(link) = self.links.get_mut(&conn) else { return };
        self.said += 1;
        link.send(event, text, binary, acked);
        let at = link.last_arrival.max(self.now.mono + link.latency);
        link.last_arrival = at;
        self.agenda.plan(at, Event::Arrive(conn));
    }

    /// An answer that came where none was wanted, and the like.
    pub(crate) fn nonsense(conn: ConnId, what: &str) -> Violation {
        let what = format!("{conn:?}: {what}");
        Violation { invariant: "clients understand", what, input: None }
    }
}
