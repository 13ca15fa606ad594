//! What the core notes, as numbers and log lines: names and codes, never payloads or credentials.
//!
//! What a client can bring about as often as it likes is logged for debugging only: others must not
//! fill the operator's disk.

use std::sync::Arc;

use easyrtc_proto::ClientEvent;
use easyrtc_state::{LimitName, Notice, Now};
use tracing::{debug, info};

use crate::observe::NoticeObserver;

/// What is counted, and who else is told.
#[derive(Debug)]
pub(crate) struct Notices {
    observers: Vec<Arc<dyn NoticeObserver>>,
    /// How often each limit was met, in the order of [`LimitName::ALL`].
    limited: [u64; LimitName::ALL.len()],
}

impl Notices {
    /// Passes what it takes on to `observers`.
    pub(crate) fn new(observers: Vec<Arc<dyn NoticeObserver>>) -> Self {
        Self { observers, limited: Default::default() }
    }

    /// Counts and logs a notice, and passes it on.
    pub(crate) fn take(&mut self, now: Now, notice: &Notice) {
        if let Notice::Limited { limit, .. } = notice
            && let Some(count) = self.limited.get_mut(limit.index())
        {
            *count += 1;
        }
        log(notice);
        for observer in &self.observers {
            observer.notice(now, notice);
        }
    }

    /// How often each limit was met.
    pub(crate) fn limited(&self) -> Vec<(LimitName, u64)> {
        LimitName::ALL.into_iter().zip(self.limited).collect()
    }
}

fn log(notice: &Notice) {
    match notice {
        // A flood of them is told by numbers.
        Notice::Connected { conn, transport, peer } => {
            let peer = peer.map(|peer| peer.to_string());
            debug!(conn = conn.0, ?transport, peer, "connected");
        }
        Notice::LoggedIn { conn, easyrtcid, app, .. } => {
            info!(conn = conn.0, %easyrtcid, %app, "logged in");
        }
        // One for each connection at most: it is closed.
        Notice::Rejected { conn, event: event @ ClientEvent::Auth, code, why, .. } => {
            info!(conn = conn.0, event = event.name(), %code, why, "rejected");
        }
        Notice::Rejected { conn, event, code, why, .. } => {
            debug!(conn = conn.0, event = event.name(), %code, why, "rejected");
        }
        Notice::Limited { conn, limit, pauses: true } => {
            info!(conn = conn.0, limit = limit.name(), "limited");
        }
        Notice::Limited { conn, limit, pauses: false } => {
            debug!(conn = conn.0, limit = limit.name(), "limited");
        }
        Notice::Ignored { conn, event } => {
            debug!(conn = conn.0, event = event.name(), "ignored: it asks for no answer");
        }
        // Its type is the client's to choose.
        Notice::MessageToServer { easyrtcid, app, .. } => {
            debug!(%easyrtcid, %app, "message to the server");
        }
        Notice::RoomCreated { app, room } => debug!(%app, %room, "room created"),
        Notice::RoomJoined { easyrtcid, app, room } => {
            debug!(%easyrtcid, %app, %room, "room joined");
        }
        Notice::RoomLeft { easyrtcid, app, room } => debug!(%easyrtcid, %app, %room, "room left"),
        Notice::RoomForgotten { app, room } => debug!(%app, %room, "room forgotten"),
        Notice::Disconnected { conn, easyrtcid, reason, .. } => {
            let easyrtcid = easyrtcid.map(|id| id.to_string());
            info!(conn = conn.0, easyrtcid, ?reason, "disconnected");
        }
    }
}
