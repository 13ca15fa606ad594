//! Explore mode: random histories of several clients, and a model that predicts what each hears.
//!
//! A history is made from a seed. Each of its steps always means something, whatever came before,
//! so that it can be shortened by leaving steps out. The predictions are those of the naive model
//! in `tests/kit`.

mod compare;
mod history;
mod players;

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::LocalSet;

use crate::profile::Profile;
use crate::run::fresh_name;
use crate::schema::Seen;
use crate::target::{Live, Target, TargetError};
use crate::world::World;

use history::{Step, history};
use players::Players;

/// How long a server that does not answer as predicted may take to be gone.
const ENDING: Duration = Duration::from_millis(200);

/// What to explore.
#[derive(Clone, Debug)]
pub struct Explore {
    /// The first seed; each history has the next.
    pub seed: u64,
    /// How many histories.
    pub histories: u64,
    /// How many clients in each.
    pub clients: usize,
    /// How many steps in each.
    pub steps: usize,
    /// The steps to play, by number from 0; all if empty.
    pub keep: Vec<usize>,
    /// Whether to pass over what servers in the field do otherwise on purpose: the times in
    /// answers, how often a change is told, and what tokens say of the server.
    pub lenient: bool,
    /// How the server is configured.
    pub profile: &'static Profile,
    /// How long to wait for what has to come.
    pub patience: Duration,
}

/// A history in which a server did not do as predicted.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its seed.
    pub seed: u64,
    /// The numbers of the steps it takes.
    pub keep: Vec<usize>,
    /// These steps, in words.
    pub steps: Vec<String>,
    /// What was predicted, and what came.
    pub problem: String,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}, {} steps:", self.seed, self.steps.len())?;
        for step in &self.steps {
            writeln!(f, "  {step}")?;
        }
        writeln!(f, "  {}", self.problem)
    }
}

/// What is wrong after a step.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    /// After which step.
    at: usize,
    /// The kind of step and of difference: what tells one fault from another.
    kind: String,
    text: String,
}

/// Plays histories, and returns one for each kind of difference, as short as it gets. `tell` hears
/// of each as it is found.
///
/// # Errors
/// If the target cannot be started.
pub async fn explore(
    target: &Target,
    explore: &Explore,
    mut tell: impl FnMut(&Found),
) -> Result<Vec<Found>, TargetError> {
    let explorer = Explorer { target, explore, live: None };
    LocalSet::new().run_until(explorer.run(&mut tell)).await
}

struct Explorer<'a> {
    target: &'a Target,
    explore: &'a Explore,
    live: Option<Arc<Live>>,
}

impl Explorer<'_> {
    async fn run(mut self, tell: &mut impl FnMut(&Found)) -> Result<Vec<Found>, TargetError> {
        let mut kinds: Vec<String> = Vec::new();
        let mut found = Vec::new();
        for seed in (self.explore.seed..)
            .take(usize::try_from(self.explore.histories).unwrap_or(usize::MAX))
        {
            let steps = history(seed, self.explore.clients, self.explore.steps);
            let all: Vec<usize> = if self.explore.keep.is_empty() {
                (0..steps.len()).collect()
            } else {
                self.explore.keep.iter().copied().filter(|step| *step < steps.len()).collect()
            };
            let Some(wrong) = self.play(&steps, &all).await? else { continue };
            if kinds.contains(&wrong.kind) {
                continue;
            }
            let (keep, wrong) = self.shorten(&steps, all, wrong).await?;
            // Short, it may turn out to be an old acquaintance.
            if kinds.contains(&wrong.kind) {
                continue;
            }
            kinds.push(wrong.kind);
            let told = keep.iter().filter_map(|step| steps.get(*step)).map(ToString::to_string);
            let steps = told.collect();
            let one = Found { seed, keep, steps, problem: wrong.text };
            tell(&one);
            found.push(one);
        }
        Ok(found)
    }

    /// Leaves out steps as long as the same goes wrong.
    async fn shorten(
        &mut self,
        steps: &[Step],
        all: Vec<usize>,
        wrong: Wrong,
    ) -> Result<(Vec<usize>, Wrong), TargetError> {
        let mut keep: Vec<usize> = all.into_iter().take_while(|step| *step <= wrong.at).collect();
        let mut last = wrong;
        let mut size = keep.len().div_ceil(2);
        while size > 0 {
            let (mut from, before) = (0, keep.len());
            while from < keep.len() {
                let mut fewer = keep.clone();
                fewer.drain(from..(from + size).min(keep.len()));
                match self.play(steps, &fewer).await? {
                    Some(wrong) if wrong.kind == last.kind => {
                        fewer.retain(|step| *step <= wrong.at);
                        (keep, last) = (fewer, wrong);
                    }
                    _ => from += size,
                }
            }
            // Single steps again and again, until none can be left out.
            let again = size == 1 && keep.len() < before;
            size = if again { 1 } else { size / 2 };
        }
        Ok((keep, last))
    }

    /// Plays the steps with these numbers; what goes wrong first.
    async fn play(&mut self, steps: &[Step], keep: &[usize]) -> Result<Option<Wrong>, TargetError> {
        let live = match self.live.take() {
            Some(live) => live,
            None => self.target.start(self.explore.profile, self.explore.patience).await?,
        };
        let world = World::new(
            Arc::clone(&live),
            self.target.clone(),
            fresh_name(),
            self.explore.patience,
            Seen::default(),
        );
        let mut players = Players::new(world, self.explore)?;
        let mut wrong = None;
        for number in keep {
            let Some(step) = steps.get(*number) else { continue };
            let Err(difference) = players.play(step).await else { continue };
            let mut text = difference.text;
            let mut kind = difference.kind.to_owned();
            if let Some(end) = ended(&live).await {
                "the server ends".clone_into(&mut kind);
                text = format!("{end}; {text}");
            }
            wrong = Some(Wrong { at: *number, kind: format!("{}: {kind}", step.kind()), text });
            break;
        }
        players.leave().await;
        // Who knows what a faulty server keeps of it.
        if wrong.is_none() && live.ended().is_none() {
            self.live = Some(live);
        }
        Ok(wrong)
    }
}

/// What became of the server, if it ends: it may take a moment to be gone.
async fn ended(live: &Live) -> Option<String> {
    for _ in 0..ENDING.as_millis() / 10 {
        if let Some(end) = live.ended() {
            return Some(end);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    None
}

/// The flags that play `found` again, behind those that name the target.
#[must_use]
pub fn replay(explore: &Explore, found: &Found) -> String {
    let mut flags = format!(
        "--seed {} --histories 1 --clients {} --steps {}",
        found.seed, explore.clients, explore.steps
    );
    let keep: Vec<String> = found.keep.iter().map(ToString::to_string).collect();
    // Writing to a string cannot fail.
    let _ = write!(flags, " --keep {}", keep.join(","));
    if explore.lenient {
        flags.push_str(" --lenient");
    }
    flags
}
