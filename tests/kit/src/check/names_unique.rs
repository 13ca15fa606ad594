//! I10: names are unique.

use std::collections::{BTreeMap, BTreeSet};

use easyrtc_proto::{EasyrtcId, ServerMessage};
use easyrtc_state::{ConnId, Effect, Notice};

use super::{Invariant, Step};

/// How long the names are that the core draws (decision D27).
const LENGTH: usize = 16;

/// Nobody has the easyrtcid of somebody who is there, every one is of letters and digits, and
/// whoever keeps a connection keeps its name. When somebody is gone, nobody knows the name any
/// more, or will be told: then it can be given again.
#[derive(Debug, Default)]
pub(super) struct NamesUnique {
    names: BTreeMap<ConnId, EasyrtcId>,
    /// Those of who is gone, of which somebody has yet to be told.
    believed: BTreeSet<EasyrtcId>,
}

impl Invariant for NamesUnique {
    fn name(&self) -> &'static str {
        "I10, names are unique"
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        let mut gone = Vec::new();
        for effect in step.effects {
            match effect {
                Effect::Reply { conn, frame, .. } => {
                    if let ServerMessage::Token(token) = frame.message() {
                        self.given(*conn, token.easyrtcid)?;
                    }
                }
                Effect::Notice(Notice::Disconnected { conn, easyrtcid, .. }) => {
                    self.names.remove(conn);
                    gone.extend(*easyrtcid);
                }
                _ => {}
            }
        }
        gone.retain(|name| self.names.values().all(|other| other != name));
        self.believed.extend(&gone);
        let believed = |name| step.model.clients().any(|(_, client)| client.believes_in(name));
        self.believed.retain(|name| believed(*name));
        for (conn, view) in step.clients {
            // Those who are gone themselves learn nothing any more.
            if !self.names.contains_key(conn) {
                continue;
            }
            for (name, room) in &view.rooms {
                let believed = |gone: &&EasyrtcId| {
                    let client = step.model.client(*conn);
                    let will_be_told = client.is_some_and(|client| client.believes_in(**gone));
                    room.occupants.contains_key(gone) && !will_be_told
                };
                if let Some(gone) = gone.iter().find(believed) {
                    return Err(format!("{conn:?} still sees {gone} in {name}"));
                }
            }
        }
        Ok(())
    }
}

impl NamesUnique {
    fn given(&mut self, conn: ConnId, name: EasyrtcId) -> Result<(), String> {
        let text = name.as_str();
        if text.len() != LENGTH || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(format!("{conn:?} is called {text}"));
        }
        if let Some((other, _)) = self.names.iter().find(|(c, n)| **c != conn && **n == name) {
            return Err(format!("{conn:?} is called {name}, and so is {other:?}"));
        }
        if self.believed.contains(&name) {
            return Err(format!("{conn:?} is called {name}, as somebody who is believed there"));
        }
        match self.names.insert(conn, name) {
            Some(former) if former != name => {
                Err(format!("{conn:?} was called {former} and is now called {name}"))
            }
            _ => Ok(()),
        }
    }
}
