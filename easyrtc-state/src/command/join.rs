//! What login and `roomJoin` have in common: may these rooms be joined, all of them?

use std::collections::{BTreeMap, BTreeSet};

use easyrtc_proto::{AppName, ErrorCode, Payload, RoomName};

use crate::access::Access;
use crate::app::{App, new_room};
use crate::deadline::Timer;
use crate::input::ConnId;
use crate::notice::Notice;
use crate::permission::Permission;
use crate::planted::planted;
use crate::rate::{self, LimitName};
use crate::state::{Ctx, Reject, State};

/// The rooms to join, with their `roomParameter`.
pub(super) type Rooms = BTreeMap<RoomName, Option<Payload>>;

/// Who wants to join.
#[derive(Clone, Copy)]
pub(super) struct Entrant<'a> {
    pub(super) conn: ConnId,
    /// Where it may go.
    pub(super) access: Access<'a>,
    /// Whether it logs in: then it is looked at anew whether it may be where it is.
    pub(super) logs_in: bool,
    /// The guarded rooms it was taken out of since it was asked about it.
    pub(super) taken_out: &'a BTreeSet<RoomName>,
}

impl Entrant<'_> {
    fn enters_any_room(&self) -> bool {
        self.access.may(Permission::EnterAnyRoom)
    }
}

/// The codes for what can be wrong with a room; login and `roomJoin` have their own.
#[derive(Clone, Copy)]
pub(super) struct Codes {
    /// It does not exist and may not be created, or it may not be entered: nobody can tell which.
    pub(super) missing: &'static ErrorCode,
    /// It is full, or there would be too many.
    pub(super) full: &'static ErrorCode,
}

/// Whether somebody may join all of `rooms` in `app`, beside `kept` rooms it is in anyway: all or
/// nothing (decision D11). Returns how many of them would be created. Who is in a full room already
/// takes no new place (decision D23).
//= docs/spec/rooms.md#rooms.all-or-nothing
pub(super) fn decide(
    (name, app): (&AppName, &App),
    entrant: Entrant<'_>,
    rooms: &Rooms,
    kept: usize,
    codes: Codes,
    ctx: &Ctx<'_>,
) -> Result<usize, Reject> {
    let config = ctx.config;
    let full = |why| Reject::new(codes.full.clone(), why);
    let limit = config.limits.rooms_per_connection;
    if limit != 0 && rooms.len().saturating_add(kept) > limit {
        let reject = full("too many rooms for one connection");
        return Err(reject.over(LimitName::RoomsPerConnection));
    }
    let mut created = 0;
    for (room_name, parameter) in rooms {
        let policy = |code| Reject::new(code, "the policy refuses");
        let room = app.rooms.get(room_name);
        let is_in = room.is_some_and(|room| room.contains(entrant.conn));
        let rules = config.room(name, room_name);
        //= docs/spec/login.md#login.again-granted
        //= docs/spec/rooms.md#rooms.refused-as-missing
        if (entrant.logs_in || !is_in) && !entrant.access.may_enter(room_name, rules) {
            return Err(Reject::new(codes.missing.clone(), "the client may not enter"));
        }
        //= docs/spec/rooms.md#rooms.guarded-taken-out
        if !is_in && entrant.taken_out.contains(room_name) && !entrant.enters_any_room() {
            return Err(Reject::new(codes.missing.clone(), "the client was taken out"));
        }
        match room {
            //= docs/spec/rooms.md#rooms.full-member
            Some(_) if is_in => continue,
            //= docs/spec/rooms.md#rooms.full
            Some(room) if room.is_full() => {
                return Err(full("the room is full").over(LimitName::RoomMaxConnection));
            }
            Some(_) => {}
            None if !entrant.access.may_create(name, rules, config) => {
                return Err(Reject::new(codes.missing.clone(), "no such room"));
            }
            None => {
                ctx.policy.create_room(name, room_name).map_err(policy)?;
                created += 1;
            }
        }
        ctx.policy.join_room(name, room_name, parameter.as_ref()).map_err(policy)?;
    }
    if created > 0 && !app.has_place_for_rooms(created, config) {
        let reject = full("too many rooms in the application");
        return Err(reject.over(LimitName::RoomsPerApplication));
    }
    Ok(created)
}

/// Whether `conn` may join so many rooms now, of which so many would be created.
pub(super) fn check_rate(
    state: &State,
    conn: ConnId,
    (rooms, created): (usize, usize),
    codes: Codes,
    ctx: &Ctx<'_>,
) -> Result<(), Reject> {
    let over = |limit| Reject::new(codes.full.clone(), "too many joins at once").over(limit);
    rate::may_join(state, conn, rooms, created, ctx).map_err(over)
}

/// Lets a client into a room of its application, which is created if need be.
pub(crate) fn enter(state: &mut State, conn: ConnId, name: &RoomName, ctx: &mut Ctx<'_>) {
    let Some(client) = state.conns.get_mut(&conn).and_then(|c| c.client.as_mut()) else {
        return;
    };
    let Some(app) = state.apps.get_mut(&client.app) else { return };
    let (app_name, easyrtcid) = (client.app.clone(), client.easyrtcid);
    if !app.rooms.contains_key(name) {
        ctx.notice(Notice::RoomCreated { app: app_name.clone(), room: name.clone() });
    }
    let room = app.rooms.entry(name.clone());
    let shared_name = room.key().clone();
    let room = room.or_insert_with(|| {
        let mut made = new_room(&app_name, name, ctx.config);
        made.created.0 = Some(ctx.now.unix_ms);
        made
    });
    let timer = Timer::Room(app_name.clone(), name.clone());
    if !planted!(StaleRoomTimer) {
        state.deadlines.cancel(room.forget_at.take(), timer);
    }
    let newcomer = !room.contains(conn);
    room.enter(conn, client, ctx.now.unix_ms);
    client.rooms.insert(shared_name, ());
    if newcomer {
        ctx.notice(Notice::RoomJoined { easyrtcid, app: app_name, room: name.clone() });
    }
}
