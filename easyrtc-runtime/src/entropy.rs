//! The source of easyrtcids.

use easyrtc_state::Entropy;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// A CSPRNG, seeded once from the operating system.
#[derive(Debug)]
pub(crate) struct SeededEntropy(ChaCha20Rng);

/// The operating system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no randomness: {0}")]
pub struct NoEntropy(getrandom::Error);

impl SeededEntropy {
    pub(crate) fn from_os() -> Result<Self, NoEntropy> {
        let mut seed = [0; 32];
        //= docs/spec/envelope.md#envelope.easyrtcid
        getrandom::fill(&mut seed).map_err(NoEntropy)?;
        Ok(Self(ChaCha20Rng::from_seed(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}
