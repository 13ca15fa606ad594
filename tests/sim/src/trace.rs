//! A digest of everything that happened.

/// Mixes numbers into one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trace(u64);

impl Trace {
    pub(crate) const fn add(&mut self, value: u64) {
        // Multiplying and turning, so that the order counts.
        self.0 = (self.0 ^ value).wrapping_mul(0x517c_c1b7_2722_0a95).rotate_left(23);
    }

    pub(crate) const fn value(self) -> u64 {
        self.0
    }
}
