//! A core and its clients, without a network.

mod entropy;
mod hear;
mod history;
mod listen;
mod resolve;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use easyrtc_state::{AskId, CloseReason, ConnId, Effect, Input, Now, Question, Stats, Verdict};

pub use entropy::FewNames;
pub use hear::heard;
pub(crate) use hear::messages;
pub use history::History;
pub use listen::{Listener, Overheard};

pub use crate::watched::{Tamper, TestCore, Violation};

use crate::watched::Watched;
use crate::{Operation, Setup};

/// How many inputs an end may take: more than any history leaves deadlines.
const END_STEPS: usize = 10_000;

/// How many deadlines pass before everybody leaves: some of those who are there are silent too
/// long.
const SILENT_STEPS: usize = 6;

/// What the wall clock shows at the start: ms since the epoch.
const CLOCK: u64 = 1_764_500_000_000;

/// A core, its clients, and whoever watches them.
pub struct World {
    watched: Watched,
    links: BTreeMap<ConnId, Link>,
    now: Now,
    /// What the wall clock shows when the monotonic one shows nothing: ms since the epoch.
    clock: u64,
    /// How many connections there were.
    opened: u64,
    /// How many requests of the operator.
    requests: u64,
    /// The questions that are out, as far as the world knows.
    questions: BTreeMap<AskId, Question>,
    /// Those that were answered or timed out.
    settled: Vec<AskId>,
    /// Answers to be given as soon as the input at hand is through.
    answers: VecDeque<(AskId, Verdict)>,
    history: History,
    listener: Option<Listener>,
}

/// What the driver knows of a connection.
#[derive(Debug, Default)]
struct Link {
    acks: u64,
    paused: bool,
    /// Why the core closed it, until that is reported back.
    closed: Option<CloseReason>,
}

impl World {
    /// A world nobody is in yet, watched by all invariants.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self {
            watched: Watched::new(setup.config(), setup.seed),
            links: BTreeMap::new(),
            now: Now { mono: Duration::ZERO, unix_ms: CLOCK },
            clock: CLOCK,
            opened: 0,
            requests: 0,
            questions: BTreeMap::new(),
            settled: Vec::new(),
            answers: VecDeque::new(),
            history: History::default(),
            listener: None,
        }
    }

    /// The same world around a faulty core.
    #[must_use]
    pub fn tampered(self, tamper: Tamper) -> Self {
        Self { watched: self.watched.tampered(tamper), ..self }
    }

    /// The same world, in which `listener` hears every message of every client and of the server.
    #[must_use]
    pub fn overheard_by(self, listener: impl FnMut(Overheard<'_>) + 'static) -> Self {
        Self { listener: Some(Box::new(listener)), ..self }
    }

    /// Plays a history, and ends it: everybody leaves, and time passes until nothing is due.
    /// Returns what happened.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn run(mut self, history: &[Operation]) -> Result<History, Violation> {
        for operation in history {
            self.perform(operation)?;
        }
        self.end()
    }

    /// Does one thing.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn perform(&mut self, operation: &Operation) -> Result<(), Violation> {
        self.resolve(operation)?;
        while let Some((ask, verdict)) = self.answers.pop_front() {
            self.feed(Input::Answered { ask, verdict })?;
        }
        Ok(())
    }

    /// Answers all questions, lets some time pass and everybody leave, and then more time until
    /// nothing is due.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn end(mut self) -> Result<History, Violation> {
        // An answer, or the end of a pause, may let a message go on that leads to the next.
        loop {
            if let Some(ask) = self.questions.keys().next().copied() {
                let verdict = self.verdict(ask, 0);
                self.feed(Input::Answered { ask, verdict })?;
            } else if let Some(pause_over) = self.watched.model().limited_until() {
                self.advance_to(pause_over);
                self.feed(Input::Tick)?;
            } else {
                break;
            }
        }
        self.watched.settled()?;
        self.pass_deadlines(SILENT_STEPS)?;
        for input in self.undo() {
            self.feed(input)?;
        }
        for conn in self.links.keys().copied().collect::<Vec<_>>() {
            let reason = CloseReason::TransportError;
            self.feed(Input::Closed { conn, reason })?;
        }
        self.pass_deadlines(END_STEPS)?;
        self.watched.end()?;
        Ok(self.history)
    }

    /// Lets time pass from deadline to deadline, until nothing is due or there were `most`.
    fn pass_deadlines(&mut self, most: usize) -> Result<(), Violation> {
        for _ in 0..most {
            let Some(deadline) = self.watched.core().next_deadline() else { break };
            self.advance_to(deadline);
            self.feed(Input::Tick)?;
        }
        Ok(())
    }

    fn advance_to(&mut self, mono: Duration) {
        self.now.mono = self.now.mono.max(mono);
        let elapsed = u64::try_from(self.now.mono.as_millis()).unwrap_or(u64::MAX);
        self.now.unix_ms = self.clock.saturating_add(elapsed);
    }

    /// Hands an input to the core, which is watched, and carries out what comes of it.
    fn feed(&mut self, input: Input) -> Result<(), Violation> {
        self.settle_question(&input);
        if let Input::Opened { conn, .. } = input {
            self.links.insert(conn, Link::default());
        }
        if let Input::Closed { conn, .. } = input {
            self.links.remove(&conn);
        }
        self.history.record(input.clone());
        let effects = self.watched.feed(self.now, input)?;
        if let Some(listener) = &mut self.listener {
            listen::tell(listener, &effects);
        }
        self.carry_out(&effects);
        self.history.record_effects(effects);
        Ok(())
    }

    fn carry_out(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Close { conn, reason } => {
                    if let Some(link) = self.links.get_mut(conn) {
                        link.closed = Some(*reason);
                    }
                }
                Effect::Pause { conn } => self.set_paused(*conn, true),
                Effect::Resume { conn } => self.set_paused(*conn, false),
                Effect::Ask { ask, question } => {
                    self.questions.insert(*ask, question.clone());
                }
                Effect::Send { .. }
                | Effect::Reply { .. }
                | Effect::AdminReply { .. }
                | Effect::Notice(_) => {}
            }
        }
    }

    fn set_paused(&mut self, conn: ConnId, paused: bool) {
        if let Some(link) = self.links.get_mut(&conn) {
            link.paused = paused;
        }
    }

    fn settle_question(&mut self, input: &Input) {
        if let Input::Answered { ask, .. } = input
            && self.questions.remove(ask).is_some()
        {
            self.settled.push(*ask);
        }
    }

    /// How much there is in the core.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.watched.stats()
    }
}
