//! Messages to a whole room.

use std::time::Instant;

use super::Phase;
use crate::bench::{Bench, Traffic};
use crate::crowd::{self, Crowd};
use crate::fleet::{Heard, Lines, Listener};
use crate::latency::Latencies;
use crate::measurement::Measurement;
use crate::message::{self, Relayed};
use crate::problem::{Faults, Problem};

pub(super) fn run(phase: Phase, bench: &mut Bench) -> Result<Vec<Measurement>, Problem> {
    // Several small rooms, so that they keep the server busy too.
    let rooms = (bench.settings.fanout_clients / phase.size).max(1);
    let plan = bench.plan(rooms * phase.size, phase.size);
    if plan.clients < rooms * phase.size {
        return Err(Problem::new("not enough open files"));
    }
    let mut fleet = bench.fleet()?;
    let mut crowd = Crowd::new(plan);
    crowd.come(&mut fleet)?;
    let mut fanout = Fanout::new(&crowd, message::filler(bench.settings.payload));
    let spent = bench.traffic(&mut fleet, &mut fanout)?;
    crowd::leave(&mut fleet)?;

    let measured = bench.measurement(phase, crowd.plan.clients);
    let mut measured = measured.spent("delivery", fanout.counted, &spent);
    measured.latency("delivery", fanout.deliveries.summary());
    measured.latency("answer", fanout.answers.summary());
    measured.count("messages", fanout.answers.summary().count);
    measured.faults = fanout.faults;
    Ok(vec![measured])
}

/// In each room the members take turns: the next message is sent when the last one has reached
/// everybody and is answered.
struct Fanout<'a> {
    crowd: &'a Crowd,
    filler: String,
    rooms: Vec<Room>,
    /// The last number that each client was sent.
    last: Vec<u64>,
    next_number: u64,
    stopped: bool,
    counted: u64,
    deliveries: Latencies,
    answers: Latencies,
    faults: Faults,
}

/// What is going on in a room.
struct Room {
    number: u64,
    sender: usize,
    id: u64,
    sent: Instant,
    /// Deliveries and answers still to come.
    missing: usize,
}

impl<'a> Fanout<'a> {
    fn new(crowd: &'a Crowd, filler: String) -> Self {
        let size = crowd.plan.room_size;
        let idle =
            |room| Room { number: 0, sender: room * size, id: 0, sent: Instant::now(), missing: 0 };
        Self {
            crowd,
            filler,
            rooms: (0..crowd.plan.clients / size).map(idle).collect(),
            last: vec![0; crowd.plan.clients],
            next_number: 1,
            stopped: false,
            counted: 0,
            deliveries: Latencies::new(),
            answers: Latencies::new(),
            faults: Faults::default(),
        }
    }

    fn go_on(&mut self, lines: &mut Lines, room: usize) {
        if self.stopped || self.rooms[room].missing > 0 {
            return;
        }
        let size = self.crowd.plan.room_size;
        let sender = room * size + (self.rooms[room].sender + 1) % size;
        let number = self.next_number;
        self.next_number += 1;
        let message = message::chat(&self.crowd.plan.room(sender), number, &self.filler);
        let id = lines.emit(sender, "easyrtcMsg", &message);
        // The others get it, and the sender an answer.
        self.rooms[room] = Room { number, sender, id, sent: lines.now, missing: size };
    }

    fn delivered(&mut self, lines: &Lines, client: usize, name: &str, message: &str) {
        let room = &mut self.rooms[client / self.crowd.plan.room_size];
        let sender = self.crowd.easyrtcid(room.sender);
        match message::number(name, message, Relayed::Chat, sender) {
            Some(number)
                if number == room.number && self.last[client] != number && room.missing > 0 =>
            {
                self.last[client] = number;
                room.missing -= 1;
                self.counted += 1;
                self.deliveries.add(lines.now.saturating_duration_since(room.sent));
            }
            _ if message::is_room_data(message) => {}
            _ => self.faults.add(|| format!("client {client} was not to get {message}")),
        }
    }
}

impl Listener for Fanout<'_> {
    fn hear(&mut self, lines: &mut Lines, client: usize, heard: Heard<'_>) {
        let room = client / self.crowd.plan.room_size;
        match heard {
            Heard::Event { name, message } => self.delivered(lines, client, name, message),
            Heard::Answer { id, message } => {
                let Room { sender, id: expected, sent, ref mut missing, .. } = self.rooms[room];
                if client == sender && id == expected && message::is_ack(message) && *missing > 0 {
                    *missing -= 1;
                    self.answers.add(lines.now.saturating_duration_since(sent));
                } else {
                    self.faults.add(|| format!("a message is answered with {message}"));
                }
            }
            Heard::Closed(why) => self.faults.add(|| format!("client {client}: {why}")),
            Heard::Open | Heard::Ping | Heard::Left => return,
        }
        self.go_on(lines, room);
    }

    fn progress(&self) -> u64 {
        self.counted
    }
}

impl Traffic for Fanout<'_> {
    fn begin(&mut self, lines: &mut Lines) {
        (0..self.rooms.len()).for_each(|room| self.go_on(lines, room));
    }

    fn reset(&mut self) {
        self.counted = 0;
        self.deliveries = Latencies::new();
        self.answers = Latencies::new();
    }

    fn stop(&mut self) {
        self.stopped = true;
    }

    fn outstanding(&self) -> u64 {
        self.rooms.iter().map(|room| room.missing as u64).sum()
    }

    fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }
}
