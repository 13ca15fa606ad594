//! A room in which one member stops reading.

use std::time::{Duration, Instant};

use super::Phase;
use crate::bench::{Bench, Traffic};
use crate::crowd::{self, Crowd};
use crate::fleet::{Ended, Fleet, Heard, Lines, Listener, Stage};
use crate::latency::Latencies;
use crate::measurement::{Measurement, Memory};
use crate::message::{self, Relayed};
use crate::problem::{Faults, Problem};

/// From one message to the next.
const GAP: Duration = Duration::from_millis(10);

/// Messages have at least so many bytes, so that buffers fill.
const PAYLOAD: usize = 8192;

/// Who sends, and who stops reading.
const SENDER: usize = 0;
const SLOW: usize = 1;

/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Measures twice in the same room: while all read, and while one doesn't.
pub(super) fn run(phase: Phase, bench: &mut Bench) -> Result<Vec<Measurement>, Problem> {
    let plan = bench.plan(phase.size, phase.size);
    if plan.clients < phase.size {
        return Err(Problem::new("not enough open files"));
    }
    let mut fleet = bench.fleet()?;
    let mut crowd = Crowd::new(plan);
    crowd.come(&mut fleet)?;
    let mut measured = Vec::new();
    for slow in [false, true] {
        let filler = message::filler(bench.settings.payload.max(PAYLOAD));
        let mut room = Room::new(&crowd, filler, bench);
        room.is_slow = slow;
        let before = bench.memory();
        fleet.lines.set_paused(SLOW, slow);
        let spent = bench.traffic(&mut fleet, &mut room)?;
        let mut found = bench.measurement(phase, phase.size);
        found.phase = if slow { format!("{phase}") } else { format!("{phase}-none") };
        found = found.spent("delivery", room.counted, &spent);
        if slow {
            let sent = room.catch_up(&mut fleet)?;
            found.count("slow reader cut off", u64::from(room.cut_off));
            found.count("slow reader got", room.next[SLOW]);
            found.count("sent", sent);
        }
        let (with, after) = (room.peak, bench.memory());
        if bench.watch.is_some() {
            found.memory = Some(Memory { before, with, after, per_connection: None });
            found.count("memory grew by kB", with.saturating_sub(before) / 1000);
        }
        found.latency("delivery", room.deliveries.summary());
        found.faults = room.faults;
        measured.push(found);
    }
    crowd::leave(&mut fleet)?;
    Ok(measured)
}

/// One member sends at a steady rate.
struct Room<'a> {
    crowd: &'a Crowd,
    bench: &'a Bench,
    filler: String,
    /// When each message was due.
    due: Vec<Instant>,
    /// The number that each client gets next.
    next: Vec<u64>,
    answered: u64,
    next_due: Instant,
    is_slow: bool,
    cut_off: bool,
    stopped: bool,
    counted: u64,
    deliveries: Latencies,
    next_look: Instant,
    peak: u64,
    faults: Faults,
}

impl<'a> Room<'a> {
    fn new(crowd: &'a Crowd, filler: String, bench: &'a Bench) -> Self {
        Self {
            crowd,
            bench,
            filler,
            due: Vec::new(),
            next: vec![0; crowd.plan.clients],
            answered: 0,
            next_due: Instant::now(),
            is_slow: false,
            cut_off: false,
            stopped: false,
            counted: 0,
            deliveries: Latencies::new(),
            next_look: Instant::now(),
            peak: 0,
            faults: Faults::default(),
        }
    }

    /// Lets the slow reader read what there is for it; how many messages there were.
    fn catch_up(&mut self, fleet: &mut Fleet) -> Result<u64, Problem> {
        fleet.resume(SLOW, self);
        let sent = self.due.len() as u64;
        let ended = fleet.run(self, None, |room| room.cut_off || room.next[SLOW] == sent)?;
        if ended != Ended::Done {
            self.faults.add(|| "a slow reader is neither cut off nor gets all".to_owned());
        }
        Ok(sent)
    }
}

impl Listener for Room<'_> {
    fn hear(&mut self, lines: &mut Lines, client: usize, heard: Heard<'_>) {
        match heard {
            Heard::Event { name, message } => {
                let sender = self.crowd.easyrtcid(SENDER);
                let number = message::number(name, message, Relayed::Chat, sender);
                let expected = self.next[client];
                match number.zip(self.due.get(usize::try_from(expected).unwrap_or(usize::MAX))) {
                    Some((number, due)) if number == expected => {
                        self.next[client] += 1;
                        if client != SLOW {
                            self.counted += 1;
                            self.deliveries.add(lines.now.saturating_duration_since(*due));
                        }
                    }
                    _ if message::is_room_data(message) => {}
                    _ => self.faults.add(|| {
                        let start: String = message.chars().take(100).collect();
                        format!("client {client}: {number:?} instead of {expected} in {start}")
                    }),
                }
            }
            Heard::Answer { message, .. } => {
                self.answered += 1;
                if !message::is_ack(message) {
                    self.faults.add(|| format!("a message is answered with {message}"));
                }
            }
            Heard::Closed(_) if client == SLOW && self.is_slow => self.cut_off = true,
            Heard::Closed(why) => self.faults.add(|| format!("client {client}: {why}")),
            Heard::Open | Heard::Ping | Heard::Left => {}
        }
    }

    fn due(&mut self, lines: &mut Lines) -> Option<Instant> {
        if lines.now >= self.next_look {
            self.peak = self.peak.max(self.bench.memory());
            self.next_look = lines.now + LOOK;
        }
        if self.stopped || lines.stage(SENDER) != Stage::Open {
            return None;
        }
        while self.next_due <= lines.now {
            let number = self.due.len() as u64;
            let message = message::chat(&self.crowd.plan.room(SENDER), number, &self.filler);
            lines.emit(SENDER, "easyrtcMsg", &message);
            self.due.push(self.next_due);
            self.next_due += GAP;
        }
        Some(self.next_due)
    }

    fn progress(&self) -> u64 {
        self.counted
    }
}

impl Traffic for Room<'_> {
    fn begin(&mut self, lines: &mut Lines) {
        self.next_due = lines.now;
    }

    fn reset(&mut self) {
        self.counted = 0;
        self.deliveries = Latencies::new();
    }

    fn stop(&mut self) {
        self.stopped = true;
    }

    fn outstanding(&self) -> u64 {
        let sent = self.due.len() as u64;
        let reading = self.next.iter().enumerate();
        let reading =
            reading.filter(|(client, _)| *client != SENDER && !(*client == SLOW && self.is_slow));
        let missing: u64 = reading.map(|(_, next)| sent.saturating_sub(*next)).sum();
        missing + sent.saturating_sub(self.answered)
    }

    fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }
}
