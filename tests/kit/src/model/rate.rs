//! How often clients may do things.
//!
//! Unlike the core, the model never forgets an address: that must make no difference.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use easyrtc_proto::{ClientEvent, ErrorCode, ServerMessage};
use easyrtc_state::{AckId, CloseReason, ConnId, Rate};

use super::message::Decoded;
use super::{Heard, Model};

/// What somebody has done lately: less and less of it counts.
#[derive(Clone, Copy, Debug, Default)]
struct Done {
    /// In billionths.
    amount: u128,
    at: Duration,
}

/// What a connection, or an address, has done lately.
#[derive(Debug, Default)]
pub(super) struct Lately {
    messages: Done,
    bytes: Done,
    joins: Done,
    rooms_created: Done,
    failed_logins: Done,
}

const ONE: u128 = 1_000_000_000;

impl Done {
    fn counts(self, now: Duration, rate: Rate) -> u128 {
        let forgotten = (now - self.at).as_nanos() * u128::from(rate.per_second);
        self.amount.saturating_sub(forgotten)
    }

    fn leaves_room(self, now: Duration, rate: Rate, count: usize) -> bool {
        let most = u128::from(rate.burst) * ONE;
        let more = (count as u128 * ONE).min(most);
        rate.per_second == 0 || self.counts(now, rate) + more <= most
    }

    fn add(&mut self, now: Duration, rate: Rate, count: usize) {
        let more = (count as u128).min(rate.burst.into()) * ONE;
        *self = Self { amount: self.counts(now, rate) + more, at: now };
    }
}

/// The address that counts: all of an IPv6 network is one.
pub(crate) fn home(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        IpAddr::V4(_) => peer,
    }
}

impl Model {
    fn home_of(&self, conn: ConnId) -> Option<IpAddr> {
        self.conns.get(&conn)?.meta.peer.map(home)
    }

    /// What a connection did lately, and what its address did, where it has one.
    fn lately(&self, conn: ConnId) -> (Option<&Lately>, Option<&Lately>) {
        let of_address = self.home_of(conn).and_then(|home| self.addresses.get(&home));
        (self.conns.get(&conn).map(|connection| &connection.lately), of_address)
    }

    fn lately_mut(&mut self, conn: ConnId) -> (Option<&mut Lately>, Option<&mut Lately>) {
        let home = self.home_of(conn);
        let of_address = home.map(|home| self.addresses.entry(home).or_default());
        (self.conns.get_mut(&conn).map(|connection| &mut connection.lately), of_address)
    }

    /// A message that does not wait any more is handled, unless it is one too many.
    pub(super) fn turn(
        &mut self,
        conn: ConnId,
        ack: Option<AckId>,
        message: Decoded,
        bytes: usize,
    ) {
        let (now, rates) = (self.now.mono, self.config.limits.rates);
        let of_connection = (rates.connection.messages, rates.connection.bytes);
        let of_address = (rates.address.messages, rates.address.bytes);
        let fits = |lately: &Lately, (messages, size)| {
            lately.messages.leaves_room(now, messages, 1)
                && lately.bytes.leaves_room(now, size, bytes)
        };
        let (connection, address) = self.lately(conn);
        if connection.is_none_or(|lately| fits(lately, of_connection))
            && address.is_none_or(|lately| fits(lately, of_address))
        {
            let add = |lately: &mut Lately, (messages, size)| {
                lately.messages.add(now, messages, 1);
                lately.bytes.add(now, size, bytes);
            };
            let (connection, address) = self.lately_mut(conn);
            connection.into_iter().for_each(|lately| add(lately, of_connection));
            address.into_iter().for_each(|lately| add(lately, of_address));
            return self.handle(conn, ack, message);
        }
        let event = message.map_or_else(|error| error.event, |message| message.event());
        match (event, ack) {
            (ClientEvent::Auth, None) => self.close(conn, CloseReason::Refused),
            (ClientEvent::Auth, Some(ack)) => self.refuse_login(conn, ack, ErrorCode::LoginGenFail),
            (ClientEvent::Cmd | ClientEvent::Msg, None) => {}
            (ClientEvent::Cmd | ClientEvent::Msg, Some(ack)) => {
                self.answer(conn, ack, ServerMessage::error(ErrorCode::MsgRejectGenFail));
            }
        }
        self.pause(conn, rates.pause);
    }

    /// Nothing more of the connection is handled for a while.
    fn pause(&mut self, conn: ConnId, pause: Duration) {
        let until = self.now.mono + pause;
        let Some(connection) = self.conns.get_mut(&conn).filter(|_| !pause.is_zero()) else {
            return;
        };
        connection.limited_until = Some(until);
        if !std::mem::replace(&mut connection.paused, true) {
            self.hear(conn, Heard::Paused);
        }
    }

    pub(super) fn pause_over(&mut self, conn: ConnId) {
        if let Some(connection) = self.conns.get_mut(&conn) {
            connection.limited_until = None;
        }
        self.unpark(conn);
    }

    /// Whether so many rooms may be joined now, of which so many are new.
    pub(super) fn may_join_now(&self, conn: ConnId, rooms: usize, created: usize) -> bool {
        let (now, rates) = (self.now.mono, self.config.limits.rates);
        let fits = |lately: &Lately, joins, rooms_created| {
            lately.joins.leaves_room(now, joins, rooms)
                && lately.rooms_created.leaves_room(now, rooms_created, created)
        };
        let (connection, address) = self.lately(conn);
        let (of_connection, of_address) = (rates.connection, rates.address);
        connection.is_none_or(|l| fits(l, of_connection.joins, of_connection.rooms_created))
            && address.is_none_or(|l| fits(l, of_address.joins, of_address.rooms_created))
    }

    pub(super) fn joined_now(&mut self, conn: ConnId, rooms: usize, created: usize) {
        let (now, rates) = (self.now.mono, self.config.limits.rates);
        let add = |lately: Option<&mut Lately>, joins, rooms_created| {
            if let Some(lately) = lately {
                lately.joins.add(now, joins, rooms);
                lately.rooms_created.add(now, rooms_created, created);
            }
        };
        let (connection, address) = self.lately_mut(conn);
        add(connection, rates.connection.joins, rates.connection.rooms_created);
        add(address, rates.address.joins, rates.address.rooms_created);
    }

    pub(super) fn may_fail_now(&self, conn: ConnId) -> bool {
        let (now, rate) = (self.now.mono, self.config.limits.rates.failed_logins);
        self.lately(conn).1.is_none_or(|lately| lately.failed_logins.leaves_room(now, rate, 1))
    }

    /// Who is told that the server failed has not guessed wrong.
    pub(super) fn denied(&mut self, conn: ConnId, code: &ErrorCode) {
        let (now, rate) = (self.now.mono, self.config.limits.rates.failed_logins);
        let failures =
            [ErrorCode::LoginGenFail, ErrorCode::LoginTimeout, ErrorCode::MsgRejectGenFail];
        if let (_, Some(lately)) = self.lately_mut(conn)
            && !failures.contains(code)
        {
            lately.failed_logins.add(now, rate, 1);
        }
    }

    /// Whether messages of a connection wait because there were too many.
    #[must_use]
    pub fn is_limited(&self, conn: ConnId) -> bool {
        self.conns.get(&conn).is_some_and(|connection| connection.limited_until.is_some())
    }

    /// When the first connection that is limited is read again, if one is.
    #[must_use]
    pub fn limited_until(&self) -> Option<Duration> {
        self.conns.values().filter_map(|connection| connection.limited_until).min()
    }
}
