//! Clients that come and go.

use std::collections::HashSet;
use std::time::Instant;

use super::Phase;
use crate::bench::{Bench, Traffic};
use crate::crowd::Plan;
use crate::fleet::{Heard, Lines, Listener};
use crate::latency::Latencies;
use crate::measurement::Measurement;
use crate::message;
use crate::problem::{Faults, Problem};

/// Each has a room to itself. In shared ones whom a client meets there depends on how fast the
/// server is, and a faster one would have more to tell.
const ROOM: usize = 1;

pub(super) fn run(phase: Phase, bench: &mut Bench) -> Result<Vec<Measurement>, Problem> {
    let plan = bench.plan(phase.size, ROOM);
    let clients = plan.clients;
    let mut fleet = bench.fleet()?;
    for _ in 0..clients {
        fleet.lines.add();
    }
    let mut churn = Churn::new(plan);
    let spent = bench.traffic(&mut fleet, &mut churn)?;

    let measured = bench.measurement(phase, clients);
    let mut measured = measured.spent("stay", churn.counted, &spent);
    measured.latency("stay", churn.stays.summary());
    measured.count("events", churn.events);
    measured.faults = churn.faults;
    Ok(vec![measured])
}

/// Each client connects, logs in, leaves its room, disconnects, and begins again.
struct Churn {
    plan: Plan,
    stages: Vec<Stage>,
    started: Vec<Instant>,
    /// Every id that was given out.
    ids: HashSet<String>,
    stopped: bool,
    counted: u64,
    events: u64,
    stays: Latencies,
    faults: Faults,
}

/// What a client waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Nothing,
    Open,
    Token,
    Left,
    End,
}

impl Churn {
    fn new(plan: Plan) -> Self {
        Self {
            stages: vec![Stage::Nothing; plan.clients],
            started: vec![Instant::now(); plan.clients],
            plan,
            ids: HashSet::new(),
            stopped: false,
            counted: 0,
            events: 0,
            stays: Latencies::new(),
            faults: Faults::default(),
        }
    }

    fn come(&mut self, lines: &mut Lines, client: usize) {
        self.stages[client] = Stage::Nothing;
        if self.stopped {
            return;
        }
        match lines.connect(client) {
            Ok(()) => (self.stages[client], self.started[client]) = (Stage::Open, lines.now),
            Err(error) => self.faults.add(|| format!("cannot connect: {error}")),
        }
    }

    fn answered(&mut self, lines: &mut Lines, client: usize, text: &str) {
        let message = message::read(text);
        let kind = message.as_ref().map_or("", |message| message.msg_type);
        match (self.stages[client], kind) {
            (Stage::Token, "token") => {
                let data = message.ok().and_then(|message| message.msg_data);
                let id = data.and_then(|data| data.easyrtcid).unwrap_or_default();
                if !self.ids.insert(id.to_owned()) {
                    self.faults.add(|| format!("the easyrtcid {id:?} was given out before"));
                }
                lines.emit(client, "easyrtcCmd", &message::room_leave(&self.plan.room(client)));
                self.stages[client] = Stage::Left;
            }
            (Stage::Left, "roomData") => {
                lines.leave(client);
                self.stages[client] = Stage::End;
            }
            _ => self.faults.add(|| format!("not the answer that was due: {text}")),
        }
    }
}

impl Listener for Churn {
    fn hear(&mut self, lines: &mut Lines, client: usize, heard: Heard<'_>) {
        match heard {
            Heard::Open => {
                let Plan { application, .. } = &self.plan;
                let login = message::authenticate(application, &self.plan.room(client));
                lines.emit(client, "easyrtcAuth", &login);
                self.stages[client] = Stage::Token;
            }
            Heard::Answer { message, .. } => self.answered(lines, client, message),
            Heard::Event { .. } => self.events += 1,
            Heard::Left => {
                self.counted += 1;
                self.stays.add(lines.now.saturating_duration_since(self.started[client]));
                self.come(lines, client);
            }
            Heard::Closed(why) => {
                self.faults.add(|| format!("client {client}: {why}"));
                self.stages[client] = Stage::Nothing;
            }
            Heard::Ping => {}
        }
    }

    fn progress(&self) -> u64 {
        self.counted
    }
}

impl Traffic for Churn {
    fn begin(&mut self, lines: &mut Lines) {
        (0..self.plan.clients).for_each(|client| self.come(lines, client));
    }

    fn reset(&mut self) {
        (self.counted, self.events) = (0, 0);
        self.stays = Latencies::new();
    }

    fn stop(&mut self) {
        self.stopped = true;
    }

    fn outstanding(&self) -> u64 {
        self.stages.iter().filter(|stage| **stage != Stage::Nothing).count() as u64
    }

    fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }
}
