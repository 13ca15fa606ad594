//! How long things take.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// What takes longer than this counts as this long.
const LONGEST: Duration = Duration::from_secs(600);

/// Durations, each kept to three digits.
#[derive(Debug)]
pub(crate) struct Latencies(Histogram<u64>);

/// What is told of many durations: quantiles in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// How many there were.
    pub count: u64,
    /// Half took no longer.
    pub p50: f64,
    /// Nine of ten took no longer.
    pub p90: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
    /// 999 of 1000 took no longer.
    pub p999: f64,
    /// The longest.
    pub max: f64,
}

impl Latencies {
    #[expect(clippy::expect_used, reason = "the bounds are constants that fit each other")]
    pub(crate) fn new() -> Self {
        let longest = nanoseconds(LONGEST);
        Self(Histogram::new_with_bounds(100, longest, 3).expect("100 ns to 10 min, 3 digits"))
    }

    pub(crate) fn add(&mut self, duration: Duration) {
        self.0.saturating_record(nanoseconds(duration));
    }

    pub(crate) fn summary(&self) -> Latency {
        let quantile = |quantile| self.0.value_at_quantile(quantile) as f64 / 1000.0;
        Latency {
            count: self.0.len(),
            p50: quantile(0.5),
            p90: quantile(0.9),
            p99: quantile(0.99),
            p999: quantile(0.999),
            max: self.0.max() as f64 / 1000.0,
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_three_digits() {
        let mut latencies = Latencies::new();
        for microseconds in 1..=1000 {
            latencies.add(Duration::from_micros(microseconds));
        }
        let Latency { count, p50, p99, max, .. } = latencies.summary();
        assert_eq!(count, 1000);
        for (found, expected) in [(p50, 500.0), (p99, 990.0), (max, 1000.0)] {
            assert!((found / expected - 1.0_f64).abs() < 0.002, "{found}, {expected}");
        }
    }

    #[test]
    fn what_is_too_long_still_counts() {
        let mut latencies = Latencies::new();
        latencies.add(Duration::from_secs(3600));
        assert_eq!(latencies.summary().count, 1);
        assert!(latencies.summary().max > 500_000_000.0);
    }
}
