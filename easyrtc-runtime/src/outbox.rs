//! What is to go out on a connection: a bounded queue.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use easyrtc_proto::EasyrtcId;
use easyrtc_state::{AckId, CloseReason, ConnId, Frame};

use crate::observe::{self, MessageObserver};

/// How much may wait to be written on one connection; 0 means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboxLimits {
    /// Messages. Default 4096.
    pub frames: usize,
    /// Bytes, roughly. Default 8 MiB; a single message is taken whatever its size.
    pub bytes: usize,
}

impl Default for OutboxLimits {
    fn default() -> Self {
        Self { frames: 4096, bytes: 8 * 1024 * 1024 }
    }
}

/// One thing to write.
#[derive(Clone, Debug, PartialEq)]
pub enum Outgoing {
    /// Emit a message.
    Event {
        /// What.
        frame: Frame,
        /// The receiver's own easyrtcid, which goes into the message.
        to: Option<EasyrtcId>,
    },
    /// Answer a message.
    Reply {
        /// Which.
        ack: AckId,
        /// What.
        frame: Frame,
    },
    /// End the connection. Nothing comes after it.
    Close(CloseReason),
}

/// How many items, and how many bytes, one call of [`Outbox::recv`] takes at most.
const BATCH_FRAMES: usize = 64;
const BATCH_BYTES: usize = 256 * 1024;

/// What both ends of an outbox, and the connection's feeding end, share.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    limits: OutboxLimits,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Outgoing>,
    bytes: usize,
    /// Whether nothing is to be added any more.
    ended: bool,
    /// Whether no message is to be fed for now.
    paused: bool,
    /// Whether the socket is to be dropped, and why.
    aborted: Option<CloseReason>,
    /// Who waits for something to write.
    reader: Option<Waker>,
    /// Whether it is known that the reader is to be woken.
    to_be_woken: bool,
    /// Who waits for the outbox to be aborted.
    watcher: Option<Waker>,
    /// Who waits for the connection not to be paused.
    feeder: Option<Waker>,
}

impl State {
    fn push(&mut self, item: Outgoing, limits: OutboxLimits) -> Result<(), Full> {
        if self.ended {
            return Ok(());
        }
        //= docs/spec/envelope.md#envelope.answer-before-close
        if let Outgoing::Close(_) = item {
            self.ended = true;
        } else {
            let bytes = size(&item);
            let full = (limits.frames != 0 && self.items.len() >= limits.frames)
                || (limits.bytes != 0 && self.bytes.saturating_add(bytes) > limits.bytes);
            //= docs/spec/limits.md#limits.slow-reader
            if full && !self.items.is_empty() {
                return Err(Full);
            }
            self.bytes += bytes;
        }
        self.items.push_back(item);
        Ok(())
    }
}

/// The outbox is full.
#[derive(Debug)]
pub(crate) struct Full;

impl Shared {
    pub(crate) fn new(limits: OutboxLimits) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), limits })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an item, and wakes who writes it. Never waits.
    pub(crate) fn push(&self, item: Outgoing) -> Result<(), Full> {
        let mut state = self.state();
        state.push(item, self.limits)?;
        let reader = state.reader.take();
        drop(state);
        wake([reader]);
        Ok(())
    }

    /// Adds an item without waking who writes it. Returns whether [`Self::wake_reader`] has to be
    /// called for that. Never waits.
    pub(crate) fn push_unnoticed(&self, item: Outgoing) -> Result<bool, Full> {
        let mut state = self.state();
        state.push(item, self.limits)?;
        // Who does not wait is writing, and looks here again before it waits.
        let needed = state.reader.is_some() && !state.to_be_woken;
        state.to_be_woken |= needed;
        Ok(needed)
    }

    /// Wakes who waits for something to write, if anybody does.
    pub(crate) fn wake_reader(&self) {
        let mut state = self.state();
        state.to_be_woken = false;
        let reader = state.reader.take();
        drop(state);
        wake([reader]);
    }

    /// Throws away what waits, and tells the transport to drop the socket.
    pub(crate) fn abort(&self, reason: CloseReason) {
        let mut state = self.state();
        state.items = VecDeque::new();
        state.bytes = 0;
        state.ended = true;
        state.aborted = Some(reason);
        let waiting = [state.reader.take(), state.watcher.take(), state.feeder.take()];
        drop(state);
        wake(waiting);
    }

    pub(crate) fn set_paused(&self, paused: bool) {
        let mut state = self.state();
        state.paused = paused;
        let feeder = if paused { None } else { state.feeder.take() };
        drop(state);
        wake([feeder]);
    }

    /// Ready when a message may be fed.
    pub(crate) fn poll_unpaused(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.state();
        if !state.paused || state.aborted.is_some() {
            return Poll::Ready(());
        }
        register(&mut state.feeder, cx);
        Poll::Pending
    }

    fn poll_aborted(&self, cx: &Context<'_>) -> Poll<CloseReason> {
        let mut state = self.state();
        if let Some(reason) = state.aborted {
            return Poll::Ready(reason);
        }
        register(&mut state.watcher, cx);
        Poll::Pending
    }
}

fn register(waker: &mut Option<Waker>, cx: &Context<'_>) {
    match waker {
        Some(waker) => waker.clone_from(cx.waker()),
        None => *waker = Some(cx.waker().clone()),
    }
}

fn wake<const N: usize>(wakers: [Option<Waker>; N]) {
    for waker in wakers.into_iter().flatten() {
        waker.wake();
    }
}

fn size(item: &Outgoing) -> usize {
    match item {
        Outgoing::Event { frame, .. } | Outgoing::Reply { frame, .. } => frame.size_hint(),
        Outgoing::Close(_) => 0,
    }
}

