//! How fast a line is read.

use std::time::Duration;

use easyrtc_runtime::Rate;

/// How long a line is not read on which too much came.
const HOLD: Duration = Duration::from_secs(1);

/// A packet counts once, and once more for each of so many bytes.
const BYTES: usize = 16 * 1024;

/// What came on a line, held against how much may. It counts whatever comes: also what never
/// reaches the core, which has limits of its own for messages.
///
/// Nothing is refused: a line on which too much came is not read for a second, which a client
/// notices by its own buffers filling up.
#[derive(Debug, Default)]
pub struct Pace {
    /// When all that came is paid for, if each packet takes as long as it may: ns.
    paid_at: u64,
    /// Until when the line is not read.
    held_until: Option<Duration>,
}

impl Pace {
    /// A packet of so many bytes came. Returns whether it is one too many: the line is not to be
    /// read before [`Self::held_until`].
    //= docs/spec/limits.md#limits.packets
    pub fn count(&mut self, now: Duration, bytes: usize, limit: Rate) -> bool {
        if limit.per_second == 0 {
            return false;
        }
        let now_ns = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let takes =
            |packets: u64| packets.saturating_mul(1_000_000_000) / u64::from(limit.per_second);
        let burst = u64::from(limit.burst.max(1));
        // One packet alone never takes longer than a burst.
        let packets = u64::try_from(1 + bytes / BYTES).unwrap_or(u64::MAX).min(burst);
        let most = now_ns.saturating_add(takes(burst));
        let paid_at = self.paid_at.max(now_ns).saturating_add(takes(packets));
        // What was read was read: it costs time, but no more than a burst does.
        self.paid_at = paid_at.min(most);
        let too_many = paid_at > most && self.held_until.is_none();
        if too_many {
            self.held_until = Some(now.saturating_add(HOLD));
        }
        too_many
    }

    /// Until when the line is not to be read, if it is not.
    #[must_use]
    pub const fn held_until(&self) -> Option<Duration> {
        self.held_until
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Duration) {
        if self.held_until.is_some_and(|until| now >= until) {
            self.held_until = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Rate = Rate { per_second: 10, burst: 5 };

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_burst_passes_and_one_more_holds_the_line_for_a_second() {
        let mut pace = Pace::default();
        for _ in 0..5 {
            assert!(!pace.count(ms(7), 10, LIMIT));
        }
        assert_eq!(pace.held_until(), None);
        assert!(pace.count(ms(7), 10, LIMIT));
        assert!(!pace.count(ms(8), 10, LIMIT), "what was read already holds it no longer");
        assert_eq!(pace.held_until(), Some(ms(1007)));
        pace.tick(ms(1006));
        assert_eq!(pace.held_until(), Some(ms(1007)));
        pace.tick(ms(1007));
        assert_eq!(pace.held_until(), None);
        assert_eq!((0..9).filter(|_| pace.count(ms(1007), 10, LIMIT)).count(), 1);
    }

    #[test]
    fn at_its_rate_a_line_is_never_held() {
        let mut pace = Pace::default();
        for packet in 0..1000 {
            assert!(!pace.count(ms(100 * packet), 10, LIMIT));
        }
    }

    #[test]
    fn large_packets_count_more() {
        let mut pace = Pace::default();
        assert!(!pace.count(ms(0), 4 * BYTES, LIMIT));
        assert!(pace.count(ms(0), 0, LIMIT));
        let mut pace = Pace::default();
        assert!(!pace.count(ms(0), 1_000_000_000, LIMIT), "never more than all there is");
        assert!(pace.count(ms(0), 0, LIMIT));
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let mut pace = Pace::default();
        assert!((0..100_000).all(|_| !pace.count(ms(0), 1_000_000, Rate::NONE)));
    }
}
