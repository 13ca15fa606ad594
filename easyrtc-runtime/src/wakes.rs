//! Who is woken when, after a message for thousands. All of them at once would make everybody else
//! on the thread wait until the last of them had written it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::outbox::Shared as SharedOutbox;

/// How many tasks one message wakes at once. Each takes about 10 µs to write it.
pub(crate) const AT_ONCE: usize = 64;

/// Outboxes with something in them whose transports are yet to be woken, each once: no more than
/// there are connections.
#[derive(Debug, Default)]
pub(crate) struct Wakes {
    waiting: Mutex<VecDeque<Arc<SharedOutbox>>>,
    more: Notify,
    ended: AtomicBool,
}

impl Wakes {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Arc<SharedOutbox>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that the transport of each is woken, in their order, in slices.
    pub(crate) fn add(&self, outboxes: impl IntoIterator<Item = Arc<SharedOutbox>>) {
        self.waiting().extend(outboxes);
        self.more.notify_one();
    }

    fn take_slice(&self) -> Vec<Arc<SharedOutbox>> {
        let mut waiting = self.waiting();
        let slice = AT_ONCE.min(waiting.len());
        let slice = waiting.drain(..slice).collect();
        if waiting.is_empty() {
            *waiting = VecDeque::new();
        }
        slice
    }

    /// Wakes a slice, lets everybody else have a turn, and goes on, until [`Self::end`].
    pub(crate) async fn wake_in_slices(self: Arc<Self>) {
        loop {
            for outbox in self.take_slice() {
                outbox.wake_reader();
            }
            if !self.waiting().is_empty() {
                tokio::task::yield_now().await;
            } else if self.ended.load(Ordering::Acquire) {
                return;
            } else {
                self.more.notified().await;
            }
        }
    }

    /// Nobody is added any more.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.more.notify_one();
    }
}
