//! The invariants, one file each.

mod as_predicted;
mod asks_settled_once;
mod closed_is_forgotten;
mod deltas_name_known;
mod deterministic;
mod limits_hold;
mod names_unique;
mod no_leaks_between;
mod one_reply;
mod payloads_intact;
mod rejected_changes_nothing;
mod round_trip;
mod ticks_settle;
mod views_equal_rosters;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use easyrtc_proto::ServerMessage;
use easyrtc_state::{Config, ConnId, Effect, Input, Now, Stats};

use crate::client::ReferenceClient;
use crate::model::{Expected, Model};
use crate::watched::{TestCore, Twin};

/// Something that must hold after every step. `Err` says what was seen instead.
pub trait Invariant {
    /// Its name, for people.
    fn name(&self) -> &'static str;

    /// Looks at a message before its receiver takes it in.
    ///
    /// # Errors
    /// What is wrong with it.
    fn delivered(&mut self, delivery: &Delivery<'_>) -> Result<(), String> {
        let _ = delivery;
        Ok(())
    }

    /// Looks at a step, after everybody has taken in their messages.
    ///
    /// # Errors
    /// What is wrong.
    fn step(&mut self, step: &Step<'_>) -> Result<(), String> {
        let _ = step;
        Ok(())
    }

    /// Looks when all questions are answered and nobody has left yet.
    ///
    /// # Errors
    /// What is wrong.
    fn settled(&mut self, settled: &Settled<'_>) -> Result<(), String> {
        let _ = settled;
        Ok(())
    }

    /// Looks when everybody has left and nothing is due any more.
    ///
    /// # Errors
    /// What is wrong.
    fn end(&mut self, end: &End<'_>) -> Result<(), String> {
        let _ = end;
        Ok(())
    }
}

/// A message on its way.
pub struct Delivery<'a> {
    /// To whom.
    pub conn: ConnId,
    /// The receiver, who does not know of the message yet.
    pub receiver: &'a ReferenceClient,
    /// Whether it answers a message of the receiver.
    pub answer: bool,
    /// What it says.
    pub message: &'a ServerMessage,
    /// What ought to be, after the step.
    pub model: &'a Model,
    /// What led to it.
    pub input: &'a Input,
    /// What ought to come of that.
    pub expected: &'a Expected,
}

/// One input and what came of it.
pub struct Step<'a> {
    /// When.
    pub now: Now,
    /// What happened.
    pub input: &'a Input,
    /// What the core made of it.
    pub effects: &'a [Effect],
    /// What it ought to have made of it.
    pub expected: &'a Expected,
    /// What ought to be.
    pub model: &'a Model,
    /// What the clients believe, all connections that are open as far as their driver knows.
    pub clients: &'a BTreeMap<ConnId, ReferenceClient>,
    /// How much there was in the core before, and how much there is.
    pub stats: (Stats, Stats),
    /// What was due next before, and what is.
    pub deadlines: (Option<Duration>, Option<Duration>),
    /// The core.
    pub core: &'a TestCore,
    /// A core that was not told of this input yet.
    pub twin: &'a RefCell<Twin>,
}

/// When all questions are answered and nobody has left yet.
pub struct Settled<'a> {
    /// What ought to be.
    pub model: &'a Model,
    /// What the clients believe.
    pub clients: &'a BTreeMap<ConnId, ReferenceClient>,
    /// The core.
    pub core: &'a TestCore,
}

/// When all is over.
pub struct End<'a> {
    /// The core.
    pub core: &'a TestCore,
    /// A core nothing ever happened to.
    pub pristine: &'a TestCore,
    /// A core that was told the same.
    pub twin: &'a RefCell<Twin>,
}

/// All invariants, ready to watch a new core that is configured so.
#[must_use]
pub fn all(config: &Config) -> Vec<Box<dyn Invariant>> {
    vec![
        Box::new(one_reply::OneReply::default()),
        Box::new(views_equal_rosters::ViewsEqualRosters),
        Box::new(deltas_name_known::DeltasNameKnown),
        Box::new(no_leaks_between::NoLeaksBetween),
        Box::new(closed_is_forgotten::ClosedIsForgotten::default()),
        Box::new(deterministic::Deterministic),
        Box::new(rejected_changes_nothing::RejectedChangesNothing),
        Box::new(payloads_intact::PayloadsIntact::default()),
        Box::new(limits_hold::LimitsHold::new(config)),
        Box::new(names_unique::NamesUnique::default()),
        Box::new(ticks_settle::TicksSettle),
        Box::new(asks_settled_once::AsksSettledOnce::new(config)),
        Box::new(round_trip::RoundTrip::default()),
        Box::new(as_predicted::AsPredicted),
    ]
}
