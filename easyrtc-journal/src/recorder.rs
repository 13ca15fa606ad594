//! Writing a journal while the core runs.

use std::collections::VecDeque;
use std::io::{self, BufWriter, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use easyrtc_proto::{ClientMessage, EasyrtcId, PROTOCOL_REVISION, Payload};
use easyrtc_state::{Config, Effect, Input, Now};
use serde_json::value::RawValue;

use crate::effect;
use crate::input::{RecordedInput, payload};
use crate::line::{Header, VERSION};
use crate::secrets::{CONFIG, hide};
use crate::stand_in::StandIns;

/// One input, and what came of it.
#[derive(Clone, Debug)]
pub struct Step {
    /// When it was fed.
    pub now: Now,
    /// The input.
    pub input: Input,
    /// The easyrtcids drawn meanwhile, in order.
    pub drawn: Vec<EasyrtcId>,
    /// The effects, in order.
    pub effects: Vec<Effect>,
}

/// Bounds of a journal; 0 means no limit. One that reaches a bound ends with a line that says so,
/// and the core goes on without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes, roughly, of steps that wait to be written. Default 64 MiB.
    pub waiting: usize,
    /// Bytes of the journal. Default 1 GiB.
    pub journal: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { waiting: 64 * 1024 * 1024, journal: 1024 * 1024 * 1024 }
    }
}

/// Writes a journal in a thread of its own. Clones write the same one.
#[derive(Clone, Debug)]
pub struct Recorder(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    writer: Mutex<Option<JoinHandle<io::Result<()>>>>,
    limits: Limits,
}

#[derive(Debug, Default)]
struct Queue {
    steps: VecDeque<Step>,
    /// How much waits.
    weight: usize,
    /// Why nothing is added any more, if so.
    closed: Option<Closed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closed {
    /// It was to end here.
    Finished,
    /// It ended before its time.
    Incomplete(&'static str),
}

const TOO_FAST: &str = "the core was faster than the journal could be written";
const CANNOT_BE_WRITTEN: &str = "the journal cannot be written";
const TOO_LARGE: &str = "the journal has reached its largest size";

impl Recorder {
    /// Starts the journal of a core that was just made with `config` and that nobody is connected
    /// to. `server` is the version of the program.
    ///
    /// # Errors
    /// If the first line cannot be written, or the thread cannot be started.
    pub fn start(
        journal: impl Write + Send + 'static,
        server: &str,
        config: &Config,
        stand_ins: StandIns,
        limits: Limits,
    ) -> io::Result<Self> {
        let config = hide(&serde_json::to_string(config)?, CONFIG, &stand_ins);
        let header = Header {
            easyrtc_journal: VERSION,
            server: server.to_owned(),
            protocol: PROTOCOL_REVISION.to_owned(),
            config: RawValue::from_string(config)?,
        };
        let mut file = BufWriter::new(journal);
        let header = serde_json::to_string(&header)? + "\n";
        file.write_all(header.as_bytes())?;
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            changed: Condvar::new(),
            writer: Mutex::default(),
            limits,
        });
        let written = u64::try_from(header.len()).unwrap_or(u64::MAX);
        let mut writer = Writer { file, stand_ins, written, steps: 0 };
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("journal".to_owned());
        let thread = thread.spawn(move || of_thread.run(&mut writer))?;
        *shared.writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(Self(shared))
    }

    /// Adds a step, unless the journal has ended. Never waits: if too many steps do, the journal
    /// ends. Returns false if it ended before its time.
    pub fn record(&self, step: Step) -> bool {
        let mut queue = self.0.queue();
        if let Some(closed) = queue.closed {
            return closed == Closed::Finished;
        }
        let weight = queue.weight.saturating_add(weight(&step));
        let limit = self.0.limits.waiting;
        if limit != 0 && weight > limit && !queue.steps.is_empty() {
            queue.closed = Some(Closed::Incomplete(TOO_FAST));
        } else {
            queue.weight = weight;
            queue.steps.push_back(step);
        }
        let goes_on = queue.closed.is_none();
        drop(queue);
        self.0.changed.notify_one();
        goes_on
    }

