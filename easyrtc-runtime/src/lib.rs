//! Drives the EasyRTC core with tokio.
//!
//! A transport calls [`Runtime::connect`] for every connection it takes in and gets two ends: a
//! [`Connection`], through which it feeds what comes in, and an [`Outbox`], from which it takes
//! what is to go out. The runtime owns clocks, queues and tasks, and decides nothing about the
//! protocol.
//!
//! The contract between transports and runtime:
//!
//! * Messages of one connection are handled in the order they are fed, one at a time.
//! * What comes out of an outbox is to be written in that order.
//! * An outbox is bounded in frames and bytes. The core never waits for it: a full one ends the
//!   connection, whose client leaves its rooms at that moment; [`Outbox::aborted`] tells the
//!   transport to drop the socket without writing what is left.
//! * [`Outgoing::Close`] is the last thing in an outbox; what precedes it is to be written first.

#![forbid(unsafe_code)]

mod answer;
mod clock;
mod connection;
mod entropy;
mod message_log;
mod notices;
mod observe;
mod options;
mod outbox;
mod runtime;
mod wakes;
mod watch;
mod weak;

pub use answer::{Answer, AnswerLater, OpenToEveryone, Responder};
pub use connection::{Connection, Delivery};
pub use easyrtc_proto::{
    AgentPart, Attachments, Capability, ClientEvent, ClientMessage, DecodeError, DecodeLimits,
    EasyrtcId, Protocol, ServerEvent, UserAgent,
};
pub use easyrtc_state::{
    AckId, AdminAnswer, AdminCommand, AdminError, Audience, BanId, Banned, CloseReason, Config,
    ConnId, ConnMeta, Frame, LimitName, Network, Notice, Now, Policy, Question, Rate, Stats,
    TransportKind, Verdict, inspect,
};
pub use entropy::NoEntropy;
pub use message_log::MessageLog;
pub use observe::{
    CoreObserver, CoreStep, MessageObserver, NoticeObserver, ReceivedMessage, SentAs, SentMessage,
};
pub use options::Options;
pub use outbox::{Outbox, OutboxLimits, Outgoing};
pub use runtime::{Refused, Runtime};
pub use weak::WeakRuntime;
