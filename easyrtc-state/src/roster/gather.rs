//! Gathering the changes of large rooms, and sending what is gathered (decision D10).

use std::collections::BTreeMap;

use easyrtc_proto::{AppName, ClientListDelta, EasyrtcId, RoomData, RoomName, ServerMessage};

use super::{Change, update_of};
use crate::deadline::Timer;
use crate::effect::{Recipient, Recipients};
use crate::gathered::Gathered;
use crate::input::ConnId;
use crate::planted::planted;
use crate::state::{Ctx, State};

/// A change goes out at once. In a large room, those that follow wait for a while.
//= docs/spec/rooms.md#rooms.gather-first
//= docs/spec/rooms.md#rooms.gather-small
pub(super) fn begin(state: &mut State, app: &AppName, name: &RoomName, ctx: &Ctx<'_>) {
    let window = ctx.config.room_gather_window;
    if window.is_zero() {
        return;
    }
    let Some(room) = state.apps.get_mut(app).and_then(|app| app.rooms.get_mut(name)) else {
        return;
    };
    if room.len() > ctx.config.room_gather_threshold && !room.gathers() {
        let timer = Timer::Gathered(app.clone(), name.clone());
        let due = state.deadlines.set(ctx.now.mono, window, timer);
        room.gathered = Some(Box::new(Gathered::until(due)));
    }
}

/// A change waits for those that follow.
pub(super) fn add(
    state: &mut State,
    app: &AppName,
    name: &RoomName,
    easyrtcid: EasyrtcId,
    change: Change,
    ctx: &mut Ctx<'_>,
) {
    let Some(room) = state.room_mut(app, name) else { return };
    let comes = matches!(change, Change::Arrive(_));
    if comes
        && room.gathered.as_ref().is_some_and(|gathered| gathered.has_left(easyrtcid))
        && !planted!(LeftAndCameAtOnce)
    {
        //= docs/spec/rooms.md#rooms.gather-left-and-came
        let everybody = room.recipients();
        if let Some(gathered) = &mut room.gathered {
            let told = |to: &&Recipient| gathered.tells_leaving(gathered.told(to.conn), easyrtcid);
            let to: Vec<Recipient> = everybody.iter().filter(told).copied().collect();
            send_to(gathered, &to, name, ctx);
        }
    }
    let Some(gathered) = &mut room.gathered else { return };
    gathered.add(easyrtcid, change);
    let limit = ctx.config.limits.gathered_changes;
    let full = limit != 0 && gathered.changes() >= limit;
    state.untold.insert(easyrtcid, app, name);
    //= docs/spec/limits.md#limits.gathered
    if full {
        send_all(state, app, name, ctx);
    }
}

/// The time for gathering is over. If there was something, more may come, and it begins anew.
//= docs/spec/rooms.md#rooms.gather-together
pub(crate) fn due(state: &mut State, app: &AppName, name: &RoomName, ctx: &mut Ctx<'_>) {
    let Some(gathered) = state.room_mut(app, name).and_then(|room| room.gathered.as_mut()) else {
        return;
    };
    let goes_on = gathered.changes() > 0;
    send_all(state, app, name, ctx);
    if let Some(room) = state.room_mut(app, name) {
        room.gathered = None;
    }
    if goes_on {
        begin(state, app, name, ctx);
    }
}

/// Before somebody hears from a client, it is told what there is to tell about that one.
//= docs/spec/rooms.md#rooms.gather-causal
pub(crate) fn before_hearing_from(
    state: &mut State,
    sender: EasyrtcId,
    to: &Recipients,
    ctx: &mut Ctx<'_>,
) {
    if planted!(MessageBeforeSender) {
        return;
    }
    for (app, name) in state.untold.rooms(sender) {
        let Some(room) = state.apps.get_mut(&app).and_then(|app| app.rooms.get_mut(&name)) else {
            continue;
        };
        let others = to.iter().filter(|to| to.easyrtcid != Some(sender) && room.contains(to.conn));
        let others: Vec<Recipient> = others.copied().collect();
        if let Some(gathered) = &mut room.gathered {
            let unaware = |to: &Recipient| gathered.tells(gathered.told(to.conn), sender);
            let unaware: Vec<Recipient> = others.into_iter().filter(unaware).collect();
            send_to(gathered, &unaware, &name, ctx);
        }
    }
}

/// Before a client is sent lists of rooms, it is told what there is to tell about the rooms it is
/// in.
//= docs/spec/rooms.md#rooms.gather-list
pub(crate) fn before_listing_rooms(state: &mut State, conn: ConnId, ctx: &mut Ctx<'_>) {
    let Some(client) = state.conns.get(&conn).and_then(|c| c.client.as_ref()) else { return };
    let Some(app) = state.apps.get_mut(&client.app) else { return };
    let to = Recipient { conn, easyrtcid: Some(client.easyrtcid) };
    for name in client.rooms.keys() {
        if let Some(gathered) = app.rooms.get_mut(name).and_then(|room| room.gathered.as_mut()) {
            send_to(gathered, &[to], name, ctx);
        }
    }
}

/// Tells everybody in the room everything that is gathered.
fn send_all(state: &mut State, app: &AppName, name: &RoomName, ctx: &mut Ctx<'_>) {
    let Some(room) = state.apps.get_mut(app).and_then(|app| app.rooms.get_mut(name)) else {
        return;
    };
    let everybody = room.recipients();
    let Some(gathered) = &mut room.gathered else { return };
    send(gathered, &everybody, name, ctx);
    gathered.about().for_each(|about| state.untold.remove(about, app, name));
    gathered.clear();
}

/// Tells some members before the others.
fn send_to(gathered: &mut Gathered, to: &[Recipient], name: &RoomName, ctx: &mut Ctx<'_>) {
    send(gathered, to, name, ctx);
    to.iter().for_each(|to| gathered.has_told(to.conn));
}

/// Those who were told of as many changes share a frame, but for the clients the changes are about:
/// nobody is told about itself.
fn send(gathered: &Gathered, to: &[Recipient], name: &RoomName, ctx: &mut Ctx<'_>) {
    let mut alike: BTreeMap<usize, Vec<Recipient>> = BTreeMap::new();
    for recipient in to {
        let told = gathered.told(recipient.conn);
        match recipient.easyrtcid.filter(|own| gathered.tells(told, *own)) {
            //= docs/spec/rooms.md#rooms.delta-not-self
            Some(own) => {
                let delta = gathered.delta(told, Some(own));
                send_delta(Recipients::One(*recipient), delta, name, ctx);
            }
            None => alike.entry(told).or_default().push(*recipient),
        }
    }
    for (told, list) in alike {
        let to = Recipients::Many { list: list.into(), except: None };
        send_delta(to, gathered.delta(told, None), name, ctx);
    }
}

fn send_delta(to: Recipients, delta: ClientListDelta, name: &RoomName, ctx: &mut Ctx<'_>) {
    if delta != ClientListDelta::default() {
        let room_data = BTreeMap::from([(name.clone(), update_of(name, delta))]);
        ctx.send(to, ServerMessage::RoomData(RoomData { room_data }));
    }
}
