//! A core that is watched: at every step by the model and by all invariants.

mod twin;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use easyrtc_proto::ServerMessage;
use easyrtc_state::{
    AdminCommand, Config, ConnId, Core, Effect, Effects, Input, Now, RequestId, Stats,
};

pub use twin::Twin;

use crate::check::{self, Delivery, End, Invariant, Settled, Step};
use crate::client::ReferenceClient;
use crate::model::{Hints, Model};
use crate::setup::Embedder;
use crate::world::{FewNames, messages};

/// The core as it is simulated.
pub type TestCore = Core<FewNames, Embedder>;

/// What a faulty core would make of the effects of one input; to try the invariants.
pub type Tamper = fn(Vec<Effect>) -> Vec<Effect>;

/// A core, its clients as they are if every message reaches them at once, and whoever watches them.
pub struct Watched {
    core: TestCore,
    /// The same core again, which is told the same things a little later.
    twin: RefCell<Twin>,
    model: Model,
    clients: BTreeMap<ConnId, ReferenceClient>,
    invariants: Vec<Box<dyn Invariant>>,
    config: Config,
    seed: u64,
    tamper: Tamper,
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

impl Watched {
    /// A new core that is configured so, watched by all invariants; `seed` is what easyrtcids are
    /// drawn from.
    #[must_use]
    pub fn new(config: Config, seed: u64) -> Self {
        let core = || Core::new(config.clone(), Embedder, FewNames::new(seed));
        Self {
            core: core(),
            twin: RefCell::new(Twin::new(core())),
            model: Model::new(config.clone()),
            clients: BTreeMap::new(),
            invariants: check::all(&config),
            config,
            seed,
            tamper: std::convert::identity,
        }
    }

    /// The same around a faulty core.
    #[must_use]
    pub fn tampered(self, tamper: Tamper) -> Self {
        Self { tamper, ..self }
    }

    /// The core.
    #[must_use]
    pub const fn core(&self) -> &TestCore {
        &self.core
    }

    /// What ought to be.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// What the clients believe once everything has reached them.
    #[must_use]
    pub const fn clients(&self) -> &BTreeMap<ConnId, ReferenceClient> {
        &self.clients
    }

    /// Hands an input to the core, and has all invariants look at what comes of it, which is
    /// returned.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn feed(&mut self, now: Now, input: Input) -> Result<Vec<Effect>, Violation> {
        let before = (self.core.stats(), self.core.next_deadline());
        let mut effects = Effects::new();
        self.core.handle(now, input.clone(), &mut effects);
        let effects = (self.tamper)(effects.drain().collect());
        let expected = self.model.take(now, input.clone(), hints(&effects));
        if let Input::Opened { conn, .. } = input {
            self.clients.insert(conn, ReferenceClient::default());
        }
        if let Input::Closed { conn, .. } = input {
            self.clients.remove(&conn);
        }
        let violation = |invariant, what| {
            let input = Some(format!("{input:?} at {:?}", now.mono));
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
            now,
            input: &input,
            effects: &effects,
            expected: &expected,
            model: &self.model,
            clients: &self.clients,
            stats: (before.0, self.core.stats()),
            deadlines: (before.1, self.core.next_deadline()),
            core: &self.core,
            twin: &self.twin,
        };
        for invariant in &mut self.invariants {
            let checked = invariant.step(&step);
            checked.map_err(|what| violation(invariant.name(), what))?;
        }
        self.twin.get_mut().follow(now, input, effects.clone());
        Ok(effects)
    }

    /// Looks at everything once all questions are answered and nobody has left yet.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn settled(&mut self) -> Result<(), Violation> {
        let settled = Settled { model: &self.model, clients: &self.clients, core: &self.core };
        for invariant in &mut self.invariants {
            let checked = invariant.settled(&settled);
            checked.map_err(|what| at_the_end(invariant.name(), what))?;
        }
        Ok(())
    }

    /// Looks at what is left when everybody has left and nothing is due any more.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn end(&mut self) -> Result<(), Violation> {
        let pristine = self.pristine();
        let end = End { core: &self.core, pristine: &pristine, twin: &self.twin };
        for invariant in &mut self.invariants {
            let checked = invariant.end(&end);
            checked.map_err(|what| at_the_end(invariant.name(), what))?;
        }
        Ok(())
    }

    /// A core nothing ever happened to but, perhaps, that it was told to stop.
    fn pristine(&self) -> TestCore {
        let mut core = Core::new(self.config.clone(), Embedder, FewNames::new(self.seed));
        if self.model.is_draining() {
            let (request, command) = (RequestId(0), AdminCommand::Shutdown);
            let input = Input::Admin { request, command };
            core.handle(Now::default(), input, &mut Effects::new());
        }
        core
    }

    /// How much there is in the core.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.core.stats()
    }
}

const fn at_the_end(invariant: &'static str, what: String) -> Violation {
    Violation { invariant, what, input: None }
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
