//! Clients that come, do nothing, and go.

use std::time::{Duration, Instant};

use super::Phase;
use crate::bench::Bench;
use crate::crowd::{self, Crowd};
use crate::fleet::{Fleet, Heard, Lines, Listener};
use crate::measurement::{Measurement, Memory};
use crate::problem::{Faults, Problem};

/// So many clients share a room: enough that there is one to speak of.
const ROOM: usize = 4;

/// What connecting costs, what each connection takes, and what is given back.
pub(super) fn connect(phase: Phase, bench: &mut Bench) -> Result<Vec<Measurement>, Problem> {
    let plan = bench.plan(phase.size, ROOM);
    let mut fleet = bench.fleet()?;
    let mut crowd = Crowd::new(plan);
    let mut idle = Idle::default();
    let settle = bench.settings.settle;

    let before = bench.memory();
    let meter = bench.meter();
    crowd.come(&mut fleet)?;
    let spent = meter.stop();
    idle.stay(&mut fleet, settle)?;
    let with = bench.memory();
    crowd::leave(&mut fleet)?;
    idle.stay(&mut fleet, settle)?;
    let after = bench.memory();

    let clients = crowd.plan.clients;
    let mut measured = bench.measurement(phase, clients).spent("login", clients as u64, &spent);
    let per_connection = Some((with as f64 - before as f64) / clients as f64);
    let memory = Memory { before, with, after, per_connection };
    measured.memory = bench.watch.as_ref().map(|_| memory);
    measured.latency("login", crowd.logins.summary());
    measured.count("asked", phase.size as u64);
    measured.faults = idle.faults;
    Ok(vec![measured])
}

/// What connections cost that do nothing.
pub(super) fn heartbeat(phase: Phase, bench: &mut Bench) -> Result<Vec<Measurement>, Problem> {
    let plan = bench.plan(phase.size, ROOM);
    let mut fleet = bench.fleet()?;
    let mut crowd = Crowd::new(plan);
    crowd.come(&mut fleet)?;
    let mut idle = Idle::default();
    idle.stay(&mut fleet, bench.settings.settle)?;
    idle.pings = 0;

    let meter = bench.meter();
    idle.stay(&mut fleet, bench.settings.hold)?;
    let spent = meter.stop();
    crowd::leave(&mut fleet)?;

    let clients = crowd.plan.clients;
    let measured = bench.measurement(phase, clients);
    // Rounded: it is the second of one connection.
    let seconds = Duration::from_secs_f64(spent.seconds * clients as f64).as_secs().max(1);
    let mut measured = measured.spent("connection and second", seconds, &spent);
    measured.count("pings", idle.pings);
    measured.faults = idle.faults;
    Ok(vec![measured])
}

/// Nothing has to happen, and nobody may be cut off.
#[derive(Default)]
struct Idle {
    pings: u64,
    faults: Faults,
}

impl Idle {
    fn stay(&mut self, fleet: &mut Fleet, time: Duration) -> Result<(), Problem> {
        fleet.run(self, Some(Instant::now() + time), |_| false)?;
        Ok(())
    }
}

impl Listener for Idle {
    fn hear(&mut self, _lines: &mut Lines, client: usize, heard: Heard<'_>) {
        match heard {
            Heard::Ping => self.pings += 1,
            Heard::Closed(why) => self.faults.add(|| format!("client {client}: {why}")),
            Heard::Open | Heard::Answer { .. } | Heard::Event { .. } | Heard::Left => {}
        }
    }

    fn progress(&self) -> u64 {
        self.pings
    }
}
