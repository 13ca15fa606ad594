//! What gathering saves: clients enter one room, one each 200 µs; how many messages is that?
//!
//!     cargo run --release -p easyrtc-state --example entering

#![expect(clippy::print_stdout, clippy::expect_used, reason = "an example")]

use std::time::{Duration, Instant};

use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeLimits};
use easyrtc_state::*;
use serde_json::value::RawValue;

/// The time between two arrivals.
const PAUSE: Duration = Duration::from_micros(200);

/// Counts, so that all names differ.
struct Counting(u64);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0 += 1;
        for (place, byte) in bytes.iter_mut().enumerate() {
            let digits = self.0.checked_shr(4 * u32::try_from(place).unwrap_or(0)).unwrap_or(0);
            *byte = u8::try_from(digits & 15).unwrap_or(0);
        }
    }
}

#[derive(Default)]
struct Counts {
    frames: usize,
    deliveries: usize,
    entries: usize,
    core: Duration,
}

fn main() {
    println!("clients  window   frames  messages  entries told  time in the core");
    for clients in [100, 1000] {
        for window in [0, 20] {
            enter(clients, window);
        }
    }
}

fn enter(clients: u64, window: u64) {
    let mut config =
        Config { room_gather_window: Duration::from_millis(window), ..Config::default() };
    config.limits.room_max_connection = 0;
    let mut core = Core::new(config, AllowAll, Counting(0));
    let mut counts = Counts::default();
    let mut now = Now::default();
    for client in 0..clients {
        let conn = ConnId(client);
        let meta = ConnMeta::new(TransportKind::SocketIo).into();
        feed(&mut core, now, Input::Opened { conn, meta }, &mut counts);
        let message = Ok(login());
        let input = Input::Message { conn, ack: Some(AckId(1)), message, bytes: 0 };
        feed(&mut core, now, input, &mut counts);
        now.mono += PAUSE;
        feed(&mut core, now, Input::Tick, &mut counts);
    }
    now.mono += Duration::from_millis(window);
    feed(&mut core, now, Input::Tick, &mut counts);
    let Counts { frames, deliveries, entries, core } = counts;
    println!("{clients:7}  {window:3} ms  {frames:7}  {deliveries:8}  {entries:12}  {core:?}");
}

fn login() -> ClientMessage {
    let text = r#"{"msgType":"authenticate","msgData":{"apiVersion":"1"}}"#;
    let raw: &RawValue = serde_json::from_str(text).expect("JSON");
    let limits = DecodeLimits::default();
    ClientMessage::decode(ClientEvent::Auth, raw, &Attachments::none(), &limits).expect("a login")
}

/// Lets everybody in, and counts what the others are told of it.
fn feed(core: &mut Core<Counting>, now: Now, input: Input, counts: &mut Counts) {
    let mut effects = Effects::new();
    let start = Instant::now();
    core.handle(now, input, &mut effects);
    counts.core += start.elapsed();
    for effect in effects.drain() {
        if let Effect::Ask { ask, .. } = effect {
            let verdict = Verdict::Allow(Grant::default());
            feed(core, now, Input::Answered { ask, verdict }, counts);
        } else if let Effect::Send { to, frame } = effect {
            let receivers = to.iter().count();
            counts.frames += 1;
            counts.deliveries += receivers;
            if let easyrtc_proto::ServerMessage::RoomData(data) = frame.message() {
                let deltas = data.room_data.values().filter_map(|r| r.client_list_delta.as_ref());
                counts.entries += receivers * deltas.map(|d| d.update_client.len()).sum::<usize>();
            }
        }
    }
}
