//! Tells a backend of the operator what happens.
//!
//! An event is noted where it happens, under the core's lock: a number, a copy of some names, a
//! place in a bounded queue. Everything else is done by a task of its own, which takes from the
//! queue, posts one batch after the other, and repeats what is not taken. So the order of events
//! is that of what happened, and a backend that hangs holds up nobody.

mod counters;
mod delivery;
mod event;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use data_encoding::HEXLOWER;
use easyrtc_auth::SignedClient;
use easyrtc_runtime::{Notice, NoticeObserver, Now};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::settings::{EventType, EventTypes, EventsTable};
use counters::{Counters, Loss};
use delivery::{Delivery, Post};
use event::{Event, EventKind};

pub use counters::EventMetrics;

/// How events are delivered.
#[derive(Clone, Debug)]
pub struct EventOptions {
    /// Which of them.
    pub types: EventTypes,
    /// How many may wait, those that are being sent included.
    pub queue: usize,
    /// How many one request has at most.
    pub batch: usize,
    /// For how long more are waited for before a batch is sent.
    pub window: Duration,
    /// How long one request may take.
    pub timeout: Duration,
    /// The age at which they are given up.
    pub max_age: Duration,
    /// How long delivering may take at the end.
    pub flush: Duration,
}

impl From<&EventsTable> for EventOptions {
    fn from(table: &EventsTable) -> Self {
        Self {
            types: table.types,
            queue: table.queue.get(),
            batch: table.batch.get(),
            window: table.window.get(),
            timeout: table.timeout.get(),
            max_age: table.max_age.get(),
            flush: table.flush.get(),
        }
    }
}

/// What tells events of this process from those of any other: 16 hexadecimal digits.
#[derive(Clone, Debug)]
pub struct Instance(Arc<str>);

impl Instance {
    /// One that no other process has.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes)?;
        Ok(Self(HEXLOWER.encode(&bytes).into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Events on their way to a backend. Clones are the same.
///
/// To be told by one core only, whose notices come one at a time. When the last clone is dropped,
/// delivery ends.
#[derive(Clone)]
pub struct Events(Arc<Inner>);

struct Inner {
    types: EventTypes,
    queue: usize,
    flush: Duration,
    /// Of the next event.
    sequence: AtomicU64,
    sender: mpsc::Sender<Event>,
    counters: Arc<Counters>,
    ending: watch::Sender<bool>,
    delivering: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("types", &self.0.types).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let task = self.delivering.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = task {
            task.abort();
        }
    }
}

impl Events {
    /// Starts delivering, within a tokio runtime.
    #[must_use]
    pub fn start(instance: Instance, options: EventOptions, client: SignedClient) -> Self {
        Self::start_to(instance, options, client)
    }

    fn start_to(instance: Instance, options: EventOptions, backend: impl Post) -> Self {
        let (sender, receiver) = mpsc::channel(options.queue);
        let (ending, ends) = watch::channel(false);
        let counters = Arc::new(Counters::default());
        let EventOptions { types, queue, flush, .. } = options;
        let delivery =
            Delivery::new(instance, options, backend, receiver, Arc::clone(&counters), ends);
        let delivering = Mutex::new(Some(tokio::spawn(delivery.run())));
        let sequence = AtomicU64::new(1);
        Self(Arc::new(Inner {
            types,
            queue,
            flush,
            sequence,
            sender,
            counters,
            ending,
            delivering,
        }))
    }

    /// What was delivered so far, and what waits.
    #[must_use]
    pub fn metrics(&self) -> EventMetrics {
        self.0.counters.read()
    }

    /// Delivers what waits, without waiting for more, and ends. What cannot be delivered within
    /// the time for that is lost.
    pub async fn flush(&self) {
        self.0.ending.send_replace(true);
        let task = self.0.delivering.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut task) = task else { return };
        if tokio::time::timeout(self.0.flush, &mut task).await.is_err() {
            task.abort();
        }
        self.end();
    }

    /// Gives up what still waits, and says so.
    pub fn end(&self) {
        let lost = self.0.counters.lose_all();
        if lost > 0 {
            tracing::warn!(events = lost, "events are lost: they were not taken before the end");
        }
    }
}

impl NoticeObserver for Events {
    fn notice(&self, now: Now, notice: &Notice) {
        if let Some(kind) = EventKind::of(notice, self.0.types) {
            self.0.note(now.unix_ms, kind);
        }
    }
}

impl Inner {
    /// Takes a note. Never waits: what finds no room is lost, and counted.
    fn note(&self, time: u64, kind: EventKind) {
        let sequence = self.sequence.fetch_add(1, Ordering::Relaxed);
        let queued = self.counters.queued();
        // Clients can cause as many errors as they like; they are not to push out the rest.
        let full = if kind.of_type() == EventType::Error && 2 * queued >= self.queue {
            Some(Loss::ErrorHalfFull)
        } else {
            (queued >= self.queue).then_some(Loss::Full)
        };
        if let Some(loss) = full {
            return self.counters.lost(1, loss);
        }
        self.counters.queue();
        if self.sender.try_send(Event { sequence, time, at: Instant::now(), kind }).is_err() {
            // Delivery has ended: as many as are counted find room.
            self.counters.dequeue(1);
            self.counters.lost(1, Loss::End);
        }
    }
}

#[cfg(test)]
mod tests;
