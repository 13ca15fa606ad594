//! `authenticate`: the login, first or repeated.
//!
//! The question who may come in leaves the core; everything else about the login is decided when
//! the answer comes, on the state as it is then.

use std::collections::{BTreeMap, BTreeSet};

use easyrtc_proto::{AppName, Authenticate, ClientEvent, ErrorCode, Presence, RoomName, Username};

use super::{answer, join, put_out, set_user_cfg};
use crate::app::{App, Session};
use crate::ask::{About, Grant, LoginQuestion, Pending, Question, Verdict};
use crate::conn::{Client, Granted};
use crate::deadline::Timer;
use crate::effect::Effect;
use crate::entropy::draw_easyrtcid;
use crate::input::{CloseReason, ConnId};
use crate::notice::Notice;
use crate::planted::planted;
use crate::rare::Rare;
use crate::rate::{self, LimitName};
use crate::roster::{Change, Changes, announce};
use crate::sorted_map::SortedSet;
use crate::state::{Ctx, Reject, State};
use crate::ticket::Ticket;
use crate::{connection, token};

/// Asks whether the client may log in. Until the answer its messages wait.
pub(super) fn ask(
    state: &mut State,
    conn: ConnId,
    ticket: Ticket,
    request: Box<Authenticate>,
    ctx: &mut Ctx<'_>,
) {
    let Some(connection) = state.conns.get(&conn) else { return ticket.abandon() };
    //= docs/spec/login.md#login.no-sockets
    if let Some(limit) = connection.waiting.get().and_then(|waiting| waiting.beyond_limit) {
        let reject = Reject::new(ErrorCode::LoginNoSockets, "too many connections").over(limit);
        return refuse(state, conn, ticket, reject, ctx);
    }
    if let Err(limit) = rate::may_be_denied(state, conn, ctx) {
        let reject = Reject::new(ErrorCode::LoginGenFail, "too much was denied").over(limit);
        return refuse(state, conn, ticket, reject, ctx);
    }
    //= docs/spec/login.md#login.banned-address
    if state.bans.hold_address_of(&connection.meta) {
        let reject = Reject::new(ErrorCode::BannedIpAddr, "the address is banned");
        return refuse(state, conn, ticket, reject, ctx);
    }
    let app = app_name(&request, ctx);
    let rooms = match &request.room_join {
        Some(named) => named.rooms.clone(),
        None => default_room(ctx),
    };
    //= docs/spec/rooms.md#rooms.guarded-member
    let client = connection.client.as_ref().filter(|client| client.app == app);
    let is_in = |room: &&RoomName| client.is_some_and(|client| client.rooms.contains(*room));
    let question = Question::Login(LoginQuestion {
        conn,
        app,
        username: request.username.clone(),
        credential: request.credential.clone(),
        easyrtcsid: request.easyrtcsid.clone(),
        is_in: rooms.keys().filter(is_in).cloned().collect(),
        rooms,
        meta: connection.meta.clone(),
    });
    let pending = Pending::new(conn, ticket, About::Login(request));
    let ask = put_out(state, pending, ctx);
    ctx.out.push(Effect::Ask { ask, question });
}

fn app_name(request: &Authenticate, ctx: &Ctx<'_>) -> AppName {
    request.application_name.clone().unwrap_or_else(|| ctx.config.app_default_name.clone())
}

/// The rooms of a login that names none.
//= docs/spec/login.md#login.default-room
fn default_room(ctx: &Ctx<'_>) -> join::Rooms {
    ctx.config.room_default.iter().map(|room| (room.clone(), None)).collect()
}

/// Answers a refused login and ends the connection, whatever it was before (decision D12).
//= docs/spec/login.md#login.refused
pub(super) fn refuse(
    state: &mut State,
    conn: ConnId,
    ticket: Ticket,
    reject: Reject,
    ctx: &mut Ctx<'_>,
) {
    //= docs/spec/envelope.md#envelope.answer-before-close
    answer(state, conn, ticket, ClientEvent::Auth, Err(reject), ctx);
    //= docs/spec/errors.md#errors.scope
    //= docs/spec/errors.md#errors.close
    //= docs/spec/login.md#login.again-refused
    connection::close(state, conn, CloseReason::Refused, ctx);
}

