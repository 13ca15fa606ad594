//! Who is woken when, after a message for thousands. All of them at once would make everybody else
//! on the thread wait until the last of them had written it.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio::sync::Notify;

use crate::outbox::Shared as SharedOutbox;

/// How many tasks are woken at once; all receivers of a message for more than that wait for their
/// slice. Each takes about 10 µs to write it.
pub(crate) const SLICE: usize = 32;

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
        let slice = SLICE.min(waiting.len());
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
                after_all_others().await;
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

/// Lets every task have its turn that is ready now, this slice among them.
///
/// `tokio::task::yield_now` won't do: it comes back whenever the thread has looked at its sockets,
/// however many tasks are still waiting. Slices would come faster than they are written, and tasks
/// that don't fit into the thread's queue wait elsewhere for as long as it isn't empty.
async fn after_all_others() {
    let mut waited = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        // A task that wakes itself goes to the end of the queue.
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
