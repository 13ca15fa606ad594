//! Plays cases.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::{Mutex, mpsc};
use tokio::task::{LocalSet, spawn_local};

use crate::case::{Case, Stop, Verdict};
use crate::profile::{DEFAULT, FRESH};
use crate::schema::Seen;
use crate::target::{Live, Target};
use crate::world::World;

/// How many times a case may take as long as one answer.
const WHOLE_CASE: u32 = 10;

/// How cases are played.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long to wait for what has to come.
    pub patience: Duration,
    /// How many cases to play at a time. One, for a server others use too.
    pub jobs: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { patience: Duration::from_secs(5), jobs: 1 }
    }
}

/// A case and what came of it.
#[derive(Clone, Debug)]
pub struct Played {
    /// Which.
    pub case: &'static Case,
    /// What came of it.
    pub verdict: Verdict,
    /// How long it took.
    pub took: Duration,
}

/// Plays `cases` against `target`, and returns what came of them, in the order of `cases`.
pub async fn run(target: &Target, cases: &[&'static Case], settings: Settings) -> Vec<Played> {
    // Cases stay on this thread; the clients' lines are tasks of the runtime.
    LocalSet::new().run_until(play_all(target, cases, settings)).await
}

async fn play_all(target: &Target, cases: &[&'static Case], settings: Settings) -> Vec<Played> {
    let waiting: VecDeque<(usize, &'static Case)> = cases.iter().copied().enumerate().collect();
    let waiting = Arc::new(Mutex::new(waiting));
    let seen = Seen::default();
    let (done, mut results) = mpsc::channel(64);
    for _ in 0..settings.jobs.max(1) {
        let (waiting, done) = (Arc::clone(&waiting), done.clone());
        let (target, seen) = (target.clone(), seen.clone());
        let mut player = Player { target, settings, shared: None, seen };
        spawn_local(async move {
            loop {
                let next = waiting.lock().await.pop_front();
                let Some((index, case)) = next else { return };
                let start = Instant::now();
                let verdict = player.play(case).await;
                let played = Played { case, verdict, took: start.elapsed() };
                if done.send((index, played)).await.is_err() {
                    return;
                }
            }
        });
    }
    drop(done);
    let mut played = Vec::with_capacity(cases.len());
    while let Some(result) = results.recv().await {
        played.push(result);
    }
    played.sort_by_key(|(index, _)| *index);
    let mut played: Vec<Played> = played.into_iter().map(|(_, played)| played).collect();
    for played in played.iter_mut().filter(|played| played.case.scenario.is_none()) {
        if played.verdict == Verdict::Pass {
            let msg_type = played.case.id.split('.').next_back().unwrap_or_default();
            played.verdict = seen.verdict(msg_type);
        }
    }
    played
}

/// Plays one case after the other.
struct Player {
    target: Target,
    settings: Settings,
    /// The server with the default profile, which many cases share.
    shared: Option<Arc<Live>>,
    seen: Seen,
}

impl Player {
    async fn play(&mut self, case: &'static Case) -> Verdict {
        if let Some(reason) = self.target.skips(case) {
            return Verdict::Skipped(reason);
        }
        // Judged when all others are through.
        let Some(scenario) = case.scenario else { return Verdict::Pass };
        let live = match self.server(case).await {
            Ok(live) => live,
            Err(verdict) => return verdict,
        };
        let world = World::new(
            Arc::clone(&live),
            self.target.clone(),
            fresh_name(),
            self.settings.patience,
            self.seen.clone(),
        );
        let faults = world.faults.clone();
        let scenario = scenario(world);
        let limit = self.settings.patience * WHOLE_CASE;
        let outcome = match tokio::time::timeout(limit, scenario).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Stop::Fail(format!("not through after {limit:?}"))),
        };
        let mut verdict = case.verdict(outcome);
        if let (Verdict::Pass, Some(fault)) = (&verdict, faults.take().into_iter().next()) {
            verdict = Verdict::Fail(fault);
        }
        if let Some(end) = live.ended().filter(|_| case.profile != &FRESH) {
            verdict = Verdict::Fail(match &verdict {
                Verdict::Fail(text) => format!("{end}: {text}"),
                _ => end,
            });
        }
        if matches!(verdict, Verdict::Fail(_)) && self.target.is_ours() {
            // Who knows what it left behind.
            self.shared = None;
        }
        verdict
    }

    /// The server for a case: the shared one, or one of its own.
    async fn server(&mut self, case: &Case) -> Result<Arc<Live>, Verdict> {
        let share = case.profile == &DEFAULT || !self.target.is_ours();
        if let Some(live) = self.shared.as_ref().filter(|_| share) {
            return Ok(Arc::clone(live));
        }
        let started = self.target.start(case.profile, self.settings.patience).await;
        let live = started.map_err(|error| Verdict::Fail(error.to_string()))?;
        if share {
            self.shared = Some(Arc::clone(&live));
        }
        Ok(live)
    }
}

/// A name for an application that nobody used before.
pub(crate) fn fresh_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("c{:x}.{}", now.as_micros(), NEXT.fetch_add(1, Ordering::Relaxed))
}
