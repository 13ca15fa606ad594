//! How connections come and go.

use std::sync::Arc;
use std::time::Duration;

use easyrtc_proto::{ErrorCode, RoomName, ServerMessage};

use crate::conn::{Conn, Waiting};
use crate::deadline::Timer;
use crate::effect::{Effect, Recipients};
use crate::input::{CloseReason, ConnId, ConnMeta, TransportKind};
use crate::notice::Notice;
use crate::planted::planted;
use crate::rare::Rare;
use crate::rate::LimitName;
use crate::roster::{Change, Changes, announce};
use crate::state::{Ctx, State};

/// Takes a new connection in, or tells it why not.
pub(crate) fn opened(state: &mut State, conn: ConnId, meta: Arc<ConnMeta>, ctx: &mut Ctx<'_>) {
    let limits = &ctx.config.limits;
    let reached = |count: usize, limit: usize| limit != 0 && count >= limit;
    let peer = meta.peer;
    //= docs/spec/login.md#login.unauthenticated-bounded
    let crowded = if reached(state.unauthenticated, limits.unauthenticated) {
        Some(LimitName::Unauthenticated)
    } else {
        state.addresses.is_crowded(peer, limits).then_some(LimitName::UnauthenticatedPerAddress)
    };
    //= docs/spec/limits.md#limits.connections-per-address
    let beyond_limit = if reached(state.conns.len(), limits.connections) {
        Some(LimitName::Connections)
    } else {
        state.addresses.is_full(peer, limits).then_some(LimitName::ConnectionsPerAddress)
    };

    let login_timeout = match meta.transport {
        TransportKind::SocketIo => ctx.config.login_timeout_socketio,
        TransportKind::WebSocket => ctx.config.login_timeout_websocket,
    };
    let now = ctx.now.mono;
    let transport = meta.transport;
    let mut connection = Box::new(Conn::new(meta, ctx.now));
    connection.waiting = Rare::new(Waiting {
        beyond_limit,
        login_deadline: state.deadlines.set(now, login_timeout, Timer::Login(conn)),
        ..Waiting::default()
    });
    let patience = patience(ctx);
    connection.silence_deadline.0 = state.deadlines.set(now, patience, Timer::Silence(conn));
    state.conns.insert(conn, connection);
    state.unauthenticated += 1;
    state.addresses.opened(peer, &mut state.deadlines);
    ctx.notice(Notice::Connected { conn, transport, peer });
    //= docs/spec/messages/error.md#error.shutdown
    if state.draining {
        dismiss(state, conn, ErrorCode::ServerShutdown, CloseReason::Shutdown, ctx);
    } else if let Some(limit) = crowded {
        ctx.notice(Notice::Limited { conn, limit, pauses: false });
        dismiss(state, conn, ErrorCode::LoginNoSockets, CloseReason::TooMany, ctx);
    }
}

/// How long silence is borne; zero if for ever.
fn patience(ctx: &Ctx<'_>) -> Duration {
    let interval = ctx.config.still_alive_interval;
    if interval.is_zero() { interval } else { interval + ctx.config.still_alive_grace }
}

/// The connection has logged in for the first time.
pub(crate) fn authenticated(state: &mut State, conn: ConnId) {
    let Some(connection) = state.conns.get_mut(&conn) else { return };
    let deadline = connection.waiting.change(|waiting| waiting.login_deadline.take());
    state.deadlines.cancel(deadline, Timer::Login(conn));
    state.unauthenticated = state.unauthenticated.saturating_sub(1);
    state.addresses.authenticated(connection.meta.peer);
}

/// Emits an error, and ends the connection after it.
pub(crate) fn dismiss(
    state: &mut State,
    conn: ConnId,
    code: ErrorCode,
    reason: CloseReason,
    ctx: &mut Ctx<'_>,
) {
    //= docs/spec/messages/error.md#error.event
    if let Some(recipient) = state.conns.get(&conn).map(|c| c.recipient(conn)) {
        //= docs/spec/envelope.md#envelope.answer-before-close
        ctx.send(Recipients::One(recipient), ServerMessage::error(code));
        //= docs/spec/errors.md#errors.close
        close(state, conn, reason, ctx);
    }
}

/// Ends a connection: asks the driver to close it, and forgets it at once.
pub(crate) fn close(state: &mut State, conn: ConnId, reason: CloseReason, ctx: &mut Ctx<'_>) {
    if state.conns.contains_key(&conn) {
        ctx.out.push(Effect::Close { conn, reason });
        forget(state, conn, reason, ctx);
    }
}

