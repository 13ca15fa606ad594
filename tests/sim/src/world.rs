//! The world of one seed.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use easyrtc_state::{AskId, CloseReason, ConnId, Input, Now, Question, RequestId};
use easyrtc_test_kit::operation::undo;
use easyrtc_test_kit::{Violation, Watched};

use crate::Outcome;
use crate::agenda::Agenda;
use crate::link::Link;
use crate::random::Random;
use crate::swarm::Swarm;
use crate::trace::Trace;

/// What the wall clock shows at the start: ms since the epoch.
const CLOCK: u64 = 1_764_500_000_000;

/// How many settled questions are remembered, to be answered once more.
const SETTLED: usize = 8;

/// So much may be planned before nothing new happens.
const BACKLOG: usize = 40;

/// A bound on the deadlines of one end.
const DEADLINES: usize = 10_000;

/// A core, its clients, and all between them.
pub(crate) struct World {
    pub(crate) watched: Watched,
    pub(crate) random: Random,
    pub(crate) swarm: Swarm,
    pub(crate) now: Now,
    /// What the wall clock shows when the monotonic one shows nothing: ms since the epoch.
    pub(crate) clock: u64,
    pub(crate) agenda: Agenda,
    pub(crate) links: BTreeMap<ConnId, Link>,
    /// The questions that will be answered some time.
    pub(crate) questions: BTreeMap<AskId, Question>,
    /// Those that were answered or never will be.
    pub(crate) settled: VecDeque<AskId>,
    /// What the core is to be told next: consequences of effects, in their order.
    pub(crate) pending: VecDeque<Input>,
    /// Whether the faults have stopped.
    pub(crate) calm: bool,
    /// When clients next give a sign of life.
    sign_of_life: Duration,
    /// How many connections there were.
    pub(crate) opened: u64,
    /// How many messages clients said.
    pub(crate) said: u64,
    requests: u64,
    pub(crate) trace: Trace,
    pub(crate) inputs: u64,
    pub(crate) delivered: u64,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let swarm = Swarm::of(&mut random);
        Self {
            watched: Watched::new(swarm.config.clone(), swarm.names),
            random,
            swarm,
            now: Now { mono: Duration::ZERO, unix_ms: CLOCK },
            clock: CLOCK,
            agenda: Agenda::default(),
            links: BTreeMap::new(),
            questions: BTreeMap::new(),
            settled: VecDeque::new(),
            pending: VecDeque::new(),
            calm: false,
            sign_of_life: Duration::ZERO,
            opened: 0,
            said: 0,
            requests: 0,
            trace: Trace::default(),
            inputs: 0,
            delivered: 0,
        }
    }

    /// One thing happens: something new, or something that follows from what happened.
    pub(crate) fn step(&mut self) -> Result<(), Violation> {
        if self.now.mono >= self.sign_of_life
            && let Some(pause) = self.swarm.heartbeat
        {
            self.sign_of_life = self.now.mono + pause;
            return self.signs_of_life();
        }
        let haste = if self.agenda.len() > BACKLOG { 0 } else { self.swarm.haste };
        if self.random.chance(haste) || !self.follow()? { self.act() } else { Ok(()) }
    }

    /// Time passes until `mono`, if that is still to come.
    pub(crate) fn advance_to(&mut self, mono: Duration) {
        self.now.mono = self.now.mono.max(mono);
        let elapsed = u64::try_from(self.now.mono.as_millis()).unwrap_or(u64::MAX);
        self.now.unix_ms = self.clock.saturating_add(elapsed);
    }

    /// Sets the wall clock: hours forward or back, or to where it stood at the start.
    pub(crate) fn set_clock(&mut self) {
        self.clock = match self.random.below(3) {
            0 => CLOCK,
            1 => self.clock.saturating_add(self.random.next() % 10_000_000),
            _ => self.clock.saturating_sub(self.random.next() % 10_000_000),
        };
        self.advance_to(Duration::ZERO);
    }

    pub(crate) fn request(&mut self, command: easyrtc_state::AdminCommand) -> Input {
        self.requests += 1;
        Input::Admin { request: RequestId(self.requests), command }
    }

    /// Takes note that a question needs no answer any more.
    pub(crate) fn settle(&mut self, ask: AskId) {
        self.questions.remove(&ask);
        if self.settled.len() >= SETTLED {
            self.settled.pop_front();
        }
        self.settled.push_back(ask);
    }

    /// Everybody leaves, and time passes until nothing is due: nothing may be left.
    pub(crate) fn end(mut self) -> Result<Outcome, Violation> {
        for command in undo(self.watched.model()) {
            let input = self.request(command);
            self.feed(input)?;
        }
        while let Some((conn, _)) = self.links.pop_first() {
            self.feed(Input::Closed { conn, reason: CloseReason::TransportError })?;
        }
        for _ in 0..DEADLINES {
            let Some(deadline) = self.watched.core().next_deadline() else { break };
            self.advance_to(deadline);
            self.feed(Input::Tick)?;
        }
        self.watched.end()?;
        self.trace.add(self.watched.core().digest());
        let Self { inputs, delivered, trace, .. } = self;
        Ok(Outcome { digest: trace.value(), inputs, delivered })
    }
}
