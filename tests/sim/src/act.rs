//! What happens by itself: what clients, operators and misfortune do.

use easyrtc_state::{AdminCommand, AskId, CloseReason, ConnId, ConnMeta, Input, TransportKind};
use easyrtc_test_kit::operation::{Administer, MALFORMED, verdict};
use easyrtc_test_kit::{Violation, names};

use crate::agenda::Event;
use crate::link::Link;
use crate::speech;
use crate::swarm::Act;
use crate::world::World;

/// As many connections as there may be at once: fewer than there are names.
pub(crate) const MOST: usize = 12;

/// With fewer connections somebody comes for sure.
const FEW: usize = 4;

/// How long the server may not know that a line is broken, in ms.
const UNNOTICED: u64 = 10_000;

/// How long the driver may sleep too long, in ms.
const OVERSLEEP: u64 = 60_000;

impl World {
    /// Something new happens; at times nothing, because there is nobody to do it.
    pub(crate) fn act(&mut self) -> Result<(), Violation> {
        // Where few are left, nothing much happens until somebody comes.
        let act = match self.links.len() < FEW {
            true => Act::Arrive,
            false => Act::ALL[self.random.weighted(&self.swarm.acts)],
        };
        match act {
            Act::Arrive => {
                if let Some(conn) = self.open()? {
                    let login = speech::login(&mut self.random);
                    self.say(conn, login, false, true);
                }
                Ok(())
            }
            Act::Open => self.open().map(drop),
            Act::Speak => {
                self.speak();
                Ok(())
            }
            Act::SpeakBadly => {
                self.speak_badly();
                Ok(())
            }
            Act::Alive => self.signs_of_life(),
            Act::Leave => self.leave(),
            Act::Cut => {
                self.cut();
                Ok(())
            }
            Act::Stall => {
                self.stall();
                Ok(())
            }
            Act::Administer => self.administer(),
            Act::Lie => self.lie(),
            Act::SetClock => {
                self.set_clock();
                Ok(())
            }
            Act::Tick => self.feed(Input::Tick),
            Act::Oversleep => {
                let at = self.now.mono + self.random.up_to(OVERSLEEP);
                self.advance_to(at);
                Ok(())
            }
            Act::Shutdown => {
                let input = self.request(AdminCommand::Shutdown);
                self.feed(input)
            }
        }
    }

    pub(crate) fn open(&mut self) -> Result<Option<ConnId>, Violation> {
        if self.links.len() >= MOST {
            return Ok(None);
        }
        self.opened += 1;
        let conn = ConnId(self.opened);
        let websocket = self.random.chance(40);
        let transport = if websocket { TransportKind::WebSocket } else { TransportKind::SocketIo };
        let number = self.random.byte();
        let (peer, device) = (names::peer(number), names::device(number));
        let meta = ConnMeta { peer, device, ..ConnMeta::new(transport) }.into();
        let latency = self.random.up_to(self.swarm.latency);
        let wired = self.random.chance(self.swarm.wired);
        self.links.insert(conn, Link::new(latency, wired));
        self.feed(Input::Opened { conn, meta })?;
        Ok(Some(conn))
    }

    /// Whoever has a line lets the server know it.
    pub(crate) fn signs_of_life(&mut self) -> Result<(), Violation> {
        let there = self.links.iter().filter(|(_, link)| !link.cut && !link.stalled);
        for conn in there.map(|(conn, _)| *conn).collect::<Vec<_>>() {
            self.feed(Input::Alive { conn })?;
        }
        Ok(())
    }

    fn someone(&mut self) -> Option<ConnId> {
        let conns: Vec<ConnId> = self.links.keys().copied().collect();
        self.random.pick(&conns)
    }

    /// Somebody who can say something now.
    fn someone_open(&mut self) -> Option<ConnId> {
        let open = self.links.iter().filter(|(_, link)| link.is_open());
        let conns: Vec<ConnId> = open.map(|(conn, _)| *conn).collect();
        self.random.pick(&conns)
    }

    fn speak(&mut self) {
        let Some(conn) = self.someone_open() else { return };
        let Some(link) = self.links.get(&conn) else { return };
        let known = &link.client;
        let message = match known.easyrtcid {
            // Who is not in yet mostly tries to get in.
            None if self.random.chance(50) => speech::login(&mut self.random),
            _ => speech::message(&mut self.random, &self.swarm, known, self.said),
        };
        let acked = self.random.chance(97);
        self.say(conn, message, false, acked);
    }

    fn speak_badly(&mut self) {
        let Some(conn) = self.someone_open() else { return };
        let Some(bad) = self.random.pick(MALFORMED) else { return };
        let acked = self.random.chance(90);
        self.say(conn, (bad.event, bad.text.to_owned()), bad.binary, acked);
    }

    fn leave(&mut self) -> Result<(), Violation> {
        let Some(conn) = self.someone() else { return Ok(()) };
        self.links.remove(&conn);
        let reasons = [CloseReason::ClientLeft, CloseReason::TooLarge, CloseReason::ParseError];
        let reason = self.random.pick(&reasons).unwrap_or(CloseReason::ClientLeft);
        self.feed(Input::Closed { conn, reason })
    }

    /// What is on its way is lost, and the server writes on for a while.
    fn cut(&mut self) {
        let Some(conn) = self.someone() else { return };
        let Some(link) = self.links.get_mut(&conn) else { return };
        link.cut = true;
        link.uplink.clear();
        let at = self.now.mono + self.random.up_to(UNNOTICED);
        let reasons = [CloseReason::TransportError, CloseReason::PingTimeout];
        let reason = self.random.pick(&reasons).unwrap_or(CloseReason::PingTimeout);
        self.agenda.plan(at, Event::Ended(conn, reason));
    }

    /// Who does not read any more mostly starts again before others stop.
    fn stall(&mut self) {
        let Some(conn) = self.someone() else { return };
        let stalls = self.random.chance(40);
        let Some(link) = self.links.get_mut(&conn) else { return };
        link.stalled = stalls && !link.stalled;
        self.will_read(conn);
    }

    fn administer(&mut self) -> Result<(), Violation> {
        let mut n = || self.random.byte();
        let what = match n() % 32 {
            0..=7 => Administer::SetField { of: n(), which: n(), name: n(), value: n() },
            8..=13 => Administer::SetGroup { who: n(), group: n(), member: n() % 4 != 0 },
            14..=15 => Administer::SetPresence { who: n(), presence: n() },
            16..=19 => Administer::Emit { to: n(), which: n(), what: n() },
            20..=21 => Administer::Room { which: n(), make: n() % 2 != 0 },
            22..=26 => Administer::Move { who: n(), room: n(), member: n() % 4 != 0 },
            27 => Administer::SendToken { who: n() },
            28 => Administer::Kick { who: n() },
            29..=30 => Administer::Ban { whom: n(), time: n() },
            _ => Administer::Unban { which: n() },
        };
        let command = what.command(self.watched.model());
        let input = self.request(command);
        self.feed(input)
    }

    /// Answers what is answered already, or was never asked.
    fn lie(&mut self) -> Result<(), Violation> {
        let settled: Vec<AskId> = self.settled.iter().copied().collect();
        let ask = self.random.pick(&settled).unwrap_or(AskId(u64::MAX));
        let verdict = verdict(None, self.random.byte());
        self.feed(Input::Answered { ask, verdict })
    }
}
