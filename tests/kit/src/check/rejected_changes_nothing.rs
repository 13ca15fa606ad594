//! I7: rejected changes nothing.

use easyrtc_proto::ServerMessage;
use easyrtc_state::{CloseReason, ConnId, Effect, Input, Rate, RateLimits};

use super::{Invariant, Step};

/// A rejected input leaves the state as it was: a message that is answered with an error or not at
/// all, a request of the operator that fails, a connection that is refused as it opens, an answer
/// nobody asked for; and so does a sign of life. A refused login ends its connection; it leaves the
/// state as it would be had the connection ended by itself.
#[derive(Debug)]
pub(super) struct RejectedChangesNothing;

impl Invariant for RejectedChangesNothing {
    fn name(&self) -> &'static str {
        "I7, rejected changes nothing"
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        let closed = step.effects.iter().find_map(|effect| match effect {
            Effect::Close { conn, reason: CloseReason::Refused } => Some(*conn),
            _ => None,
        });
        if let Some(conn) = closed {
            return refused(step, conn);
        }
        let rejected = match step.input {
            Input::Message { .. } => step.effects.iter().all(changes_nothing),
            Input::Admin { .. } => {
                let failed = |e: &Effect| matches!(e, Effect::AdminReply { result: Err(_), .. });
                step.effects.iter().any(failed)
            }
            Input::Opened { .. } => {
                step.effects.iter().any(|effect| matches!(effect, Effect::Close { .. }))
            }
            Input::Answered { .. } | Input::Alive { .. } => step.effects.is_empty(),
            Input::Closed { .. } | Input::Tick => false,
        };
        // A message that waits for its turn has no effects either, and does change the state.
        let waits = conn_of(step.input).is_some_and(|conn| {
            step.model.asks.values().any(|ask| ask.conn() == conn) || step.model.is_limited(conn)
        });
        if rejected && !waits && step.twin.borrow_mut().digest() != step.core.digest() {
            return Err(format!("it changed something, and led to {:?}", step.effects));
        }
        Ok(())
    }
}

fn conn_of(input: &Input) -> Option<ConnId> {
    match input {
        Input::Message { conn, .. } => Some(*conn),
        _ => None,
    }
}

fn changes_nothing(effect: &Effect) -> bool {
    match effect {
        Effect::Reply { frame, .. } => matches!(frame.message(), ServerMessage::Error(_)),
        Effect::Notice(_) => true,
        _ => false,
    }
}

/// What was refused: a login, at once or by the answer to the question about it. That which got in,
/// and then said something while it waited for which it was closed, has left its traces.
fn refused(step: &Step<'_>, conn: ConnId) -> Result<(), String> {
    let handled = step.effects.iter().filter(|effect| matches!(effect, Effect::Reply { .. }));
    let alone = matches!(step.input, Input::Message { .. } | Input::Answered { .. });
    if !alone || handled.clone().count() > 1 || !handled.clone().all(changes_nothing) {
        return Ok(());
    }
    // What came from an address stays with it: such a login has left that behind.
    let rates = &step.core.config().limits.rates;
    if rates.address != RateLimits::NONE || rates.failed_logins != Rate::NONE {
        return Ok(());
    }
    let reason = CloseReason::ClientLeft;
    let mut twin = step.twin.borrow_mut();
    let left = twin.after_instead(step.now, Input::Closed { conn, reason });
    if left.digest() != step.core.digest() {
        let (left, stats) = (left.stats(), step.stats.1);
        return Err(format!("the refused login left something: {stats:?}, not {left:?}"));
    }
    Ok(())
}