/// A login that was asked about.
pub(super) struct Asked {
    pub(super) request: Authenticate,
    /// The guarded rooms the client was taken out of since.
    pub(super) taken_out: BTreeSet<RoomName>,
}

/// Takes the answer about a login.
pub(super) fn answered(
    state: &mut State,
    conn: ConnId,
    ticket: Ticket,
    asked: Asked,
    verdict: Verdict,
    ctx: &mut Ctx<'_>,
) {
    let grant = match verdict {
        Verdict::Allow(grant) => Ok(grant),
        //= docs/spec/login.md#login.denied
        Verdict::Deny(code) => {
            rate::denied(state, conn, &code, ctx);
            Err(Reject::new(code, "denied"))
        }
        Verdict::RoomJoin | Verdict::IceServers(_) | Verdict::Application(_) => {
            Err(Reject::new(ErrorCode::LoginGenFail, "the answer does not fit"))
        }
    };
    let login = grant.and_then(|grant| decide(state, conn, asked, grant, ctx));
    match login {
        Ok(login) => apply(state, conn, ticket, login, ctx),
        Err(reject) => refuse(state, conn, ticket, reject, ctx),
    }
}

/// A login that succeeds.
struct Login {
    app: AppName,
    request: Authenticate,
    grant: Grant,
    rooms: join::Rooms,
    /// How many of them will be created.
    created: usize,
}

fn decide(
    state: &State,
    conn: ConnId,
    asked: Asked,
    grant: Grant,
    ctx: &Ctx<'_>,
) -> Result<Login, Reject> {
    let (config, Asked { mut request, taken_out }) = (ctx.config, asked);
    let name = app_name(&request, ctx);
    let username = grant.username.as_ref().or(request.username.as_ref());
    check_bans(state, conn, &name, username)?;
    //= docs/spec/login.md#login.expired-already
    if grant.expires_in.is_some_and(|time| time.is_zero()) {
        return Err(Reject::new(ErrorCode::LoginBadAuth, "the login has expired already"));
    }
    let new_app;
    let app = match state.apps.get(&name) {
        Some(app) => app,
        //= docs/spec/login.md#login.application
        None if !config.app_auto_create => {
            return Err(Reject::new(ErrorCode::LoginAppAuthFail, "no such application"));
        }
        None if is_reached(state.apps.len(), config.limits.applications) => {
            let reject = Reject::new(ErrorCode::LoginAppAuthFail, "too many applications");
            return Err(reject.over(LimitName::Applications));
        }
        None => {
            new_app = App::new(&name, config);
            &new_app
        }
    };
    let new_session = request.easyrtcsid.as_ref().is_some_and(|s| !app.sessions.contains_key(s));
    //= docs/spec/login.md#login.room-full
    //= docs/spec/sessions.md#sessions.bounded
    if new_session && is_reached(state.sessions, config.limits.sessions) {
        let reject = Reject::new(ErrorCode::LoginGenFail, "too many sessions");
        return Err(reject.over(LimitName::Sessions));
    }
    let rooms = request.room_join.take().map(|named| named.rooms).unwrap_or_else(|| {
        let mut rooms = default_room(ctx);
        //= docs/spec/login.md#login.default-room-closed
        rooms.retain(|room, _| grant.access().may_enter(room, config.room(&name, room)));
        rooms
    });
    //= docs/spec/login.md#login.room-missing
    //= docs/spec/login.md#login.room-full
    let codes = join::Codes { missing: &ErrorCode::LoginBadRoom, full: &ErrorCode::LoginGenFail };
    let (access, taken_out) = (grant.access(), &taken_out);
    let entrant = join::Entrant { conn, access, logs_in: true, taken_out };
    let created = join::decide((&name, app), entrant, &rooms, 0, codes, ctx)?;
    join::check_rate(state, conn, (rooms.len(), created), codes, ctx)?;
    Ok(Login { app: name, request, grant, rooms, created })
}

