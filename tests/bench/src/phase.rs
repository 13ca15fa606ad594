//! The phases: what clients do while the server is measured.

mod churn;
mod enter;
mod fanout;
mod idle;
mod in_order;
mod presence;
mod relay;
mod slow;

use std::fmt;
use std::str::FromStr;

use crate::bench::Bench;
use crate::measurement::Measurement;
use crate::problem::Problem;

/// A phase: what clients do, and how many there are, or how much they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    pub(crate) kind: Kind,
    pub(crate) size: usize,
}

/// What clients do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Connect,
    Heartbeat,
    Relay,
    Rate,
    Fanout,
    Enter,
    Presence,
    Churn,
    Slow,
}

/// Each kind with its name, its usual size, and what it is.
const KINDS: &[(Kind, &str, usize, &str)] = &[
    (Kind::Connect, "connect", 1000, "N clients log in to rooms of 4, stay, leave: time, memory"),
    (Kind::Heartbeat, "heartbeat", 1000, "N clients in rooms of 4 do nothing for --hold"),
    (Kind::Relay, "relay", 100, "N pairs, each sends one candidate after the other"),
    (Kind::Rate, "rate", 2000, "100 pairs send N candidates a second, come what may"),
    (Kind::Fanout, "fanout", 10, "messages to rooms of N, one at a time in each room"),
    (Kind::Enter, "enter", 100, "N clients that are connected log in to one room"),
    (
        Kind::Presence,
        "presence",
        100,
        "the members of a room of N set their presence, 10 at a time",
    ),
    (Kind::Churn, "churn", 16, "N clients log in, leave their room, disconnect, and again"),
    (Kind::Slow, "slow", 100, "messages to a room of N, of whom one stops reading"),
];

/// What runs when no phase is named.
const USUAL: &[&str] = &[
    "connect",
    "heartbeat",
    "relay",
    "rate",
    "fanout-10",
    "fanout-50",
    "fanout-100",
    "enter-50",
    "enter-100",
    "presence",
    "churn",
    "slow",
];

impl Phase {
    /// The phases that run when none is named.
    ///
    /// # Panics
    /// Never: the names are those of this module.
    #[must_use]
    pub fn usual() -> Vec<Self> {
        USUAL.iter().filter_map(|name| name.parse().ok()).collect()
    }

    /// The names of all phases with their usual sizes, and what they do, one in each line.
    #[must_use]
    pub fn list() -> String {
        let line = |&(_, name, size, what): &(Kind, &str, usize, &str)| {
            format!("  {:<15} {what}\n", format!("{name}-{size}"))
        };
        KINDS.iter().map(line).collect()
    }
}

impl FromStr for Phase {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let (name, size) = match text.split_once('-') {
            Some((name, size)) => (name, Some(size)),
            None => (text, None),
        };
        let known = KINDS.iter().find(|kind| kind.1 == name);
        let &(kind, _, usual, _) =
            known.ok_or_else(|| Problem::new(format!("no such phase: {text}")))?;
        let size = size.map_or(Ok(usual), str::parse).ok();
        let size = size.filter(|size| (least(kind)..=1_000_000).contains(size));
        let size = size.ok_or_else(|| {
            Problem::new(format!("{text}: not a number from {} to 1000000", least(kind)))
        })?;
        Ok(Self { kind, size })
    }
}

/// The smallest size that makes sense.
const fn least(kind: Kind) -> usize {
    match kind {
        Kind::Connect | Kind::Heartbeat | Kind::Relay | Kind::Rate | Kind::Churn => 1,
        Kind::Fanout | Kind::Enter | Kind::Presence => 2,
        Kind::Slow => 3,
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = KINDS.iter().find(|kind| kind.0 == self.kind).map_or("", |kind| kind.1);
        write!(f, "{name}-{}", self.size)
    }
}

/// Runs a phase.
pub(crate) fn run(phase: Phase, bench: &mut Bench) -> Result<Vec<Measurement>, Problem> {
    match phase.kind {
        Kind::Connect => idle::connect(phase, bench),
        Kind::Heartbeat => idle::heartbeat(phase, bench),
        Kind::Relay | Kind::Rate => relay::run(phase, bench),
        Kind::Fanout => fanout::run(phase, bench),
        Kind::Enter => enter::run(phase, bench),
        Kind::Presence => presence::run(phase, bench),
        Kind::Churn => churn::run(phase, bench),
        Kind::Slow => slow::run(phase, bench),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        assert_eq!("fanout-50".parse::<Phase>().unwrap().to_string(), "fanout-50");
        assert_eq!("relay".parse::<Phase>().unwrap().to_string(), "relay-100");
        for text in ["fanout-1", "relay-0", "relay-x", "relay-", "all", "connect-1000001"] {
            assert!(text.parse::<Phase>().is_err(), "{text}");
        }
    }

    #[test]
    fn all_usual_phases_exist() {
        assert_eq!(Phase::usual().len(), USUAL.len());
    }
}
