//! The core: inputs in, effects out.

use std::time::Duration;

use easyrtc_proto::ErrorCode;

use crate::ask::{AskId, Verdict};
use crate::config::Config;
use crate::conn::{Parked, Waiting};
use crate::deadline::Timer;
use crate::effect::{Effect, Effects};
use crate::entropy::Entropy;
use crate::input::{CloseReason, ConnId, Input, Now};
use crate::inspect::Inspect;
use crate::notice::Notice;
use crate::planted::planted;
use crate::policy::{AllowAll, Policy};
use crate::roster::gather;
use crate::state::{Ctx, State};
use crate::{admin, command, connection, rate};

/// The protocol as a state machine: no clock, no randomness, no I/O of its own. The same inputs
/// with the same entropy give the same effects.
#[derive(Debug)]
pub struct Core<R, P = AllowAll> {
    config: Config,
    policy: P,
    entropy: R,
    state: State,
}

/// How much there is of everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Connections, logged in or not.
    pub connections: usize,
    /// Connections that have logged in.
    pub clients: usize,
    /// Applications.
    pub applications: usize,
    /// Rooms of all applications.
    pub rooms: usize,
    /// Sessions of all applications.
    pub sessions: usize,
    /// Questions that are out.
    pub questions: usize,
    /// Bans.
    pub bans: usize,
    /// Addresses somebody is connected from, or that are remembered because of what came from
    /// there.
    pub addresses: usize,
}

impl<R: Entropy, P: Policy> Core<R, P> {
    /// A core nobody is connected to.
    #[must_use]
    pub fn new(config: Config, policy: P, entropy: R) -> Self {
        let state = State::new(&config);
        Self { config, policy, entropy, state }
    }

    /// Takes in what happened at `now`, and appends what is to be done to `out`.
    pub fn handle(&mut self, now: Now, input: Input, out: &mut Effects) {
        let state = &mut self.state;
        let ctx = &mut Ctx {
            now,
            config: &self.config,
            policy: &self.policy,
            entropy: &mut self.entropy,
            out,
        };
        match input {
            Input::Opened { conn, meta } => connection::opened(state, conn, meta, ctx),
            Input::Alive { conn } => alive(state, conn, now),
            Input::Message { conn, ack, message, bytes } => {
                alive(state, conn, now);
                message_came(state, conn, Parked { ack, message, bytes }, ctx);
            }
            Input::Closed { conn, reason } => connection::forget(state, conn, reason, ctx),
            Input::Answered { ask, verdict } => answered(state, ask, verdict, ctx),
            Input::Admin { request, command } => {
                let result = admin::handle(state, command, ctx);
                ctx.out.push(Effect::AdminReply { request, result });
            }
            Input::Tick => tick(state, ctx),
        }
    }

    /// When something is due, on the scale of [`Now::mono`]; feed `Input::Tick` then. An early or
    /// repeated tick does nothing.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.state.deadlines.next()
    }

    /// What the core was configured with.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What there is, to be looked at.
    #[must_use]
    pub const fn inspect(&self) -> Inspect<'_> {
        Inspect::new(&self.state, &self.config)
    }

    /// How much there is of everything.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let state = &self.state;
        Stats {
            connections: state.conns.len(),
            clients: state.ids.len(),
            applications: state.apps.len(),
            rooms: state.apps.values().map(|app| app.rooms.len()).sum(),
            sessions: state.sessions,
            questions: state.asks.len(),
            bans: state.bans.len(),
            addresses: state.addresses.len(),
        }
    }

    #[cfg(feature = "check")]
    pub(crate) const fn state(&self) -> &State {
        &self.state
    }
}

fn alive(state: &mut State, conn: ConnId, now: Now) {
    if let Some(connection) = state.conns.get_mut(&conn) {
        connection.last_seen.0 = now.mono;
    }
}

/// While a question is out that a message waits for, or too much came, those after it wait too: a
/// client's messages keep their order.
fn message_came(state: &mut State, conn: ConnId, message: Parked, ctx: &mut Ctx<'_>) {
    let Some(connection) = state.conns.get_mut(&conn) else { return };
    //= docs/spec/envelope.md#envelope.order
    let waits = |waiting: &Waiting| waiting.holds_messages() || !waiting.parked.is_empty();
    let Some(waiting) = connection.waiting.get().filter(|waiting| waits(waiting)) else {
        return rate::message(state, conn, message, ctx);
    };
    let limit = ctx.config.limits.parked;
    if limit != 0 && waiting.parked.len() >= limit {
        // The driver was told to pause before it came to this; whoever goes on all the same has
        // messages that would be neither answered nor in order.
        return connection::close(state, conn, CloseReason::Slow, ctx);
    }
    //= docs/spec/login.md#login.meanwhile
    //= docs/spec/rooms.md#rooms.guard-meanwhile
    let pause = limit != 0 && waiting.parked.len() + 1 >= limit && !waiting.paused;
    connection.waiting.change(|waiting| {
        waiting.parked.push_back(message);
        waiting.paused |= pause;
    });
    if pause {
        ctx.out.push(Effect::Pause { conn });
    }
}

