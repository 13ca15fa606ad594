//! Candidates from one client to another: one after the other, or as many as are due.

use std::time::{Duration, Instant};

use super::in_order::InOrder;
use super::{Kind, Phase};
use crate::bench::{Bench, Traffic};
use crate::crowd::{self, Crowd};
use crate::fleet::{Heard, Lines, Listener};
use crate::latency::Latencies;
use crate::measurement::Measurement;
use crate::message::{self, Relayed};
use crate::problem::{Faults, Problem};

/// So many pairs share what an open loop sends.
const PAIRS: usize = 100;

pub(super) fn run(phase: Phase, bench: &mut Bench) -> Result<Vec<Measurement>, Problem> {
    let gap = Duration::from_secs(1) / u32::try_from(phase.size).unwrap_or(u32::MAX);
    let is_open = phase.kind == Kind::Rate;
    let (pairs, gap) = if is_open { (PAIRS, Some(gap)) } else { (phase.size, None) };
    let plan = bench.plan(2 * pairs, 2);
    let mut fleet = bench.fleet()?;
    let mut crowd = Crowd::new(plan);
    crowd.come(&mut fleet)?;
    let filler = message::filler(bench.settings.payload);
    let mut relay = Relay::new(&crowd, gap, filler);
    let spent = bench.traffic(&mut fleet, &mut relay)?;
    crowd::leave(&mut fleet)?;

    let measured = bench.measurement(phase, crowd.plan.clients);
    let mut measured = measured.spent("relay", relay.counted, &spent);
    measured.latency("delivery", relay.deliveries.summary());
    measured.latency("answer", relay.answers.summary());
    // How late this program was itself: what it adds to the latencies.
    measured.latency("sending", relay.sendings.summary());
    measured.count("answers", relay.answers.summary().count);
    measured.faults = relay.faults;
    Ok(vec![measured])
}

/// Traffic between pairs: the even client of each sends to the odd one after it.
struct Relay<'a> {
    crowd: &'a Crowd,
    filler: String,
    pairs: Vec<Pair>,
    next_number: u64,
    /// In an open loop, when and by whom the next one is sent; else each pair sends again when the
    /// last one has arrived and is answered.
    schedule: Option<Schedule>,
    stopped: bool,
    counted: u64,
    deliveries: Latencies,
    answers: Latencies,
    sendings: Latencies,
    faults: Faults,
}

#[derive(Default)]
struct Pair {
    deliveries: InOrder,
    answers: InOrder,
}

struct Schedule {
    next: Instant,
    gap: Duration,
    pair: usize,
}

impl<'a> Relay<'a> {
    fn new(crowd: &'a Crowd, gap: Option<Duration>, filler: String) -> Self {
        Self {
            crowd,
            filler,
            pairs: (0..crowd.plan.clients / 2).map(|_| Pair::default()).collect(),
            next_number: 0,
            schedule: gap.map(|gap| Schedule { next: Instant::now(), gap, pair: 0 }),
            stopped: false,
            counted: 0,
            deliveries: Latencies::new(),
            answers: Latencies::new(),
            sendings: Latencies::new(),
            faults: Faults::default(),
        }
    }

    fn send(&mut self, lines: &mut Lines, pair: usize, due: Instant) {
        let target = self.crowd.easyrtcid(2 * pair + 1);
        let number = self.next_number;
        self.next_number += 1;
        let message = message::candidate(target, number, &self.filler);
        let id = lines.emit(2 * pair, "easyrtcCmd", &message);
        self.pairs[pair].deliveries.expect(number, due);
        self.pairs[pair].answers.expect(id, due);
    }

    /// Goes on, in a closed loop, where all has come.
    fn go_on(&mut self, lines: &mut Lines, pair: usize) {
        let done = self.pairs[pair].deliveries.len() + self.pairs[pair].answers.len() == 0;
        if done && self.schedule.is_none() && !self.stopped {
            self.send(lines, pair, lines.now);
        }
    }
}

impl Listener for Relay<'_> {
    fn hear(&mut self, lines: &mut Lines, client: usize, heard: Heard<'_>) {
        let pair = client / 2;
        match heard {
            Heard::Event { name, message } => {
                let sender = self.crowd.easyrtcid(2 * pair);
                let number = message::number(name, message, Relayed::Candidate, sender);
                let Some(number) = number else {
                    if !message::is_room_data(message) {
                        self.faults.add(|| format!("not what was sent: {message}"));
                    }
                    return;
                };
                let expected = &mut self.pairs[pair].deliveries;
                if let Some(due) = expected.take(number, "candidate", &mut self.faults) {
                    self.deliveries.add(lines.now.saturating_duration_since(due));
                    self.counted += 1;
                }
                self.go_on(lines, pair);
            }
            Heard::Answer { id, message } => {
                if !message::is_ack(message) {
                    self.faults.add(|| format!("a candidate is answered with {message}"));
                }
                let expected = &mut self.pairs[pair].answers;
                if let Some(due) = expected.take(id, "answer", &mut self.faults) {
                    self.answers.add(lines.now.saturating_duration_since(due));
                }
                self.go_on(lines, pair);
            }
            Heard::Closed(why) => self.faults.add(|| format!("client {client}: {why}")),
            Heard::Open | Heard::Ping | Heard::Left => {}
        }
    }

    fn due(&mut self, lines: &mut Lines) -> Option<Instant> {
        loop {
            let Schedule { next, gap, pair } = *self.schedule.as_ref()?;
            if self.stopped {
                return None;
            }
            if next > lines.now {
                return Some(next);
            }
            self.sendings.add(lines.now.duration_since(next));
            self.send(lines, pair, next);
            let pair = (pair + 1) % self.pairs.len();
            self.schedule = Some(Schedule { next: next + gap, gap, pair });
        }
    }

    fn progress(&self) -> u64 {
        self.counted
    }
}

impl Traffic for Relay<'_> {
    fn begin(&mut self, lines: &mut Lines) {
        match &mut self.schedule {
            Some(schedule) => schedule.next = lines.now,
            None => (0..self.pairs.len()).for_each(|pair| self.go_on(lines, pair)),
        }
    }

    fn reset(&mut self) {
        self.counted = 0;
        self.deliveries = Latencies::new();
        self.answers = Latencies::new();
        self.sendings = Latencies::new();
    }

    fn stop(&mut self) {
        self.stopped = true;
    }

    fn outstanding(&self) -> u64 {
        self.pairs.iter().map(|pair| pair.deliveries.len() + pair.answers.len()).sum()
    }

    fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }
}
