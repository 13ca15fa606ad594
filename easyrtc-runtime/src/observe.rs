//! Seeing every message that comes in and goes out, what the core notes, and everything that
//! happens to it.

use std::fmt::Debug;
use std::sync::Arc;

use easyrtc_proto::EasyrtcId;
use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeError, ServerEvent};
use easyrtc_state::{AckId, ConnId, Effect, Frame, Input, Notice, Now};

use crate::outbox::Outgoing;

/// Sees every message of every client and of the server, on all transports: see
/// [`Options::observer`](crate::Options::observer).
///
/// A message is seen before anything comes of it: what a client said before it is answered, what
/// the server says before it is written. For each connection the order is that of the messages.
/// What transports say to each other below the messages (handshakes, pings, resumed sessions) is
/// not seen.
///
/// Both functions are called by the tasks that serve connections: they must not block.
pub trait MessageObserver: Debug + Send + Sync + 'static {
    /// A client sent this. It may come to nothing: its connection may be closing.
    fn received(&self, message: &ReceivedMessage<'_>);

    /// The transport takes this to write it. It may fail to arrive: the line may be cut.
    fn sent(&self, message: &SentMessage<'_>);
}

/// A message of a client.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedMessage<'a> {
    /// Whose.
    pub conn: ConnId,
    /// The event it came with.
    pub event: ClientEvent,
    /// What the client calls it, if it wants an answer.
    pub ack: Option<AckId>,
    /// The text as the client wrote it: one JSON value.
    pub text: &'a str,
    /// What came beside the text.
    pub attachments: &'a Attachments,
    /// The message, or what is wrong with it.
    pub outcome: Result<&'a ClientMessage, &'a DecodeError>,
}

/// A message of the server.
#[derive(Clone, Copy, Debug)]
pub struct SentMessage<'a> {
    /// To whom.
    pub conn: ConnId,
    /// Whether it is an event or an answer.
    pub kind: SentAs,
    /// The text as it goes out: one JSON value.
    pub text: &'a str,
    /// The message as a value, its attachments, and when the core sent it.
    pub frame: &'a Frame,
}

/// What a message of the server is sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentAs {
    /// By itself.
    Event(ServerEvent),
    /// As the answer to the client's message of this id.
    Answer(AckId),
}

/// Tells `observer` of what is about to be written. Ends of connections are no messages.
pub(crate) fn sent(observer: &dyn MessageObserver, conn: ConnId, items: &[Outgoing]) {
    for item in items {
        let (kind, frame, receiver) = match item {
            Outgoing::Event { frame, to } => (SentAs::Event(frame.event()), frame, to.as_ref()),
            Outgoing::Reply { ack, frame } => (SentAs::Answer(*ack), frame, None),
            Outgoing::Close(_) => continue,
        };
        let mut text = Vec::with_capacity(frame.size_hint());
        frame.write_json(receiver, &mut text);
        // What was encoded is text.
        let text = std::str::from_utf8(&text).unwrap_or_default();
        observer.sent(&SentMessage { conn, kind, text, frame });
    }
}

/// Sees what the core notes: who came, who went, what was refused. See
/// [`Options::notice_observers`](crate::Options::notice_observers).
pub trait NoticeObserver: Debug + Send + Sync + 'static {
    /// This was noted at `now`. Called in the order of what happened, while nothing else can
    /// happen: it must only take a note. To wait, or to call the runtime, would stop everybody.
    fn notice(&self, now: Now, notice: &Notice);
}

impl<O: NoticeObserver + ?Sized> NoticeObserver for Arc<O> {
    fn notice(&self, now: Now, notice: &Notice) {
        (**self).notice(now, notice);
    }
}

/// Sees everything that happens to the core, and what comes of it: see
/// [`Options::core_observer`](crate::Options::core_observer).
pub trait CoreObserver: Debug + Send + 'static {
    /// The core has handled an input. Called before anything comes of the effects, while nothing
    /// else can happen: it must be quick, and must not block.
    fn handled(&mut self, step: CoreStep);
}

/// One input of the core, and what came of it.
#[derive(Clone, Debug)]
pub struct CoreStep {
    /// When it was fed.
    pub now: Now,
    /// The input.
    pub input: Input,
    /// The easyrtcids drawn meanwhile, in order.
    pub drawn: Vec<EasyrtcId>,
    /// The effects, in order.
    pub effects: Vec<Effect>,
}
