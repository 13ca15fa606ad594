//! Where what clients do is held against the rates.

use std::net::IpAddr;

use easyrtc_proto::ErrorCode;

use super::addresses::nanoseconds;
use super::buckets::Buckets;
use super::{LimitName, RateLimits};
use crate::command;
use crate::conn::Parked;
use crate::deadline::Timer;
use crate::effect::Effect;
use crate::input::ConnId;
use crate::notice::Notice;
use crate::state::{Ctx, State};

/// Handles a message whose turn it is, unless it is one too many.
pub(crate) fn message(state: &mut State, conn: ConnId, message: Parked, ctx: &mut Ctx<'_>) {
    let Parked { ack, message, bytes } = message;
    let Some(limit) = spend(state, conn, bytes, ctx) else {
        return command::handle(state, conn, ack, message, ctx);
    };
    let pauses = !ctx.config.limits.rates.pause.is_zero();
    ctx.notice(Notice::Limited { conn, limit, pauses });
    //= docs/spec/limits.md#limits.messages-refused
    command::refuse_unread(state, conn, ack, &message, ctx);
    pause(state, conn, ctx);
}

/// Takes what one message costs; or returns the limit that it is over, and takes nothing.
fn spend(state: &mut State, conn: ConnId, bytes: usize, ctx: &Ctx<'_>) -> Option<LimitName> {
    let rates = &ctx.config.limits.rates;
    let now = nanoseconds(ctx.now.mono);
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    let connection = state.conns.get_mut(&conn)?;
    let limits = &rates.connection;
    let spent = &mut connection.spent.0;
    spent.refill(now, limits);
    let names = (LimitName::Messages, LimitName::Bytes);
    if let Some(limit) = over_by_message(spent, limits, bytes, names) {
        return Some(limit);
    }
    // Most servers limit neither by address, and need not look it up for each message.
    let of_address = &rates.address;
    if of_address.messages.is_limited() || of_address.bytes.is_limited() {
        let peer = connection.meta.peer;
        let names = (LimitName::MessagesPerAddress, LimitName::BytesPerAddress);
        let over = |buckets: &Buckets| over_by_message(buckets, of_address, bytes, names);
        if let Some(limit) = state.addresses.over(peer, now, rates, over) {
            return Some(limit);
        }
        state.addresses.take(peer, now, rates, |buckets| {
            buckets.messages.take(1, of_address.messages);
            buckets.bytes.take(bytes, of_address.bytes);
        });
    }
    spent.messages.take(1, limits.messages);
    spent.bytes.take(bytes, limits.bytes);
    None
}

fn over_by_message(
    buckets: &Buckets,
    limits: &RateLimits,
    bytes: u64,
    (messages_name, bytes_name): (LimitName, LimitName),
) -> Option<LimitName> {
    if !buckets.messages.has(1, limits.messages) {
        return Some(messages_name);
    }
    (!buckets.bytes.has(bytes, limits.bytes)).then_some(bytes_name)
}

/// Sees to it that nothing more is read of the connection for a while: who goes on sending gets one
/// refusal in that time, and the rest waits where it costs nothing.
//= docs/spec/limits.md#limits.pause
fn pause(state: &mut State, conn: ConnId, ctx: &mut Ctx<'_>) {
    let Some(connection) = state.conns.get_mut(&conn) else { return };
    let pause = ctx.config.limits.rates.pause;
    let until = state.deadlines.set(ctx.now.mono, pause, Timer::Pause(conn));
    if until.is_none() {
        return;
    }
    let paused = connection.waiting.change(|waiting| {
        waiting.limited_until = until;
        std::mem::replace(&mut waiting.paused, true)
    });
    if !paused {
        ctx.out.push(Effect::Pause { conn });
    }
}

/// The pause of a connection is over.
pub(crate) fn pause_over(state: &mut State, conn: ConnId) {
    if let Some(connection) = state.conns.get_mut(&conn) {
        connection.waiting.change(|waiting| waiting.limited_until = None);
    }
}

/// Whether a client may join so many rooms now, of which so many would be created: if not, the
/// limit that it would be over.
//= docs/spec/limits.md#limits.joins-refused
pub(crate) fn may_join(
    state: &State,
    conn: ConnId,
    rooms: usize,
    created: usize,
    ctx: &Ctx<'_>,
) -> Result<(), LimitName> {
    let Some(connection) = state.conns.get(&conn) else { return Ok(()) };
    let rates = &ctx.config.limits.rates;
    let now = nanoseconds(ctx.now.mono);
    let of_connection = connection.spent.0.refilled(now, &rates.connection);
    let names = (LimitName::Joins, LimitName::RoomsCreated);
    let over = over_by_join(&of_connection, &rates.connection, rooms, created, names);
    let names = (LimitName::JoinsPerAddress, LimitName::RoomsCreatedPerAddress);
    let over_of_address =
        |buckets: &Buckets| over_by_join(buckets, &rates.address, rooms, created, names);
    let over =
        over.or_else(|| state.addresses.over(peer(state, conn), now, rates, over_of_address));
    over.map_or(Ok(()), Err)
}

fn over_by_join(
    buckets: &Buckets,
    limits: &RateLimits,
    rooms: usize,
    created: usize,
    (joins_name, rooms_created_name): (LimitName, LimitName),
) -> Option<LimitName> {
    if !buckets.joins.has(tokens(rooms), limits.joins) {
        return Some(joins_name);
    }
    let enough = buckets.rooms_created.has(tokens(created), limits.rooms_created);
    (!enough).then_some(rooms_created_name)
}

/// A client joined so many rooms, of which so many were created.
pub(crate) fn joined(state: &mut State, conn: ConnId, rooms: usize, created: usize, ctx: &Ctx<'_>) {
    let rates = &ctx.config.limits.rates;
    let now = nanoseconds(ctx.now.mono);
    let take = |buckets: &mut Buckets, limits: &RateLimits| {
        buckets.joins.take(tokens(rooms), limits.joins);
        buckets.rooms_created.take(tokens(created), limits.rooms_created);
    };
    if let Some(connection) = state.conns.get_mut(&conn) {
        connection.spent.0.refill(now, &rates.connection);
        take(&mut connection.spent.0, &rates.connection);
    }
    let peer = peer(state, conn);
    state.addresses.take(peer, now, rates, |buckets| take(buckets, &rates.address));
}

/// Whether a login, or the entry into a guarded room, may be asked about: whether it may be denied.
//= docs/spec/limits.md#limits.failed-logins
pub(crate) fn may_be_denied(state: &State, conn: ConnId, ctx: &Ctx<'_>) -> Result<(), LimitName> {
    let (now, rates) = (nanoseconds(ctx.now.mono), &ctx.config.limits.rates);
    match state.addresses.may_fail(peer(state, conn), now, rates) {
        true => Ok(()),
        false => Err(LimitName::FailedLogins),
    }
}

/// A login, or the entry into a guarded room, was denied with `code`. That the server could not
/// find out is nobody's guess that failed.
pub(crate) fn denied(state: &mut State, conn: ConnId, code: &ErrorCode, ctx: &Ctx<'_>) {
    let of_server = [ErrorCode::LoginGenFail, ErrorCode::LoginTimeout, ErrorCode::MsgRejectGenFail];
    if !of_server.contains(code) {
        let peer = peer(state, conn);
        state.addresses.failed(peer, nanoseconds(ctx.now.mono), &ctx.config.limits.rates);
    }
}

fn peer(state: &State, conn: ConnId) -> Option<IpAddr> {
    state.conns.get(&conn)?.meta.peer
}

fn tokens(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
