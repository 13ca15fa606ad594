//! The duty to answer a message exactly once.

use easyrtc_proto::{ErrorCode, ServerMessage};

use crate::effect::{Effect, Effects, Frame};
use crate::input::{AckId, ConnId, Now};

/// An answer owed. Consumed by [`Ticket::reply`], or by [`Ticket::abandon`] when the connection is
/// gone; dropping it otherwise is a bug, which debug builds report.
//= docs/spec/envelope.md#envelope.one-answer
#[must_use]
#[derive(Debug)]
pub(crate) struct Ticket {
    conn: ConnId,
    ack: AckId,
    owed: bool,
}

impl Ticket {
    pub(crate) const fn new(conn: ConnId, ack: AckId) -> Self {
        Self { conn, ack, owed: true }
    }

    pub(crate) fn reply(mut self, message: ServerMessage, now: Now, out: &mut Effects) {
        self.owed = false;
        let frame = Frame::new(message, now.unix_ms);
        out.push(Effect::Reply { conn: self.conn, ack: self.ack, frame });
    }

    pub(crate) fn reject(self, code: ErrorCode, now: Now, out: &mut Effects) {
        self.reply(ServerMessage::error(code), now, out);
    }

    /// The connection is gone: there is nobody to answer.
    pub(crate) fn abandon(mut self) {
        self.owed = false;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        debug_assert!(!self.owed || std::thread::panicking(), "{self:?} was never answered");
    }
}
