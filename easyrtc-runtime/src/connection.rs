//! The feeding end of a connection.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, RawMessage};
use easyrtc_state::{AckId, CloseReason, ConnId, Input};

use crate::observe::ReceivedMessage;
use crate::outbox::Shared;
use crate::runtime::Runtime;

/// A message on its way to the core: from [`Connection::receive`] to [`Connection::deliver`].
#[derive(Debug)]
pub struct Delivery(Input);

/// A connection, as a transport feeds it. Dropping it tells the core that the transport broke.
#[derive(Debug)]
pub struct Connection {
    pub(crate) id: ConnId,
    pub(crate) runtime: Runtime,
    pub(crate) outbox: Arc<Shared>,
}

impl Connection {
    /// The number of the connection, for logs.
    #[must_use]
    pub const fn id(&self) -> ConnId {
        self.id
    }

    /// Decodes a message that came with `event`, beside it the attachments of its packet. What
    /// cannot be decoded is delivered all the same: the core answers it. The size of the text is
    /// the transport's to check, that of its parts is [`Options::decode_limits`].
    ///
    /// [`Options::decode_limits`]: crate::Options::decode_limits
    #[must_use]
    pub fn receive<'a>(
        &self,
        ack: Option<AckId>,
        event: ClientEvent,
        message: impl Into<RawMessage<'a>>,
        attachments: &Attachments,
    ) -> Delivery {
        let limits = self.runtime.decode_limits();
        let raw = message.into();
        let message = ClientMessage::decode_read(event, &raw, attachments, limits);
        if let Some(observer) = self.runtime.observer() {
            let (conn, text, outcome) = (self.id, raw.text(), message.as_ref());
            observer.received(&ReceivedMessage { conn, event, ack, text, attachments, outcome });
        }
        let beside: usize = attachments.as_slice().iter().map(|attachment| attachment.len()).sum();
        let bytes = raw.text().len().saturating_add(beside);
        Delivery(Input::Message { conn: self.id, ack, message, bytes })
    }

    /// Feeds a message, and returns when the core has decided about it. While the core has paused
    /// the connection, waits first; read nothing more from the client meanwhile.
    pub async fn deliver(&mut self, delivery: Delivery) {
        poll_fn(|cx| self.poll_ready(cx)).await;
        self.feed(delivery);
    }

    /// Ready unless the core has paused the connection. For who polls by hand; of several tasks
    /// that poll, the last one is woken.
    pub fn poll_ready(&self, cx: &Context<'_>) -> Poll<()> {
        self.outbox.poll_unpaused(cx)
    }

    /// Feeds a message, once [`Self::poll_ready`] says that it may be. Returns when the core has
    /// decided about it.
    pub fn feed(&self, delivery: Delivery) {
        self.runtime.feed_from(self.id, delivery.0);
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
