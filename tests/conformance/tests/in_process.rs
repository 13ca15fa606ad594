//! The kit by itself: what it says of the core, and of a server that is not there.

use std::time::Duration;

use easyrtc_conformance::explore::{Explore, explore};
use easyrtc_conformance::run::{Settings, run};
use easyrtc_conformance::{PROFILES, Target, Verdict, cases};

#[tokio::test]
async fn the_core_keeps_every_rule_that_can_be_seen_in_process() {
    let played = run(&Target::InProcess, &cases::all(), Settings::default()).await;
    let failed = played.iter().filter(|played| matches!(played.verdict, Verdict::Fail(_)));
    let failed: Vec<_> = failed.map(|played| (played.case.id, played.verdict.text())).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let passed = played.iter().filter(|played| played.verdict == Verdict::Pass).count();
    assert!(passed > 200, "only {passed} cases passed");
}

#[tokio::test]
async fn a_server_that_is_not_there_keeps_no_rule() {
    // Nobody listens at port 1.
    let target = Target::at("http://127.0.0.1:1", &PROFILES[0]).unwrap();
    let some: Vec<_> = cases::all().into_iter().filter(|case| case.id == "rooms.entry").collect();
    let played = run(&target, &some, Settings::default()).await;
    assert!(matches!(played[0].verdict, Verdict::Fail(_)), "{:?}", played[0].verdict);
}

#[tokio::test]
async fn random_histories_of_the_core_are_as_predicted() {
    let explored = Explore {
        seed: 1,
        histories: 10,
        clients: 4,
        steps: 20,
        keep: Vec::new(),
        lenient: false,
        profile: &PROFILES[0],
        patience: Duration::from_secs(5),
    };
    let found = explore(&Target::InProcess, &explored, |_| ()).await.unwrap();
    assert!(found.is_empty(), "{}", found[0]);
}
