//! For tests and simulations: is this the same state?

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::core::Core;
use crate::entropy::Entropy;
use crate::policy::Policy;

impl<R: Entropy, P: Policy> Core<R, P> {
    /// A digest of everything that matters in the state; counters, caches and times of life are
    /// left out.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.state().hash(&mut hasher);
        hasher.finish()
    }
}
