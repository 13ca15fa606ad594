//! A session: what went to and fro, and what is kept so that it can go on when its line is cut.
//!
//! Both sides count the frames that carry an event or an answer. After a cut each tells the other
//! how many it has, and sends again what comes after those; nothing needs a number of its own.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use easyrtc_transport_common::{Packet, PacketSource, RandomId};

use crate::encode;

#[cfg(any(test, feature = "fuzz"))]
mod cuts;
#[cfg(feature = "fuzz")]
pub(crate) mod fuzzed;
#[cfg(test)]
mod tests;

/// How often a client is told what the server has, at most.
const ACKNOWLEDGE_INTERVAL: Duration = Duration::from_secs(1);

/// Tokens that stay good until the client shows that it knows the newest. A client needs one; the
/// others are for resumes that overtake each other.
const MAX_UNCONFIRMED: usize = 4;

/// What is kept of a session that can be resumed, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// While the line is cut.
    pub(crate) time: Duration,
    /// Bytes of frames the client may not have.
    pub(crate) bytes: usize,
}

/// The client's count can't be met: it has more than was sent, or lacks what is not kept any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Impossible;

/// One session, as far as its line is concerned.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// What goes to the client; the first of it was handed to the line already.
    frames: VecDeque<Bytes>,
    /// How many of `frames` were handed to the line.
    handed: usize,
    /// The welcome, until the line takes it.
    welcome: Option<Bytes>,
    /// Whether a ping waits for the line.
    ping: bool,
    /// What a session has that can be resumed.
    kept: Option<Box<Kept>>,
}

#[derive(Debug)]
struct Kept {
    limits: Limits,
    /// Bytes of all frames.
    bytes: usize,
    /// Frames that are not kept any more: the client has them, or there were too many.
    let_go: u64,
    /// Frames of the client that were taken.
    taken: u64,
    /// When the client is to be told of what was taken.
    acknowledge_at: Option<Duration>,
    /// Whether the line is to take an acknowledgement next.
    acknowledge: bool,
    /// Until when the line may stay cut.
    expires_at: Option<Duration>,
    /// What the session is known by.
    token: RandomId,
    /// What it was known by before, until the client shows that it knows the new token: any of
    /// the welcomes that told it may have been lost. At most [`MAX_UNCONFIRMED`].
    unconfirmed: Vec<RandomId>,
}

impl Session {
    /// A session that ends with its line.
    pub(crate) fn new(welcome: Bytes) -> Self {
        Self { welcome: Some(welcome), ..Self::default() }
    }

    /// A session that can be resumed, known by `token`.
    pub(crate) fn resumable(welcome: Bytes, token: RandomId, limits: Limits) -> Self {
        let kept = Kept {
            limits,
            bytes: 0,
            let_go: 0,
            taken: 0,
            acknowledge_at: None,
            acknowledge: false,
            expires_at: None,
            token,
            unconfirmed: Vec::new(),
        };
        Self { kept: Some(Box::new(kept)), ..Self::new(welcome) }
    }

    /// Whether the session outlives its line.
    pub(crate) const fn is_resumable(&self) -> bool {
        self.kept.is_some()
    }

    /// What the session is known by: the token, and those before while they are good still.
    pub(crate) fn tokens(&self) -> Vec<RandomId> {
        let tokens = |kept: &Kept| [&[kept.token], kept.unconfirmed.as_slice()].concat();
        self.kept.as_deref().map(tokens).unwrap_or_default()
    }

    /// Appends an event or an answer.
    pub(crate) fn push(&mut self, frame: Bytes) {
        if let Some(kept) = &mut self.kept {
            kept.bytes += frame.len();
        }
        self.frames.push_back(frame);
    }

    /// Sees to it that no more is kept than may be. What the line was handed goes first: the client
    /// probably has it. Returns false if what no line was handed is too much by itself.
    pub(crate) fn trim(&mut self) -> bool {
        let Some(kept) = &mut self.kept else { return true };
        //= docs/spec/websocket.md#websocket.keep-bytes
        while kept.bytes > kept.limits.bytes {
            if self.handed == 0 {
                return false;
            }
            self.handed -= 1;
            kept.let_go += 1;
            kept.bytes -= self.frames.pop_front().map_or(0, |frame| frame.len());
        }
        true
    }

    /// The client was not heard of for too long: a ping is due.
    pub(crate) const fn ping(&mut self) {
        self.ping = true;
    }

    /// A frame with an event came from the client, and is taken.
    pub(crate) fn take(&mut self, now: Duration) {
        if let Some(kept) = &mut self.kept {
            //= docs/spec/websocket.md#websocket.taken-once
            kept.taken += 1;
            let due = now.saturating_add(ACKNOWLEDGE_INTERVAL);
            //= docs/spec/websocket.md#websocket.received
            kept.acknowledge_at = kept.acknowledge_at.or(Some(due));
        }
    }