/// Handles what waited, until the next question that has to be waited for, or the next pause.
fn unpark(state: &mut State, conn: ConnId, ctx: &mut Ctx<'_>) {
    while let Some(connection) = state.conns.get_mut(&conn) {
        if connection.waiting.get().is_none_or(Waiting::holds_messages) {
            return;
        }
        let next = connection.waiting.change(|waiting| match planted!(WaitingReversed) {
            true => waiting.parked.pop_back(),
            false => waiting.parked.pop_front(),
        });
        let Some(message) = next else {
            let paused = connection.waiting.change(|waiting| std::mem::take(&mut waiting.paused));
            if paused && !planted!(NeverResumed) {
                connection.last_seen.0 = ctx.now.mono;
                ctx.out.push(Effect::Resume { conn });
            }
            return;
        };
        rate::message(state, conn, message, ctx);
    }
}

/// Late and unknown answers do nothing.
fn answered(state: &mut State, ask: AskId, verdict: Verdict, ctx: &mut Ctx<'_>) {
    let Some(pending) = state.asks.remove(ask) else { return };
    let conn = pending.conn;
    state.deadlines.cancel(pending.deadline, Timer::Ask(ask));
    if let Some(connection) = state.conns.get_mut(&conn) {
        connection.waiting.change(|waiting| {
            waiting.asks.remove(&ask);
            waiting.gate = waiting.gate.filter(|gate| *gate != ask);
        });
    }
    command::answered(state, pending, verdict, ctx);
    unpark(state, conn, ctx);
}

fn tick(state: &mut State, ctx: &mut Ctx<'_>) {
    while let Some(timer) = state.deadlines.pop_due(ctx.now.mono) {
        match timer {
            Timer::Login(conn) => {
                // Who has asked to log in waits for the answer, which has a deadline of its own.
                //= docs/spec/login.md#login.timeout
                if state.conns.get(&conn).is_some_and(|c| c.gate().is_none()) {
                    let (code, reason) = (ErrorCode::LoginTimeout, CloseReason::LoginTimeout);
                    connection::dismiss(state, conn, code, reason, ctx);
                }
            }
            Timer::Silence(conn) => connection::silence_due(state, conn, ctx),
            Timer::Expiry(conn) => connection::expired(state, conn, ctx),
            Timer::Ask(ask) => ask_due(state, ask, ctx),
            //= docs/spec/rooms.md#rooms.empty-forgotten
            Timer::Room(app, name) => {
                let rooms = state.apps.get_mut(&app).map(|app| &mut app.rooms);
                if rooms.is_some_and(|rooms| rooms.remove(&name).is_some()) {
                    ctx.notice(Notice::RoomForgotten { app: app.clone(), room: name });
                    state.forget_app_if_unused(&app);
                }
            }
            Timer::Session(app, sid) => {
                let sessions = state.apps.get_mut(&app).map(|app| &mut app.sessions);
                if sessions.is_some_and(|sessions| sessions.remove(&sid).is_some()) {
                    state.sessions = state.sessions.saturating_sub(1);
                    state.forget_app_if_unused(&app);
                }
            }
            Timer::Gathered(app, name) => gather::due(state, &app, &name, ctx),
            Timer::Pause(conn) => {
                rate::pause_over(state, conn);
                unpark(state, conn, ctx);
            }
            Timer::Address(address) => state.addresses.forget(address),
            Timer::Ban(_) if planted!(BanNeverEnds) => {}
            Timer::Ban(ban) => drop(state.bans.remove(ban, &mut state.deadlines)),
        }
        if planted!(OneTimerPerTick) {
            return;
        }
    }
}

/// Nobody answered in time.
fn ask_due(state: &mut State, ask: AskId, ctx: &mut Ctx<'_>) {
    if planted!(TimeoutUnanswered) && !state.asks.is_login(ask) {
        return state.asks.remove(ask).map_or((), |pending| pending.ticket.abandon());
    }
    let code = match state.asks.is_login(ask) {
        //= docs/spec/login.md#login.undecided
        true => ErrorCode::LoginTimeout,
        false => ErrorCode::MsgRejectGenFail,
    };
    answered(state, ask, Verdict::Deny(code), ctx);
}
