//! How a line is lost, found again, and how it ends.

use std::time::Duration;

use easyrtc_runtime::{CloseReason, Connection};
use easyrtc_transport_common::{
    CloseCode, Lost, Packet, PacketSource, RandomId, WebSocket, WebSocketEvent,
};

use super::{Line, Link};
use crate::close::{End, Manner, Violation};
use crate::encode;
use crate::registry::Arrival;
use crate::session::Session;
use crate::shared::unix_ms;

/// The core is not told more often that a client lives: a client may send as many pongs as it
/// likes, and each would take the core's lock.
const ALIVE_INTERVAL: Duration = Duration::from_millis(100);

/// How long a WebSocket that its session has left may take to take its close frame.
const FAREWELL: Duration = Duration::from_secs(1);

impl Link {
    /// The client's frame is read, and carries an event.
    pub(crate) fn take(&mut self) {
        self.session.take(self.now);
    }

    /// The client has as many frames.
    pub(crate) fn received(&mut self, count: u64) -> Result<(), End> {
        self.session.received(count).map_err(|_| self.violation(Violation::Received))
    }

    /// The client was not read for a while, for reasons of the server's own.
    pub(crate) fn unread(&mut self) {
        self.now = self.shared.now();
        if let Some(Line { heartbeat, .. }) = &mut self.line {
            heartbeat.heard(self.now);
        }
    }

    /// Counts what came, whatever it is.
    pub(super) fn count(&mut self, event: &WebSocketEvent) {
        let bytes = match event {
            WebSocketEvent::Text(text) => text.len(),
            WebSocketEvent::Binary(bytes) => bytes.len(),
            WebSocketEvent::Ping | WebSocketEvent::Pong => 0,
            WebSocketEvent::Flushed | WebSocketEvent::Lost(_) => return,
        };
        if self.pace.count(self.now, bytes, self.shared.config.max_packets) {
            self.shared.counters.lines_held.add(1);
            tracing::debug!("not read for a while: too many packets");
        }
    }

    /// Whether the client is not read because of what it sent.
    pub(super) fn is_held(&mut self) -> bool {
        if self.pace.held_until().is_none() {
            return false;
        }
        // What can't be said is no silence.
        if let Some(Line { heartbeat, .. }) = &mut self.line {
            heartbeat.heard(self.now);
        }
        true
    }

    /// Tells the core that the client lives, unless it was told a moment ago.
    //= docs/spec/websocket.md#websocket.any-bytes
    pub(super) fn alive(&mut self, connection: Option<&Connection>) {
        if let Some(connection) = connection
            && self.now >= self.alive_again
        {
            self.alive_again = self.now + ALIVE_INTERVAL;
            connection.alive();
        }
    }

    /// Makes the session known by the tokens it has now.
    pub(super) fn register_tokens(&mut self) {
        if let Some(arrivals) = &self.arrivals {
            self.place.know_by(self.session.tokens(), &arrivals.sender);
        }
    }

    /// The WebSocket is gone. A session that can be resumed goes on without, unless the client
    /// meant to leave, or broke the rules.
    pub(super) fn lost(&mut self, lost: Lost) -> Result<(), End> {
        match lost {
            //= docs/spec/websocket.md#websocket.leave
            Lost::Closed(None | Some(CloseCode::Normal | CloseCode::Away)) => {
                Err(self.end(CloseReason::ClientLeft))
            }
            //= docs/spec/websocket.md#websocket.cut
            Lost::Closed(_) => match self.session.is_resumable() {
                true => self.cut(Some((CloseCode::Normal, ""))),
                false => Err(self.end(CloseReason::ClientLeft)),
            },
            //= docs/spec/websocket.md#websocket.cut
            Lost::Cut | Lost::Failed => match self.session.is_resumable() {
                true => self.cut(None),
                false => Err(self.gone(CloseReason::TransportError)),
            },
            Lost::Malformed(_) | Lost::TooLarge => Err(self.violation(Violation::of(lost))),
        }
    }

    /// Nothing came within the ping timeout.
    //= docs/spec/websocket.md#websocket.ping
    pub(super) fn fell_silent(&mut self) -> Result<(), End> {
        self.shared.counters.ping_timeouts.add(1);
        let Manner::Close { code, why, .. } = Manner::close(CloseReason::PingTimeout) else {
            return Err(self.gone(CloseReason::PingTimeout));
        };
        match self.session.is_resumable() {
            true => self.cut(Some((code, why))),
            false => Err(self.end(CloseReason::PingTimeout)),
        }
    }

