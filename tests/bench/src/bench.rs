//! One server under measurement.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::crowd::Plan;
use crate::fleet::{Ended, Fleet, Lines, Listener};
use crate::measurement::Measurement;
use crate::phase::Phase;
use crate::place::Place;
use crate::problem::{Faults, Problem};
use crate::progress::Progress;
use crate::watch::{Meter, Spent, Watch};

/// How phases run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The application clients log in to.
    pub application: String,
    /// How long each phase measures.
    pub duration: Duration,
    /// How long it runs before that.
    pub warmup: Duration,
    /// How long idle clients are held.
    pub hold: Duration,
    /// How long to wait before memory is looked at.
    pub settle: Duration,
    /// About how many bytes of data each message has.
    pub payload: usize,
    /// About how many clients take part in `fanout`.
    pub fanout_clients: usize,
    /// How long nothing may happen where something should.
    pub patience: Duration,
    /// How many clients at most, whatever phases ask for.
    pub most_clients: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            application: "default".to_owned(),
            duration: Duration::from_secs(5),
            warmup: Duration::from_secs(1),
            hold: Duration::from_secs(60),
            settle: Duration::from_secs(1),
            payload: 200,
            fanout_clients: 200,
            patience: Duration::from_secs(10),
            most_clients: usize::MAX,
        }
    }
}

/// One server, to be measured by phases.
#[derive(Debug)]
pub struct Bench {
    /// Where it is.
    pub place: Place,
    /// What it is called.
    pub server: String,
    /// Its process, if it is on this machine.
    pub watch: Option<Watch>,
    /// How phases run.
    pub settings: Settings,
    /// Which round this is, from 1.
    pub round: u32,
    /// The line that tells what goes on.
    pub progress: Progress,
    /// How many plans there were: each has rooms of its own.
    pub(crate) plans: u32,
}

/// Traffic that goes on by itself once it has begun.
pub(crate) trait Traffic: Listener {
    /// Sends what starts it.
    fn begin(&mut self, lines: &mut Lines);
    /// Forgets what was counted and timed, faults excepted.
    fn reset(&mut self);
    /// Starts nothing new from now on.
    fn stop(&mut self);
    /// What was sent and has not arrived or been answered.
    fn outstanding(&self) -> u64;
    /// What went wrong.
    fn faults(&mut self) -> &mut Faults;
}

impl Bench {
    /// A server that was not measured yet.
    #[must_use]
    pub fn new(place: Place, server: String, watch: Option<Watch>, settings: Settings) -> Self {
        Self { place, server, watch, settings, round: 1, progress: Progress::new(), plans: 0 }
    }

    /// Runs a phase; what it found out.
    ///
    /// # Errors
    /// If clients can't connect or log in, or don't come to an end.
    pub fn run(&mut self, phase: Phase) -> Result<Vec<Measurement>, Problem> {
        self.progress.start(format!("{} ({}), round {}", phase, self.server, self.round));
        let measured = crate::phase::run(phase, self);
        self.progress.clear();
        measured.map_err(|problem| {
            Problem::new(format!(
                "{phase} of {} ({}): {problem}",
                self.server, self.place.transport
            ))
        })
    }

    pub(crate) fn fleet(&self) -> Result<Fleet, Problem> {
        let progress = self.progress.clone();
        let show = Box::new(move |done| progress.show(done));
        Ok(Fleet::new(&self.place, self.settings.patience, show)?)
    }

    /// As many clients as are wanted and possible, in rooms of `room_size`.
    pub(crate) fn plan(&mut self, clients: usize, room_size: usize) -> Plan {
        let possible = clients.min(self.settings.most_clients);
        if possible < clients {
            let text = format!("{clients} clients need more open files than there may be");
            self.progress.say(&format!("{text}: {possible} take part"));
        }
        self.plans += 1;
        let rooms = format!("bench-{}-{}", std::process::id(), self.plans);
        let application = self.settings.application.clone();
        Plan { application, rooms, room_size, clients: possible }
    }

    pub(crate) fn meter(&self) -> Meter {
        Meter::start(self.watch.as_ref())
    }

    pub(crate) fn memory(&self) -> u64 {
        self.watch.as_ref().and_then(Watch::memory).unwrap_or_default()
    }

    pub(crate) fn measurement(&self, phase: Phase, clients: usize) -> Measurement {
        Measurement {
            phase: phase.to_string(),
            server: self.server.clone(),
            transport: self.place.transport,
            round: self.round,
            clients,
            operation: String::new(),
            operations: 0,
            seconds: 0.0,
            per_second: 0.0,
            processor: None,
            memory: None,
            latencies: BTreeMap::new(),
            counts: BTreeMap::new(),
            faults: Faults::default(),
        }
    }

    /// Runs traffic: warms up, measures, and waits for what is still on its way.
    pub(crate) fn traffic<T: Traffic>(
        &self,
        fleet: &mut Fleet,
        traffic: &mut T,
    ) -> Result<Spent, Problem> {
        fleet.lines.now = Instant::now();
        traffic.begin(&mut fleet.lines);
        fleet.run(traffic, Some(Instant::now() + self.settings.warmup), |_| false)?;
        traffic.reset();
        let meter = self.meter();
        fleet.run(traffic, Some(Instant::now() + self.settings.duration), |_| false)?;
        let spent = meter.stop();
        traffic.stop();
        let ended = fleet.run(traffic, None, |traffic| traffic.outstanding() == 0)?;
        if ended != Ended::Done {
            let lost = traffic.outstanding();
            let text = || format!("{lost} deliveries and answers never came");
            traffic.faults().add_many(lost, text);
        }
        Ok(spent)
    }
}
