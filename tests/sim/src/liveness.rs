//! The second phase: the faults stop, and everything has to come to rest.

use std::time::Duration;

use easyrtc_state::{AdminCommand, ConnId, Limits};
use easyrtc_test_kit::Violation;

use crate::act::MOST;
use crate::speech;
use crate::world::World;

/// Within which time everything has to come to rest: longer than all that may be waited for one
/// after the other, which is the news of a broken line, a question and a few slow messages.
const LONGEST: Duration = Duration::from_secs(120);

/// How often clients give a sign of life.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// How many clients come back.
const COME_BACK: usize = 3;

impl World {
    /// Faults stop: clients read, answers are prompt and true, no line breaks any more, and bans
    /// end. Whoever is there must be answered and know what is so, and whoever comes must get in.
    pub(crate) fn come_to_rest(&mut self) -> Result<(), Violation> {
        self.calm = true;
        for conn in self.conns() {
            if let Some(link) = self.links.get_mut(&conn) {
                link.stalled = false;
            }
            self.will_read(conn);
        }
        self.rest()?;
        for ban in self.watched.model().bans().collect::<Vec<_>>() {
            let input = self.request(AdminCommand::Unban { ban });
            self.feed(input)?;
        }
        let mut newcomers = Vec::new();
        while newcomers.len() < COME_BACK.min(MOST - self.links.len().min(MOST)) {
            let Some(conn) = self.open()? else { break };
            self.say(conn, speech::plain_login(), false, true);
            newcomers.push(conn);
        }
        self.rest()?;
        for conn in newcomers {
            self.must_be_in(conn)?;
        }
        for conn in self.conns() {
            let probe = speech::probe(self.said);
            self.say(conn, probe, false, true);
        }
        self.rest()?;
        self.everybody_knows()?;
        self.watched.settled()
    }

    fn conns(&self) -> Vec<ConnId> {
        self.links.keys().copied().collect()
    }

    /// Lets time pass until nothing is on its way, and nothing is waited for.
    fn rest(&mut self) -> Result<(), Violation> {
        let start = self.now.mono;
        let mut sign_of_life = start;
        while !self.is_at_rest() {
            if self.now.mono >= sign_of_life {
                sign_of_life = self.now.mono + SIGN_OF_LIFE;
                self.signs_of_life()?;
            }
            let goes_on = self.follow()?;
            if !goes_on || self.now.mono > start + LONGEST {
                let busy = self.links.iter().filter(|(_, link)| !link.is_at_rest());
                let busy: Vec<_> = busy.collect();
                let asks = &self.watched.model().asks;
                return Err(unrest(format!("there is still {busy:?}, {asks:?}")));
            }
        }
        Ok(())
    }

    fn is_at_rest(&self) -> bool {
        self.links.values().all(crate::link::Link::is_at_rest)
            && self.watched.model().asks.is_empty()
    }

    /// Where nothing is limited, everybody gets in.
    fn must_be_in(&self, conn: ConnId) -> Result<(), Violation> {
        let limits = &self.swarm.config.limits;
        let free = Limits {
            fields: 0,
            bans: 0,
            user_api_field_units: 0,
            user_settings: 0,
            ..limits.clone()
        };
        if free != easyrtc_test_kit::setup::NO_LIMITS || self.watched.model().is_draining() {
            return Ok(());
        }
        match self.links.get(&conn).and_then(|link| link.client.easyrtcid) {
            Some(_) => Ok(()),
            None => Err(unrest(format!("{conn:?} does not get in"))),
        }
    }

    /// Everybody was answered, and what each client believes is what it was told.
    fn everybody_knows(&self) -> Result<(), Violation> {
        let there = self.watched.stats().connections;
        if there != self.links.len() {
            return Err(unrest(format!("{there} connections, {} lines", self.links.len())));
        }
        for (conn, link) in &self.links {
            if !link.owed.is_empty() {
                return Err(unrest(format!("{conn:?} waits for the answers {:?}", link.owed)));
            }
            let told = self.watched.clients().get(conn);
            if told != Some(&link.client) {
                let known = &link.client;
                return Err(unrest(format!("{conn:?} was told {told:?} and knows {known:?}")));
            }
        }
        Ok(())
    }
}

const fn unrest(what: String) -> Violation {
    Violation { invariant: "liveness", what, input: None }
}
