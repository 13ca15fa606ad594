//! The members of a room set their presence, and all others have to hear of it.

use std::collections::HashMap;
use std::time::Instant;

use super::Phase;
use crate::bench::{Bench, Traffic};
use crate::crowd::{self, Crowd};
use crate::fleet::{Heard, Lines, Listener};
use crate::latency::Latencies;
use crate::measurement::Measurement;
use crate::message::{self, Message};
use crate::problem::{Faults, Problem};

/// So many set theirs at a time.
const AT_A_TIME: usize = 10;

pub(super) fn run(phase: Phase, bench: &mut Bench) -> Result<Vec<Measurement>, Problem> {
    let plan = bench.plan(phase.size, phase.size);
    if plan.clients < phase.size {
        return Err(Problem::new("not enough open files"));
    }
    let mut fleet = bench.fleet()?;
    let mut crowd = Crowd::new(plan);
    crowd.come(&mut fleet)?;
    let mut presence = Presence::new(crowd.clients());
    let spent = bench.traffic(&mut fleet, &mut presence)?;
    crowd::leave(&mut fleet)?;

    let measured = bench.measurement(phase, phase.size);
    let mut measured = measured.spent("setPresence", presence.counted, &spent);
    measured.latency("answer", presence.answers.summary());
    measured.count("events", presence.events);
    measured.count("told twice", presence.repeated);
    measured.faults = presence.faults;
    Ok(vec![measured])
}

/// Several members at a time set a status that counts up, each when the one before it in its row
/// was answered. A server may leave out what is overtaken; the last status has to reach everybody,
/// and no older one may follow a newer.
struct Presence {
    clients: HashMap<String, usize>,
    members: Vec<Member>,
    /// Whose turn it is in each row.
    turns: Vec<usize>,
    /// What each (row) has last heard of each other (column).
    seen: Vec<u64>,
    /// How many of these are not the latest.
    behind: u64,
    stopped: bool,
    counted: u64,
    events: u64,
    repeated: u64,
    answers: Latencies,
    faults: Faults,
}

/// What a member has set.
#[derive(Default)]
struct Member {
    status: u64,
    /// The number of the event, and when it was sent, until it is answered.
    asked: Option<(u64, Instant)>,
}

impl Presence {
    fn new(clients: HashMap<String, usize>) -> Self {
        let size = clients.len();
        Self {
            clients,
            members: (0..size).map(|_| Member::default()).collect(),
            turns: (0..AT_A_TIME.min(size)).collect(),
            seen: vec![0; size * size],
            behind: 0,
            stopped: false,
            counted: 0,
            events: 0,
            repeated: 0,
            answers: Latencies::new(),
            faults: Faults::default(),
        }
    }

    fn set(&mut self, lines: &mut Lines, client: usize) {
        let (size, before) = (self.members.len(), self.members[client].status);
        for other in (0..size).filter(|other| *other != client) {
            if self.seen[other * size + client] == before {
                self.behind += 1;
            }
        }
        let message = message::set_presence(before + 1);
        let id = lines.emit(client, "easyrtcCmd", &message);
        self.members[client] = Member { status: before + 1, asked: Some((id, lines.now)) };
    }

    fn answered(&mut self, lines: &mut Lines, client: usize, id: u64, text: &str) {
        let good = message::read(text).is_ok_and(|message| message.msg_type == "roomData");
        match self.members[client].asked.take_if(|(expected, _)| *expected == id && good) {
            None => self.faults.add(|| format!("setPresence is answered with {text}")),
            Some((_, sent)) => {
                self.counted += 1;
                self.answers.add(lines.now.saturating_duration_since(sent));
            }
        }
        if self.stopped {
            return;
        }
        let (rows, size) = (self.turns.len(), self.members.len());
        let row = client % rows;
        let next = self.turns[row] + rows;
        self.turns[row] = if next < size { next } else { row };
        self.set(lines, self.turns[row]);
    }

    fn told(&mut self, client: usize, message: &Message<'_>) {
        let rooms = message.msg_data.iter().flat_map(|data| data.room_data.values());
        for (id, entry) in rooms.flat_map(|room| &room.client_list_delta.update_client) {
            let status = entry.presence.as_ref().and_then(|presence| presence.status.as_deref());
            let status = status.and_then(|status| status.parse::<u64>().ok());
            let (Some(&other), Some(status)) = (self.clients.get(*id), status) else {
                // Of the logins: a server may say them twice.
                self.repeated += 1;
                continue;
            };
            let latest = self.members[other].status;
            let seen = &mut self.seen[client * self.members.len() + other];
            match status {
                _ if status == *seen => self.repeated += 1,
                _ if status < *seen || status > latest || client == other => {
                    let known = *seen;
                    self.faults.add(|| {
                        format!("client {client} is told {status} after {known}, of {latest}")
                    });
                }
                _ => {
                    *seen = status;
                    self.behind -= u64::from(status == latest);
                }
            }
        }
    }
}

impl Listener for Presence {
    fn hear(&mut self, lines: &mut Lines, client: usize, heard: Heard<'_>) {
        match heard {
            Heard::Answer { id, message } => self.answered(lines, client, id, message),
            Heard::Event { message, .. } => {
                self.events += 1;
                match message::read(message) {
                    Ok(message) => self.told(client, &message),
                    Err(why) => self.faults.add(|| why),
                }
            }
            Heard::Closed(why) => self.faults.add(|| format!("client {client}: {why}")),
            Heard::Open | Heard::Ping | Heard::Left => {}
        }
    }

    fn progress(&self) -> u64 {
        self.counted
    }
}

impl Traffic for Presence {
    fn begin(&mut self, lines: &mut Lines) {
        for client in self.turns.clone() {
            self.set(lines, client);
        }
    }

    fn reset(&mut self) {
        (self.counted, self.events, self.repeated) = (0, 0, 0);
        self.answers = Latencies::new();
    }

    fn stop(&mut self) {
        self.stopped = true;
    }

    fn outstanding(&self) -> u64 {
        let asked = self.members.iter().filter(|member| member.asked.is_some()).count();
        self.behind + asked as u64
    }

    fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }
}
