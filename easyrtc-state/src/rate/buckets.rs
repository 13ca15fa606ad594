//! Token buckets.

use super::{Rate, RateLimits};

/// One token. A bucket counts in parts of tokens so small that what comes back in a nanosecond is a
/// whole number of them, whatever the rate.
const TOKEN: u64 = 1_000_000_000;

/// What was taken from a bucket and has not come back yet, in parts of tokens. A bucket nobody ever
/// took from is full whatever it holds, so nothing has to be set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bucket(u64);

impl Bucket {
    /// Gives back what comes back in so many nanoseconds.
    pub(super) fn refill(&mut self, nanoseconds: u64, rate: Rate) {
        let refilled = nanoseconds.saturating_mul(rate.per_second.into());
        self.0 = self.0.saturating_sub(refilled);
    }

    /// Whether there are so many tokens.
    pub(super) fn has(self, tokens: u64, rate: Rate) -> bool {
        !rate.is_limited() || self.0.saturating_add(price(tokens, rate)) <= capacity(rate)
    }

    /// Takes so many tokens, whether they are there or not: what is missing has to come back first.
    pub(super) fn take(&mut self, tokens: u64, rate: Rate) {
        if rate.is_limited() {
            self.0 = self.0.saturating_add(price(tokens, rate));
        }
    }

    /// After how many nanoseconds it is full.
    pub(super) fn full_in(self, rate: Rate) -> u64 {
        self.0.div_ceil(u64::from(rate.per_second).max(1))
    }
}

fn capacity(rate: Rate) -> u64 {
    u64::from(rate.burst.max(1)) * TOKEN
}

/// What is more than a bucket can ever hold takes all of it.
fn price(tokens: u64, rate: Rate) -> u64 {
    tokens.saturating_mul(TOKEN).min(capacity(rate))
}

/// The buckets of a connection, or of an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Buckets {
    /// When they were refilled: ns.
    refilled_at: u64,
    pub(super) messages: Bucket,
    pub(super) bytes: Bucket,
    pub(super) joins: Bucket,
    pub(super) rooms_created: Bucket,
}

impl Buckets {
    /// Gives back what has come back until `now`, in ns. Returns how long that took.
    pub(super) fn refill(&mut self, now: u64, limits: &RateLimits) -> u64 {
        let time = now.saturating_sub(self.refilled_at);
        self.refilled_at = now;
        self.messages.refill(time, limits.messages);
        self.bytes.refill(time, limits.bytes);
        self.joins.refill(time, limits.joins);
        self.rooms_created.refill(time, limits.rooms_created);
        time
    }

    /// The same as they will be at `now`.
    pub(super) fn refilled(mut self, now: u64, limits: &RateLimits) -> Self {
        self.refill(now, limits);
        self
    }

    /// After how many nanoseconds, counted from the last refill, all are full.
    pub(super) fn full_in(&self, limits: &RateLimits) -> u64 {
        let messages = self.messages.full_in(limits.messages);
        let bytes = self.bytes.full_in(limits.bytes);
        let joins = self.joins.full_in(limits.joins);
        messages.max(bytes).max(joins).max(self.rooms_created.full_in(limits.rooms_created))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn takes(bucket: &mut Bucket, tokens: u64, rate: Rate) -> bool {
        let has = bucket.has(tokens, rate);
        if has {
            bucket.take(tokens, rate);
        }
        has
    }

    #[test]
    fn those_of_a_connection_take_forty_bytes() {
        assert_eq!(size_of::<Buckets>(), 40);
    }

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        for rate in [Rate::new(1, 2), Rate::new(3, 7), Rate::new(7, 3), Rate::new(999, 1000)] {
            let mut bucket = Bucket::default();
            let mut passed = 0;
            for step in 0..=1000_u64 {
                while takes(&mut bucket, 1, rate) {
                    passed += 1;
                }
                let due = u64::from(rate.burst) + u64::from(rate.per_second) * step * 7 / 1000;
                assert_eq!(passed, due, "{rate:?} after {step} times 7 ms");
                bucket.refill(7_000_000, rate);
            }
        }
    }

    #[test]
    fn no_more_than_a_burst_is_saved_up() {
        let (rate, mut bucket) = (Rate::new(10, 5), Bucket::default());
        bucket.refill(1_000 * SECOND, rate);
        assert!(takes(&mut bucket, 5, rate) && !takes(&mut bucket, 1, rate));
        bucket.refill(u64::MAX, Rate::new(u32::MAX, 5));
        assert!(takes(&mut bucket, 5, rate) && !takes(&mut bucket, 1, rate));
    }

    #[test]
    fn what_is_more_than_a_burst_needs_a_full_bucket() {
        let (rate, mut bucket) = (Rate::new(1, 5), Bucket::default());
        assert!(takes(&mut bucket, u64::MAX, rate) && !bucket.has(1, rate));
        bucket.refill(4 * SECOND, rate);
        assert!(!bucket.has(6, rate) && bucket.has(4, rate));
        bucket.refill(SECOND, rate);
        assert!(bucket.has(6, rate));
    }

    #[test]
    fn a_rate_of_zero_is_no_limit_and_a_burst_of_zero_is_one() {
        let mut bucket = Bucket::default();
        for _ in 0..10 {
            assert!(takes(&mut bucket, u64::MAX, Rate::NONE));
        }
        assert_eq!(bucket, Bucket::default());
        let rate = Rate::new(1, 0);
        assert!(takes(&mut bucket, 1, rate) && !takes(&mut bucket, 1, rate));
    }

    #[test]
    fn it_is_full_when_it_says() {
        let limits = RateLimits { joins: Rate::new(3, 10), ..RateLimits::NONE };
        let mut buckets = Buckets::default();
        assert_eq!(buckets.full_in(&limits), 0);
        buckets.joins.take(1, limits.joins);
        assert_eq!(buckets.full_in(&limits), 333_333_334);
        let nearly = buckets.refilled(333_333_333, &limits);
        assert_ne!(nearly.joins, Bucket::default());
        assert_eq!(buckets.refilled(333_333_334, &limits).joins, Bucket::default());
    }
}
