//! Messages to the server itself: those without a target, which the program may answer (decision
//! D13).

use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use easyrtc_proto::{AppName, EasyrtcId, ErrorCode, GroupName, MessageType, Payload, Username};
use easyrtc_runtime::{Answer, Responder, WeakRuntime};
use easyrtc_state::{Question, Verdict};

use super::ServerHandle;
use crate::hooks::Responding;

/// A message of a client to the server: `easyrtcMsg` without a target, as the stock client sends it
/// with `sendServerMessage`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AppMessage {
    /// The sender's application.
    pub app: AppName,
    /// The sender.
    pub easyrtcid: EasyrtcId,
    /// The sender's name, if it has one.
    pub username: Option<Username>,
    /// The groups the sender is in.
    pub groups: BTreeSet<GroupName>,
    /// What kind of message it is.
    pub msg_type: MessageType,
    /// What it says, as the client wrote it.
    pub msg_data: Option<Payload>,
}

/// What a message to the server is answered with.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// Taken, and there is nothing to say.
    Ack,
    /// This message.
    Message(MessageType, Option<Payload>),
    /// No. The code should be one of a refused message, such as
    /// [`ErrorCode::MsgRejectBadType`].
    Refuse(ErrorCode),
}

/// Answers messages to the server.
///
/// The server's locks are not held meanwhile, and the sender's other messages go on. An answer that
/// takes longer than the core waits for one comes too late: the client is told
/// `MSG_REJECT_GEN_FAIL`, as when the handler panics. A connection can have 16 messages waiting for
/// their answers; one more is refused with the same code.
pub trait MessageHandler: Send + Sync + 'static {
    /// Answers `message`; `server` is the one it was sent to.
    fn handle(
        &self,
        message: AppMessage,
        server: ServerHandle,
    ) -> impl Future<Output = Reply> + Send;
}

impl<H: MessageHandler> MessageHandler for Arc<H> {
    fn handle(
        &self,
        message: AppMessage,
        server: ServerHandle,
    ) -> impl Future<Output = Reply> + Send {
        (**self).handle(message, server)
    }
}

/// A handler of which the type is not known.
pub(crate) trait Handles: Send + Sync + 'static {
    fn handle_boxed(
        self: Arc<Self>,
        message: AppMessage,
        server: ServerHandle,
    ) -> Pin<Box<dyn Future<Output = Reply> + Send>>;
}

impl<H: MessageHandler> Handles for H {
    fn handle_boxed(
        self: Arc<Self>,
        message: AppMessage,
        server: ServerHandle,
    ) -> Pin<Box<dyn Future<Output = Reply> + Send>> {
        Box::pin(async move { self.handle(message, server).await })
    }
}

/// Whoever answers the core's questions: about messages the program's handler, if there is one,
/// about everything else whom the settings say.
#[derive(Clone)]
pub(crate) struct Responders {
    others: Arc<Responding>,
    handler: Option<Arc<dyn Handles>>,
    /// The runtime that asks, once it has started.
    runtime: Arc<OnceLock<WeakRuntime>>,
}

impl fmt::Debug for Responders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Responders").field("others", &self.others).finish_non_exhaustive()
    }
}

impl Responders {
    pub(crate) fn new(others: Responding, handler: Option<Arc<dyn Handles>>) -> Self {
        Self { others: Arc::new(others), handler, runtime: Arc::default() }
    }

    /// Says who asks.
    pub(crate) fn asked_by(&self, runtime: WeakRuntime) {
        // Once, by the only one who has started it.
        let _ = self.runtime.set(runtime);
    }
}

impl Responder for Responders {
    fn respond(&self, question: Question) -> Answer {
        let Some(handler) = &self.handler else { return self.others.respond(question) };
        let Question::Application { easyrtcid, app, username, groups, message } = question else {
            return self.others.respond(question);
        };
        let (msg_type, msg_data) = (message.msg_type, message.msg_data);
        let message = AppMessage { app, easyrtcid, username, groups, msg_type, msg_data };
        let (handler, runtime) = (Arc::clone(handler), Arc::clone(&self.runtime));
        Answer::Later(Box::pin(async move {
            let Some(runtime) = runtime.get().and_then(WeakRuntime::upgrade) else {
                return Verdict::Deny(ErrorCode::MsgRejectGenFail);
            };
            match handler.handle_boxed(message, ServerHandle::new(runtime)).await {
                Reply::Ack => Verdict::Application(None),
                Reply::Message(kind, data) => Verdict::Application(Some((kind, data))),
                Reply::Refuse(code) => Verdict::Deny(code),
            }
        }))
    }
}
