//! Histories in which many clients do everything at once.

use easyrtc_journal::{End, Outcome};
use easyrtc_test_kit::World;
use easyrtc_test_kit::operation::{histories, setups};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::support::{Recorded, play};

/// Journals of `count` different histories. What the kit's own core made of the inputs does not
/// matter here: any inputs are a history.
pub(crate) fn journals(count: usize) -> Vec<String> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[9; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut journals = Vec::new();
    for _ in 0..count {
        let tree = (setups(), histories(100)).new_tree(&mut runner).unwrap();
        let (setup, operations) = tree.current();
        let history = World::new(setup).run(&operations).unwrap();
        let mut recorded = Recorded::new(setup.config());
        for input in history.inputs() {
            recorded.feed(input.clone());
        }
        journals.push(recorded.finish());
    }
    journals
}

#[test]
fn the_same_inputs_have_the_same_effects_again() {
    for journal in journals(60) {
        let Outcome { steps, difference, end, .. } = play(&journal).unwrap();
        assert_eq!(difference, None);
        assert_eq!(end, Some(End::Complete));
        assert_eq!(steps + 2, u64::try_from(journal.lines().count()).unwrap());
    }
}
