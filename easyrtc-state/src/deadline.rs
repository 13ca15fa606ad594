//! Timers: a sorted list of what becomes due when.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::time::Duration;

use easyrtc_proto::{AppName, RoomName, SessionId};

use crate::ask::AskId;
use crate::ban::BanId;
use crate::input::ConnId;

/// What becomes due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Timer {
    /// The connection has to have authenticated.
    Login(ConnId),
    /// Something has to have come from the connection.
    Silence(ConnId),
    /// What the client was granted is over.
    Expiry(ConnId),
    /// The question has to have been answered.
    Ask(AskId),
    /// The empty room is forgotten.
    Room(AppName, RoomName),
    /// The unused session is forgotten.
    Session(AppName, SessionId),
    /// What is gathered in the room goes out.
    Gathered(AppName, RoomName),
    /// The connection, from which too much came, is read again.
    Pause(ConnId),
    /// What came from the address is forgotten.
    Address(IpAddr),
    /// The ban ends.
    Ban(BanId),
}

/// The timers that are set.
#[derive(Debug, Default)]
pub(crate) struct Deadlines(BTreeSet<(Duration, Timer)>);

/// For how long an address is remembered is no part of the state's identity.
impl Hash for Deadlines {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let timers = self.0.iter().filter(|(_, timer)| !matches!(timer, Timer::Address(_)));
        timers.for_each(|timer| timer.hash(state));
    }
}

impl Deadlines {
    /// Sets `timer` to `delay` from `now`, and returns when that is; with no delay it is not set.
    pub(crate) fn set(&mut self, now: Duration, delay: Duration, timer: Timer) -> Option<Duration> {
        //= docs/spec/limits.md#limits.zero
        if delay.is_zero() {
            return None;
        }
        let at = now.saturating_add(delay);
        self.0.insert((at, timer));
        Some(at)
    }

    /// Takes back a timer that was set to `at`.
    pub(crate) fn cancel(&mut self, at: Option<Duration>, timer: Timer) {
        if let Some(at) = at {
            self.0.remove(&(at, timer));
        }
    }

    /// The next moment at which something is due.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes the earliest timer that is due.
    pub(crate) fn pop_due(&mut self, now: Duration) -> Option<Timer> {
        self.next().filter(|&at| at <= now)?;
        self.0.pop_first().map(|(_, timer)| timer)
    }
}
