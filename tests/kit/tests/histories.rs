//! Many clients do everything at once, and all invariants hold after every step.
//!
//! `EASYRTC_HISTORIES` sets how many histories are tried (default 400), and `EASYRTC_SEED` where
//! they start (default 0): the same two values show the same failure again, shortened.

use std::env;

use easyrtc_test_kit::operation::{histories, setups};
use easyrtc_test_kit::world::{Violation, World};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

#[expect(clippy::expect_used, reason = "a mistake of whoever sets the variable")]
fn number(variable: &str, default: u64) -> u64 {
    match env::var(variable) {
        Ok(value) => value.parse().expect("a number"),
        Err(_) => default,
    }
}

#[test]
fn all_invariants_hold_in_all_histories() {
    let cases = u32::try_from(number("EASYRTC_HISTORIES", 400)).expect("a smaller number");
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number("EASYRTC_SEED", 0).to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let result = TestRunner::new_with_rng(config, rng).run(
        &(setups(), histories(150)),
        |(setup, history)| {
            let failed = |violation: Violation| TestCaseError::fail(violation.to_string());
            World::new(setup).run(&history).map(drop).map_err(failed)
        },
    );
    if let Err(failure) = result {
        panic!("{failure}");
    }
}