/// Also when the ban came after the question.
fn check_bans(
    state: &State,
    conn: ConnId,
    app: &AppName,
    username: Option<&Username>,
) -> Result<(), Reject> {
    if planted!(BanTooLateForLogin) {
        return Ok(());
    }
    let meta = state.conns.get(&conn).map(|connection| &connection.meta);
    //= docs/spec/login.md#login.banned-address
    if meta.is_some_and(|meta| state.bans.hold_address_of(meta)) {
        return Err(Reject::new(ErrorCode::BannedIpAddr, "the address is banned"));
    }
    //= docs/spec/login.md#login.banned-user
    if state.bans.hold_user(app, username) {
        return Err(Reject::new(ErrorCode::LoginBadAuth, "the user is banned"));
    }
    Ok(())
}

//= docs/spec/limits.md#limits.zero
const fn is_reached(count: usize, limit: usize) -> bool {
    limit != 0 && count >= limit
}

/// The answer goes first: who hears of the newcomer may send to it at once.
fn apply(state: &mut State, conn: ConnId, ticket: Ticket, login: Login, ctx: &mut Ctx<'_>) {
    let Some(former) = leave_former(state, conn, &login, ctx) else { return ticket.abandon() };
    let Login { app, request, grant, rooms, created } = login;
    rate::joined(state, conn, rooms.len(), created, ctx);
    //= docs/spec/login.md#login.again
    let easyrtcid =
        former.easyrtcid.unwrap_or_else(|| draw_easyrtcid(ctx.entropy, |id| state.is_known(*id)));
    become_client(state, conn, easyrtcid, &app, request, grant, ctx);
    note_login(state, conn, former.easyrtcid.is_some(), ctx);
    for room in rooms.keys() {
        join::enter(state, conn, room, ctx);
    }
    //= docs/spec/login.md#login.token
    if let Some(token) = token::of(state, conn, ctx) {
        ticket.reply(token, ctx.now, ctx.out);
    } else {
        ticket.abandon();
    }
    let had_fields = &former.had_fields;
    let entries = rooms.keys().filter_map(|name| {
        let entry = state.room(&app, name)?.entry(conn)?;
        let change = match had_fields.get(name) {
            Some(&had_fields) => Change::update(entry, had_fields),
            None => Change::Arrive(entry),
        };
        Some((name.clone(), change))
    });
    let mut changes: Changes = entries.collect();
    match former.app {
        //= docs/spec/login.md#login.again-application
        Some(old) if old != app => {
            if !planted!(OldApplicationNotTold) {
                announce(state, &old, conn, easyrtcid, &former.left, ctx);
            }
            state.forget_app_if_unused(&old);
        }
        _ => changes.extend(former.left),
    }
    //= docs/spec/login.md#login.announced
    announce(state, &app, conn, easyrtcid, &changes, ctx);
}

fn note_login(state: &State, conn: ConnId, again: bool, ctx: &mut Ctx<'_>) {
    if let Some(client) = state.client(conn) {
        ctx.notice(Notice::LoggedIn {
            conn,
            easyrtcid: client.easyrtcid,
            app: client.app.clone(),
            username: client.username.clone(),
            session: client.session.clone(),
            again,
        });
    }
}

/// What remains to be told of what the connection was before.
#[derive(Default)]
struct Former {
    easyrtcid: Option<easyrtc_proto::EasyrtcId>,
    app: Option<AppName>,
    left: Changes,
    /// The rooms that are kept, and whether the client had fields in them.
    had_fields: BTreeMap<RoomName, bool>,
}

