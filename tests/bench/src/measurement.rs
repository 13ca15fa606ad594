//! What was measured, as it is written down.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::latency::Latency;
use crate::problem::Faults;
use crate::transport::Transport;
use crate::watch::Spent;

/// What one phase found out about one server, once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measurement {
    /// Its name, such as `fanout-50`.
    pub phase: String,
    /// What the server is called.
    pub server: String,
    /// How it was spoken to.
    pub transport: Transport,
    /// Which of several rounds this was, from 1.
    pub round: u32,
    /// How many clients took part.
    pub clients: usize,
    /// What one operation is.
    pub operation: String,
    /// How many there were.
    pub operations: u64,
    /// How long that took.
    pub seconds: f64,
    /// Operations in a second.
    pub per_second: f64,
    /// What the processors had to do, if the server was watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processor: Option<Processor>,
    /// The memory, if the server was watched and the phase is about memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// How long things took, by what it was.
    #[serde(default)]
    pub latencies: BTreeMap<String, Latency>,
    /// What else was counted.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// What the server did wrong.
    pub faults: Faults,
}

/// What the processors had to do.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Processor {
    /// Of the server, for one operation, in microseconds.
    pub microseconds: f64,
    /// The part of the time that the server was busy: 1 is one core.
    pub server_busy: f64,
    /// The part of the time that the load generator was busy.
    pub generator_busy: f64,
}

/// The resident memory of the server.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// Bytes before the clients came.
    pub before: u64,
    /// Bytes while they were there; where it changes, at most.
    pub with: u64,
    /// Bytes after they had left.
    pub after: u64,
    /// What each connection added, in bytes, if that is what was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_connection: Option<f64>,
}

impl Measurement {
    /// Sets what was done, and what that cost.
    pub(crate) fn spent(mut self, operation: &str, operations: u64, spent: &Spent) -> Self {
        operation.clone_into(&mut self.operation);
        (self.operations, self.seconds) = (operations, spent.seconds);
        let (count, seconds) = (operations.max(1) as f64, spent.seconds.max(f64::MIN_POSITIVE));
        self.per_second = operations as f64 / seconds;
        self.processor = spent.server.map(|server| Processor {
            microseconds: server * 1e6 / count,
            server_busy: server / seconds,
            generator_busy: spent.own / seconds,
        });
        self
    }

    /// Adds a count.
    pub(crate) fn count(&mut self, name: &str, count: u64) {
        self.counts.insert(name.to_owned(), count);
    }

    /// Adds latencies.
    pub(crate) fn latency(&mut self, name: &str, latency: Latency) {
        if latency.count > 0 {
            self.latencies.insert(name.to_owned(), latency);
        }
    }
}
