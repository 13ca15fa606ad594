//! What will happen when.

use std::collections::BTreeMap;
use std::time::Duration;

use easyrtc_state::{AskId, CloseReason, ConnId};

/// Something that follows from what happened earlier.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// The next message of a client arrives.
    Arrive(ConnId),
    /// A client reads what there is for it.
    Read(ConnId),
    /// A connection is found to have ended.
    Ended(ConnId, CloseReason),
    /// A question is answered; the number says how.
    Answer(AskId, u8),
}

/// Events by time; those of the same moment in the order they were planned.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    events: BTreeMap<(Duration, u64), Event>,
    planned: u64,
}

impl Agenda {
    pub(crate) fn plan(&mut self, at: Duration, event: Event) {
        self.planned += 1;
        self.events.insert((at, self.planned), event);
    }

    /// When the next event is.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.events.first_key_value().map(|((at, _), _)| *at)
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    pub(crate) fn pop(&mut self) -> Option<(Duration, Event)> {
        self.events.pop_first().map(|((at, _), event)| (at, event))
    }
}
