//! From abstract operations to inputs of the core.

use std::time::Duration;

use easyrtc_proto::ClientEvent;
use easyrtc_state::{
    AckId, AdminCommand, AskId, CloseReason, ConnId, ConnMeta, Input, RequestId, TransportKind,
    Verdict,
};

use super::{CLOCK, Overheard, Violation, World};
use crate::names::{self, pick};
use crate::operation::{self, Administer, Answered, Login, Message, Operation, decode};

/// As many connections as there may be at once: fewer than there are names.
const MOST: usize = 12;

const REASONS: [CloseReason; 5] = [
    CloseReason::ClientLeft,
    CloseReason::TransportError,
    CloseReason::PingTimeout,
    CloseReason::TooLarge,
    CloseReason::Slow,
];

impl World {
    /// Feeds what the operation amounts to; nothing if there is nobody to do it.
    pub(super) fn resolve(&mut self, operation: &Operation) -> Result<(), Violation> {
        match operation {
            Operation::Open { websocket, address } => self.open(*websocket, *address).map(drop),
            Operation::Arrive { address, login, answered } => match self.open(false, *address)? {
                Some(conn) => self.say(conn, true, &login_of(login), *answered),
                None => Ok(()),
            },
            Operation::Say { who, acked, impatient, message, answered } => {
                match self.someone(*who) {
                    Some(conn) if *impatient || !self.is_paused(conn) => {
                        self.say(conn, *acked, message, *answered)
                    }
                    _ => Ok(()),
                }
            }
            Operation::Burst { who, impatient, login, messages } => {
                let Some(conn) = self.someone(*who) else { return Ok(()) };
                for message in [&login_of(login)].into_iter().chain(messages) {
                    if *impatient || !self.is_paused(conn) {
                        self.say(conn, true, message, Answered::Later)?;
                    }
                }
                Ok(())
            }
            Operation::SayMalformed { who, acked, which } => {
                self.someone(*who).map_or(Ok(()), |c| {
                    let malformed = pick(operation::MALFORMED, *which);
                    self.message(c, *acked, malformed.event, malformed.text, malformed.binary)
                })
            }
            Operation::Alive { who } => {
                self.someone(*who).map_or(Ok(()), |conn| self.feed(Input::Alive { conn }))
            }
            Operation::End { who, reason } => self.someone(*who).map_or(Ok(()), |conn| {
                self.feed(Input::Closed { conn, reason: *pick(&REASONS, *reason) })
            }),
            Operation::CloseComes { which } => self.close_comes(*which),
            Operation::Answer { which, verdict } => match self.question(*which) {
                Some(ask) => {
                    let verdict = self.verdict(ask, *verdict);
                    self.feed(Input::Answered { ask, verdict })
                }
                None => Ok(()),
            },
            Operation::AnswerAgain { which, verdict } if !self.settled.is_empty() => {
                let ask = *pick(&self.settled, *which);
                self.feed(Input::Answered { ask, verdict: self.verdict(ask, *verdict) })
            }
            Operation::AnswerAgain { .. } => Ok(()),
            Operation::Administer(what) => self.administer(what),
            Operation::Wait { ms, tick } => {
                self.advance_to(self.now.mono + Duration::from_millis(u64::from(*ms)));
                if *tick { self.feed(Input::Tick) } else { Ok(()) }
            }
            Operation::Deadline => {
                self.advance_to(self.watched.core().next_deadline().unwrap_or_default());
                self.feed(Input::Tick)
            }
            Operation::Tick => self.feed(Input::Tick),
            Operation::SetClock { seconds } => {
                self.clock = CLOCK + u64::from(*seconds) * 1000;
                self.advance_to(Duration::ZERO);
                Ok(())
            }
        }
    }

    fn open(&mut self, websocket: bool, address: u8) -> Result<Option<ConnId>, Violation> {
        if self.links.len() >= MOST {
            return Ok(None);
        }
        self.opened += 1;
        let conn = ConnId(self.opened);
        let transport = if websocket { TransportKind::WebSocket } else { TransportKind::SocketIo };
        let (peer, device) = (names::peer(address), names::device(address));
        let meta = ConnMeta { peer, device, ..ConnMeta::new(transport) }.into();
        self.feed(Input::Opened { conn, meta })?;
        Ok(Some(conn))
    }

    fn someone(&self, who: u8) -> Option<ConnId> {
        let conns: Vec<ConnId> = self.links.keys().copied().collect();
        (!conns.is_empty()).then(|| *pick(&conns, who))
    }

    fn is_paused(&self, conn: ConnId) -> bool {
        self.links.get(&conn).is_some_and(|link| link.paused)
    }

    fn say(
        &mut self,
        conn: ConnId,
        acked: bool,
        message: &Message,
        answered: Answered,
    ) -> Result<(), Violation> {
        let peers = self.watched.model().clients().map(|(_, client)| client.easyrtcid.to_string());
        // And one who is never there, and one who may have been.
        let gone = ["nobody", "EEEEEEEEEEEEEEEE"].map(str::to_owned);
        let peers: Vec<String> = peers.chain(gone).collect();
        let (event, text) = operation::text(message, &peers);
        let first = self.history.effects().len();
        self.message(conn, acked, event, &text, false)?;
        if let Answered::Now { verdict } = answered {
            let asked = self.history.asked_since(first);
            let answers = asked.into_iter().map(|ask| (ask, self.verdict(ask, verdict)));
            self.answers.extend(answers.collect::<Vec<_>>());
        }
        Ok(())
    }

    fn message(
        &mut self,
        conn: ConnId,
        acked: bool,
        event: ClientEvent,
        text: &str,
        binary: bool,
    ) -> Result<(), Violation> {
        let Some(link) = self.links.get_mut(&conn) else { return Ok(()) };
        let message = decode(event, text, binary);
        if let Some(listener) = &mut self.listener {
            listener(Overheard::Client { event, text, outcome: message.as_ref() });
        }
        link.acks += 1;
        let ack = acked.then_some(AckId(link.acks));
        self.feed(Input::Message { conn, ack, message, bytes: text.len() })
    }

    fn close_comes(&mut self, which: u8) -> Result<(), Violation> {
        let closed = self.links.iter().filter_map(|(conn, link)| Some((*conn, link.closed?)));
        let closed: Vec<(ConnId, CloseReason)> = closed.collect();
        if closed.is_empty() {
            return Ok(());
        }
        let (conn, reason) = *pick(&closed, which);
        self.feed(Input::Closed { conn, reason })
    }

    fn question(&self, which: u8) -> Option<AskId> {
        let out: Vec<AskId> = self.questions.keys().copied().collect();
        (!out.is_empty()).then(|| *pick(&out, which))
    }

    pub(super) fn verdict(&self, ask: AskId, number: u8) -> Verdict {
        operation::verdict(self.questions.get(&ask), number)
    }

    fn administer(&mut self, what: &Administer) -> Result<(), Violation> {
        let command = what.command(self.watched.model());
        let input = self.request(command);
        self.feed(input)
    }

    fn request(&mut self, command: AdminCommand) -> Input {
        self.requests += 1;
        Input::Admin { request: RequestId(self.requests), command }
    }

    /// Takes back what the operator may have done that stays.
    pub(super) fn undo(&mut self) -> Vec<Input> {
        let commands = operation::undo(self.watched.model());
        commands.into_iter().map(|command| self.request(command)).collect()
    }
}

fn login_of(login: &Login) -> Message {
    Message::Authenticate(login.clone())
}
