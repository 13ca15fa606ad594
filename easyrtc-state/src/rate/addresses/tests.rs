//! What is remembered of addresses, and for how long.

use std::net::Ipv4Addr;

use super::*;
use crate::rate::{Rate, RateLimits};

const RATES: Rates = Rates {
    address: RateLimits { joins: Rate::new(2, 4), ..RateLimits::NONE },
    failed_logins: Rate::new(1, 2),
    ..Rates::NONE
};

fn address(number: u32) -> Option<IpAddr> {
    Some(Ipv4Addr::from_bits(number).into())
}

#[derive(Default)]
struct Table {
    addresses: Addresses,
    deadlines: Deadlines,
    now: Duration,
}

impl Table {
    fn open(&mut self, number: u32) {
        self.addresses.opened(address(number), &mut self.deadlines);
    }

    fn close(&mut self, number: u32) {
        self.addresses.closed(address(number), self.now, &RATES, &mut self.deadlines);
    }

    fn fail(&mut self, number: u32) {
        self.addresses.failed(address(number), nanoseconds(self.now), &RATES);
    }

    fn may_fail(&self, number: u32) -> bool {
        self.addresses.may_fail(address(number), nanoseconds(self.now), &RATES)
    }

    fn wait(&mut self, milliseconds: u64) {
        self.now += Duration::from_millis(milliseconds);
        while let Some(timer) = self.deadlines.pop_due(self.now) {
            let Timer::Address(key) = timer else { panic!("{timer:?}") };
            self.addresses.forget(key);
        }
    }
}

#[test]
fn what_came_from_an_address_outlives_its_connections() {
    let mut table = Table::default();
    table.open(1);
    table.fail(1);
    table.fail(1);
    assert!(!table.may_fail(1) && table.may_fail(2));
    table.close(1);
    table.wait(999);
    assert!(!table.may_fail(1));
    table.open(1);
    assert!(!table.may_fail(1));
    table.wait(1);
    assert!(table.may_fail(1));
    assert_eq!(table.addresses.len(), 1);
    table.close(1);
    assert_eq!((table.addresses.len(), table.addresses.idle), (1, 1));
    table.wait(999);
    assert_eq!(table.addresses.len(), 1);
    table.wait(1);
    assert_eq!((table.addresses.len(), table.addresses.idle), (0, 0));
    assert_eq!(table.deadlines.next(), None);
}

#[test]
fn failures_that_were_under_way_have_to_be_waited_for_too() {
    let mut table = Table::default();
    table.open(1);
    (0..5).for_each(|_| table.fail(1));
    table.wait(3_999);
    assert!(!table.may_fail(1));
    table.wait(1);
    assert!(table.may_fail(1));
}

#[test]
fn whose_buckets_are_full_is_forgotten_at_once() {
    let mut table = Table::default();
    table.open(1);
    table.open(1);
    table.close(1);
    assert_eq!(table.addresses.len(), 1);
    table.close(1);
    assert_eq!(table.addresses.len(), 0);
    table.open(1);
    table
        .addresses
        .take(address(1), 0, &RATES, |buckets| buckets.joins.take(1, RATES.address.joins));
    table.wait(500);
    table.close(1);
    assert_eq!((table.addresses.len(), table.deadlines.next()), (0, None));
}

#[test]
fn no_more_than_so_many_are_remembered() {
    let mut table = Table::default();
    let number = |n: usize| u32::try_from(n).unwrap();
    for n in 0..REMEMBERED + 10 {
        table.open(number(n));
        table.fail(number(n));
        table.close(number(n));
    }
    assert_eq!((table.addresses.len(), table.addresses.idle), (REMEMBERED, REMEMBERED));
    table.wait(1_000);
    assert_eq!((table.addresses.len(), table.addresses.idle), (0, 0));
}

#[test]
fn a_network_of_ipv6_is_one_address() {
    let counted = |address: &str| counted(address.parse().unwrap()).to_string();
    for (address, expected) in [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("2001:db8:1:3:3:4:5:6", "2001:db8:1:3::"),
        ("::1", "::"),
    ] {
        assert_eq!(counted(address), expected);
    }
}
