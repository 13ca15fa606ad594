//! What the core does with one input, and the dropping of the effects.

use std::time::Duration;

use easyrtc_proto::{ClientEvent, ClientMessage};
use easyrtc_state::Input;

use crate::messages::{self, NOBODY, decoded, to};
use crate::world::World;
use crate::{Benchmark, Operation, on};

/// A room of 100 is as large as rooms may be by default.
pub(crate) const ALL: &[Benchmark] = &[
    // To the target, and the ack.
    Benchmark { name: "step/offer", yields: 2, set_up: || offering(10) },
    Benchmark { name: "step/offer-room-100", yields: 2, set_up: || offering(100) },
    Benchmark { name: "step/offer-refused", yields: 1, set_up: refused },
    Benchmark { name: "step/easyrtcMsg-room-10", yields: 10, set_up: || chatting(10) },
    Benchmark { name: "step/easyrtcMsg-room-100", yields: 100, set_up: || chatting(100) },
    Benchmark { name: "step/setPresence-room-10", yields: 10, set_up: || presence(10, &["call"]) },
    Benchmark {
        name: "step/setPresence-room-100",
        yields: 100,
        set_up: || presence(100, &["call"]),
    },
    Benchmark {
        name: "step/setPresence-3-rooms-of-30",
        yields: 30,
        set_up: || presence(30, &["call", "lobby", "chat"]),
    },
    Benchmark { name: "step/setRoomApiField-room-100", yields: 100, set_up: api_field },
    // The question about the login too.
    Benchmark { name: "step/authenticate-room-100", yields: 101, set_up: entering_by_login },
    Benchmark { name: "step/roomJoin-room-100", yields: 100, set_up: joining },
    Benchmark { name: "step/roomLeave-room-100", yields: 100, set_up: leaving },
    Benchmark { name: "step/closed-room-100", yields: 99, set_up: closing },
    // The ack alone: the others are told later.
    Benchmark { name: "step/setPresence-gathered-room-100", yields: 1, set_up: gathering },
    Benchmark { name: "step/gathered-room-100", yields: 100, set_up: gathered },
    // The delta for the target too.
    Benchmark { name: "step/offer-gathered-room-100", yields: 3, set_up: overtaking },
];

/// As many have changed when what is gathered goes out.
const CHANGED: u64 = 20;

/// Client 1 says the same over and over.
fn saying(world: World, message: ClientMessage) -> Box<dyn Operation> {
    saying_in_turns(world, [message.clone(), message])
}

/// Client 1 says one thing, then the other, and again.
fn saying_in_turns(world: World, mut messages: [ClientMessage; 2]) -> Box<dyn Operation> {
    on(
        world,
        move |world| {
            messages.swap(0, 1);
            let input = world.message(1, messages[0].clone());
            world.keep(input);
        },
        World::run,
    )
}

fn offering(clients: u64) -> Box<dyn Operation> {
    let world = World::with_clients(clients, &["call"]);
    let offer = messages::offer(to(&world.clients[1]));
    saying(world, decoded(ClientEvent::Cmd, offer))
}

fn refused() -> Box<dyn Operation> {
    let world = World::with_clients(10, &["call"]);
    saying(world, decoded(ClientEvent::Cmd, messages::offer(NOBODY)))
}

fn chatting(clients: u64) -> Box<dyn Operation> {
    let world = World::with_clients(clients, &["call"]);
    saying(world, decoded(ClientEvent::Msg, messages::chat("call")))
}

fn presence(clients: u64, rooms: &[&str]) -> Box<dyn Operation> {
    let world = World::with_clients(clients, rooms);
    let messages = ["away", "chat"].map(messages::set_presence);
    saying_in_turns(world, messages.map(|text| decoded(ClientEvent::Cmd, text)))
}

fn api_field() -> Box<dyn Operation> {
    let world = World::with_clients(100, &["call"]);
    let text = messages::set_room_api_field("call");
    let other = text.replace("true", "false");
    saying_in_turns(world, [text, other].map(|text| decoded(ClientEvent::Cmd, text)))
}

/// A new connection each time, as the 100th in the room.
fn entering_by_login() -> Box<dyn Operation> {
    let message = decoded(ClientEvent::Auth, messages::authenticate(100, &["call"]));
    let mut conn = 100;
    on(
        World::with_clients(100, &["call"]),
        move |world| {
            world.carry_out(World::closed(conn));
            conn += 1;
            world.open(conn);
            let input = world.message(conn, message.clone());
            world.keep(input);
        },
        World::run_login,
    )
}

/// Client 1 is out, and joins.
fn joining() -> Box<dyn Operation> {
    let [join, leave] = join_and_leave();
    on(
        World::with_clients(100, &["call"]),
        move |world| {
            let out = world.message(1, leave.clone());
            world.carry_out(out);
            let back = world.message(1, join.clone());
            world.keep(back);
        },
        World::run,
    )
}

/// Client 1 is in, and leaves.
fn leaving() -> Box<dyn Operation> {
    let [join, leave] = join_and_leave();
    on(
        World::with_clients(100, &["call"]),
        move |world| {
            let back = world.message(1, join.clone());
            world.carry_out(back);
            let out = world.message(1, leave.clone());
            world.keep(out);
        },
        World::run,
    )
}

fn join_and_leave() -> [ClientMessage; 2] {
    let texts = [messages::room_join(&["call"]), messages::room_leave(&["call"])];
    texts.map(|text| decoded(ClientEvent::Cmd, text))
}

/// The 100th in the room loses its connection.
fn closing() -> Box<dyn Operation> {
    let message = decoded(ClientEvent::Auth, messages::authenticate(100, &["call"]));
    let mut conn = 99;
    on(
        World::with_clients(99, &["call"]),
        move |world| {
            conn += 1;
            world.open(conn);
            let input = world.message(conn, message.clone());
            world.effects_of(input);
            world.keep(World::closed(conn));
        },
        World::run,
    )
}

/// Client 1 changes while the room gathers.
fn gathering() -> Box<dyn Operation> {
    changing(|world, change| {
        let input = world.message(1, change.clone());
        world.keep_after(Duration::ZERO, input);
    })
}

/// What is gathered goes out.
fn gathered() -> Box<dyn Operation> {
    changing(|world, change| {
        for conn in 3..3 + CHANGED {
            let input = world.message(conn, change.clone());
            world.carry_out(input);
        }
        world.keep_after(Duration::from_millis(20), Input::Tick);
    })
}

/// Client 1 has changed, as others have, and sends an offer to client 2, who doesn't know yet.
fn overtaking() -> Box<dyn Operation> {
    changing(|world, change| {
        for conn in (3..3 + CHANGED).chain([1]) {
            let input = world.message(conn, change.clone());
            world.carry_out(input);
        }
        let offer = decoded(ClientEvent::Cmd, messages::offer(to(&world.clients[1])));
        let input = world.message(1, offer);
        world.keep_after(Duration::ZERO, input);
    })
}

/// A room of 100 that gathers, since client 2 has just changed, and a change for whoever wants it.
fn changing(then: impl Fn(&mut World, &ClientMessage) + 'static) -> Box<dyn Operation> {
    let changes = ["away", "chat"].map(messages::set_presence);
    let mut changes = changes.map(|text| decoded(ClientEvent::Cmd, text));
    on(
        World::with_clients(100, &["call"]),
        move |world| {
            world.pass_time();
            changes.swap(0, 1);
            let input = world.message(2, changes[0].clone());
            world.carry_out(input);
            then(world, &changes[0]);
        },
        World::run,
    )
}
