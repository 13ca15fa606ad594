//! What has to come, in the order in which it has to.

use std::collections::VecDeque;
use std::time::Instant;

use crate::problem::Faults;

/// Numbered things that were sent and have to come, in order, once each.
#[derive(Debug, Default)]
pub(super) struct InOrder(VecDeque<(u64, Instant)>);

impl InOrder {
    /// Something has to come; when it was due.
    pub(super) fn expect(&mut self, number: u64, due: Instant) {
        self.0.push_back((number, due));
    }

    /// Something came: when it was due, if it was expected. What should have come before is lost.
    pub(super) fn take(&mut self, number: u64, what: &str, faults: &mut Faults) -> Option<Instant> {
        let Some(at) = self.0.iter().position(|(expected, _)| *expected == number) else {
            faults.add(|| format!("{what} {number} came twice, or out of order, or unasked"));
            return None;
        };
        faults.add_many(at as u64, || format!("{at} {what}s before {number} were lost"));
        self.0.drain(..=at).next_back().map(|(_, due)| due)
    }

    pub(super) fn len(&self) -> u64 {
        self.0.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_and_repeated_ones_are_faults() {
        let (mut queue, mut faults) = (InOrder::default(), Faults::default());
        for number in 1..=4 {
            queue.expect(number, Instant::now());
        }
        assert!(queue.take(1, "answer", &mut faults).is_some());
        assert_eq!(faults.count, 0);
        assert!(queue.take(1, "answer", &mut faults).is_none());
        assert_eq!(faults.count, 1);
        assert!(queue.take(4, "answer", &mut faults).is_some());
        assert_eq!((faults.count, queue.len()), (3, 0));
        assert!(queue.take(2, "answer", &mut faults).is_none());
        assert_eq!(faults.count, 4);
    }
}
