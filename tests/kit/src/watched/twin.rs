//! The same core a second time, a few inputs behind.

use std::fmt;

use easyrtc_state::{Effect, Effects, Input, Now};

use super::TestCore;

/// How far behind it may be, in turn: with each it takes in all at once.
const BEHIND: [usize; 4] = [1, 7, 2, 30];

/// A core that is told what another was told, in batches, and so has to do what that did. While it
/// has not been told the latest, it also shows how things were before, and how they would be had
/// something else happened.
pub struct Twin {
    core: TestCore,
    inputs: Vec<(Now, Input)>,
    /// What the inputs led to.
    effects: Vec<Effect>,
    buffer: Effects,
    batches: usize,
    /// The input at hand is not to be repeated: something else happened instead.
    differs: bool,
    /// What it did otherwise.
    otherwise: Option<String>,
}

impl fmt::Debug for Twin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Twin").finish_non_exhaustive()
    }
}

impl Twin {
    pub(super) const fn new(core: TestCore) -> Self {
        Self {
            core,
            inputs: Vec::new(),
            effects: Vec::new(),
            buffer: Effects::new(),
            batches: 0,
            differs: false,
            otherwise: None,
        }
    }

    /// Takes note of what the other was told, and what it made of it.
    pub(super) fn follow(&mut self, now: Now, input: Input, effects: Vec<Effect>) {
        if std::mem::take(&mut self.differs) {
            return;
        }
        self.inputs.push((now, input));
        self.effects.extend(effects);
        if self.inputs.len() >= BEHIND[self.batches % BEHIND.len()] {
            self.catch_up();
        }
    }

    fn catch_up(&mut self) {
        self.batches += 1;
        for (now, input) in self.inputs.drain(..) {
            self.core.handle(now, input, &mut self.buffer);
        }
        if self.otherwise.is_none() && self.buffer.as_slice() != self.effects {
            let mut pairs = self.buffer.as_slice().iter().zip(&self.effects);
            let (again, first) = (self.buffer.as_slice().len(), self.effects.len());
            self.otherwise = Some(match pairs.find(|(again, first)| again != first) {
                Some((again, first)) => format!("it was {first:?}, again it was {again:?}"),
                None => format!("there were {first} effects, again there were {again}"),
            });
        }
        self.buffer.drain().for_each(drop);
        self.effects.clear();
    }

    /// The digest of the core before the input at hand.
    pub fn digest(&mut self) -> u64 {
        self.catch_up();
        self.core.digest()
    }

    /// The core as it would be if `instead` had happened in place of the input at hand. May only
    /// be asked for if it ought to be as the other now is: it goes on from there.
    pub fn after_instead(&mut self, now: Now, instead: Input) -> &TestCore {
        self.catch_up();
        self.differs = true;
        self.core.handle(now, instead, &mut self.buffer);
        self.buffer.drain().for_each(drop);
        &self.core
    }

    /// What it did otherwise than the other so far, having caught up or not.
    ///
    /// # Errors
    /// The first difference.
    pub fn is_alike(&self) -> Result<(), String> {
        self.otherwise.clone().map_or(Ok(()), Err)
    }

    /// The core, which has been told everything.
    pub fn caught_up(&mut self) -> &TestCore {
        self.catch_up();
        &self.core
    }
}
