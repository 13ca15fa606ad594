//! How a WebSocket becomes a session, or goes on with one.

use std::sync::Arc;

use easyrtc_runtime::{CloseReason, ConnMeta};
use easyrtc_transport_common::{Lost, WebSocket, WebSocketEvent};

use crate::close::{Manner, Violation};
use crate::driver::start;
use crate::frame::{ClientFrame, Resume};
use crate::link::{Last, say_farewell};
use crate::registry::{Arrival, Kind, Place};
use crate::session::Session;
use crate::shared::Shared;

/// Waits for the client to say which session it wants to go on with, and lets it.
pub(crate) async fn open(
    shared: Arc<Shared>,
    place: Place,
    mut socket: Box<WebSocket>,
    meta: ConnMeta,
) {
    let mut stop = shared.stop.subscribe();
    //= docs/spec/websocket.md#websocket.resume
    let said = tokio::select! {
        said = tokio::time::timeout(shared.config.resume_timeout, first_frame(&mut socket)) => {
            said.unwrap_or_else(|_| Err(Failure::Close(Manner::close(CloseReason::LoginTimeout))))
        }
        _ = stop.wait_for(|&stop| stop) => {
            Err(Failure::Close(Manner::close(CloseReason::Shutdown)))
        }
    };
    let manner = match said {
        Ok(Resume { token: Some(token), received }) => {
            let arrival = Arrival { socket, token, received, meta };
            if let Some(arrival) = hand_over(&shared, arrival).await {
                drop(place);
                start_anew(shared, arrival.socket, arrival.meta);
            }
            return;
        }
        //= docs/spec/websocket.md#websocket.resume-first
        Ok(Resume { token: None, .. }) => {
            drop(place);
            return start_anew(shared, socket, meta);
        }
        Err(Failure::Violation(violation)) => shared.violation(violation),
        Err(Failure::Close(manner)) => manner,
    };
    if let Manner::Close { last, code, why } = manner {
        let queue = Last { session: Session::default(), last };
        socket.close(queue, code, why, shared.config.flush_timeout).await;
    }
    drop(place);
}

/// Why a client is not let in.
enum Failure {
    /// It did what the protocol forbids.
    Violation(Violation),
    /// For other reasons.
    Close(Manner),
}

impl From<Violation> for Failure {
    fn from(violation: Violation) -> Self {
        Self::Violation(violation)
    }
}

/// The first frame, which has to say which session is to go on.
//= docs/spec/websocket.md#websocket.resume
async fn first_frame(socket: &mut WebSocket) -> Result<Resume, Failure> {
    loop {
        match socket.next(&mut Session::default(), true).await {
            WebSocketEvent::Text(text) => {
                return match ClientFrame::parse(&text)? {
                    ClientFrame::Resume(resume) => Ok(resume),
                    ClientFrame::Event(_) | ClientFrame::Received(_) => {
                        Err(Violation::ResumeExpected.into())
                    }
                };
            }
            WebSocketEvent::Ping | WebSocketEvent::Pong | WebSocketEvent::Flushed => {}
            WebSocketEvent::Binary(_) => return Err(Violation::Binary.into()),
            WebSocketEvent::Lost(lost) => return Err(failure(lost)),
        }
    }
}

fn failure(lost: Lost) -> Failure {
    match lost {
        Lost::Closed(_) => Failure::Close(Manner::close(CloseReason::ClientLeft)),
        Lost::Cut | Lost::Failed => Failure::Close(Manner::Drop),
        Lost::Malformed(_) | Lost::TooLarge => Failure::Violation(Violation::of(lost)),
    }
}

/// Hands a line to the session it asks for. Returns it if there is no such session.
async fn hand_over(shared: &Shared, arrival: Arrival) -> Option<Arrival> {
    //= docs/spec/websocket.md#websocket.not-resumed
    let Some(session) = shared.registry.find(&arrival.token) else {
        shared.counters.resumes_failed.add(1);
        return Some(arrival);
    };
    // An error means that the session ended a moment ago.
    session.send(arrival).await.err().map(|error| error.0)
}

/// Starts a session on a line that found none to go on with.
pub(crate) fn start_anew(shared: Arc<Shared>, socket: Box<WebSocket>, meta: ConnMeta) {
    let place = shared.registry.place(Kind::Session);
    let stopping = !shared.takes_sessions();
    match place {
        Ok(place) if !stopping => start(shared, place, socket, meta, true),
        //= docs/spec/websocket.md#websocket.full
        Ok(_) | Err(_) => {
            shared.counters.sessions_refused.add(1);
            let reason = if stopping { CloseReason::Shutdown } else { CloseReason::TooMany };
            turn_away(socket, reason);
        }
    }
}

/// Closes a WebSocket that no session needs, without keeping anybody waiting.
pub(crate) fn turn_away(socket: Box<WebSocket>, reason: CloseReason) {
    if let Manner::Close { code, why, .. } = Manner::close(reason) {
        say_farewell(socket, code, why);
    }
}
