//! Who answers the core's questions.

use std::fmt;
use std::pin::Pin;

use easyrtc_proto::ErrorCode;
use easyrtc_state::{Grant, Question, Verdict};

/// An answer that takes a while. One that takes longer than `Config::ask_timeout` comes too late,
/// and is dropped.
pub type AnswerLater = Pin<Box<dyn Future<Output = Verdict> + Send>>;

/// An answer: known at once, or to be waited for.
pub enum Answer {
    /// Known at once.
    Now(Verdict),
    /// To be waited for.
    Later(AnswerLater),
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now(verdict) => f.debug_tuple("Now").field(verdict).finish(),
            Self::Later(_) => f.write_str("Later(..)"),
        }
    }
}

/// Answers the core's questions: who may log in, enter guarded rooms, with which ICE servers, and
/// what the server-side application says to messages without a target.
pub trait Responder: Send + Sync + 'static {
    /// The answer to `question`. Must not block: it is called with the core at rest.
    fn respond(&self, question: Question) -> Answer;
}

/// Lets everybody in, as the original does; nobody handles messages without a target.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenToEveryone;

//= docs/spec/login.md#login.denied
//= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.no-target
impl Responder for OpenToEveryone {
    fn respond(&self, question: Question) -> Answer {
        Answer::Now(match question {
            Question::Login(_) => Verdict::Allow(Grant::default()),
            Question::RoomJoin(_) => Verdict::RoomJoin,
            Question::IceConfig { .. } => Verdict::IceServers(None),
            Question::Application { .. } => Verdict::Deny(ErrorCode::MsgRejectBadType),
        })
    }
}
