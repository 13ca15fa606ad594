//! A deterministic simulation: the real core, many clients, the lines between them, and whoever is
//! asked who may come in.
//!
//! Lines take their time, break and fill up; clients stop reading; answers come late, never, or
//! make no sense; limits are reached; the wall clock is set. A seed decides all of it, so a seed
//! that fails can be run again. In the first phase anything goes, and nothing may be wrong at any
//! step: the invariants of the test kit watch. In the second phase the faults stop, and everything
//! has to come to rest: every question answered, every client knowing what is so.

mod act;
mod agenda;
mod driver;
mod follow;
mod link;
mod liveness;
mod random;
mod speech;
mod swarm;
mod trace;
mod world;

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use easyrtc_test_kit::Violation;

use world::World;

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// A digest of everything that happened: equal in every run of the same seed.
    pub digest: u64,
    /// How many inputs the core was given.
    pub inputs: u64,
    /// How many messages reached a client.
    pub delivered: u64,
}

/// A seed that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which seed.
    pub seed: u64,
    /// How many steps it takes to fail.
    pub steps: u64,
    /// What was wrong.
    pub violation: Violation,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, steps, violation } = self;
        writeln!(f, "seed {seed} fails after {steps} steps: {violation}")?;
        write!(f, "again: cargo run --release -p easyrtc-sim -- --seed {seed} --steps {steps}")
    }
}

impl std::error::Error for Failure {}

/// Runs one seed: `steps` steps in which anything goes, then rest, then the end.
///
/// # Errors
/// The first thing that is wrong.
pub fn run(seed: u64, steps: u64) -> Result<Outcome, Box<Failure>> {
    let mut taken = 0;
    let mut live = || {
        let mut world = World::new(seed);
        while taken < steps {
            taken += 1;
            world.step()?;
        }
        world.come_to_rest()?;
        world.end()
    };
    let result = catch_unwind(AssertUnwindSafe(&mut live));
    let violation = match result {
        Ok(Ok(outcome)) => return Ok(outcome),
        Ok(Err(violation)) => violation,
        Err(panic) => Violation { invariant: "no panic", what: said(&*panic), input: None },
    };
    Err(Box::new(Failure { seed, steps: taken, violation }))
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without words").to_owned()
}
