//! The move of a session from HTTP long-polling to a WebSocket.
//!
//! The client opens a WebSocket with the session's id and sends `2probe` on it; the answer is
//! `3probe`. It then lets its last poll come back and sends `5`: from there on the session is on
//! the WebSocket. So that the last poll comes back soon, it is answered with a noop.

use std::time::Duration;

use super::packet::{Packet, PacketKind};

/// At most so often a poll is answered with a noop while a probe goes on: a client that keeps
/// polling meanwhile must not be answered as fast as it can ask.
const RELEASE_INTERVAL: Duration = Duration::from_millis(100);

/// How far the move is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Upgrade {
    /// The session polls, and no WebSocket wants to take over.
    Idle,
    /// A WebSocket is open beside the polls.
    Probing {
        /// When to give it up.
        until: Duration,
        /// From when on a poll is to be answered with a noop; `None` before the probe came.
        release_at: Option<Duration>,
    },
    /// The session is on a WebSocket.
    Done,
}

/// What a packet on the probing WebSocket leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The probe is answered on the WebSocket.
    Answer,
    /// The WebSocket is the session's transport from now on.
    Switch,
    /// The WebSocket is closed; the session goes on polling.
    Abandon,
}

impl Upgrade {
    /// A WebSocket with the session's id was opened. Returns whether it may try: only one can.
    pub(crate) fn open(&mut self, now: Duration, timeout: Duration) -> bool {
        let free = *self == Self::Idle;
        if free {
            *self = Self::Probing { until: now.saturating_add(timeout), release_at: None };
        }
        free
    }

    /// The probing WebSocket is gone.
    pub(crate) fn abandon(&mut self) {
        if matches!(self, Self::Probing { .. }) {
            *self = Self::Idle;
        }
    }

    /// A packet came on the probing WebSocket.
    pub(crate) fn packet(&mut self, now: Duration, packet: Packet<'_>) -> Step {
        let Self::Probing { release_at, .. } = self else { return Step::Abandon };
        match packet {
            Packet { kind: PacketKind::Ping, data: "probe" } => {
                *release_at = Some(now);
                Step::Answer
            }
            Packet { kind: PacketKind::Upgrade, .. } => {
                *self = Self::Done;
                Step::Switch
            }
            Packet { .. } => {
                *self = Self::Idle;
                Step::Abandon
            }
        }
    }

    /// Whether a waiting poll is to be answered `now` for the sake of the upgrade.
    pub(crate) fn release_poll(&mut self, now: Duration) -> bool {
        match self {
            Self::Probing { release_at: Some(at), .. } if now >= *at => {
                *at = now.saturating_add(RELEASE_INTERVAL);
                true
            }
            Self::Idle | Self::Probing { .. } | Self::Done => false,
        }
    }

    /// Whether the probing WebSocket took too long.
    pub(crate) fn expired(&self, now: Duration) -> bool {
        matches!(self, Self::Probing { until, .. } if now >= *until)
    }

    /// When to ask again; `poll_waits` says whether a poll could be released.
    pub(crate) fn deadline(&self, poll_waits: bool) -> Option<Duration> {
        match self {
            Self::Probing { until, release_at } => {
                Some(release_at.filter(|_| poll_waits).map_or(*until, |at| at.min(*until)))
            }
            Self::Idle | Self::Done => None,
        }
    }
}
