//! I6: deterministic.

use super::{End, Invariant};

/// The same seed and inputs give the same effects and the same state, however many inputs are
/// handed in before the effects are taken out.
#[derive(Debug)]
pub(super) struct Deterministic;

impl Invariant for Deterministic {
    fn name(&self) -> &'static str {
        "I6, deterministic"
    }

    fn end(&mut self, end: &End<'_>) -> Result<(), String> {
        for batch in [1, 7] {
            let (core, effects) = end.history.replay(batch);
            let first = effects.iter().zip(end.history.effects()).position(|(a, b)| a != b);
            if let Some(first) = first {
                let (then, now) = (&end.history.effects()[first], &effects[first]);
                return Err(format!("effect {first} was {then:?}, in batches of {batch} {now:?}"));
            }
            if effects.len() != end.history.effects().len() {
                return Err(format!("{} effects in batches of {batch}", effects.len()));
            }
            if core.digest() != end.core.digest() {
                return Err(format!("the state is another in batches of {batch}"));
            }
        }
        Ok(())
    }
}