    /// Writes what waits, and ends the journal. Blocks until that is done.
    ///
    /// # Errors
    /// If the journal could not be written, now or earlier.
    pub fn finish(&self) -> io::Result<()> {
        self.0.queue().closed.get_or_insert(Closed::Finished);
        self.0.changed.notify_one();
        let writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        writer.map_or(Ok(()), |writer| {
            writer.join().unwrap_or_else(|_| Err(io::Error::other("the journal's thread panicked")))
        })
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, writer: &mut Writer<impl Write>) -> io::Result<()> {
        let written = self.write(writer);
        // Whatever comes now would wait for nobody.
        let mut queue = self.queue();
        let incomplete = Closed::Incomplete(CANNOT_BE_WRITTEN);
        if written.is_err() {
            // Also if it was to end here: what had waited is not in it.
            queue.closed = Some(incomplete);
        }
        queue.closed.get_or_insert(incomplete);
        queue.steps.clear();
        written
    }

    fn write(&self, writer: &mut Writer<impl Write>) -> io::Result<()> {
        loop {
            let (steps, closed) = self.take();
            for step in steps {
                if self.limits.journal != 0 && writer.written >= self.limits.journal {
                    return writer.end(Closed::Incomplete(TOO_LARGE));
                }
                writer.step(step)?;
            }
            if let Some(closed) = closed {
                return writer.end(closed);
            }
            writer.file.flush()?;
        }
    }

    /// Takes what waits, and whether nothing comes after it.
    fn take(&self) -> (VecDeque<Step>, Option<Closed>) {
        let mut queue = self.queue();
        while queue.steps.is_empty() && queue.closed.is_none() {
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.weight = 0;
        (std::mem::take(&mut queue.steps), queue.closed)
    }
}

#[derive(Debug)]
struct Writer<W: Write> {
    file: BufWriter<W>,
    stand_ins: StandIns,
    /// Bytes so far.
    written: u64,
    steps: u64,
}

impl<W: Write> Writer<W> {
    fn step(&mut self, step: Step) -> io::Result<()> {
        let Step { now, input, drawn, effects } = step;
        let effects = effect::text(&effects, Some(&self.stand_ins))?;
        let input = RecordedInput::text(input, &self.stand_ins)?;
        let drawn = serde_json::to_string(&drawn)?;
        self.steps += 1;
        let (number, mono, time) = (self.steps, now.mono.as_nanos(), now.unix_ms);
        self.line(&format!(
            "{{\"step\":{{\"number\":{number},\"mono\":{mono},\"time\":{time},\"input\":{input},\
             \"drawn\":{drawn},\"effects\":{effects}}}}}\n"
        ))
    }

    fn end(&mut self, closed: Closed) -> io::Result<()> {
        self.line(&match closed {
            Closed::Finished => format!("{{\"end\":{}}}\n", self.steps),
            Closed::Incomplete(why) => format!("{{\"incomplete\":\"{why}\"}}\n"),
        })?;
        self.file.flush()
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        // Line breaks in a message stand between its tokens: in its strings they are escapes.
        let (text, end) = line.split_at(line.len().saturating_sub(1));
        let text = text.replace(['\n', '\r'], " ");
        self.written += u64::try_from(line.len()).unwrap_or(u64::MAX);
        self.file.write_all(text.as_bytes())?;
        self.file.write_all(end.as_bytes())
    }
}

/// How many bytes a step takes while it waits, roughly. What several steps share is counted for
/// each.
fn weight(step: &Step) -> usize {
    const SMALL: usize = 1024;
    let input = if let Input::Message { message: Ok(message), .. } = &step.input {
        let login =
            if let ClientMessage::Authenticate(login) = message { Some(login) } else { None };
        let credential = login.and_then(|login| login.credential.as_ref());
        let list = login.and_then(|login| login.set_user_cfg.p2p_list.as_ref());
        [payload(message), credential, list].into_iter().flatten().map(Payload::len).sum()
    } else {
        0
    };
    let effect = |effect: &Effect| {
        if let Effect::Send { frame, .. } | Effect::Reply { frame, .. } = effect {
            frame.size_hint()
        } else {
            0
        }
    };
    SMALL + input + step.effects.iter().map(effect).sum::<usize>()
}
