//! Playing a journal again.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use easyrtc_proto::EasyrtcId;
use easyrtc_state::{AllowAll, Core, DrawnIds, Effects, Entropy, Now};

use crate::effect;
use crate::line::{AnyHeader, Header, Line, RecordedStep, VERSION};

/// What came of playing a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The version of the program that wrote the journal.
    pub server: String,
    /// How many steps were played.
    pub steps: u64,
    /// The first step that was different.
    pub difference: Option<Difference>,
    /// How the journal ends; `None` if it was not played to its end.
    pub end: Option<End>,
}

impl Outcome {
    fn ended(self, end: End) -> Self {
        Self { end: Some(end), ..self }
    }
}

/// How a journal ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// As it should.
    Complete,
    /// Before its time, and why.
    Incomplete(String),
    /// In the middle: whoever wrote it was killed.
    Cut,
}

/// A step of which something else came than the journal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which step.
    pub step: u64,
    /// What the journal says.
    pub recorded: String,
    /// What came now.
    pub replayed: String,
}

/// A step that was played.
#[derive(Clone, Copy, Debug)]
pub struct Replayed<'a> {
    /// Which, counted from 1.
    pub number: u64,
    /// The effects as the journal says: a JSON array.
    pub recorded: &'a str,
    /// The effects as they came now.
    pub effects: &'a str,
}

impl Replayed<'_> {
    /// Whether what came now is not what the journal says.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.recorded != self.effects
    }
}

/// Why a journal cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is none, or an empty one.
    #[error("it is no journal: {0}")]
    NoJournal(serde_json::Error),
    /// It has a format that this program does not know.
    #[error("it has version {0} of the format, and this program reads version {VERSION}")]
    Version(u32),
    /// A line is none of a journal.
    #[error("line {0}: {1}")]
    Line(u64, String),
}

/// Plays a journal. Tells `each` of every step, and goes on as long as that says so; after a
/// difference the rest may mean little.
///
/// # Errors
/// If it is not a journal that can be played.
pub fn replay(
    mut journal: impl BufRead,
    mut each: impl FnMut(Replayed<'_>) -> ControlFlow<()>,
) -> Result<Outcome, ReplayError> {
    let mut line = String::new();
    journal.read_line(&mut line)?;
    let AnyHeader { easyrtc_journal: version } =
        serde_json::from_str(&line).map_err(ReplayError::NoJournal)?;
    if version != VERSION {
        return Err(ReplayError::Version(version));
    }
    let header: Header = serde_json::from_str(&line).map_err(ReplayError::NoJournal)?;
    let config = serde_json::from_str(header.config.get()).map_err(ReplayError::NoJournal)?;
    let ids = Ids::default();
    let mut core = Core::new(config, AllowAll, ids.clone());
    let mut outcome = Outcome { server: header.server, steps: 0, difference: None, end: None };
    loop {
        line.clear();
        if journal.read_line(&mut line)? == 0 || !line.ends_with('\n') {
            return Ok(outcome.ended(End::Cut));
        }
        let number = outcome.steps + 1;
        let broken = |problem: String| ReplayError::Line(number + 1, problem);
        match serde_json::from_str(&line).map_err(|error| broken(error.to_string()))? {
            Line::End(steps) if steps == outcome.steps => {
                return Ok(outcome.ended(End::Complete));
            }
            Line::End(steps) => return Err(broken(format!("the end comes before step {steps}"))),
            Line::Incomplete(why) => return Ok(outcome.ended(End::Incomplete(why))),
            Line::Step(step) if step.number == number => {
                let recorded = step.effects.get().to_owned();
                let replayed = play(&mut core, &ids, *step).map_err(broken)?;
                outcome.steps = number;
                let step = Replayed { number, recorded: &recorded, effects: &replayed };
                let (differs, flow) = (step.differs(), each(step));
                if differs && outcome.difference.is_none() {
                    outcome.difference = Some(Difference { step: number, recorded, replayed });
                }
                if flow.is_break() {
                    return Ok(outcome);
                }
            }
            Line::Step(step) => {
                return Err(broken(format!("step {} where {number} is due", step.number)));
            }
        }
    }
}

/// Feeds one step. The effects; or what is wrong with the step.
fn play(core: &mut Core<Ids>, ids: &Ids, step: RecordedStep) -> Result<String, String> {
    let now = Now { mono: Duration::from_nanos(step.mono), unix_ms: step.time };
    let input = step.input.into_input().map_err(|error| error.to_string())?;
    ids.put(step.drawn);
    let mut effects = Effects::new();
    core.handle(now, input, &mut effects);
    ids.put(Vec::new());
    effect::text(effects.as_slice(), None).map_err(|error| error.to_string())
}

/// The easyrtcids that are to be drawn next. Should the core want more than were drawn, it gets
/// some that no journal has; then its effects differ.
#[derive(Clone, Debug, Default)]
struct Ids(Rc<RefCell<Drawing>>);

#[derive(Debug, Default)]
struct Drawing {
    next: VecDeque<EasyrtcId>,
    invented: u64,
}

impl Ids {
    fn put(&self, ids: Vec<EasyrtcId>) {
        self.0.borrow_mut().next = ids.into();
    }
}

impl Entropy for Ids {
    fn fill(&mut self, bytes: &mut [u8]) {
        let mut drawing = self.0.borrow_mut();
        if let Some(id) = drawing.next.pop_front() {
            DrawnIds::draw_again(&id, bytes);
        } else {
            drawing.invented += 1;
            // Six bits at a time that are letters, so that one call is one name.
            let digits = drawing.invented.to_string().into_bytes();
            bytes.fill(0);
            for (byte, digit) in bytes.iter_mut().zip(digits) {
                *byte = digit - b'0';
            }
        }
    }
}
