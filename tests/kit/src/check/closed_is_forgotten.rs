//! I5: closed is forgotten.

use std::collections::BTreeSet;

use easyrtc_proto::{EasyrtcId, RoomUpdate, ServerMessage};
use easyrtc_state::{ConnId, Effect, Input, Question};

use super::{End, Invariant, Step};
use crate::world::messages;

/// After a connection closed, nothing names it: no effect, no list, no count. When all have closed
/// and every deadline has passed, the core equals a new one but for counters.
#[derive(Debug, Default)]
pub(super) struct ClosedIsForgotten {
    closed: BTreeSet<ConnId>,
}

impl Invariant for ClosedIsForgotten {
    fn name(&self) -> &'static str {
        "I5, closed is forgotten"
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        if let Input::Closed { conn, .. } = step.input {
            self.closed.insert(*conn);
        }
        let before = self.closed.len();
        for effect in step.effects {
            if let Some(conn) = named(effect).into_iter().find(|conn| self.closed.contains(conn)) {
                return Err(format!("{conn:?} is closed, and there is {effect:?}"));
            }
            if let Effect::Close { conn, .. } = effect {
                self.closed.insert(*conn);
            }
        }
        let (stats, model) = (step.stats.1, step.model);
        let counted = (stats.connections, stats.clients);
        let there = (model.conns.len(), model.clients().count());
        if counted != there {
            return Err(format!("connections and clients: {counted:?} instead of {there:?}"));
        }
        if before == self.closed.len() {
            no_ghosts(step)?;
        }
        Ok(())
    }

    fn end(&mut self, end: &End<'_>) -> Result<(), String> {
        if let Some(deadline) = end.core.next_deadline() {
            return Err(format!("something is still due at {deadline:?}"));
        }
        let (left, new) = (end.core.stats(), end.pristine.stats());
        if end.core.digest() != end.pristine.digest() || left != new {
            return Err(format!("something is left: {left:?}; in a new core {new:?}"));
        }
        Ok(())
    }
}

/// The connections an effect names. Notices may tell of closed ones.
fn named(effect: &Effect) -> Vec<ConnId> {
    match effect {
        Effect::Send { to, .. } => to.iter().map(|to| to.conn).collect(),
        Effect::Reply { conn, .. }
        | Effect::Close { conn, .. }
        | Effect::Pause { conn }
        | Effect::Resume { conn } => vec![*conn],
        Effect::Ask { question: Question::Login(login), .. } => vec![login.conn],
        Effect::Ask { question: Question::RoomJoin(join), .. } => vec![join.conn],
        Effect::Ask { .. } | Effect::AdminReply { .. } | Effect::Notice(_) => Vec::new(),
    }
}

/// No list and no update that was sent names somebody who is not there.
fn no_ghosts(step: &Step<'_>) -> Result<(), String> {
    let there: BTreeSet<EasyrtcId> = step.model.clients().map(|(_, c)| c.easyrtcid).collect();
    for (conn, _, message) in messages(step.effects) {
        let rooms: Vec<&RoomUpdate> = match message {
            ServerMessage::RoomData(data) => data.room_data.values().collect(),
            ServerMessage::Token(token) => token.room_data.values().collect(),
            _ => continue,
        };
        for room in rooms {
            let listed = room.client_list.iter().flat_map(|list| list.keys());
            let delta = room.client_list_delta.iter();
            let mut named = listed.chain(delta.flat_map(|delta| delta.update_client.keys()));
            if let Some(ghost) = named.find(|id| !there.contains(id)) {
                return Err(format!("{conn:?} is told about {ghost}, who is not there"));
            }
        }
    }
    Ok(())
}