/// Forgets a connection: it leaves its rooms, groups, session and application, and the questions
/// about it are of no interest any more.
pub(crate) fn forget(state: &mut State, conn: ConnId, reason: CloseReason, ctx: &mut Ctx<'_>) {
    let Some(connection) = state.conns.get_mut(&conn) else { return };
    state.deadlines.cancel(connection.silence_deadline.0, Timer::Silence(conn));
    let peer = connection.meta.peer;
    let limited_until = connection.waiting.get().and_then(|waiting| waiting.limited_until);
    state.deadlines.cancel(limited_until, Timer::Pause(conn));
    let asks = connection.waiting.get().map(|waiting| waiting.asks.clone());
    for ask in asks.into_iter().flatten() {
        if planted!(QuestionsOutlive) {
            break;
        }
        if let Some(pending) = state.asks.remove(ask) {
            state.deadlines.cancel(pending.deadline, Timer::Ask(ask));
            pending.ticket.abandon();
        }
    }
    let client = state.client(conn);
    let easyrtcid = client.map(|client| client.easyrtcid);
    let app = client.map(|client| client.app.clone());
    let username = client.and_then(|client| client.username.clone());
    if easyrtcid.is_some() {
        forget_client(state, conn, ctx);
    } else {
        authenticated(state, conn);
    }
    state.conns.remove(&conn);
    let rates = &ctx.config.limits.rates;
    state.addresses.closed(peer, ctx.now.mono, rates, &mut state.deadlines);
    ctx.notice(Notice::Disconnected { conn, easyrtcid, app, username, reason });
}

//= docs/spec/rooms.md#rooms.closed-leaves
fn forget_client(state: &mut State, conn: ConnId, ctx: &mut Ctx<'_>) {
    let Some(client) = state.client(conn) else { return };
    let (app, easyrtcid) = (client.app.clone(), client.easyrtcid);
    let rooms: Vec<RoomName> = client.rooms.keys().cloned().collect();
    for room in &rooms {
        state.leave_room(conn, room, ctx);
    }
    //= docs/spec/rooms.md#rooms.leave-announced
    let changes: Changes = rooms.into_iter().map(|room| (room, Change::Remove)).collect();
    announce(state, &app, conn, easyrtcid, &changes, ctx);
    //= docs/spec/groups.md#groups.left-on-close
    if !planted!(GroupKeepsGhost) {
        state.leave_groups(conn);
    }
    state.stop_expiry(conn);
    state.leave_session(conn, ctx);
    state.ids.remove(&easyrtcid);
    if let Some(app) = state.apps.get_mut(&app) {
        app.clients.remove(&conn);
    }
    state.forget_app_if_unused(&app);
}

/// The time for which the client was let in is over. Who is about to log in again is let in anew,
/// or closed, when the answer about that comes.
//= docs/spec/login.md#login.expired
pub(crate) fn expired(state: &mut State, conn: ConnId, ctx: &mut Ctx<'_>) {
    let Some(connection) = state.conns.get_mut(&conn) else { return };
    if let Some(client) = &mut connection.client {
        client.granted.change(|granted| granted.expires_at = None);
    }
    let logs_in = connection.gate().is_some_and(|ask| state.asks.is_login(ask));
    if !logs_in && !planted!(ExpiredStays) {
        dismiss(state, conn, ErrorCode::LoginTimeout, CloseReason::LoginExpired, ctx);
    }
}

/// Looks whether anything came from the connection; if so, looks again later.
pub(crate) fn silence_due(state: &mut State, conn: ConnId, ctx: &mut Ctx<'_>) {
    let patience = patience(ctx);
    let Some(connection) = state.conns.get_mut(&conn) else { return };
    if connection.waiting.get().is_some_and(|waiting| waiting.paused) {
        // What it says waits in the transport: it cannot be blamed for silence.
        connection.last_seen.0 = ctx.now.mono;
    }
    let last_seen = connection.last_seen.0;
    //= docs/spec/envelope.md#envelope.silence
    if last_seen.saturating_add(patience) <= ctx.now.mono {
        close(state, conn, CloseReason::Silent, ctx);
    } else {
        let again = state.deadlines.set(last_seen, patience, Timer::Silence(conn));
        connection.silence_deadline.0 = again;
    }
}