/// Leaves everything that is not named again (decision D12). `None` if there is no connection.
fn leave_former(
    state: &mut State,
    conn: ConnId,
    login: &Login,
    ctx: &mut Ctx<'_>,
) -> Option<Former> {
    let connection = state.conns.get(&conn)?;
    let Some(client) = connection.client.as_ref() else {
        connection::authenticated(state, conn);
        return Some(Former::default());
    };
    let (easyrtcid, app) = (client.easyrtcid, client.app.clone());
    //= docs/spec/login.md#login.again-rooms
    let keeps = |room: &RoomName| app == login.app && login.rooms.contains_key(room);
    let (kept, left): (Vec<_>, Vec<_>) = client.rooms.keys().cloned().partition(keeps);
    let had_fields = kept.into_iter().map(|name| {
        let entry = state.room(&app, &name).and_then(|room| room.entry(conn));
        let had = entry.is_some_and(|entry| entry.api_field.is_some());
        (name, had)
    });
    let had_fields = had_fields.collect();
    for room in &left {
        state.leave_room(conn, room, ctx);
    }
    state.leave_groups(conn);
    if !planted!(ExpiryNotRenewed) {
        state.stop_expiry(conn);
    }
    state.leave_session(conn, ctx);
    if let Some(app) = state.apps.get_mut(&app) {
        app.clients.remove(&conn);
    }
    //= docs/spec/rooms.md#rooms.leave-announced
    let left = left.into_iter().map(|room| (room, Change::Remove)).collect();
    Some(Former { easyrtcid: Some(easyrtcid), app: Some(app), left, had_fields })
}

/// Makes the connection a client of `app`, in no room yet. What is not given again is reset.
fn become_client(
    state: &mut State,
    conn: ConnId,
    easyrtcid: easyrtc_proto::EasyrtcId,
    app_name: &AppName,
    request: Authenticate,
    grant: Grant,
    ctx: &Ctx<'_>,
) {
    let mut fields = ctx.config.connection_default_fields.clone();
    fields.0.extend(grant.fields.0);
    //= docs/spec/rooms.md#rooms.presence-default
    let presence = request.set_presence.unwrap_or_default().applied_to(&Presence::default());
    let app = state.apps.entry(app_name.clone());
    let shared_name = app.key().clone();
    let app = app.or_insert_with(|| App::new(app_name, ctx.config));
    app.clients.insert(conn);
    for group in &grant.groups {
        app.groups.entry(group.clone()).or_default().insert(conn);
    }
    //= docs/spec/login.md#login.expired
    let expires_at = grant
        .expires_in
        .and_then(|expires_in| state.deadlines.set(ctx.now.mono, expires_in, Timer::Expiry(conn)));
    //= docs/spec/login.md#login.again-reset
    let mut client = Client {
        easyrtcid,
        app: shared_name,
        username: grant.username.or(request.username),
        presence,
        session: request.easyrtcsid.clone(),
        rooms: SortedSet::new(),
        device: state.conns.get(&conn).and_then(|connection| connection.meta.device.clone()),
        granted: Rare::new(Granted {
            groups: grant.groups,
            fields,
            ice_servers: grant.ice_servers,
            renew_ice_servers: grant.renew_ice_servers,
            rooms: grant.rooms,
            permissions: grant.permissions,
            expires_at,
        }),
        cfg: Rare::none(),
    };
    if let Ok(cfg) = set_user_cfg::decide(&client, request.set_user_cfg, &ctx.config.limits) {
        client.cfg = Rare::new(cfg);
    }
    if let Some(sid) = request.easyrtcsid {
        let timer = Timer::Session(app_name.clone(), sid.clone());
        //= docs/spec/sessions.md#sessions.joined
        let session = app.sessions.entry(sid).or_insert_with(|| {
            state.sessions += 1;
            Session::default()
        });
        session.connections.insert(conn, ());
        state.deadlines.cancel(session.forget_at.take(), timer);
    }
    state.ids.insert(easyrtcid, conn);
    if let Some(connection) = state.conns.get_mut(&conn) {
        //= docs/spec/login.md#login.again-once
        connection.client = Some(client);
    }
}
