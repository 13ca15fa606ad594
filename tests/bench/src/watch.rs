//! What a process uses, from the outside: Linux's `/proc`.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::problem::Problem;

/// A process that is watched.
#[derive(Clone, Debug)]
pub struct Watch {
    folder: PathBuf,
}

impl Watch {
    /// Watches the process of this id.
    ///
    /// # Errors
    /// If there is none, or `/proc` does not tell of it.
    pub fn new(pid: u32) -> Result<Self, Problem> {
        let watch = Self { folder: PathBuf::from(format!("/proc/{pid}")) };
        match (watch.processor_time(), watch.memory()) {
            (Some(_), Some(_)) => Ok(watch),
            _ => Err(Problem::new(format!("/proc tells nothing of a process {pid}"))),
        }
    }

    /// This process.
    pub(crate) fn own() -> Self {
        Self { folder: PathBuf::from("/proc/self") }
    }

    /// How long its threads ran so far, in the kernel and outside: `utime` and `stime` of
    /// `/proc/PID/stat`, or, where the kernel keeps it, the same in nanoseconds. The latter misses
    /// threads that have ended; those of the servers measured here stay.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        self.exact_time().or_else(|| self.ticks())
    }

    fn exact_time(&self) -> Option<Duration> {
        let mut sum = 0;
        for thread in fs::read_dir(self.folder.join("task")).ok()? {
            // A thread may end while its file is opened.
            if let Ok(text) = fs::read_to_string(thread.ok()?.path().join("schedstat")) {
                sum += text.split(' ').next()?.parse::<u64>().ok()?;
            }
        }
        (sum > 0).then(|| Duration::from_nanos(sum))
    }

    fn ticks(&self) -> Option<Duration> {
        let text = fs::read_to_string(self.folder.join("stat")).ok()?;
        // The name of the process, in brackets, may hold anything. Behind it `utime` is the 12th.
        let (_, fields) = text.rsplit_once(") ")?;
        let mut fields = fields.split(' ').skip(11);
        let mut next = || fields.next()?.parse::<u64>().ok();
        let ticks = next()? + next()?;
        Some(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second()))
    }

    /// How many bytes of memory it has that are in RAM. What the kernel keeps for its sockets is
    /// not in it.
    pub(crate) fn memory(&self) -> Option<u64> {
        let text = fs::read_to_string(self.folder.join("statm")).ok()?;
        let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
        Some(pages * u64::try_from(rustix::param::page_size()).ok()?)
    }
}

/// Measures what something costs, from its start on.
#[derive(Debug)]
pub(crate) struct Meter {
    watch: Option<Watch>,
    started: Instant,
    server: Option<Duration>,
    own: Option<Duration>,
}

/// What something cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) seconds: f64,
    /// Seconds of processor time of the server, if it is watched.
    pub(crate) server: Option<f64>,
    /// Seconds of processor time of this process.
    pub(crate) own: f64,
}

impl Meter {
    pub(crate) fn start(watch: Option<&Watch>) -> Self {
        let server = watch.and_then(Watch::processor_time);
        let own = Watch::own().processor_time();
        Self { watch: watch.cloned(), started: Instant::now(), server, own }
    }

    pub(crate) fn stop(&self) -> Spent {
        let since = |then: Option<Duration>, now: Option<Duration>| {
            Some(now?.saturating_sub(then?).as_secs_f64())
        };
        let seconds = self.started.elapsed().as_secs_f64();
        let server = self.watch.as_ref().and_then(Watch::processor_time);
        let own = since(self.own, Watch::own().processor_time());
        Spent { seconds, server: since(self.server, server), own: own.unwrap_or_default() }
    }
}

impl Spent {
    /// Adds what happened at another time.
    pub(crate) fn add(&mut self, other: &Self) {
        self.seconds += other.seconds;
        self.own += other.own;
        self.server = match (self.server, other.server) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_seen() {
        let watch = Watch::new(std::process::id()).unwrap();
        let meter = Meter::start(Some(&watch));
        let mut sum = 0_u64;
        // Until it is seen: how fast this machine is does not matter.
        loop {
            for value in 0..1_000_000_u64 {
                sum = std::hint::black_box(sum ^ value);
            }
            let spent = meter.stop();
            if spent.server.is_some_and(|seconds| seconds > 0.02) && spent.own > 0.02 {
                break;
            }
        }
        assert!(watch.ticks().unwrap() > Duration::ZERO);
    }

    #[test]
    fn memory_is_seen() {
        let watch = Watch::new(std::process::id()).unwrap();
        let before = watch.memory().unwrap();
        let much = std::hint::black_box(vec![1_u8; 64 << 20]);
        let with = watch.memory().unwrap();
        assert!(with - before > 48 << 20, "{before}, {with}");
        drop(much);
    }

    #[test]
    fn there_is_no_process_zero() {
        assert!(Watch::new(0).is_err());
    }
}
