//! A seed decides everything, and different seeds try different things.

use std::collections::BTreeSet;

use easyrtc_sim::run;

const SEEDS: u64 = 12;
const STEPS: u64 = 400;

#[test]
fn a_seed_runs_the_same_again() {
    let mut digests = BTreeSet::new();
    for seed in 0..SEEDS {
        let first = run(seed, STEPS).expect("all invariants hold");
        assert_eq!(run(seed, STEPS).expect("all invariants hold"), first, "seed {seed}");
        digests.insert(first.digest);
    }
    assert_eq!(digests.len(), 12, "two seeds do the same");
}

/// With a bug in the core, seeds fail, and fail again in the same way after as many steps as they
/// say. That each bug is found is tried by `easyrtc-sim --planted`.
#[cfg(feature = "planted")]
#[test]
fn a_failure_is_the_same_again() {
    easyrtc_state::Planted::OneTooMany.plant();
    let failure = (0..SEEDS).find_map(|seed| run(seed, STEPS).err()).expect("a failure");
    let again = run(failure.seed, failure.steps).expect_err("the same failure");
    assert_eq!(again.to_string(), failure.to_string());
    let command = format!("--seed {} --steps {}", failure.seed, failure.steps);
    assert!(failure.to_string().ends_with(&command), "{failure}");
    easyrtc_state::Planted::uproot();
}
