//! What happened so far, to be played again.

use easyrtc_state::{AdminCommand, Core, Effect, Effects, Input, Now, RequestId};

use super::{FewNames, TestCore};
use crate::Setup;
use crate::setup::Embedder;

/// What the wall clock shows at the start: ms since the epoch.
pub(super) const CLOCK: u64 = 1_764_500_000_000;

/// The inputs of a core, and what came of them.
#[derive(Debug)]
pub struct History {
    setup: Setup,
    inputs: Vec<(Now, Input)>,
    effects: Vec<Effect>,
}

pub(super) fn new_core(setup: Setup) -> TestCore {
    Core::new(setup.config(), Embedder, FewNames::new(setup.seed))
}

impl History {
    pub(super) const fn new(setup: Setup) -> Self {
        Self { setup, inputs: Vec::new(), effects: Vec::new() }
    }

    pub(super) fn record(&mut self, now: Now, input: &Input) {
        self.inputs.push((now, input.clone()));
    }

    pub(super) fn record_effects(&mut self, effects: Vec<Effect>) {
        self.effects.extend(effects);
    }

    /// All effects, in order.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// Plays all inputs on a new core, taking the effects out after each `batch` of them.
    #[must_use]
    pub fn replay(&self, batch: usize) -> (TestCore, Vec<Effect>) {
        let mut core = new_core(self.setup);
        let (mut buffer, mut effects) = (Effects::new(), Vec::new());
        for inputs in self.inputs.chunks(batch.max(1)) {
            for (now, input) in inputs {
                core.handle(*now, input.clone(), &mut buffer);
            }
            effects.extend(buffer.drain());
        }
        (core, effects)
    }

    /// The core as it would be had `instead` happened in place of the last input.
    #[must_use]
    pub fn with_last_replaced(&self, instead: Input) -> TestCore {
        let mut core = new_core(self.setup);
        let mut effects = Effects::new();
        if let Some(((now, _), earlier)) = self.inputs.split_last() {
            for (now, input) in earlier {
                core.handle(*now, input.clone(), &mut effects);
            }
            core.handle(*now, instead, &mut effects);
        }
        core
    }

    /// A core nothing ever happened to but, perhaps, that it was told to stop.
    #[must_use]
    pub fn pristine(&self, draining: bool) -> TestCore {
        let mut core = new_core(self.setup);
        if draining {
            let (request, command) = (RequestId(0), AdminCommand::Shutdown);
            let input = Input::Admin { request, command };
            core.handle(Now::default(), input, &mut Effects::new());
        }
        core
    }
}

impl History {
    /// The questions that went out since there were `first` effects.
    pub(super) fn asked_since(&self, first: usize) -> Vec<easyrtc_state::AskId> {
        let since = self.effects.iter().skip(first);
        let asked = since.filter_map(|effect| match effect {
            Effect::Ask { ask, .. } => Some(*ask),
            _ => None,
        });
        asked.collect()
    }
}
