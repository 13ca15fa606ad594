//! What happened so far.

use easyrtc_state::{AskId, Effect, Input};

/// The inputs of a core, and what came of them.
#[derive(Debug, Default)]
pub struct History {
    inputs: Vec<Input>,
    effects: Vec<Effect>,
}

impl History {
    pub(super) fn record(&mut self, input: Input) {
        self.inputs.push(input);
    }

    pub(super) fn record_effects(&mut self, effects: Vec<Effect>) {
        self.effects.extend(effects);
    }

    /// All inputs, in order.
    pub fn inputs(&self) -> impl Iterator<Item = &Input> {
        self.inputs.iter()
    }

    /// All effects, in order.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The questions that went out since there were `first` effects.
    pub(super) fn asked_since(&self, first: usize) -> Vec<AskId> {
        let since = self.effects.iter().skip(first);
        let asked = since.filter_map(|effect| match effect {
            Effect::Ask { ask, .. } => Some(*ask),
            _ => None,
        });
        asked.collect()
    }
}
