//! What goes wrong: with the generator, and with what the server says.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

/// Why nothing can be measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(String);

impl Problem {
    /// A problem, in words for people.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Problem {}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// What a server did wrong: lost and repeated messages, errors, closed connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faults {
    /// How many there were.
    pub count: u64,
    /// The first few, in words.
    pub examples: Vec<String>,
}

/// So many faults are told in words.
const EXAMPLES: usize = 5;

/// So much is told of each, in characters.
const EXAMPLE_LENGTH: usize = 300;

impl Faults {
    /// Counts a fault.
    pub(crate) fn add(&mut self, text: impl FnOnce() -> String) {
        self.add_many(1, text);
    }

    /// Counts several alike.
    pub(crate) fn add_many(&mut self, count: u64, text: impl FnOnce() -> String) {
        if count > 0 && self.examples.len() < EXAMPLES {
            self.examples.push(text().chars().take(EXAMPLE_LENGTH).collect());
        }
        self.count += count;
    }
}
