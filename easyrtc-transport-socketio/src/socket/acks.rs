//! Acknowledgements the server asked its client for.

use std::collections::VecDeque;

/// Ids that are remembered as unanswered; the oldest beyond that are forgotten, and an answer to
/// one of those is ignored like one nobody asked for.
pub(crate) const MAX_OUTSTANDING: usize = 256;

/// The ack ids given out on one connection, and which of them are still to be answered.
#[derive(Debug, Default)]
pub(crate) struct Acks {
    next: u64,
    /// In ascending order. Answers usually come in the order of the questions.
    outstanding: VecDeque<u64>,
}

impl Acks {
    /// A fresh id.
    pub(crate) fn ask(&mut self) -> u64 {
        let id = self.next;
        self.next += 1;
        if self.outstanding.len() == MAX_OUTSTANDING {
            self.outstanding.pop_front();
        }
        self.outstanding.push_back(id);
        id
    }

    /// An answer came. Returns whether one with this id was due.
    pub(crate) fn answered(&mut self, id: u64) -> bool {
        let found = self.outstanding.binary_search(&id);
        if let Ok(index) = found {
            self.outstanding.remove(index);
        }
        found.is_ok()
    }

    /// How many answers are due.
    pub(crate) fn outstanding(&self) -> usize {
        self.outstanding.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_answered_once() {
        let mut acks = Acks::default();
        assert_eq!([acks.ask(), acks.ask(), acks.ask()], [0, 1, 2]);
        assert!(acks.answered(1));
        assert!(!acks.answered(1), "again");
        assert!(!acks.answered(3), "never asked for");
        assert_eq!(acks.outstanding(), 2);
        assert!(acks.answered(0));
        assert!(acks.answered(2));
        assert_eq!(acks.outstanding(), 0);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut acks = Acks::default();
        for _ in 0..=MAX_OUTSTANDING {
            acks.ask();
        }
        assert_eq!(acks.outstanding(), MAX_OUTSTANDING);
        assert!(!acks.answered(0), "forgotten");
        assert!(acks.answered(1));
    }
}
