//! What single operations cost.
//!
//! `cargo xtask test instructions` counts the instructions of each [`Benchmark`] under callgrind
//! and holds them against `baseline.txt`; `cargo bench -p easyrtc-instructions` takes their times.
//! The binary of this crate is what callgrind runs. See `docs/performance.md`.
//!
//! Everything a benchmark does is the same each time it is done: easyrtcids come from a fixed
//! seed, time from a counter.

#![expect(clippy::expect_used, reason = "a benchmark that can't be set up ends by a panic")]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each benchmark looks at a few kinds of effects, whatever others there will be"
)]

mod decode;
mod encode;
mod messages;
mod step;
mod whole;
mod world;

/// How often an operation runs before it is counted, so that buffers have grown.
pub const WARM_UP: usize = 32;

/// How often it runs while it is counted. Even, for those that go to and fro.
pub const COUNTED: usize = 64;

/// An operation and how to set it up.
#[derive(Clone, Copy, Debug)]
pub struct Benchmark {
    /// What it is called: `group/what`.
    pub name: &'static str,
    /// What each run of it yields, so that none measures a refusal by mistake.
    pub yields: usize,
    /// Sets it up.
    pub set_up: fn() -> Box<dyn Operation>,
}

impl Benchmark {
    /// All of them, group by group.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        [decode::ALL, step::ALL, encode::ALL, whole::ALL].into_iter().flatten()
    }
}

/// Something to be done over and over.
pub trait Operation {
    /// Puts in place what the next run needs. Not counted.
    fn prepare(&mut self);

    /// Does it once. Returns how much came of it: messages decoded, delivered or written.
    fn run(&mut self) -> usize;
}

/// An operation on something that is kept from run to run.
struct On<S, P, R> {
    state: S,
    prepare: P,
    run: R,
}

impl<S, P: FnMut(&mut S), R: FnMut(&mut S) -> usize> Operation for On<S, P, R> {
    fn prepare(&mut self) {
        (self.prepare)(&mut self.state);
    }

    fn run(&mut self) -> usize {
        (self.run)(&mut self.state)
    }
}

fn on<S: 'static>(
    state: S,
    prepare: impl FnMut(&mut S) + 'static,
    run: impl FnMut(&mut S) -> usize + 'static,
) -> Box<dyn Operation> {
    Box::new(On { state, prepare, run })
}
