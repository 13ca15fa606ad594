//! What is known of addresses: who is there, and what they may still do.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::time::Duration;

use super::buckets::{Bucket, Buckets};
use super::{LimitName, Rates};
use crate::config::Limits;
use crate::deadline::{Deadlines, Timer};
use crate::planted::planted;

/// So many addresses nobody is connected from are remembered until their buckets are full; more are
/// forgotten at once.
const REMEMBERED: usize = 100_000;

/// The addresses somebody is connected from, and those whose buckets are not full again.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    known: BTreeMap<IpAddr, Address>,
    /// How many of them nobody is connected from.
    idle: usize,
}

/// What is known of one address.
#[derive(Debug, Default)]
struct Address {
    connections: u32,
    /// Those that have not logged in.
    unauthenticated: u32,
    buckets: Buckets,
    /// Refilled together with the others.
    failed_logins: Bucket,
    /// When it is forgotten, while nobody is connected from it.
    forget_at: Option<Duration>,
}

/// Only who is there: what they may still do is no part of the state's identity, nor is for how
/// long that is remembered.
impl Hash for Addresses {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let there = self.known.iter().filter(|(_, address)| address.connections > 0);
        for (key, address) in there {
            (key, address.connections, address.unauthenticated).hash(state);
        }
    }
}

/// The address that is counted for `peer`: of IPv6 the first 64 bits, since nobody has fewer than
/// all addresses with the same.
//= docs/spec/limits.md#limits.address
pub(super) fn counted(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        address @ IpAddr::V4(_) => address,
    }
}

impl Addresses {
    /// How many are known.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    fn get(&self, peer: Option<IpAddr>) -> Option<&Address> {
        self.known.get(&counted(peer?))
    }

    fn get_mut(&mut self, peer: Option<IpAddr>) -> Option<&mut Address> {
        self.known.get_mut(&counted(peer?))
    }

    /// Whether one connection more would be one too many that has not logged in.
    pub(crate) fn is_crowded(&self, peer: Option<IpAddr>, limits: &Limits) -> bool {
        let limit = limits.unauthenticated_per_address;
        let there = self.get(peer).map_or(0, |address| address.unauthenticated);
        limit != 0 && usize::try_from(there).is_ok_and(|there| there >= limit)
    }

    /// Whether one connection more would be one too many.
    pub(crate) fn is_full(&self, peer: Option<IpAddr>, limits: &Limits) -> bool {
        let limit = limits.connections_per_address;
        let there = self.get(peer).map_or(0, |address| address.connections);
        limit != 0 && usize::try_from(there).is_ok_and(|there| there >= limit)
    }

    /// A connection opened, which has not logged in.
    pub(crate) fn opened(&mut self, peer: Option<IpAddr>, deadlines: &mut Deadlines) {
        let Some(peer) = peer else { return };
        let key = counted(peer);
        let address = self.known.entry(key).or_default();
        if address.forget_at.is_some() {
            deadlines.cancel(address.forget_at.take(), Timer::Address(key));
            self.idle = self.idle.saturating_sub(1);
        }
        address.connections += 1;
        address.unauthenticated += 1;
    }

    /// A connection has logged in, or is about to close without.
    pub(crate) fn authenticated(&mut self, peer: Option<IpAddr>) {
        if let Some(address) = self.get_mut(peer) {
            address.unauthenticated = address.unauthenticated.saturating_sub(1);
        }
    }

    /// A connection closed.
    pub(crate) fn closed(
        &mut self,
        peer: Option<IpAddr>,
        now: Duration,
        rates: &Rates,
        deadlines: &mut Deadlines,
    ) {
        let Some(key) = peer.map(counted) else { return };
        let Some(address) = self.known.get_mut(&key) else { return };
        address.connections = address.connections.saturating_sub(1);
        if address.connections > 0 {
            return;
        }
        let full_in = address.full_in(nanoseconds(now), rates);
        if full_in.is_zero() || self.idle >= REMEMBERED || planted!(AddressForgivenOnClose) {
            self.known.remove(&key);
        } else {
            // Who opens connections anew does not get full buckets anew.
            //= docs/spec/limits.md#limits.address
            address.forget_at = deadlines.set(now, full_in, Timer::Address(key));
            self.idle += 1;
        }
    }

    /// The buckets of an address nobody is connected from are full again.
    pub(crate) fn forget(&mut self, key: IpAddr) {
        if self.known.get(&key).is_some_and(|address| address.connections == 0) {
            self.known.remove(&key);
            self.idle = self.idle.saturating_sub(1);
        }
    }

    /// The limit that so much more would be over, if it would be.
    pub(super) fn over(
        &self,
        peer: Option<IpAddr>,
        now: u64,
        rates: &Rates,
        over: impl FnOnce(&Buckets) -> Option<LimitName>,
    ) -> Option<LimitName> {
        over(&self.get(peer)?.buckets.refilled(now, &rates.address))
    }

    /// Takes from the buckets of an address.
    pub(super) fn take(
        &mut self,
        peer: Option<IpAddr>,
        now: u64,
        rates: &Rates,
        take: impl FnOnce(&mut Buckets),
    ) {
        if let Some(address) = self.get_mut(peer) {
            address.refill(now, rates);
            take(&mut address.buckets);
        }
    }

    /// Whether a login may fail.
    pub(super) fn may_fail(&self, peer: Option<IpAddr>, now: u64, rates: &Rates) -> bool {
        self.get(peer).is_none_or(|address| {
            let (mut failed_logins, mut buckets) = (address.failed_logins, address.buckets);
            failed_logins.refill(buckets.refill(now, &rates.address), rates.failed_logins);
            failed_logins.has(1, rates.failed_logins)
        })
    }

    /// A login failed. Others may be under way, so this may be more than there is.
    pub(super) fn failed(&mut self, peer: Option<IpAddr>, now: u64, rates: &Rates) {
        if let Some(address) = self.get_mut(peer) {
            address.refill(now, rates);
            address.failed_logins.take(1, rates.failed_logins);
        }
    }
}

impl Address {
    fn refill(&mut self, now: u64, rates: &Rates) {
        let time = self.buckets.refill(now, &rates.address);
        self.failed_logins.refill(time, rates.failed_logins);
    }

    /// How long it is until its buckets are full.
    fn full_in(&mut self, now: u64, rates: &Rates) -> Duration {
        self.refill(now, rates);
        let failed_logins = self.failed_logins.full_in(rates.failed_logins);
        Duration::from_nanos(self.buckets.full_in(&rates.address).max(failed_logins))
    }
}

/// A point in time as the buckets count it: enough for 584 years.
pub(super) fn nanoseconds(time: Duration) -> u64 {
    time.as_secs().saturating_mul(1_000_000_000).saturating_add(time.subsec_nanos().into())
}

#[cfg(test)]
mod tests;
