//! Leaves a backend alone that fails again and again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Whether a backend is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// It is.
    Closed,
    /// It failed, and is asked once to see whether it still does.
    HalfOpen,
    /// It failed, and is left alone for a while.
    Open,
}

/// Counts failures in a row.
#[derive(Debug)]
pub(super) struct Breaker {
    /// So many open it; 0: none do.
    failures: u32,
    /// How long it stays open.
    time: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    Trying,
}

impl Breaker {
    pub(super) fn new(failures: u32, time: Duration) -> Self {
        Self { failures, time, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    pub(super) fn state(&self) -> BreakerState {
        match *self.lock() {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { until } if until > Instant::now() => BreakerState::Open,
            State::Open { .. } | State::Trying => BreakerState::HalfOpen,
        }
    }

    /// The leave to ask once, if there is one.
    pub(super) fn permit(&self) -> Option<Permit<'_>> {
        let mut state = self.lock();
        let trial = match *state {
            State::Closed { .. } => false,
            State::Open { until } if until <= Instant::now() => true,
            State::Open { .. } | State::Trying => return None,
        };
        if trial {
            *state = State::Trying;
        }
        Some(Permit { breaker: self, trial, succeeded: false })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // What is inside is replaced as a whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, trial: bool, succeeded: bool) {
        let mut state = self.lock();
        let open = State::Open { until: Instant::now() + self.time };
        *state = match *state {
            State::Trying if !trial => return,
            State::Trying if succeeded => {
                tracing::info!(target: "easyrtc_auth", "the webhook answers again");
                State::Closed { failures: 0 }
            }
            State::Trying => open,
            State::Closed { .. } if succeeded => State::Closed { failures: 0 },
            State::Closed { failures } if self.failures != 0 && failures + 1 >= self.failures => {
                tracing::warn!(target: "easyrtc_auth", "the webhook fails: left alone for a while");
                open
            }
            State::Closed { failures } => State::Closed { failures: failures.saturating_add(1) },
            // Began before it opened.
            State::Open { .. } => return,
        };
    }
}

/// The leave to ask once. Given up without a success, as when nobody waits any more, it counts as
/// a failure.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    breaker: &'a Breaker,
    trial: bool,
    succeeded: bool,
}

impl Permit<'_> {
    pub(super) fn succeeded(mut self) {
        self.succeeded = true;
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.breaker.settle(self.trial, self.succeeded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn opens_tries_once_and_closes() {
        let breaker = Breaker::new(3, TIME);
        drop(breaker.permit().unwrap());
        drop(breaker.permit().unwrap());
        breaker.permit().unwrap().succeeded();
        for _ in 0..3 {
            assert_eq!(breaker.state(), BreakerState::Closed, "in a row");
            drop(breaker.permit().unwrap());
        }
        assert_eq!(breaker.state(), BreakerState::Open);
        assert!(breaker.permit().is_none());

        tokio::time::advance(TIME).await;
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        let trial = breaker.permit().unwrap();
        assert!(breaker.permit().is_none(), "one at a time");
        drop(trial);
        assert_eq!(breaker.state(), BreakerState::Open);

        tokio::time::advance(TIME).await;
        breaker.permit().unwrap().succeeded();
        assert_eq!(breaker.state(), BreakerState::Closed);
        assert!(breaker.permit().is_some() && breaker.permit().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn what_began_before_it_opened_changes_nothing() {
        let breaker = Breaker::new(1, TIME);
        let [early, late] = [breaker.permit().unwrap(), breaker.permit().unwrap()];
        drop(breaker.permit().unwrap());
        early.succeeded();
        assert_eq!(breaker.state(), BreakerState::Open);
        tokio::time::advance(TIME).await;
        let trial = breaker.permit().unwrap();
        late.succeeded();
        assert!(breaker.permit().is_none());
        trial.succeeded();
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn with_0_it_never_opens() {
        let breaker = Breaker::new(0, TIME);
        for _ in 0..100 {
            drop(breaker.permit().unwrap());
        }
        assert_eq!(breaker.state(), BreakerState::Closed);
    }
}
