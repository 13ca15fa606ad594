//! Randomness that is the same wherever and whenever it is drawn.

use std::time::Duration;

/// Steele, Lea and Flood's generator SplitMix64: a seed says all that is ever drawn.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `bound`, which must not be 0.
    pub(crate) const fn below(&mut self, bound: usize) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "less than bound")]
        let drawn = (self.next() % bound as u64) as usize;
        drawn
    }

    pub(crate) const fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[7]
    }

    /// True in `percent` of 100 cases.
    pub(crate) const fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A time up to `most`, in ms.
    pub(crate) const fn up_to(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.next() % (most + 1))
    }

    /// One of a list; `None` of an empty one.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        if list.is_empty() { None } else { list.get(self.below(list.len())).copied() }
    }

    /// A number of the list, the more often the larger its weight; 0 if all are 0.
    pub(crate) fn weighted(&mut self, weights: &[usize]) -> usize {
        let total: usize = weights.iter().sum();
        let mut drawn = if total == 0 { 0 } else { self.below(total) };
        for (number, weight) in weights.iter().enumerate() {
            match drawn.checked_sub(*weight) {
                Some(rest) => drawn = rest,
                None => return number,
            }
        }
        0
    }
}
