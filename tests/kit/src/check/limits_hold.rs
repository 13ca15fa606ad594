//! I9: limits hold.

use std::collections::BTreeMap;
use std::net::IpAddr;

use easyrtc_proto::{RoomUpdate, ServerMessage};
use easyrtc_state::{Config, ConnId, Effect, Input, Limits};

use super::{Delivery, Invariant, Step};

/// Every limit that is set holds after every step, as far as it shows from outside; and no input
/// has more effects than a bound that grows with how much there is.
#[derive(Debug)]
pub(super) struct LimitsHold {
    limits: Limits,
    /// How many applications last, and how many rooms of the one with most.
    lasting: (usize, usize),
    /// Where those who have not logged in come from.
    strangers: BTreeMap<ConnId, Option<IpAddr>>,
    /// How many answers each connection is owed.
    owed: BTreeMap<ConnId, usize>,
}

impl LimitsHold {
    pub(super) fn new(config: &Config) -> Self {
        let rooms = config.applications.values().map(|app| app.rooms.len());
        Self {
            limits: config.limits.clone(),
            lasting: (1 + config.applications.len(), 1 + rooms.max().unwrap_or(0)),
            strangers: BTreeMap::new(),
            owed: BTreeMap::new(),
        }
    }

    /// Follows who comes, logs in, asks, is answered and goes.
    fn follow(&mut self, step: &Step<'_>) {
        match step.input {
            Input::Opened { conn, meta } => {
                self.strangers.insert(*conn, meta.peer);
                self.owed.insert(*conn, 0);
            }
            Input::Message { conn, ack: Some(_), .. } => {
                self.owed.entry(*conn).and_modify(|owed| *owed += 1);
            }
            Input::Closed { conn, .. } => self.forget(*conn),
            _ => {}
        }
        for effect in step.effects {
            match effect {
                Effect::Reply { conn, frame, .. } => {
                    self.owed.entry(*conn).and_modify(|owed| *owed = owed.saturating_sub(1));
                    if matches!(frame.message(), ServerMessage::Token(_)) {
                        self.strangers.remove(conn);
                    }
                }
                Effect::Close { conn, .. } => self.forget(*conn),
                _ => {}
            }
        }
    }

    fn forget(&mut self, conn: ConnId) {
        self.strangers.remove(&conn);
        self.owed.remove(&conn);
    }

    fn owed_within_limits(&self, conn: ConnId) -> Result<(), String> {
        let Limits { parked, asks_per_connection: asks, .. } = self.limits;
        // One more for the login that the others wait for.
        let bound = if asks == 0 { 0 } else { parked + asks + 1 };
        let owed = self.owed.get(&conn).copied().unwrap_or(0);
        within("answers owed to one connection", owed, if parked == 0 { 0 } else { bound })
    }
}

impl Invariant for LimitsHold {
    fn name(&self) -> &'static str {
        "I9, limits hold"
    }

    fn delivered(&mut self, delivery: &Delivery<'_>) -> Result<(), String> {
        let rooms = match delivery.message {
            ServerMessage::Token(token) => &token.room_data,
            ServerMessage::RoomData(data) => &data.room_data,
            _ => return Ok(()),
        };
        let fields = |room: &RoomUpdate| room.field.as_ref().map_or(0, |fields| fields.0.len());
        let most = rooms.values().map(fields).max().unwrap_or(0);
        within("fields of a room", most, self.limits.fields)
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        self.follow(step);
        let (limits, stats) = (&self.limits, step.stats.1);
        let or = |limit: usize, least: usize| if limit == 0 { 0 } else { limit.max(least) };
        let (apps, rooms) = self.lasting;
        within("applications", stats.applications, or(limits.applications, apps))?;
        let rooms = or(limits.rooms_per_application, rooms) * stats.applications;
        within("rooms", stats.rooms, rooms)?;
        within("sessions", stats.sessions, limits.sessions)?;
        within("bans", stats.bans, limits.bans)?;
        within("clients", stats.clients, limits.connections)?;
        within("strangers", self.strangers.len(), limits.unauthenticated)?;
        if let Input::Opened { meta, .. } = step.input
            && meta.peer.is_some()
        {
            let home = |peer: Option<IpAddr>| peer.map(crate::model::home);
            let from_there = |peer: &&Option<IpAddr>| home(**peer) == home(meta.peer);
            let neighbours = self.strangers.values().filter(from_there).count();
            within("strangers of one address", neighbours, limits.unauthenticated_per_address)?;
        }
        if let Input::Message { conn, .. } = step.input {
            self.owed_within_limits(*conn)?;
        }
        for effect in step.effects {
            if let Effect::Reply { conn, .. } = effect {
                rooms_within_limits(step, *conn, limits)?;
            }
        }
        effects_within_bound(step)
    }
}

/// The rooms somebody is in who was just answered.
fn rooms_within_limits(step: &Step<'_>, conn: ConnId, limits: &Limits) -> Result<(), String> {
    let (Some(view), Some(client)) = (step.clients.get(&conn), step.model.client(conn)) else {
        return Ok(());
    };
    within("rooms of one connection", view.rooms.len(), limits.rooms_per_connection)?;
    for (name, room) in &view.rooms {
        let capacity = step.model.capacity(&client.app, name);
        within("clients in one room", room.occupants.len(), capacity)?;
    }
    Ok(())
}

/// Each message that is handled, and each connection that ends, tells everybody of every room once
/// at most, and the log of each. What is gathered tells everybody in a room once.
fn effects_within_bound(step: &Step<'_>) -> Result<(), String> {
    let (before, after) = step.stats;
    let handled = step.effects.iter().filter(|effect| {
        matches!(effect, Effect::Reply { .. } | Effect::Close { .. } | Effect::Ask { .. })
    });
    let rooms = before.rooms.max(after.rooms);
    let gathered = before.connections * rooms;
    let bound = (1 + handled.count()) * (8 + 2 * before.connections + 4 * rooms + gathered);
    within("effects", step.effects.len(), bound)
}

fn within(what: &str, count: usize, limit: usize) -> Result<(), String> {
    if limit != 0 && count > limit { Err(format!("{count} {what}, above {limit}")) } else { Ok(()) }
}
