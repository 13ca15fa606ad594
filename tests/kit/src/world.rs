//! A core and its clients, without a network.

mod entropy;
mod hear;
mod history;
mod resolve;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

use easyrtc_proto::ServerMessage;
use easyrtc_state::{
    AskId, CloseReason, ConnId, Core, Effect, Effects, Input, Now, Question, Stats, Verdict,
};

pub use entropy::FewNames;
pub use hear::heard;
pub(crate) use hear::messages;
pub use history::History;
#[cfg(test)]
pub(crate) use resolve::decode;

use crate::check::{self, Delivery, End, Invariant, Step};
use crate::client::ReferenceClient;
use crate::model::{Hints, Model};
use crate::setup::Embedder;
use crate::{Operation, Setup};

/// The core as it is simulated.
pub type TestCore = Core<FewNames, Embedder>;

/// How many inputs an end may take: more than any history leaves deadlines.
const END_STEPS: usize = 10_000;

/// How many deadlines pass before everybody leaves: some of those who are there are silent too
/// long.
const SILENT_STEPS: usize = 6;

/// A core, its clients, and whoever watches them.
pub struct World {
    core: TestCore,
    model: Model,
    clients: BTreeMap<ConnId, ReferenceClient>,
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
    invariants: Vec<Box<dyn Invariant>>,
    /// The core's digest after the last input.
    digest: u64,
    tamper: Tamper,
}

/// What a faulty core would make of the effects of one input; to try the invariants.
pub type Tamper = fn(Vec<Effect>) -> Vec<Effect>;

/// What the driver knows of a connection.
#[derive(Debug, Default)]
struct Link {
    acks: u64,
    paused: bool,
    /// Why the core closed it, until that is reported back.
    closed: Option<CloseReason>,
}

/// An invariant that did not hold.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which.
    pub invariant: &'static str,
    /// What was seen.
    pub what: String,
    /// After which input; none for the end.
    pub input: Option<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)?;
        match &self.input {
            Some(input) => write!(f, "\nafter {input}"),
            None => f.write_str("\nat the end"),
        }
    }
}

impl std::error::Error for Violation {}

impl World {
    /// A world nobody is in yet, watched by all invariants.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let core = history::new_core(setup);
        Self {
            digest: core.digest(),
            core,
            model: Model::new(setup.config()),
            clients: BTreeMap::new(),
            links: BTreeMap::new(),
            now: Now { mono: Duration::ZERO, unix_ms: history::CLOCK },
            clock: history::CLOCK,
            opened: 0,
            requests: 0,
            questions: BTreeMap::new(),
            settled: Vec::new(),
            answers: VecDeque::new(),
            history: History::new(setup),
            invariants: check::all(),
            tamper: std::convert::identity,
        }
    }

    /// The same world around a faulty core.
    #[must_use]
    pub fn tampered(self, tamper: Tamper) -> Self {
        Self { tamper, ..self }
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
        // An answer may let a message go on that leads to the next question.
        while let Some(ask) = self.questions.keys().next().copied() {
            let verdict = self.verdict(ask, 0);
            self.feed(Input::Answered { ask, verdict })?;
        }
        self.at_end(|invariant, model| invariant.settled(model))?;
        self.pass_deadlines(SILENT_STEPS)?;
        for input in self.unset_fields() {
            self.feed(input)?;
        }
        for conn in self.links.keys().copied().collect::<Vec<_>>() {
            let reason = CloseReason::TransportError;
            self.feed(Input::Closed { conn, reason })?;
        }
        self.pass_deadlines(END_STEPS)?;
        let pristine = self.history.pristine(self.model.is_draining());
        let end = End { core: &self.core, pristine: &pristine, history: &self.history };
        for invariant in &mut self.invariants {
            let name = invariant.name();
            let violation = |what| Violation { invariant: name, what, input: None };
            invariant.end(&end).map_err(violation)?;
        }
        Ok(self.history)
    }

    /// Lets time pass from deadline to deadline, until nothing is due or there were `most`.
    fn pass_deadlines(&mut self, most: usize) -> Result<(), Violation> {
        for _ in 0..most {
            let Some(deadline) = self.core.next_deadline() else { break };
            self.advance_to(deadline);
            self.feed(Input::Tick)?;
        }
        Ok(())
    }

    fn at_end(
        &mut self,
        check: impl Fn(&mut dyn Invariant, &Model) -> Result<(), String>,
    ) -> Result<(), Violation> {
        for invariant in &mut self.invariants {
            let name = invariant.name();
            check(invariant.as_mut(), &self.model).map_err(|what| Violation {
                invariant: name,
                what,
                input: None,
            })?;
        }
        Ok(())
    }

    fn advance_to(&mut self, mono: Duration) {
        self.now.mono = self.now.mono.max(mono);
        let elapsed = u64::try_from(self.now.mono.as_millis()).unwrap_or(u64::MAX);
        self.now.unix_ms = self.clock.saturating_add(elapsed);
    }

    /// Hands an input to the core, carries out what comes of it, and looks at all invariants.
    fn feed(&mut self, input: Input) -> Result<(), Violation> {
        let mut effects = Effects::new();
        let input = {
            self.history.record(self.now, &input);
            self.core.handle(self.now, input.clone(), &mut effects);
            input
        };
        let effects = (self.tamper)(effects.drain().collect());
        let digest = self.core.digest();
        let digests = (std::mem::replace(&mut self.digest, digest), digest);
        self.settle_question(&input);
        let expected = self.model.take(self.now, input.clone(), hints(&effects));
        if let Input::Opened { conn, .. } = input {
            self.links.insert(conn, Link::default());
            self.clients.insert(conn, ReferenceClient::default());
        }
        if let Input::Closed { conn, .. } = input {
            self.links.remove(&conn);
            self.clients.remove(&conn);
        }
        let violation = |invariant, what| {
            let input = Some(format!("{:?} at {:?}", &input, self.now.mono));
            Violation { invariant, what, input }
        };
        for (conn, ack, message) in messages(&effects) {
            let Some(receiver) = self.clients.get(&conn) else { continue };
            let (model, input, expected, answer) = (&self.model, &input, &expected, ack.is_some());
            let delivery = Delivery { conn, receiver, answer, message, model, input, expected };
            for invariant in &mut self.invariants {
                let checked = invariant.delivered(&delivery);
                checked.map_err(|what| violation(invariant.name(), what))?;
            }
            let Some(receiver) = self.clients.get_mut(&conn) else { continue };
            if answer { receiver.answered(message) } else { receiver.emitted(message) }
        }
        let step = Step {
            now: self.now,
            input: &input,
            effects: &effects,
            expected: &expected,
            model: &self.model,
            clients: &self.clients,
            stats: self.core.stats(),
            digests,
            history: &self.history,
        };
        for invariant in &mut self.invariants {
            let checked = invariant.step(&step);
            checked.map_err(|what| violation(invariant.name(), what))?;
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
        self.core.stats()
    }
}

/// What only the core can know.
fn hints(effects: &[Effect]) -> Hints {
    let mut hints = Hints::default();
    for effect in effects {
        match effect {
            Effect::Ask { ask, .. } => hints.asks.push_back(*ask),
            Effect::Reply { frame, .. } => {
                if let ServerMessage::Token(token) = frame.message() {
                    hints.easyrtcids.push_back(token.easyrtcid);
                }
            }
            _ => {}
        }
    }
    hints
}
