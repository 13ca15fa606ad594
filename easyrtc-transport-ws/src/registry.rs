//! The sessions that are open, and those of them that can be resumed by their tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use easyrtc_runtime::ConnMeta;
use easyrtc_transport_common::{RandomId, WebSocket};
use tokio::sync::{mpsc, watch};

/// A line on which a client asks for its session to go on.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) socket: Box<WebSocket>,
    /// Which token was presented.
    pub(crate) token: RandomId,
    /// How many frames of the server the client has.
    pub(crate) received: u64,
    /// Where the line comes from, should a session have to start on it.
    pub(crate) meta: ConnMeta,
}

/// The sessions that are open.
#[derive(Debug)]
pub(crate) struct Registry {
    state: Mutex<State>,
    /// Sessions at a time, and connections that have not said yet which session they want; 0: no
    /// limit.
    max: usize,
    open: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct State {
    tokens: HashMap<RandomId, mpsc::Sender<Arrival>>,
    sessions: usize,
    openings: usize,
}

/// What a place is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A session.
    Session,
    /// A connection that has not said yet which session it wants. Counted apart: when there are as
    /// many sessions as there may be, they can still be resumed.
    Opening,
}

/// There is no place.
#[derive(Debug)]
pub(crate) struct Full;

impl Registry {
    pub(crate) fn new(max: usize) -> Self {
        Self { state: Mutex::default(), max, open: watch::Sender::new(0) }
    }

    /// Takes a place until it is dropped.
    pub(crate) fn place(self: &Arc<Self>, kind: Kind) -> Result<Place, Full> {
        let mut state = self.lock();
        let count = state.count(kind);
        if self.max != 0 && *count >= self.max {
            return Err(Full);
        }
        *count += 1;
        self.open.send_modify(|open| *open += 1);
        Ok(Place { registry: Arc::clone(self), kind, tokens: Vec::new() })
    }

    /// How to reach the session known by `token`.
    pub(crate) fn find(&self, token: &RandomId) -> Option<mpsc::Sender<Arrival>> {
        self.lock().tokens.get(token).cloned()
    }

    /// Waits until no place is taken.
    pub(crate) async fn empty(&self) {
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = self.open.subscribe().wait_for(|&open| open == 0).await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that could panic runs under the lock, so the state is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    const fn count(&mut self, kind: Kind) -> &mut usize {
        match kind {
            Kind::Session => &mut self.sessions,
            Kind::Opening => &mut self.openings,
        }
    }
}

/// A place, and the tokens its session is known by.
#[derive(Debug)]
pub(crate) struct Place {
    registry: Arc<Registry>,
    kind: Kind,
    tokens: Vec<RandomId>,
}

impl Place {
    /// The session is known by these tokens from now on, and reached by `sender`.
    pub(crate) fn know_by(&mut self, tokens: Vec<RandomId>, sender: &mpsc::Sender<Arrival>) {
        let mut state = self.registry.lock();
        for token in &self.tokens {
            state.tokens.remove(token);
        }
        for token in &tokens {
            state.tokens.insert(*token, sender.clone());
        }
        drop(state);
        self.tokens = tokens;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.registry.lock();
        for token in &self.tokens {
            state.tokens.remove(token);
        }
        *state.count(self.kind) -= 1;
        drop(state);
        self.registry.open.send_modify(|open| *open -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(byte: u8) -> RandomId {
        RandomId::from_random([byte; 18])
    }

    #[test]
    fn sessions_are_found_by_their_tokens_until_they_end() {
        let registry = Arc::new(Registry::new(0));
        let (sender, _keep) = mpsc::channel(1);
        let mut place = registry.place(Kind::Session).unwrap();
        let known = || [1, 2, 3].map(|byte| registry.find(&token(byte)).is_some());
        assert_eq!(known(), [false, false, false]);
        place.know_by(vec![token(1)], &sender);
        assert_eq!(known(), [true, false, false]);
        place.know_by(vec![token(2), token(1)], &sender);
        assert_eq!(known(), [true, true, false]);
        place.know_by(vec![token(3), token(2)], &sender);
        assert_eq!(known(), [false, true, true]);
        drop(place);
        assert_eq!(known(), [false, false, false]);
    }

    #[tokio::test]
    async fn places_are_bounded_by_kind() {
        let registry = Arc::new(Registry::new(1));
        registry.empty().await;
        let session = registry.place(Kind::Session).unwrap();
        let opening = registry.place(Kind::Opening).unwrap();
        assert!(registry.place(Kind::Session).is_err());
        assert!(registry.place(Kind::Opening).is_err());
        drop(session);
        assert!(registry.place(Kind::Session).is_ok());
        drop(opening);
        registry.empty().await;
    }
}
