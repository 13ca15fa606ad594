//! What follows from what happened: messages arrive, clients read, answers and deadlines come.

use easyrtc_state::{ConnId, Input};
use easyrtc_test_kit::Violation;
use easyrtc_test_kit::operation::{decode, verdict};

use crate::agenda::Event;
use crate::world::World;

/// How many messages a client reads at a time.
const BATCH: usize = 4;

impl World {
    /// The next thing that is planned or due happens. False if there is none.
    pub(crate) fn follow(&mut self) -> Result<bool, Violation> {
        let deadline = self.watched.core().next_deadline();
        let planned = self.agenda.next();
        if let Some(deadline) = deadline
            && planned.is_none_or(|planned| deadline <= planned)
        {
            self.advance_to(deadline);
            self.feed(Input::Tick)?;
            return Ok(true);
        }
        let Some((at, event)) = self.agenda.pop() else { return Ok(false) };
        self.advance_to(at);
        match event {
            Event::Arrive(conn) => self.arrived(conn)?,
            Event::Read(conn) => self.read(conn)?,
            Event::Ended(conn, reason) => {
                if self.links.remove(&conn).is_some() {
                    self.feed(Input::Closed { conn, reason })?;
                }
            }
            Event::Answer(ask, number) => {
                if let Some(question) = self.questions.remove(&ask) {
                    let verdict = verdict(Some(&question), number);
                    self.settle(ask);
                    self.feed(Input::Answered { ask, verdict })?;
                }
            }
        }
        Ok(true)
    }

    fn arrived(&mut self, conn: ConnId) -> Result<(), Violation> {
        let Some(link) = self.links.get_mut(&conn) else { return Ok(()) };
        if link.paused {
            link.held += 1;
            return Ok(());
        }
        let Some(sent) = link.uplink.pop_front() else { return Ok(()) };
        let message = decode(sent.event, &sent.text, sent.binary);
        let bytes = sent.text.len();
        self.feed(Input::Message { conn, ack: sent.ack, message, bytes })
    }

    fn read(&mut self, conn: ConnId) -> Result<(), Violation> {
        let Some(link) = self.links.get_mut(&conn) else { return Ok(()) };
        link.reads = false;
        if link.cut || link.stalled {
            return Ok(());
        }
        // Once the faults have stopped, clients read all there is: what waits may be a lot.
        let batch = if self.calm { usize::MAX } else { BATCH };
        for _ in 0..batch {
            if !link.has_news() {
                break;
            }
            self.delivered += 1;
            let ended = link.read().map_err(|what| Self::nonsense(conn, &what))?;
            if let Some(reason) = ended {
                let at = self.now.mono + link.latency;
                self.agenda.plan(at, Event::Ended(conn, reason));
                return Ok(());
            }
        }
        self.will_read(conn);
        Ok(())
    }
}
