//! Many clients on one thread: a poll loop, one read and one write for each that has something to
//! say, and nothing kept for those that are idle.

mod line;

use std::io::{self, Read};
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::{Events, Poll};

pub(crate) use line::{Lines, Stage};

use crate::place::Place;

/// As much is read at once, whichever client it is for.
const READ_BUFFER: usize = 64 * 1024;

/// So many clients are looked after between two looks at the clock.
const EVENTS: usize = 1024;

/// A wait that is shorter than this is spent polling: the timer of a poll has whole milliseconds.
const SPIN: Duration = Duration::from_millis(2);

/// The longest wait: how often progress is shown at least.
const TICK: Duration = Duration::from_millis(100);

/// What a client hears.
#[derive(Debug)]
pub(crate) enum Heard<'a> {
    /// It is connected and may log in.
    Open,
    /// The answer to the event to which [`Lines::emit`] gave this number.
    Answer { id: u64, message: &'a str },
    /// An event. The ack, if one is wanted, is on its way.
    Event { name: &'a str, message: &'a str },
    /// A ping. It is answered.
    Ping,
    /// The connection has ended, as the client wished.
    Left,
    /// The connection has ended, for this reason.
    Closed(&'a str),
}

/// Who listens to what clients hear, and has them speak.
pub(crate) trait Listener {
    /// A client heard something.
    fn hear(&mut self, lines: &mut Lines, client: usize, heard: Heard<'_>);

    /// Does what is due by the clock; says when something is again, if ever.
    fn due(&mut self, _lines: &mut Lines) -> Option<Instant> {
        None
    }

    /// How much is done, for the progress line.
    fn progress(&self) -> u64;
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// What was waited for is there.
    Done,
    /// The time is over.
    TimeUp,
    /// Nobody heard anything for as long as patience lasts.
    Stalled,
}

/// Many clients of one server.
pub(crate) struct Fleet {
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    pub(crate) lines: Lines,
    patience: Duration,
    progress: Box<dyn FnMut(u64)>,
}

impl Fleet {
    /// Nobody yet. `patience` is how long nothing at all may happen where something should;
    /// `progress` is told now and then how much is done.
    pub(crate) fn new(
        place: &Place,
        patience: Duration,
        progress: Box<dyn FnMut(u64)>,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let lines = Lines::new(place.clone(), poll.registry().try_clone()?);
        let (events, buffer) = (Events::with_capacity(EVENTS), vec![0; READ_BUFFER]);
        Ok(Self { poll, events, buffer, lines, patience, progress })
    }

    /// Runs until `done`, at the latest `until`.
    pub(crate) fn run<L: Listener>(
        &mut self,
        listener: &mut L,
        until: Option<Instant>,
        done: impl Fn(&L) -> bool,
    ) -> io::Result<Ended> {
        let mut shown = Instant::now();
        // The time of the last sign that there is still something going on.
        let mut lively = (shown, self.lines.heard);
        loop {
            let now = Instant::now();
            self.lines.now = now;
            let due = listener.due(&mut self.lines);
            self.lines.flush();
            if done(listener) {
                return Ok(Ended::Done);
            }
            if until.is_some_and(|until| now >= until) {
                return Ok(Ended::TimeUp);
            }
            if lively.1 != self.lines.heard {
                lively = (now, self.lines.heard);
            } else if until.is_none() && now.duration_since(lively.0) >= self.patience {
                return Ok(Ended::Stalled);
            }
            if now.duration_since(shown) >= TICK {
                shown = now;
                (self.progress)(listener.progress());
            }
            let next = [due, until].into_iter().flatten().min();
            self.turn(listener, next.map_or(TICK, |next| wait(next, now)))?;
        }
    }

    /// Looks after everybody who has something to say, once.
    fn turn<L: Listener>(&mut self, listener: &mut L, timeout: Duration) -> io::Result<()> {
        let Self { poll, events, buffer, lines, .. } = self;
        match poll.poll(events, Some(timeout)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        for event in &*events {
            lines.now = Instant::now();
            let client = event.token().0;
            if event.is_writable() {
                lines.writable(client);
            }
            if event.is_readable() || event.is_read_closed() || event.is_error() {
                read(lines, client, event, buffer, listener);
            }
            lines.flush();
        }
        Ok(())
    }

    /// Has a client that did not read go on reading.
    pub(crate) fn resume<L: Listener>(&mut self, client: usize, listener: &mut L) {
        self.lines.set_paused(client, false);
        drain(&mut self.lines, client, true, &mut self.buffer, listener);
        self.lines.flush();
    }
}

/// How long to sleep until `next`.
fn wait(next: Instant, now: Instant) -> Duration {
    let wait = next.saturating_duration_since(now);
    if wait < SPIN { Duration::ZERO } else { wait.min(TICK) - Duration::from_millis(1) }
}

fn read<L: Listener>(
    lines: &mut Lines,
    client: usize,
    event: &Event,
    buffer: &mut [u8],
    listener: &mut L,
) {
    let ending = event.is_read_closed() || event.is_error();
    drain(lines, client, ending, buffer, listener);
}

/// Reads what there is. A read that does not fill the buffer was the last one for now, unless the
/// end is to come: the poll tells of what comes later.
fn drain<L: Listener>(
    lines: &mut Lines,
    client: usize,
    to_the_end: bool,
    buffer: &mut [u8],
    listener: &mut L,
) {
    while let Some(socket) = lines.readable(client) {
        let ended = match socket.read(buffer) {
            Ok(0) => "the server closed the connection".to_owned(),
            Ok(length) => {
                lines.take(client, &buffer[..length], listener);
                if length < buffer.len() && !to_the_end {
                    return;
                }
                continue;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => error.to_string(),
        };
        lines.ended(client, &ended, listener);
    }
}
