//! The line that says what goes on, on a terminal only.

use std::io::{self, IsTerminal, Write};
use std::time::Instant;

/// The line, on standard error.
#[derive(Clone, Debug)]
pub struct Progress {
    shown: bool,
    what: String,
    since: Instant,
}

impl Progress {
    /// A line, if there is a terminal.
    #[must_use]
    pub fn new() -> Self {
        Self { shown: io::stderr().is_terminal(), what: String::new(), since: Instant::now() }
    }

    /// What goes on from now.
    pub fn start(&mut self, what: impl Into<String>) {
        (self.what, self.since) = (what.into(), Instant::now());
        self.show(0);
    }

    /// How much of it is done.
    pub fn show(&self, done: u64) {
        if self.shown {
            let seconds = self.since.elapsed().as_secs();
            self.write(&format!("{}  {seconds} s  {done} done", self.what));
        }
    }

    /// Takes the line away.
    pub fn clear(&self) {
        if self.shown {
            self.write("");
        }
    }

    /// Says something that stays.
    pub fn say(&self, text: &str) {
        self.clear();
        // There is nobody to tell if it can't be written.
        let _ = writeln!(io::stderr(), "{text}");
    }

    fn write(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        let _ = write!(stderr, "\r\x1b[K{text}");
        let _ = stderr.flush();
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}
