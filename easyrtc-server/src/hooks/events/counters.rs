//! What waits, what was delivered, and what was lost.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Why an event is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// The queue is full.
    Full,
    /// It is an error, and the queue is half full.
    ErrorHalfFull,
    /// It could not be delivered for too long.
    TooOld,
    /// The server ended.
    End,
}

impl Loss {
    const NAMES: [&'static str; 4] = ["full", "error_half_full", "too_old", "end"];
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The backend took the batch.
    Taken,
    /// It answered with another status than 2xx.
    WrongStatus,
    /// It cannot be reached.
    Unreachable,
    /// It did not answer in time.
    Timeout,
    /// What it answered is no response.
    Broken,
}

impl Outcome {
    const NAMES: [&'static str; 5] =
        ["taken", "wrong_status", "unreachable", "timeout", "broken_response"];

    pub(super) const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// What there is to count, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventMetrics {
    /// Events that wait to be delivered, or are being delivered.
    pub queued: usize,
    /// Events that the backend took.
    pub delivered: u64,
    /// Events that were lost, by the reason.
    pub dropped: Vec<(&'static str, u64)>,
    /// Requests to the backend, by what came of them.
    pub deliveries: Vec<(&'static str, u64)>,
    /// How long the oldest event has waited.
    pub oldest: Duration,
}

/// The counters behind it, of those who note events and of the task that delivers them.
#[derive(Debug, Default)]
pub(super) struct Counters {
    queued: AtomicUsize,
    delivered: AtomicU64,
    lost: [AtomicU64; Loss::NAMES.len()],
    deliveries: [AtomicU64; Outcome::NAMES.len()],
    /// Events lost of which no batch has told.
    missed: AtomicU64,
    /// Whether the log says that events are lost.
    losing: AtomicBool,
    /// Since when the oldest event has waited; nobody who notes events looks at it.
    oldest: Mutex<Option<Instant>>,
}

impl Counters {
    pub(super) fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    pub(super) fn queue(&self) {
        self.queued.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn dequeue(&self, events: usize) {
        self.queued.fetch_sub(events, Ordering::Relaxed);
    }

    /// Counts events that were lost before they waited, or after.
    pub(super) fn lost(&self, events: usize, loss: Loss) {
        let events = number(events);
        self.missed.fetch_add(events, Ordering::Relaxed);
        self.lost[loss as usize].fetch_add(events, Ordering::Relaxed);
        if !self.losing.swap(true, Ordering::Relaxed) {
            let reason = Loss::NAMES[loss as usize];
            tracing::warn!(hook = "events", reason, "events are lost");
        }
    }

    /// How many were lost since this was asked last.
    pub(super) fn take_missed(&self) -> u64 {
        self.missed.swap(0, Ordering::Relaxed)
    }

    /// A batch that told of so many lost ones was lost too.
    pub(super) fn missed_again(&self, missed: u64) {
        self.missed.fetch_add(missed, Ordering::Relaxed);
    }

    /// The backend took so many.
    pub(super) fn delivered(&self, events: usize) {
        self.dequeue(events);
        self.delivered.fetch_add(number(events), Ordering::Relaxed);
        self.losing.store(false, Ordering::Relaxed);
    }

    pub(super) fn attempted(&self, outcome: Outcome) {
        self.deliveries[outcome as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Since when the oldest event has waited, if any waits.
    pub(super) fn set_oldest(&self, at: Option<Instant>) {
        // An instant is replaced as a whole.
        *self.oldest.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }

    /// Counts all that wait as lost; how many there were.
    pub(super) fn lose_all(&self) -> usize {
        let events = self.queued.swap(0, Ordering::Relaxed);
        self.lost[Loss::End as usize].fetch_add(number(events), Ordering::Relaxed);
        self.set_oldest(None);
        events
    }

    pub(super) fn read(&self) -> EventMetrics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let oldest = *self.oldest.lock().unwrap_or_else(PoisonError::into_inner);
        EventMetrics {
            queued: self.queued(),
            delivered: read(&self.delivered),
            dropped: Loss::NAMES.into_iter().zip(self.lost.iter().map(read)).collect(),
            deliveries: Outcome::NAMES.into_iter().zip(self.deliveries.iter().map(read)).collect(),
            oldest: oldest.map(|at| at.elapsed()).unwrap_or_default(),
        }
    }
}

fn number(events: usize) -> u64 {
    u64::try_from(events).unwrap_or(u64::MAX)
}
