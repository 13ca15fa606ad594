//! How often clients may do things: token buckets, for each connection and for each address.
//!
//! A bucket holds so many tokens at most and gets so many each second. What is done takes tokens;
//! where there are too few of them it is refused. Everything is counted in whole numbers on the
//! scale of [`Now::mono`](crate::Now::mono), so that the same inputs meet the same limits.

mod addresses;
mod buckets;
mod enforce;
mod limit_name;

use std::time::Duration;

pub(crate) use addresses::Addresses;
pub(crate) use buckets::Buckets;
pub(crate) use enforce::{denied, joined, may_be_denied, may_join, message, pause_over};
pub use limit_name::LimitName;

/// How often something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Rate {
    /// How often on average; 0 means no limit.
    pub per_second: u32,
    /// How often at once, after a time in which it did not happen; 0 counts as 1. What takes more
    /// than this by itself takes as much as this.
    pub burst: u32,
}

impl Rate {
    /// No limit.
    pub const NONE: Self = Self::new(0, 0);

    /// So many each second, and so many at once.
    #[must_use]
    pub const fn new(per_second: u32, burst: u32) -> Self {
        Self { per_second, burst }
    }

    /// Whether there is a limit.
    //= docs/spec/limits.md#limits.zero
    pub(crate) const fn is_limited(self) -> bool {
        self.per_second != 0
    }
}

/// What one connection, or all of one address together, may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RateLimits {
    /// Messages, malformed ones included. Over it: `MSG_REJECT_GEN_FAIL`, of a login
    /// `LOGIN_GEN_FAIL`, and the connection is paused.
    pub messages: Rate,
    /// Bytes of messages, attachments included. Over it: the same.
    pub bytes: Rate,
    /// Rooms named by logins and `roomJoin`s that succeed, whether the client is in them already
    /// or not. Over it: `MSG_REJECT_BAD_ROOM`, at login `LOGIN_GEN_FAIL`.
    pub joins: Rate,
    /// Rooms that clients create by joining them. Over it: the same.
    pub rooms_created: Rate,
}

impl RateLimits {
    /// No limits.
    pub const NONE: Self = Self {
        messages: Rate::NONE,
        bytes: Rate::NONE,
        joins: Rate::NONE,
        rooms_created: Rate::NONE,
    };
}

/// All rates. An address is an IPv4 address or the first 64 bits of an IPv6 address; who has none
/// is limited as a connection only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Rates {
    /// For each connection. Default: 200 messages, 2 MB, 20 joins and 5 new rooms each second;
    /// 4,000 messages, 16 MB, 200 joins and 100 new rooms at once.
    pub connection: RateLimits,
    /// For all connections of one address together. Default: 500 joins and 50 new rooms each
    /// second; 10,000 joins and 2,000 new rooms at once; messages and bytes have no limit.
    pub address: RateLimits,
    /// Denied logins of one address. Over it the next is refused with `LOGIN_GEN_FAIL`, and nobody
    /// is asked about it. Default: 1 each second, 100 at once.
    pub failed_logins: Rate,
    /// For how long nothing is read of a connection that sent more messages or bytes than it may
    /// (`rateLimitPause`). Default 1 s; with 0 it is read on.
    pub pause: Duration,
}

impl Rates {
    /// No limits.
    pub const NONE: Self = Self {
        connection: RateLimits::NONE,
        address: RateLimits::NONE,
        failed_logins: Rate::NONE,
        pause: Duration::ZERO,
    };
}

/// Enough for a call of a hundred, each with each and with candidates sent one by one, and for all
/// of an office behind one address that come back at once.
impl Default for Rates {
    fn default() -> Self {
        Self {
            connection: RateLimits {
                messages: Rate::new(200, 4_000),
                bytes: Rate::new(2_000_000, 16_000_000),
                joins: Rate::new(20, 200),
                rooms_created: Rate::new(5, 100),
            },
            address: RateLimits {
                messages: Rate::new(0, 40_000),
                bytes: Rate::new(0, 160_000_000),
                joins: Rate::new(500, 10_000),
                rooms_created: Rate::new(50, 2_000),
            },
            failed_logins: Rate::new(1, 100),
            pause: Duration::from_secs(1),
        }
    }
}
