//! Who listens to a world hears what its clients say and what they are told.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use easyrtc_test_kit::World;
use easyrtc_test_kit::operation::{histories, setups};
use easyrtc_test_kit::world::Overheard;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

#[test]
fn every_kind_of_message_is_overheard_sooner_or_later() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[2; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let heard = Rc::new(RefCell::new(BTreeSet::new()));
    for _ in 0..60 {
        let tree = (setups(), histories(100)).new_tree(&mut runner);
        let (setup, operations) = tree.unwrap().current();
        let heard = Rc::clone(&heard);
        let listener = move |overheard: Overheard<'_>| {
            let (kind, text) = match overheard {
                Overheard::Client { event, text, outcome: Ok(_) } => (event.name(), text),
                Overheard::Client { event: _, text, outcome: Err(_) } => ("refused", text),
                Overheard::Server { event: Some(event), text } => (event.name(), text),
                Overheard::Server { event: None, text } => ("answer", text),
            };
            // Some clients say what a `Value` cannot hold: lone surrogates, and very deep maps.
            let message = serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
            heard.borrow_mut().insert(format!("{kind} {}", message["msgType"]));
        };
        World::new(setup).overheard_by(listener).run(&operations).unwrap();
    }
    let heard = heard.borrow();
    for kind in [
        "easyrtcAuth \"authenticate\"",
        "answer \"token\"",
        "answer \"ack\"",
        "answer \"error\"",
        "answer \"roomData\"",
        "easyrtcCmd \"roomJoin\"",
        "easyrtcCmd \"roomData\"",
        "easyrtcCmd \"offer\"",
        "refused null",
    ] {
        assert!(heard.contains(kind), "{kind} is missing among {heard:#?}");
    }
}
