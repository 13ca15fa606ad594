//! A backend that fails is one line of the log, not one for each try.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Between two lines that say so: a backend may fail at every second request.
const QUIET: Duration = Duration::from_secs(60);

/// Whether a backend fails, and what was said about it.
#[derive(Debug)]
pub(super) struct Outage {
    hook: &'static str,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// In a row.
    failures: u64,
    /// Whether the log says that it fails.
    said: bool,
    said_at: Option<Instant>,
}

impl Outage {
    /// Of the hook that settings call so.
    pub(super) fn of(hook: &'static str) -> Self {
        Self { hook, state: Mutex::default() }
    }

    /// It failed, for this reason.
    pub(super) fn failed(&self, reason: &'static str) {
        let mut state = self.lock();
        state.failures += 1;
        if state.said || state.said_at.is_some_and(|at| at.elapsed() < QUIET) {
            tracing::debug!(hook = self.hook, reason, "the backend still fails");
            return;
        }
        (state.said, state.said_at) = (true, Some(Instant::now()));
        tracing::warn!(hook = self.hook, reason, "the backend fails");
    }

    /// It did what it has to.
    pub(super) fn over(&self) {
        let mut state = self.lock();
        let failures = std::mem::take(&mut state.failures);
        if std::mem::take(&mut state.said) {
            tracing::info!(hook = self.hook, failures, "the backend works again");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whatever was half done is a number in the log.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
