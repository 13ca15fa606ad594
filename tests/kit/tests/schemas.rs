//! Every message of every history is what its schema says.

use std::cell::RefCell;
use std::rc::Rc;

use easyrtc_proto::ClientEvent;
use easyrtc_schema_validator::agreement::agreement;
use easyrtc_schema_validator::{Schemas, Subject};
use easyrtc_test_kit::World;
use easyrtc_test_kit::operation::{histories, setups};
use easyrtc_test_kit::world::Overheard;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

#[derive(Default)]
struct Seen {
    valid: usize,
    refused: usize,
    unreadable: usize,
    faults: Vec<String>,
}

impl Seen {
    fn note(&mut self, schemas: &Schemas, overheard: &Overheard<'_>) {
        let (Overheard::Client { text, .. } | Overheard::Server { text, .. }) = *overheard;
        // Some clients say what a tree cannot hold: lone surrogates, and very deep maps.
        let Ok(message) = serde_json::from_str::<Value>(text) else {
            self.unreadable += 1;
            return;
        };
        let result = match overheard {
            Overheard::Client { event, outcome, .. } => {
                let outcome = easyrtc_schema_validator::agreement::outcome(*outcome);
                let event: ClientEvent = *event;
                self.refused += usize::from(outcome.is_err());
                // Whether placeholders stand for something the text does not say.
                let attachments = text.matches("_placeholder").count();
                let agreed = agreement(schemas, event, &message, attachments, outcome);
                agreed.map(drop).map_err(|disagreement| disagreement.to_string())
            }
            Overheard::Server { event, .. } => {
                let subject = event.map_or(Subject::Reply, |e| Subject::ServerEvent(e.name()));
                schemas.check(subject, &message).map_err(|mismatch| mismatch.to_string())
            }
        };
        match result {
            Ok(()) => self.valid += 1,
            Err(fault) => self.faults.push(format!("{fault}: {text}")),
        }
    }
}

#[test]
fn every_message_of_every_history_is_what_its_schema_says() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let schemas = Rc::new(Schemas::published());
    let seen = Rc::new(RefCell::new(Seen::default()));
    for _ in 0..180 {
        let tree = (setups(), histories(100)).new_tree(&mut runner);
        let (setup, operations) = tree.unwrap().current();
        let (schemas, seen) = (Rc::clone(&schemas), Rc::clone(&seen));
        let listener = move |overheard: Overheard<'_>| seen.borrow_mut().note(&schemas, &overheard);
        World::new(setup).overheard_by(listener).run(&operations).unwrap();
    }
    let seen = seen.borrow();
    assert!(seen.faults.is_empty(), "{}: {}", seen.faults.len(), seen.faults[0]);
    assert!(seen.valid > 5000 && seen.refused > 300, "{} {}", seen.valid, seen.refused);
    assert!(seen.unreadable < seen.valid / 10, "{}", seen.unreadable);
}
