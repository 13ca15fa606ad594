//! I1: one reply.

use std::collections::{BTreeMap, BTreeSet};

use easyrtc_state::{AckId, ConnId, Effect, Input};

use super::{Invariant, Settled, Step};

/// A message with an ack id gets exactly one reply, unless its connection is closed first; one
/// without gets none. While a reply is owed, it waits for the answer to a question, or for the end
/// of a pause.
#[derive(Debug, Default)]
pub(super) struct OneReply {
    owed: BTreeMap<ConnId, BTreeSet<AckId>>,
}

impl Invariant for OneReply {
    fn name(&self) -> &'static str {
        "I1, one reply"
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        match step.input {
            Input::Opened { conn, .. } => {
                self.owed.insert(*conn, BTreeSet::new());
            }
            Input::Message { conn, ack: Some(ack), .. } => {
                // A connection the core closed is owed nothing, whatever it may still send.
                self.owed.entry(*conn).and_modify(|owed| {
                    owed.insert(*ack);
                });
            }
            Input::Closed { conn, .. } => {
                self.owed.remove(conn);
            }
            _ => {}
        }
        for effect in step.effects {
            match effect {
                Effect::Reply { conn, ack, .. } => {
                    let due = self.owed.get_mut(conn).is_some_and(|owed| owed.remove(ack));
                    let not_due = || format!("{conn:?} is answered {ack:?}, which is not due");
                    due.then_some(()).ok_or_else(not_due)?;
                }
                Effect::Close { conn, .. } => {
                    self.owed.remove(conn);
                }
                _ => {}
            }
        }
        let forgotten = self.owed.iter().find(|(conn, owed)| {
            !owed.is_empty()
                && !step.model.asks.values().any(|ask| ask.conn() == **conn)
                && !step.model.is_limited(**conn)
        });
        match forgotten {
            Some((conn, owed)) => Err(format!("{conn:?} was never answered {owed:?}")),
            None => Ok(()),
        }
    }

    fn settled(&mut self, _: &Settled<'_>) -> Result<(), String> {
        let owed = self.owed.iter().find(|(_, owed)| !owed.is_empty());
        owed.map_or(Ok(()), |(conn, owed)| Err(format!("{conn:?} was never answered {owed:?}")))
    }
}
