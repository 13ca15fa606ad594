//! Randomness of which there is little.

use easyrtc_state::Entropy;

/// Draws so few different easyrtcids that every other draw collides with a living client, and a
/// name is soon used again after its client is gone. Now and then it draws one of many: however
/// many names are taken, by clients or by those whose leaving is gathered, a free one comes.
#[derive(Clone, Debug)]
pub struct FewNames {
    state: u64,
}

impl FewNames {
    /// How many different names there are, mostly.
    const NAMES: u64 = 16;

    /// Randomness that is determined by `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }
}

impl Entropy for FewNames {
    fn fill(&mut self, bytes: &mut [u8]) {
        // Knuth's generator MMIX; its upper bits are the better ones.
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        self.state = self.state.wrapping_add(1_442_695_040_888_963_406);
        let byte = ((self.state >> 40) % Self::NAMES).to_le_bytes()[0];
        bytes.fill(byte);
        if self.state >> 61 == 0 {
            let many = self.state.to_be_bytes();
            bytes.iter_mut().zip(many).for_each(|(byte, other)| *byte = other);
        }
    }
}
