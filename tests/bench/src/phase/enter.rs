//! Many clients enter one room.

use std::time::Instant;

use super::Phase;
use crate::bench::Bench;
use crate::crowd::{self, Crowd};
use crate::measurement::Measurement;
use crate::problem::Problem;
use crate::watch::Spent;

/// Measures from the first login until all know of all. Connecting before and leaving after it
/// don't count; this is repeated until it took as long as a phase lasts.
pub(super) fn run(phase: Phase, bench: &mut Bench) -> Result<Vec<Measurement>, Problem> {
    let mut fleet = bench.fleet()?;
    let (mut spent, mut times, mut repeated) = (Spent::default(), 0, 0);
    let mut latency = None;
    let started = Instant::now();
    // The first time warms up.
    while times < 2 || started.elapsed() < bench.settings.duration {
        let plan = bench.plan(phase.size, phase.size);
        if plan.clients < phase.size {
            return Err(Problem::new("not enough open files"));
        }
        let mut crowd = Crowd::new(plan);
        crowd.connect(&mut fleet)?;
        let meter = bench.meter();
        crowd.enter(&mut fleet)?;
        if times > 0 {
            spent.add(&meter.stop());
            repeated += crowd.repeated;
        }
        latency = Some(crowd.logins.summary());
        crowd::leave(&mut fleet)?;
        times += 1;
    }
    let measured = bench.measurement(phase, phase.size);
    let mut measured = measured.spent("room entered by all", times - 1, &spent);
    // Of the last time.
    measured.latency("login", latency.unwrap_or_default());
    measured.count("told twice", repeated);
    Ok(vec![measured])
}
