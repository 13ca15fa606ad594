//! The task that delivers: one batch after the other, each until it is taken.

use std::sync::Arc;
use std::time::Duration;

use easyrtc_auth::{HttpError, SignedClient, SignedMessage};
use hyper::StatusCode;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::counters::{Counters, Loss, Outcome};
use super::event::{self, Event};
use super::{EventOptions, Instance};
use crate::hooks::outage::Outage;

/// Before a batch is repeated; then twice as long each time, up to the longest. Half of it is
/// fixed, the rest random, so that servers that lost the same backend don't all come back at once.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Hands a batch to the backend.
pub(super) trait Post: Send + Sync + 'static {
    /// The status of the answer, if there is one within `time`.
    fn post(
        &self,
        message: &SignedMessage,
        time: Duration,
    ) -> impl Future<Output = Result<StatusCode, HttpError>> + Send;
}

impl Post for SignedClient {
    async fn post(&self, message: &SignedMessage, time: Duration) -> Result<StatusCode, HttpError> {
        self.tell(message, time).await
    }
}

pub(super) struct Delivery<P> {
    instance: Instance,
    options: EventOptions,
    backend: P,
    receiver: mpsc::Receiver<Event>,
    counters: Arc<Counters>,
    /// Whether the server ends.
    ending: watch::Receiver<bool>,
    outage: Outage,
    pause: Duration,
    /// Of the next batch.
    number: u64,
}

/// What is sent as one, and repeated as it is.
struct Batch {
    message: SignedMessage,
    events: usize,
    /// How many lost ones it tells of.
    missed: u64,
    /// When the last of its events happened.
    youngest: Instant,
}

impl<P: Post> Delivery<P> {
    pub(super) fn new(
        instance: Instance,
        options: EventOptions,
        backend: P,
        receiver: mpsc::Receiver<Event>,
        counters: Arc<Counters>,
        ending: watch::Receiver<bool>,
    ) -> Self {
        let outage = Outage::of("events");
        let (pause, number) = (FIRST_PAUSE, 1);
        Self { instance, options, backend, receiver, counters, ending, outage, pause, number }
    }

    /// Delivers until nobody can note events any more, or the server ends and none waits.
    pub(super) async fn run(mut self) {
        while let Some(events) = self.gather().await {
            if let Some(batch) = self.pack(events) {
                self.deliver(batch).await;
            }
            self.counters.set_oldest(None);
        }
    }

    /// Waits for an event, and then a little for more. `None` at the end.
    async fn gather(&mut self) -> Option<Vec<Event>> {
        let first = tokio::select! {
            biased;
            event = self.receiver.recv() => event?,
            _ = self.ending.wait_for(|ends| *ends) => self.receiver.try_recv().ok()?,
        };
        self.counters.set_oldest(Some(first.at));
        let mut events = vec![first];
        let end = Instant::now() + self.options.window;
        while events.len() < self.options.batch {
            tokio::select! {
                biased;
                event = self.receiver.recv() => match event {
                    Some(event) => events.push(event),
                    None => break,
                },
                _ = self.ending.wait_for(|ends| *ends) => break,
                () = tokio::time::sleep_until(end) => break,
            }
        }
        Some(events)
    }

    /// A batch of those that are not too old, if any is.
    fn pack(&mut self, mut events: Vec<Event>) -> Option<Batch> {
        let gathered = events.len();
        events.retain(|event| event.at.elapsed() <= self.options.max_age);
        self.give_up(gathered - events.len());
        let youngest = events.last()?.at;
        let missed = self.counters.take_missed();
        let instance = self.instance.as_str();
        let body = event::write(instance, missed, &events);
        let id = format!("{instance}-batch-{}", self.number);
        self.number += 1;
        let message = SignedMessage { id, body: body.into() };
        Some(Batch { message, events: events.len(), missed, youngest })
    }

    /// Sends a batch until it is taken or too old.
    async fn deliver(&mut self, batch: Batch) {
        loop {
            let outcome = match self.backend.post(&batch.message, self.options.timeout).await {
                Ok(status) if status.is_success() => Outcome::Taken,
                Ok(_) => Outcome::WrongStatus,
                Err(HttpError::Unreachable) => Outcome::Unreachable,
                Err(HttpError::Timeout) => Outcome::Timeout,
                Err(HttpError::Broken | HttpError::TooLong | HttpError::NotSent) => Outcome::Broken,
            };
            self.counters.attempted(outcome);
            if outcome == Outcome::Taken {
                self.counters.delivered(batch.events);
                self.outage.over();
                self.pause = FIRST_PAUSE;
                return;
            }
            self.outage.failed(outcome.name());
            self.rest().await;
            if batch.youngest.elapsed() > self.options.max_age {
                self.give_up(batch.events);
                return self.counters.missed_again(batch.missed);
            }
        }
    }

    /// The pause before the next try. When the server is about to end it is cut short, once.
    async fn rest(&mut self) {
        let pause = jittered(self.pause);
        self.pause = self.pause.saturating_mul(2).min(LONGEST_PAUSE);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            ended = self.ending.changed() => match ended {
                Ok(()) => self.pause = FIRST_PAUSE,
                // Nobody is left who could note or end anything: this task is about to be dropped.
                Err(_) => std::future::pending().await,
            },
        }
    }

    fn give_up(&self, events: usize) {
        if events > 0 {
            self.counters.dequeue(events);
            self.counters.lost(events, Loss::TooOld);
        }
    }
}

/// From half of `pause` to all of it.
fn jittered(pause: Duration) -> Duration {
    let mut random = [0];
    // Without randomness servers may come back together, which is no reason to stop.
    let share = getrandom::fill(&mut random).map_or(u8::MAX, |()| random[0]);
    pause.mul_f64(0.5 + f64::from(share) / 510.0)
}
