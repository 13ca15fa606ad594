//! Playing a journal again.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, BufRead};
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
    /// The first step that was different; it was the last one played.
    pub difference: Option<Difference>,
    /// How the journal ends, if all of it was played.
    pub end: End,
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
    /// The line of the journal.
    pub line: &'a str,
    /// The effects as they came now: a JSON array.
    pub effects: &'a str,
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

/// Plays a journal from its first line to its last, or to the first difference. Tells `each` of
/// every step.
///
/// # Errors
/// If it is not a journal that can be played.
pub fn replay(
    mut journal: impl BufRead,
    mut each: impl FnMut(Replayed<'_>),
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
    let mut outcome = Outcome { server: header.server, steps: 0, difference: None, end: End::Cut };
    loop {
        line.clear();
        if journal.read_line(&mut line)? == 0 || !line.ends_with('\n') {
            return Ok(outcome);
        }
        let number = outcome.steps + 1;
        let broken = |problem: String| ReplayError::Line(number + 1, problem);
        match serde_json::from_str(&line).map_err(|error| broken(error.to_string()))? {
            Line::End(steps) if steps == outcome.steps => {
                return Ok(Outcome { end: End::Complete, ..outcome });
            }
            Line::End(steps) => return Err(broken(format!("the end comes before step {steps}"))),
            Line::Incomplete(why) => return Ok(Outcome { end: End::Incomplete(why), ..outcome }),
            Line::Step(step) if step.number == number => {
                let recorded = step.effects.get().to_owned();
                let replayed = play(&mut core, &ids, *step).map_err(broken)?;
                outcome.steps = number;
                each(Replayed { number, line: line.trim_end(), effects: &replayed });
                if recorded != replayed {
                    let difference = Difference { step: number, recorded, replayed };
                    return Ok(Outcome { difference: Some(difference), ..outcome });
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
