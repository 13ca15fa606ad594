//! The source of easyrtcids.

use std::sync::{Arc, Mutex, PoisonError};

use easyrtc_state::{DrawnIds, Entropy};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// A CSPRNG, seeded once from the operating system.
#[derive(Debug)]
pub(crate) struct SeededEntropy {
    source: ChaCha20Rng,
    /// Where what is drawn is noted, if anybody wants to know.
    drawn: Option<Arc<Mutex<DrawnIds>>>,
}

/// The operating system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no randomness: {0}")]
pub struct NoEntropy(getrandom::Error);

impl SeededEntropy {
    pub(crate) fn from_os(drawn: Option<Arc<Mutex<DrawnIds>>>) -> Result<Self, NoEntropy> {
        let mut seed = [0; 32];
        //= docs/spec/envelope.md#envelope.easyrtcid
        getrandom::fill(&mut seed).map_err(NoEntropy)?;
        Ok(Self { source: ChaCha20Rng::from_seed(seed), drawn })
    }
}

impl Entropy for SeededEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.source.fill_bytes(bytes);
        if let Some(drawn) = &self.drawn {
            drawn.lock().unwrap_or_else(PoisonError::into_inner).note(bytes);
        }
    }
}
