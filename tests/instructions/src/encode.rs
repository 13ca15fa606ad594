//! From what the core wants said to the texts of it, one for each receiver.

use easyrtc_proto::{ClientEvent, ServerMessage};
use easyrtc_state::{Effect, Frame, Input, Recipient};

use crate::messages::{self, NOBODY, decoded, to};
use crate::world::World;
use crate::{Benchmark, Operation, on};

pub(crate) const ALL: &[Benchmark] = &[
    Benchmark {
        name: "encode/ack",
        yields: 1,
        set_up: || reply(|world| command(world, &messages::offer(to(&world.clients[1])))),
    },
    Benchmark {
        name: "encode/error",
        yields: 1,
        set_up: || reply(|world| command(world, &messages::offer(NOBODY))),
    },
    Benchmark {
        name: "encode/offer",
        yields: 1,
        set_up: || event(|world| command(world, &messages::offer(to(&world.clients[1])))),
    },
    Benchmark {
        name: "encode/easyrtcMsg-room-100",
        yields: 99,
        set_up: || {
            event(|world| world.message(1, decoded(ClientEvent::Msg, messages::chat("call"))))
        },
    },
    Benchmark {
        name: "encode/delta-update-room-100",
        yields: 99,
        set_up: || event(|world| command(world, &messages::set_presence("away"))),
    },
    Benchmark {
        name: "encode/delta-remove-room-100",
        yields: 99,
        set_up: || event(|world| command(world, &messages::room_leave(&["call"]))),
    },
    Benchmark {
        name: "encode/roomData-join-room-100",
        yields: 1,
        set_up: || {
            reply(|world| {
                let out = command(world, &messages::room_leave(&["call"]));
                world.carry_out(out);
                command(world, &messages::room_join(&["call"]))
            })
        },
    },
    Benchmark {
        name: "encode/token-room-100",
        yields: 1,
        set_up: || {
            reply(|world| {
                world.carry_out(World::closed(100));
                world.open(101);
                let text = messages::authenticate(100, &["call"]);
                world.message(101, decoded(ClientEvent::Auth, text))
            })
        },
    },
];

fn command(world: &mut World, text: &str) -> Input {
    world.message(1, decoded(ClientEvent::Cmd, text.to_owned()))
}

/// Encodes what is emitted because of a message, in a room of 100.
fn event(said: impl FnOnce(&mut World) -> Input) -> Box<dyn Operation> {
    let mut world = World::with_clients(100, &["call"]);
    let input = said(&mut world);
    let sent = world.effects_of(input).into_iter().find_map(|effect| match effect {
        Effect::Send { to, frame } => Some((to.iter().copied().collect(), frame)),
        _ => None,
    });
    let (to, frame): (Vec<Recipient>, Frame) = sent.expect("something is emitted");
    encoding(to, &frame)
}

/// Encodes what such a message is answered.
fn reply(said: impl FnOnce(&mut World) -> Input) -> Box<dyn Operation> {
    let mut world = World::with_clients(100, &["call"]);
    let input = said(&mut world);
    let answer = world.effects_of(input).into_iter().find_map(|effect| match effect {
        Effect::Reply { conn, frame, .. } => Some((Recipient { conn, easyrtcid: None }, frame)),
        _ => None,
    });
    let (to, frame) = answer.expect("messages are answered");
    encoding(vec![to], &frame)
}

/// The message, a buffer, and the message once more, to be used up by the next run.
struct Encoding {
    message: ServerMessage,
    next: Option<ServerMessage>,
    out: Vec<u8>,
}

fn encoding(to: Vec<Recipient>, frame: &Frame) -> Box<dyn Operation> {
    let (message, server_time) = (frame.message().clone(), frame.server_time());
    on(
        Encoding { message, next: None, out: Vec::new() },
        |state| state.next = Some(state.message.clone()),
        move |state| {
            let frame = Frame::new(state.next.take().expect("each run is prepared"), server_time);
            // Each receiver's outbox has its own: a frame that nobody else has is not kept encoded.
            let frames = vec![frame; to.len()];
            let sent = to.iter().zip(frames);
            sent.filter(|(recipient, frame)| write(frame, recipient, &mut state.out)).count()
        },
    )
}

/// Writes a message for a receiver into a buffer that is used again; whether there is any.
pub(crate) fn write(frame: &Frame, recipient: &Recipient, out: &mut Vec<u8>) -> bool {
    out.clear();
    frame.write_json(recipient.easyrtcid.as_ref(), out);
    !out.is_empty()
}
