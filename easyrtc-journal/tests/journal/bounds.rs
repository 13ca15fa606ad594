//! A journal that becomes too large, or cannot be written fast enough, ends and says so.

use std::io::{self, Write};
use std::sync::mpsc;

use easyrtc_journal::{End, Limits, Recorder, StandIns, Step};
use easyrtc_state::{Config, ConnId, Input, Now};

use super::support::{Memory, Recorded, play};

#[test]
fn one_that_becomes_too_large_ends() {
    let limits = Limits { journal: 10_000, ..Limits::default() };
    let mut recorded = Recorded::with_limits(Config::default(), limits);
    for _ in 0..1000 {
        recorded.open_any();
    }
    let journal = recorded.finish();
    assert!(journal.len() < 11_000, "{}", journal.len());
    let outcome = play(&journal).unwrap();
    assert_eq!(outcome.difference, None);
    assert!(outcome.steps > 10);
    assert_eq!(
        outcome.end,
        Some(End::Incomplete("the journal has reached its largest size".to_owned()))
    );
}

/// A file that takes its first write at once, and the others when the test lets it.
struct Slow(mpsc::Receiver<()>, Memory);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.recv().map_err(io::Error::other)?;
        self.1.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn step(number: u64) -> Step {
    let input = Input::Alive { conn: ConnId(number) };
    Step { now: Now::default(), input, drawn: Vec::new(), effects: Vec::new() }
}

#[test]
fn one_that_cannot_be_written_fast_enough_ends() {
    let (allow, allowed) = mpsc::channel();
    let journal = Memory::default();
    let limits = Limits { waiting: 10_000, ..Limits::default() };
    let stand_ins = StandIns::with_key([1; 32]);
    let file = Slow(allowed, journal.clone());
    let recorder = Recorder::start(file, "0", &Config::default(), stand_ins, limits).unwrap();
    // Nothing is written meanwhile, and at most what the thread has taken does not wait.
    for number in 0..100_000 {
        recorder.record(step(number));
    }
    drop(std::iter::repeat_with(|| allow.send(())).take(1000).collect::<Vec<_>>());
    recorder.finish().unwrap();
    let outcome = play(&journal.text()).unwrap();
    assert!(outcome.steps < 100_000, "{outcome:?}");
    assert_eq!(outcome.difference, None);
    let why = "the core was faster than the journal could be written";
    assert_eq!(outcome.end, Some(End::Incomplete(why.to_owned())));
    // What comes later is nobody's.
    assert!(!recorder.record(step(0)));
    assert!(recorder.finish().is_ok());
}

#[test]
fn one_that_cannot_be_written_stops_nobody_and_says_so_at_the_end() {
    let (allow, allowed) = mpsc::channel();
    drop(allow);
    let stand_ins = StandIns::with_key([1; 32]);
    let file = Slow(allowed, Memory::default());
    let recorder =
        Recorder::start(file, "0", &Config::default(), stand_ins, Limits::default()).unwrap();
    for number in 0..10_000 {
        recorder.record(step(number));
    }
    // Whether the writer fails before it is told to finish or after.
    assert!(recorder.finish().is_err());
    assert!(!recorder.record(step(0)));
}