/// The end of an outbox that a transport reads.
#[derive(Debug)]
pub struct Outbox {
    pub(crate) shared: Arc<Shared>,
    pub(crate) conn: ConnId,
    pub(crate) observer: Option<Arc<dyn MessageObserver>>,
}

impl Outbox {
    /// Waits until there is something to write, and appends what is ready to `batch`: a bounded
    /// number of items, in the order they are to be written in. Returns false when nothing will
    /// ever come any more. Cancelling it loses nothing.
    pub async fn recv(&mut self, batch: &mut Vec<Outgoing>) -> bool {
        poll_fn(|cx| self.poll_recv(cx, batch)).await
    }

    /// The same as [`Self::recv`], for who polls by hand. Of several tasks that poll, the last one
    /// is woken.
    pub fn poll_recv(&mut self, cx: &Context<'_>, batch: &mut Vec<Outgoing>) -> Poll<bool> {
        self.take_observed(batch, Some(cx)).map_or(Poll::Pending, Poll::Ready)
    }

    /// Like [`Self::recv`], but takes only what is there; false if that is nothing.
    pub fn try_recv(&mut self, batch: &mut Vec<Outgoing>) -> bool {
        self.take_observed(batch, None) == Some(true)
    }

    fn take_observed(&self, batch: &mut Vec<Outgoing>, cx: Option<&Context<'_>>) -> Option<bool> {
        let first = batch.len();
        let taken = self.take(batch, cx);
        if let Some(observer) = &self.observer {
            observe::sent(observer.as_ref(), self.conn, batch.get(first..).unwrap_or_default());
        }
        taken
    }

    /// `None`: nothing is there yet; `cx` is woken when there is.
    fn take(&self, batch: &mut Vec<Outgoing>, cx: Option<&Context<'_>>) -> Option<bool> {
        let mut state = self.shared.state();
        if state.items.is_empty() {
            if !state.ended {
                if let Some(cx) = cx {
                    register(&mut state.reader, cx);
                }
                return None;
            }
            return Some(false);
        }
        let mut bytes = 0;
        for _ in 0..BATCH_FRAMES {
            let Some(item) = state.items.pop_front() else { break };
            let size = size(&item);
            state.bytes = state.bytes.saturating_sub(size);
            bytes += size;
            batch.push(item);
            if bytes >= BATCH_BYTES {
                break;
            }
        }
        if state.items.is_empty() {
            // Most connections are idle most of the time.
            state.items = VecDeque::new();
        }
        Some(true)
    }

    /// Completes when the socket is to be dropped without writing what is left: the outbox
    /// overflowed because the client does not read.
    pub fn aborted(&self) -> impl Future<Output = CloseReason> + Send + 'static {
        let shared = Arc::clone(&self.shared);
        poll_fn(move |cx| shared.poll_aborted(cx))
    }

    /// The same as [`Self::aborted`], for who polls by hand. Of several tasks that poll, the last
    /// one is woken.
    pub fn poll_aborted(&self, cx: &Context<'_>) -> Poll<CloseReason> {
        self.shared.poll_aborted(cx)
    }
}

#[cfg(test)]
mod tests {
    use easyrtc_proto::ServerMessage;

    use super::*;

    fn event() -> Outgoing {
        Outgoing::Event { frame: Frame::new(ServerMessage::Ack, 0), to: None }
    }

    fn outbox(frames: usize, bytes: usize) -> Outbox {
        let shared = Shared::new(OutboxLimits { frames, bytes });
        Outbox { shared, conn: ConnId(0), observer: None }
    }

    #[tokio::test]
    async fn items_come_out_in_order_and_end_with_the_close() {
        let mut outbox = outbox(10, 1_000_000);
        outbox.shared.push(event()).unwrap();
        outbox.shared.push(Outgoing::Close(CloseReason::Kicked)).unwrap();
        outbox.shared.push(event()).unwrap();
        let mut batch = Vec::new();
        assert!(outbox.recv(&mut batch).await);
        assert_eq!(batch, [event(), Outgoing::Close(CloseReason::Kicked)]);
        assert!(!outbox.recv(&mut batch).await);
    }

    #[test]
    fn frames_are_bounded() {
        let outbox = outbox(2, 1_000_000);
        outbox.shared.push(event()).unwrap();
        outbox.shared.push(event()).unwrap();
        assert!(outbox.shared.push(event()).is_err());
        assert!(outbox.shared.push(Outgoing::Close(CloseReason::Slow)).is_ok());
    }

    #[test]
    fn bytes_are_bounded_but_one_message_always_fits() {
        let outbox = outbox(100, 1);
        outbox.shared.push(event()).unwrap();
        assert!(outbox.shared.push(event()).is_err());
    }

    #[test]
    fn zero_means_no_limit() {
        let outbox = outbox(0, 0);
        for _ in 0..10_000 {
            outbox.shared.push(event()).unwrap();
        }
    }

    #[tokio::test]
    async fn an_abort_throws_away_what_waits() {
        let mut outbox = outbox(10, 1_000_000);
        let aborted = outbox.aborted();
        outbox.shared.push(event()).unwrap();
        outbox.shared.abort(CloseReason::Slow);
        assert_eq!(aborted.await, CloseReason::Slow);
        assert!(!outbox.recv(&mut Vec::new()).await);
    }

    #[tokio::test]
    async fn recv_takes_bounded_batches() {
        let mut outbox = outbox(1000, 10_000_000);
        for _ in 0..BATCH_FRAMES + 1 {
            outbox.shared.push(event()).unwrap();
        }
        let mut batch = Vec::new();
        outbox.recv(&mut batch).await;
        assert_eq!(batch.len(), BATCH_FRAMES);
        outbox.recv(&mut batch).await;
        assert_eq!(batch.len(), BATCH_FRAMES + 1);
    }
}
