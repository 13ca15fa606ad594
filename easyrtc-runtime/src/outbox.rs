//! What is to go out on a connection: a bounded queue.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use easyrtc_proto::EasyrtcId;
use easyrtc_state::{AckId, CloseReason, ConnId, Frame};
use tokio::sync::{Notify, watch};

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

/// For how many items an outbox keeps room when it is empty.
const IDLE_FRAMES: usize = 4;

/// What both ends of an outbox, and the connection's feeding end, share.
#[derive(Debug)]
pub(crate) struct Shared {
    queue: Mutex<Queue>,
    ready: Notify,
    signals: watch::Sender<Signals>,
    limits: OutboxLimits,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Outgoing>,
    bytes: usize,
    /// Whether nothing is to be added any more.
    ended: bool,
}

/// What the core wants of the transport beside writing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Signals {
    /// To feed no message for now.
    pub(crate) paused: bool,
    /// To drop the socket.
    pub(crate) aborted: Option<CloseReason>,
}

/// The outbox is full.
#[derive(Debug)]
pub(crate) struct Full;

impl Shared {
    pub(crate) fn new(limits: OutboxLimits) -> Arc<Self> {
        let queue = Mutex::default();
        let signals = watch::Sender::new(Signals::default());
        Arc::new(Self { queue, ready: Notify::new(), signals, limits })
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an item. Never waits.
    pub(crate) fn push(&self, item: Outgoing) -> Result<(), Full> {
        let mut queue = self.queue();
        if queue.ended {
            return Ok(());
        }
        //= docs/spec/envelope.md#envelope.answer-before-close
        if let Outgoing::Close(_) = item {
            queue.ended = true;
        } else {
            let bytes = size(&item);
            let limits = self.limits;
            let full = (limits.frames != 0 && queue.items.len() >= limits.frames)
                || (limits.bytes != 0 && queue.bytes.saturating_add(bytes) > limits.bytes);
            //= docs/spec/limits.md#limits.slow-reader
            if full && !queue.items.is_empty() {
                return Err(Full);
            }
            queue.bytes += bytes;
        }
        queue.items.push_back(item);
        drop(queue);
        self.ready.notify_one();
        Ok(())
    }

    /// Throws away what waits, and tells the transport to drop the socket.
    pub(crate) fn abort(&self, reason: CloseReason) {
        let mut queue = self.queue();
        *queue = Queue { ended: true, ..Queue::default() };
        drop(queue);
        self.signals.send_modify(|signals| signals.aborted = Some(reason));
        self.ready.notify_one();
    }

    pub(crate) fn set_paused(&self, paused: bool) {
        self.signals.send_modify(|signals| signals.paused = paused);
    }

    pub(crate) fn signals(&self) -> watch::Receiver<Signals> {
        self.signals.subscribe()
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
        loop {
            match self.take_observed(batch) {
                Some(taken) => return taken,
                None => self.shared.ready.notified().await,
            }
        }
    }

    /// Like [`Self::recv`], but takes only what is there; false if that is nothing.
    pub fn try_recv(&mut self, batch: &mut Vec<Outgoing>) -> bool {
        self.take_observed(batch) == Some(true)
    }

    fn take_observed(&self, batch: &mut Vec<Outgoing>) -> Option<bool> {
        let first = batch.len();
        let taken = self.take(batch);
        if let Some(observer) = &self.observer {
            observe::sent(observer.as_ref(), self.conn, batch.get(first..).unwrap_or_default());
        }
        taken
    }

    /// `None`: nothing is there yet.
    fn take(&self, batch: &mut Vec<Outgoing>) -> Option<bool> {
        let mut queue = self.shared.queue();
        if queue.items.is_empty() {
            return if queue.ended { Some(false) } else { None };
        }
        let mut bytes = 0;
        for _ in 0..BATCH_FRAMES {
            let Some(item) = queue.items.pop_front() else { break };
            let size = size(&item);
            queue.bytes = queue.bytes.saturating_sub(size);
            bytes += size;
            batch.push(item);
            if bytes >= BATCH_BYTES {
                break;
            }
        }
        if queue.items.is_empty() {
            // A burst is over: do not keep its memory.
            queue.items.shrink_to(IDLE_FRAMES);
        }
        Some(true)
    }

    /// Completes when the socket is to be dropped without writing what is left: the outbox
    /// overflowed because the client does not read.
    pub fn aborted(&self) -> impl Future<Output = CloseReason> + Send + 'static {
        let mut signals = self.shared.signals();
        async move {
            let aborted = signals.wait_for(|signals| signals.aborted.is_some()).await;
            match aborted.ok().and_then(|signals| signals.aborted) {
                Some(reason) => reason,
                // The sender is gone, so nothing will be aborted any more.
                None => std::future::pending().await,
            }
        }
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
