//! The sessions that are open, by id.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use easyrtc_transport_common::RandomId;
use tokio::sync::{mpsc, watch};

use crate::engine::payload::Body;
use crate::engine::revision::{Framing, Revision};
use crate::polling::Post;
use crate::websocket::WebSocketFace;

/// What a request asks of the session it names.
#[derive(Debug)]
pub(crate) enum Command {
    /// A poll; it is answered with the body of the response.
    Poll(tokio::sync::oneshot::Sender<Body>),
    /// A POST.
    Post(Post),
    /// A WebSocket that wants to take the session over, and how packets are written on it.
    Probe(Box<WebSocketFace>, Framing),
}

/// How requests reach a session.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// It polls, and takes requests of its own revision here.
    Polling(Revision, mpsc::Sender<Command>),
    /// It is on a WebSocket: no request is for it.
    WebSocket,
}

/// The sessions that are open.
#[derive(Debug)]
pub(crate) struct Registry {
    sessions: Mutex<HashMap<RandomId, Entry>>,
    /// 0: no limit.
    max: usize,
    count: watch::Sender<usize>,
}

/// There are as many sessions as there may be.
#[derive(Debug)]
pub(crate) struct Full;

impl Registry {
    /// No sessions; at most `max` later, 0 meaning no limit.
    pub(crate) fn new(max: usize) -> Self {
        Self { sessions: Mutex::default(), max, count: watch::Sender::new(0) }
    }

    /// Enters a session until the registration is dropped.
    pub(crate) fn register(
        self: &Arc<Self>,
        sid: RandomId,
        entry: Entry,
    ) -> Result<Registration, Full> {
        let mut sessions = self.lock();
        if self.max != 0 && sessions.len() >= self.max {
            return Err(Full);
        }
        sessions.insert(sid, entry);
        self.count.send_replace(sessions.len());
        Ok(Registration { registry: Arc::clone(self), sid })
    }

    /// How requests reach the session `sid`; `None` if there is no such session.
    pub(crate) fn find(&self, sid: &RandomId) -> Option<Entry> {
        self.lock().get(sid).cloned()
    }

    /// Waits until no session is open.
    pub(crate) async fn empty(&self) {
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = self.count.subscribe().wait_for(|&count| count == 0).await;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RandomId, Entry>> {
        // No code that could panic runs under the lock, so the map is whole.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The entry of one session, removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Registration {
    registry: Arc<Registry>,
    sid: RandomId,
}

impl Registration {
    /// The session's id.
    pub(crate) const fn sid(&self) -> &RandomId {
        &self.sid
    }

    /// The session is on a WebSocket now.
    pub(crate) fn upgraded(&self) {
        self.registry.lock().insert(self.sid, Entry::WebSocket);
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut sessions = self.registry.lock();
        sessions.remove(&self.sid);
        self.registry.count.send_replace(sessions.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sid(byte: u8) -> RandomId {
        RandomId::from_random([byte; 18])
    }

    #[test]
    fn sessions_are_found_until_they_end() {
        let registry = Arc::new(Registry::new(0));
        let (commands, _keep) = mpsc::channel(1);
        let registration =
            registry.register(sid(1), Entry::Polling(Revision::V4, commands)).unwrap();
        assert!(matches!(registry.find(&sid(1)), Some(Entry::Polling(..))));
        assert!(registry.find(&sid(2)).is_none());
        registration.upgraded();
        assert!(matches!(registry.find(&sid(1)), Some(Entry::WebSocket)));
        drop(registration);
        assert!(registry.find(&sid(1)).is_none());
    }

    #[tokio::test]
    async fn they_are_bounded() {
        let registry = Arc::new(Registry::new(1));
        registry.empty().await;
        let first = registry.register(sid(1), Entry::WebSocket).unwrap();
        assert!(registry.register(sid(2), Entry::WebSocket).is_err());
        drop(first);
        registry.empty().await;
        assert!(registry.register(sid(2), Entry::WebSocket).is_ok());
    }
}
