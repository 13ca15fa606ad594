//! Counters.

use std::sync::atomic::{AtomicU64, Ordering};

/// One number that goes up, or up and down. Exact, but read without regard to others.
#[derive(Debug, Default)]
pub struct Number(AtomicU64);

impl Number {
    /// Makes it `amount` more.
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    /// Makes it `amount` less.
    pub fn subtract(&self, amount: u64) {
        self.0.fetch_sub(amount, Ordering::Relaxed);
    }

    /// What it is now.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
