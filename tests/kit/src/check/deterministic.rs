//! I6: deterministic.

use super::{End, Invariant, Step};

/// The same seed and inputs give the same effects and the same state, however many inputs are
/// handed in before the effects are taken out.
#[derive(Debug)]
pub(super) struct Deterministic;

impl Invariant for Deterministic {
    fn name(&self) -> &'static str {
        "I6, deterministic"
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        step.twin.borrow().is_alike()
    }

    fn end(&mut self, end: &End<'_>) -> Result<(), String> {
        let mut twin = end.twin.borrow_mut();
        let same = twin.caught_up().digest() == end.core.digest();
        twin.is_alike()?;
        if same { Ok(()) } else { Err("the state is another".to_owned()) }
    }
}
