//! What the core wants done: the only way out.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use easyrtc_proto::{EasyrtcId, Encoded, ServerEvent, ServerMessage};

use crate::admin::{AdminAnswer, AdminError};
use crate::ask::{AskId, Question};
use crate::input::{AckId, CloseReason, ConnId, RequestId};
use crate::notice::Notice;

/// One thing to do. For each receiver the effects are carried out in their order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Emit a message.
    Send {
        /// To whom.
        to: Recipients,
        /// What.
        frame: Frame,
    },
    /// Answer a message.
    Reply {
        /// To whom.
        conn: ConnId,
        /// Which of its messages.
        ack: AckId,
        /// What.
        frame: Frame,
    },
    /// End a connection once everything before this was written (decision D25).
    Close {
        /// Which.
        conn: ConnId,
        /// Why.
        reason: CloseReason,
    },
    /// Find out something, and come back with `Input::Answered`.
    Ask {
        /// What to call the answer.
        ask: AskId,
        /// The question.
        question: Question,
    },
    /// Feed no more messages of this connection until `Resume`.
    Pause {
        /// Which.
        conn: ConnId,
    },
    /// Go on feeding messages of this connection.
    Resume {
        /// Which.
        conn: ConnId,
    },
    /// The result of an `Input::Admin`.
    AdminReply {
        /// Which request.
        request: RequestId,
        /// How it went.
        result: Result<AdminAnswer, AdminError>,
    },
    /// Something worth counting, logging or telling a hook.
    Notice(Notice),
}

/// A receiver: the connection, and what it calls itself, which stands in every emitted message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Recipient {
    /// The connection.
    pub conn: ConnId,
    /// Its easyrtcid, if it has logged in.
    pub easyrtcid: Option<EasyrtcId>,
}

/// The receivers of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipients {
    /// One.
    One(Recipient),
    /// Many, perhaps but for one of them.
    Many {
        /// Everybody on the list …
        list: Arc<[Recipient]>,
        /// … but this one.
        except: Option<ConnId>,
    },
}

impl Recipients {
    /// How many there are at most: who is left out is counted.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a message without receivers is not sent")]
    pub fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many { list, .. } => list.len(),
        }
    }

    /// All receivers.
    pub fn iter(&self) -> impl Iterator<Item = &Recipient> {
        let (list, except) = match self {
            Self::One(recipient) => (std::slice::from_ref(recipient), None),
            Self::Many { list, except } => (list.as_ref(), *except),
        };
        list.iter().filter(move |recipient| Some(recipient.conn) != except)
    }
}

/// A message and the moment it was sent; its bytes are made once, by the first who writes it.
#[derive(Clone, Debug)]
pub struct Frame(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    message: ServerMessage,
    server_time: u64,
    encoded: OnceLock<Encoded>,
}

impl Frame {
    /// The frame of `message`, sent at `server_time` (ms since the epoch).
    #[must_use]
    pub fn new(message: ServerMessage, server_time: u64) -> Self {
        Self(Arc::new(Inner { message, server_time, encoded: OnceLock::new() }))
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &ServerMessage {
        &self.0.message
    }

    /// When it was sent: ms since the epoch.
    #[must_use]
    pub fn server_time(&self) -> u64 {
        self.0.server_time
    }

    /// The event it is emitted as.
    #[must_use]
    pub fn event(&self) -> ServerEvent {
        self.0.message.event()
    }

    /// Appends the JSON text for `receiver`; answers name none.
    pub fn write_json(&self, receiver: Option<&EasyrtcId>, out: &mut Vec<u8>) {
        let Inner { message, server_time, encoded } = &*self.0;
        match encoded.get() {
            Some(encoded) => encoded.write(receiver, out),
            // Nobody else has it, so nobody would use the bytes again.
            None if Arc::strong_count(&self.0) == 1 => message.write(*server_time, receiver, out),
            None => encoded.get_or_init(|| message.encode(*server_time)).write(receiver, out),
        }
    }

    /// The binary attachments that go with it.
    #[must_use]
    pub fn attachments(&self) -> &[Bytes] {
        self.0.message.attachments()
    }

    /// How many bytes one copy of it takes on the wire, roughly, without encoding it.
    #[must_use]
    pub fn size_hint(&self) -> usize {
        self.0.message.size_hint()
    }
}

impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        self.0.message == other.0.message && self.0.server_time == other.0.server_time
    }
}

/// The effects of one input, in a buffer the caller lends and may use again.
#[derive(Debug, Default)]
pub struct Effects(Vec<Effect>);

impl Effects {
    /// An empty buffer.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Takes the effects out, in their order, leaving the buffer empty.
    pub fn drain(&mut self) -> impl Iterator<Item = Effect> {
        self.0.drain(..)
    }

    /// The effects in their order.
    #[must_use]
    pub fn as_slice(&self) -> &[Effect] {
        &self.0
    }

    pub(crate) fn push(&mut self, effect: Effect) {
        self.0.push(effect);
    }
}
