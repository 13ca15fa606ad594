//! From the text of a message to a typed value.

use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeLimits};

use crate::messages::{self, NOBODY};
use crate::{Benchmark, Operation, on};

pub(crate) const ALL: &[Benchmark] = &[
    benchmark("decode/authenticate", || {
        decoding(ClientEvent::Auth, messages::authenticate(7, &["call"]))
    }),
    benchmark("decode/offer", || decoding(ClientEvent::Cmd, messages::offer(NOBODY))),
    benchmark("decode/candidate", || decoding(ClientEvent::Cmd, messages::candidate(NOBODY))),
    benchmark("decode/easyrtcMsg", || decoding(ClientEvent::Msg, messages::chat("call"))),
    benchmark("decode/easyrtcMsg-attachments", || {
        let packet = Attachments::new(vec!["body".into(), "head".into()]);
        decoding_packet(ClientEvent::Msg, messages::with_attachments(NOBODY), packet)
    }),
    benchmark("decode/setPresence", || decoding(ClientEvent::Cmd, messages::set_presence("away"))),
    benchmark("decode/roomJoin", || decoding(ClientEvent::Cmd, messages::room_join(&["a", "b"]))),
    benchmark("decode/setRoomApiField", || {
        decoding(ClientEvent::Cmd, messages::set_room_api_field("call"))
    }),
];

const fn benchmark(name: &'static str, set_up: fn() -> Box<dyn Operation>) -> Benchmark {
    Benchmark { name, yields: 1, set_up }
}

fn decoding(event: ClientEvent, text: String) -> Box<dyn Operation> {
    decoding_packet(event, text, Attachments::none())
}

fn decoding_packet(event: ClientEvent, text: String, packet: Attachments) -> Box<dyn Operation> {
    let limits = DecodeLimits::default();
    on(
        messages::raw(text),
        |_| {},
        move |raw| usize::from(ClientMessage::decode(event, raw, &packet, &limits).is_ok()),
    )
}
