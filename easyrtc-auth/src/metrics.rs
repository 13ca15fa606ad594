//! Counters.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::webhook::BreakerState;

/// What one authorizer has decided since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Logins it let in.
    pub allowed: u64,
    /// Logins it refused.
    pub denied: u64,
    /// Logins it could not decide about, which were refused.
    pub failed: u64,
}

/// What there is to count, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// By the name of who decided. Beside the authorizers these are `door` (addresses and session
    /// ids that are not let in), `chain` (logins nobody decided about, and those above
    /// [`Options::max_in_flight`](crate::Options::max_in_flight)) and `rooms` (proofs for guarded
    /// rooms: refused at login, allowed and refused when a client joins one later).
    pub outcomes: Vec<(&'static str, Outcomes)>,
    /// Logins that are being decided about.
    pub in_flight: usize,
    /// Whether the servers that authorizers ask are left alone, by the authorizer's name.
    pub breakers: Vec<(&'static str, BreakerState)>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Counted {
    Allowed,
    Denied,
    Failed,
}

impl Counted {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

/// The counters of one who decides.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    allowed: AtomicU64,
    denied: AtomicU64,
    failed: AtomicU64,
}

impl Counters {
    pub(crate) fn count(&self, outcome: Counted) {
        let counter = match outcome {
            Counted::Allowed => &self.allowed,
            Counted::Denied => &self.denied,
            Counted::Failed => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Outcomes {
        Outcomes {
            allowed: self.allowed.load(Ordering::Relaxed),
            denied: self.denied.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }
}
