//! The feeding end of a connection.

use easyrtc_proto::{ClientMessage, DecodeError};
use easyrtc_state::{AckId, CloseReason, ConnId, Input};
use tokio::sync::watch;

use crate::outbox::Signals;
use crate::runtime::Runtime;

/// A connection, as a transport feeds it. Dropping it tells the core that the transport broke.
#[derive(Debug)]
pub struct Connection {
    pub(crate) id: ConnId,
    pub(crate) runtime: Runtime,
    pub(crate) signals: watch::Receiver<Signals>,
}

impl Connection {
    /// The number of the connection, for logs.
    #[must_use]
    pub const fn id(&self) -> ConnId {
        self.id
    }

    /// Feeds a message, and returns when the core has decided about it. While the core has paused
    /// the connection, waits first; read nothing more from the client meanwhile.
    pub async fn message(
        &mut self,
        ack: Option<AckId>,
        message: Result<ClientMessage, DecodeError>,
    ) {
        let free = |signals: &Signals| !signals.paused || signals.aborted.is_some();
        // An error would mean that the other end is gone, and with it the reason to wait.
        let _ = self.signals.wait_for(free).await;
        self.runtime.feed_from(self.id, Input::Message { conn: self.id, ack, message });
    }

    /// Tells that bytes came which are no message.
    pub fn alive(&self) {
        self.runtime.feed_from(self.id, Input::Alive { conn: self.id });
    }

    /// Ends the connection: nothing more comes from it, nothing more can be written to it.
    pub fn close(self, reason: CloseReason) {
        self.runtime.closed(self.id, reason);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // After `close` this does nothing: a connection ends once.
        self.runtime.closed(self.id, CloseReason::TransportError);
    }
}
