//! I11: ticks settle what is due.

use easyrtc_state::Input;

use super::{Invariant, Step};

/// After a tick nothing is due any more, and a tick when nothing is due does nothing.
#[derive(Debug)]
pub(super) struct TicksSettle;

impl Invariant for TicksSettle {
    fn name(&self) -> &'static str {
        "I11, ticks settle what is due"
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        if !matches!(step.input, Input::Tick) {
            return Ok(());
        }
        let (before, after) = step.deadlines;
        let is_due = |deadline| deadline <= step.now.mono;
        if let Some(deadline) = after.filter(|&deadline| is_due(deadline)) {
            return Err(format!("something is still due at {deadline:?}"));
        }
        if before.is_some_and(is_due) {
            return Ok(());
        }
        if !step.effects.is_empty() {
            return Err(format!("nothing was due, and it led to {:?}", step.effects));
        }
        let same = step.twin.borrow_mut().digest() == step.core.digest();
        if same { Ok(()) } else { Err("nothing was due, and it changed something".to_owned()) }
    }
}