    /// The session goes on without a line, whose WebSocket is closed if it may still be there.
    fn cut(&mut self, close: Option<(CloseCode, &'static str)>) -> Result<(), End> {
        if let (Some(line), Some((code, why))) = (self.line.take(), close) {
            say_farewell(line.socket, code, why);
        }
        self.shared.counters.sessions_cut.add(1);
        self.session.cut(self.now);
        // So far the line was there to take what waits; from here on it counts.
        //= docs/spec/websocket.md#websocket.keep-bytes
        if !self.session.trim() {
            return Err(self.dropped(CloseReason::Slow));
        }
        tracing::debug!("line cut");
        Ok(())
    }

    /// Another line takes the session over, whether the one before is known to be cut or not.
    pub(super) fn take_over(&mut self, arrival: Arrival) -> Result<(), End> {
        let Arrival { socket, token, received, meta } = arrival;
        let Some(fresh) = RandomId::generate() else {
            say_farewell(socket, CloseCode::Error, "no random bytes");
            return Ok(());
        };
        //= docs/spec/websocket.md#websocket.impossible-count
        let Ok(taken) = self.session.resume(token, received, fresh) else {
            // The session can't go on, but its client is there: it starts anew. The core has to
            // hear of the end first, or the client would meet itself.
            self.shared.counters.resumes_failed.add(1);
            let arrival = Arrival { socket, token, received, meta };
            if let Some(arrivals) = &self.arrivals {
                // There is room: it was taken out a moment ago. If another came in between, that
                // one is the client's newer one.
                let _ = arrivals.sender.try_send(arrival);
            }
            return Err(self.end(CloseReason::TransportError));
        };
        //= docs/spec/websocket.md#websocket.take-over
        if let Some(line) = self.line.take() {
            say_farewell(line.socket, CloseCode::Normal, "resumed elsewhere");
        } else {
            self.shared.counters.sessions_cut.subtract(1);
        }
        let session = Some((&fresh, &self.shared.keep));
        let terms = &self.shared.terms;
        //= docs/spec/websocket.md#websocket.resumed
        self.session.welcome(encode::welcome(terms, session, Some(taken), unix_ms()));
        self.line = Some(Line { socket, heartbeat: self.shared.heartbeat() });
        self.register_tokens();
        self.shared.counters.sessions_resumed.add(1);
        Ok(())
    }

    /// The session ends in good order.
    fn end(&self, reason: CloseReason) -> End {
        End { reason, by_core: false, manner: Manner::close(reason) }
    }

    /// The session ends, and there is nobody to tell.
    pub(super) fn gone(&self, reason: CloseReason) -> End {
        End { reason, by_core: false, manner: Manner::Drop }
    }

    /// The session is dropped as it is.
    pub(super) fn dropped(&self, reason: CloseReason) -> End {
        self.shared.counters.aborted.add(1);
        self.gone(reason)
    }

    /// The client did what the protocol forbids.
    pub(crate) fn violation(&self, violation: Violation) -> End {
        tracing::debug!(?violation, "session closed");
        let manner = self.shared.violation(violation);
        End { reason: violation.reason(), by_core: false, manner }
    }

    /// The session is over: its tokens mean nothing from here on. Returns a line that came too late
    /// to take it over.
    pub(crate) fn retire(&mut self) -> Option<Arrival> {
        if self.line.is_none() {
            self.shared.counters.sessions_cut.subtract(1);
        }
        let mut arrivals = self.arrivals.take()?;
        self.place.know_by(Vec::new(), &arrivals.sender);
        arrivals.receiver.close();
        arrivals.receiver.try_recv().ok()
    }

    /// Sends what is left and closes the WebSocket, as `manner` says.
    pub(crate) async fn finish(self, manner: Manner) {
        // What is left of the core's side must not outlive the session.
        drop(self.outbox);
        if let (Some(line), Manner::Close { last, code, why }) = (self.line, manner) {
            let queue = Last { session: self.session, last };
            line.socket.close(queue, code, why, self.shared.config.flush_timeout).await;
        }
        drop(self.place);
    }
}

/// Closes a WebSocket that its session does not need any more, without keeping the session waiting.
pub(crate) fn say_farewell(socket: Box<WebSocket>, code: CloseCode, why: &'static str) {
    tokio::spawn(async move { socket.close(Session::default(), code, why, FAREWELL).await });
}

/// What a session still sends, and one frame more.
pub(crate) struct Last {
    pub(crate) session: Session,
    pub(crate) last: Option<bytes::Bytes>,
}

impl PacketSource for Last {
    fn is_empty(&self) -> bool {
        self.session.is_empty() && self.last.is_none()
    }

    fn pop(&mut self) -> Option<Packet> {
        self.session.pop().or_else(|| self.last.take().map(Packet::Text))
    }
}
