//! `roomJoin`: enters rooms, all or none of them.

use std::collections::{BTreeMap, BTreeSet};

use easyrtc_proto::{ClientEvent, ErrorCode, RoomData, RoomJoin, RoomName, ServerMessage};

use super::{answer, ask, client, denied, join};
use crate::ask::{About, Pending, Question, RoomJoinQuestion, Verdict};
use crate::input::ConnId;
use crate::planted::planted;
use crate::rate;
use crate::roster::{Change, Changes, announce, gather};
use crate::state::{Ctx, Reject, State};
use crate::ticket::Ticket;

pub(super) fn handle(
    state: &mut State,
    conn: ConnId,
    ticket: Ticket,
    request: RoomJoin,
    ctx: &mut Ctx<'_>,
) {
    if planted!(JoinByHalves)
        && let Some(first) = request.rooms.keys().next()
    {
        join::enter(state, conn, first, ctx);
    }
    let result = match decide(state, conn, &request, &BTreeSet::new(), ctx) {
        // What would be refused anyway nobody is asked about.
        Err(reject) => Err(reject),
        Ok(created) => match question(state, conn, &request, ctx) {
            Some(question) => match rate::may_be_denied(state, conn, ctx) {
                Ok(()) => {
                    let about = About::RoomJoin(request);
                    let pending = Pending::new(conn, ticket, about);
                    return ask(state, pending, question, ClientEvent::Cmd, ctx);
                }
                Err(limit) => {
                    let reject = Reject::new(ErrorCode::MsgRejectGenFail, "too much was denied");
                    Err(reject.over(limit))
                }
            },
            None => Ok(apply(state, conn, &request, created, ctx)),
        },
    };
    answer(state, conn, ticket, ClientEvent::Cmd, result, ctx);
}

/// What has to be known before the client may enter all these rooms, if anything has.
//= docs/spec/rooms.md#rooms.guarded
fn question(state: &State, conn: ConnId, request: &RoomJoin, ctx: &Ctx<'_>) -> Option<Question> {
    let client = state.client(conn)?;
    let rooms = request.rooms.iter().filter(|(room, _)| client.needs_leave(room, ctx.config));
    let rooms: join::Rooms = rooms.map(|(name, given)| (name.clone(), given.clone())).collect();
    if rooms.is_empty() || planted!(GuardNotAsked) {
        return None;
    }
    Some(Question::RoomJoin(RoomJoinQuestion {
        conn,
        easyrtcid: client.easyrtcid,
        app: client.app.clone(),
        username: client.username.clone(),
        groups: client.granted.get().map(|granted| granted.groups.clone()).unwrap_or_default(),
        rooms,
    }))
}

/// A `roomJoin`, about which it may have been asked.
pub(super) struct Asked {
    pub(super) request: RoomJoin,
    /// The guarded rooms the client was taken out of since.
    pub(super) taken_out: BTreeSet<RoomName>,
}

/// Takes the answer about guarded rooms. All else is decided on the state as it is now.
pub(super) fn answered(
    state: &mut State,
    conn: ConnId,
    asked: &Asked,
    verdict: Verdict,
    ctx: &mut Ctx<'_>,
) -> Result<ServerMessage, Reject> {
    match verdict {
        Verdict::RoomJoin => {
            let created = decide(state, conn, &asked.request, &asked.taken_out, ctx)?;
            Ok(apply(state, conn, &asked.request, created, ctx))
        }
        //= docs/spec/rooms.md#rooms.guard-denied
        Verdict::Deny(code) => {
            rate::denied(state, conn, &code, ctx);
            Err(denied(code))
        }
        Verdict::Allow(_) | Verdict::IceServers(_) | Verdict::Application(_) => {
            Err(Reject::new(ErrorCode::MsgRejectGenFail, "the answer does not fit"))
        }
    }
}

/// Returns how many rooms will be created.
fn decide(
    state: &State,
    conn: ConnId,
    request: &RoomJoin,
    taken_out: &BTreeSet<RoomName>,
    ctx: &Ctx<'_>,
) -> Result<usize, Reject> {
    let client = client(state, conn)?;
    //= docs/spec/messages/roomJoin.md#room-join.bad-room
    let refused = &ErrorCode::MsgRejectBadRoom;
    let gone = || Reject::new(refused.clone(), "no such application");
    let app = state.apps.get(&client.app).ok_or_else(gone)?;
    let kept = client.rooms.keys().filter(|room| !request.rooms.contains_key(*room)).count();
    let codes = join::Codes { missing: refused, full: refused };
    let entrant = join::Entrant { conn, access: client.access(), logs_in: false, taken_out };
    let created = join::decide((&client.app, app), entrant, &request.rooms, kept, codes, ctx)?;
    join::check_rate(state, conn, (request.rooms.len(), created), codes, ctx)?;
    Ok(created)
}

/// Who is in a room already stays, keeping its fields and the time it entered; the room is
/// answered and announced all the same.
fn apply(
    state: &mut State,
    conn: ConnId,
    request: &RoomJoin,
    created: usize,
    ctx: &mut Ctx<'_>,
) -> ServerMessage {
    rate::joined(state, conn, request.rooms.len(), created, ctx);
    let is_in = |state: &State, name: &RoomName| {
        state.client(conn).is_some_and(|client| client.rooms.contains(name))
    };
    gather::before_listing_rooms(state, conn, ctx);
    let mut entered = BTreeSet::new();
    for name in request.rooms.keys() {
        if !is_in(state, name) {
            join::enter(state, conn, name, ctx);
            entered.insert(name);
        }
    }
    let Some(client) = state.client(conn) else { return ServerMessage::Ack };
    let (app, easyrtcid) = (client.app.clone(), client.easyrtcid);
    let mut changes = Changes::new();
    let mut room_data = BTreeMap::new();
    for name in request.rooms.keys() {
        let Some(room) = state.room(&app, name) else { continue };
        //= docs/spec/messages/roomJoin.md#room-join.again
        room_data.insert(name.clone(), room.joined(name));
        //= docs/spec/rooms.md#rooms.join-announced
        let change = room.entry(conn).map(|entry| match entered.contains(name) {
            true => Change::Arrive(entry),
            false => Change::update(entry, false),
        });
        changes.extend(change.map(|change| (name.clone(), change)));
    }
    announce(state, &app, conn, easyrtcid, &changes, ctx);
    ServerMessage::RoomData(RoomData { room_data })
}