    /// A frame came from the client, so it had the welcome, and the token in it. Returns whether a
    /// token ceases to be good.
    pub(crate) fn confirm(&mut self) -> bool {
        let unconfirmed = self.kept.as_mut().map(|kept| std::mem::take(&mut kept.unconfirmed));
        unconfirmed.is_some_and(|tokens| !tokens.is_empty())
    }

    /// The client has the first `received` frames. A count lower than one before tells nothing new.
    ///
    /// # Errors
    ///
    /// If there were not as many.
    //= docs/spec/websocket.md#websocket.received
    pub(crate) fn received(&mut self, received: u64) -> Result<(), Impossible> {
        let Some(kept) = &mut self.kept else { return Ok(()) };
        let more = received.saturating_sub(kept.let_go);
        let more = usize::try_from(more).ok().filter(|&more| more <= self.handed);
        let more = more.ok_or(Impossible)?;
        self.handed -= more;
        kept.let_go += more as u64;
        kept.bytes -= self.frames.drain(..more).map(|frame| frame.len()).sum::<usize>();
        if self.frames.is_empty() {
            // A burst must not cost memory for the rest of the session.
            self.frames = VecDeque::new();
        }
        Ok(())
    }

    /// The line is cut.
    pub(crate) fn cut(&mut self, now: Duration) {
        self.welcome = None;
        self.ping = false;
        if let Some(kept) = &mut self.kept {
            kept.acknowledge = false;
            kept.acknowledge_at = None;
            //= docs/spec/websocket.md#websocket.keep-time
            kept.expires_at = Some(now.saturating_add(kept.limits.time));
        }
    }

    /// Goes on, on another line: the client has the first `received` frames and gets the rest,
    /// behind the welcome, which is to say what this returns: how many frames of the client there
    /// were. `fresh` is what the session is known by from now on; the token that was presented
    /// stays good until the client has shown that it knows the new one.
    ///
    /// # Errors
    ///
    /// If the count can't be met.
    pub(crate) fn resume(
        &mut self,
        presented: RandomId,
        received: u64,
        fresh: RandomId,
    ) -> Result<u64, Impossible> {
        let kept = self.kept.as_ref().ok_or(Impossible)?;
        //= docs/spec/websocket.md#websocket.impossible-count
        if received < kept.let_go {
            return Err(Impossible);
        }
        self.received(received)?;
        self.handed = 0;
        let kept = self.kept.as_mut().ok_or(Impossible)?;
        // The one that was presented goes first, since the client is known to have it.
        let former = std::mem::replace(&mut kept.token, fresh);
        //= docs/spec/websocket.md#websocket.token-rotation
        kept.unconfirmed.retain(|&token| token != presented && token != former);
        let others = std::iter::once(former).filter(|&token| token != presented);
        kept.unconfirmed.splice(0..0, std::iter::once(presented).chain(others));
        kept.unconfirmed.truncate(MAX_UNCONFIRMED);
        kept.expires_at = None;
        kept.acknowledge_at = None;
        Ok(kept.taken)
    }

    /// Sets what the line is to take first.
    pub(crate) fn welcome(&mut self, welcome: Bytes) {
        self.welcome = Some(welcome);
    }

    /// When a [`Self::tick`] is due, if ever.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let kept = self.kept.as_ref()?;
        kept.expires_at.or(kept.acknowledge_at)
    }

    /// Time has passed. Returns false if the session is over, as nobody came to resume it.
    pub(crate) fn tick(&mut self, now: Duration) -> bool {
        let Some(kept) = &mut self.kept else { return true };
        if kept.expires_at.is_some_and(|at| now >= at) {
            return false;
        }
        if kept.acknowledge_at.is_some_and(|at| now >= at) {
            kept.acknowledge_at = None;
            kept.acknowledge = true;
        }
        true
    }

    fn acknowledges(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.acknowledge)
    }

    fn next_frame(&mut self) -> Option<Bytes> {
        if self.kept.is_none() {
            let frame = self.frames.pop_front();
            if self.frames.is_empty() {
                self.frames = VecDeque::new();
            }
            return frame;
        }
        let frame = self.frames.get(self.handed).cloned()?;
        self.handed += 1;
        Some(frame)
    }
}

/// What the line takes: the welcome, then pings and acknowledgements, then what is for the client.
impl PacketSource for Session {
    fn is_empty(&self) -> bool {
        self.welcome.is_none()
            && !self.ping
            && !self.acknowledges()
            && self.handed == self.frames.len()
    }

    fn pop(&mut self) -> Option<Packet> {
        //= docs/spec/websocket.md#websocket.welcome
        if let Some(welcome) = self.welcome.take() {
            return Some(Packet::Text(welcome));
        }
        if std::mem::take(&mut self.ping) {
            return Some(Packet::Ping);
        }
        if let Some(kept) = self.kept.as_mut().filter(|kept| kept.acknowledge) {
            kept.acknowledge = false;
            return Some(Packet::Text(encode::received(kept.taken)));
        }
        self.next_frame().map(Packet::Text)
    }
}
