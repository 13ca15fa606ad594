//! All that a message costs but for its way in and out: decoding, the core, encoding for each.

use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeLimits};
use easyrtc_state::{Effect, Recipient};

use crate::encode::write;
use crate::messages::{self, to};
use crate::world::World;
use crate::{Benchmark, Operation, on};

pub(crate) const ALL: &[Benchmark] = &[
    Benchmark {
        name: "whole/offer",
        yields: 2,
        set_up: || {
            let world = World::with_clients(10, &["call"]);
            let text = messages::offer(to(&world.clients[1]));
            saying(world, ClientEvent::Cmd, [text.clone(), text])
        },
    },
    Benchmark {
        name: "whole/candidate",
        yields: 2,
        set_up: || {
            let world = World::with_clients(10, &["call"]);
            let text = messages::candidate(to(&world.clients[1]));
            saying(world, ClientEvent::Cmd, [text.clone(), text])
        },
    },
    Benchmark {
        name: "whole/easyrtcMsg-room-100",
        yields: 100,
        set_up: || {
            let text = messages::chat("call");
            let world = World::with_clients(100, &["call"]);
            saying(world, ClientEvent::Msg, [text.clone(), text])
        },
    },
    Benchmark {
        name: "whole/setPresence-room-100",
        yields: 100,
        set_up: || {
            let texts = ["away", "chat"].map(messages::set_presence);
            saying(World::with_clients(100, &["call"]), ClientEvent::Cmd, texts)
        },
    },
];

/// Client 1 says one thing, then the other, and again.
fn saying(world: World, event: ClientEvent, texts: [String; 2]) -> Box<dyn Operation> {
    let mut texts = texts.map(messages::raw);
    let (packet, limits) = (Attachments::none(), DecodeLimits::default());
    let mut out = Vec::new();
    on(
        (world, texts[0].clone()),
        move |(world, text)| {
            world.pass_time();
            texts.swap(0, 1);
            text.clone_from(&texts[0]);
        },
        move |(world, text)| {
            let message = ClientMessage::decode(event, text, &packet, &limits);
            let input = world.message(1, message.expect("messages are valid"));
            let mut written = 0;
            world.each_effect(input, |effect| written += write_all(effect, &mut out));
            written
        },
    )
}

/// Writes what an effect wants said, and says to how many.
fn write_all(effect: Effect, out: &mut Vec<u8>) -> usize {
    match effect {
        Effect::Send { to, frame } => {
            // Each receiver's outbox has its own.
            let frames = vec![frame; to.iter().count()];
            to.iter().zip(frames).filter(|(to, frame)| write(frame, to, out)).count()
        }
        Effect::Reply { conn, frame, .. } => {
            usize::from(write(&frame, &Recipient { conn, easyrtcid: None }, out))
        }
        _ => 0,
    }
}
