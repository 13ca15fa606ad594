//! From abstract operations to inputs of the core.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use easyrtc_proto::{
    Attachments, ClientEvent, ClientMessage, DecodeError, ErrorCode, ForwardToUrl,
};
use easyrtc_state::{
    AckId, AdminCommand, AskId, CloseReason, ConnId, ConnMeta, Field, FieldMap, FieldOwner, Grant,
    Input, Question, RequestId, TransportKind, Verdict,
};
use serde_json::value::RawValue;

use super::{CLOCK, Overheard, Violation, World};
use crate::names::{self, pick, valid};
use crate::operation::{self, Administer, Answered, Login, Message, Operation};
use crate::setup::Setup;

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
        let peer = match address % 4 {
            0 => None,
            last => Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))),
        };
        let meta = ConnMeta { peer, ..ConnMeta::new(transport) };
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
        self.feed(Input::Message { conn, ack, message })
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

    /// Mostly a yes, at times a no or an answer to another question.
    pub(super) fn verdict(&self, ask: AskId, number: u8) -> Verdict {
        let variant = number / 8;
        let fitting = match self.questions.get(&ask) {
            Some(Question::Login(_)) | None => Verdict::Allow(grant(variant)),
            Some(Question::IceConfig { .. }) => Verdict::IceServers(
                variant.is_multiple_of(2).then(|| [names::ice_server("turn:answered")].into()),
            ),
            Some(Question::Application { .. }) if variant.is_multiple_of(3) => {
                Verdict::Application(None)
            }
            Some(Question::Application { message, .. }) => {
                Verdict::Application(Some((message.msg_type.clone(), message.msg_data.clone())))
            }
        };
        match (number % 8, &fitting) {
            (6, _) => Verdict::Deny(ErrorCode::LoginBadAuth),
            (7, Verdict::Application(_)) => Verdict::Allow(Grant::default()),
            (7, _) => Verdict::Application(None),
            _ => fitting,
        }
    }

    fn administer(&mut self, what: &Administer) -> Result<(), Violation> {
        let command = match what {
            Administer::SetField { of, which, name, value } => {
                let of = match of % 4 {
                    0 => FieldOwner::Application(names::app(*which)),
                    1 => FieldOwner::Room(names::app(which / 8), names::room(*which)),
                    2 => FieldOwner::Session(
                        names::app(which / 8),
                        valid(easyrtc_proto::SessionId::parse(pick::<&str>(
                            &names::SESSIONS,
                            *which,
                        ))),
                    ),
                    _ => FieldOwner::Connection(self.named(*which)),
                };
                let (text, shared) = pick(&[("1", true), ("{}", true), ("2", false)], *value);
                let field = Field { value: names::payload(text), shared: *shared };
                let field = Some(field).filter(|_| value % 4 != 0);
                AdminCommand::SetField { of, name: names::field(*name), field }
            }
            Administer::SetGroup { who, group, member } => AdminCommand::SetGroup {
                easyrtcid: self.named(*who),
                group: names::group(*group),
                member: *member,
            },
            Administer::Kick { who } => AdminCommand::Kick { easyrtcid: self.named(*who) },
            Administer::Forward { who } => AdminCommand::ForwardToUrl {
                easyrtcid: self.named(*who),
                forward: ForwardToUrl { url: "/elsewhere".to_owned(), new_window: None },
            },
            Administer::PushIceConfig { who, own } => AdminCommand::PushIceConfig {
                easyrtcid: self.named(*who),
                ice_servers: own.then(|| [names::ice_server("turn:pushed")].into()),
            },
            Administer::SendToken { who } => {
                AdminCommand::SendToken { easyrtcid: self.named(*who) }
            }
            Administer::Shutdown => AdminCommand::Shutdown,
        };
        let input = self.request(command);
        self.feed(input)
    }

    fn request(&mut self, command: AdminCommand) -> Input {
        self.requests += 1;
        Input::Admin { request: RequestId(self.requests), command }
    }

    /// The name of a client, or at times of nobody.
    fn named(&self, who: u8) -> easyrtc_proto::EasyrtcId {
        let nobody = valid(easyrtc_proto::EasyrtcId::parse("nobody"));
        let clients = self.watched.model().clients().map(|(_, client)| client.easyrtcid);
        let clients: Vec<_> = clients.chain([nobody]).collect();
        *pick(&clients, who)
    }

    /// Takes back what the operator may have set on applications and rooms that stay.
    pub(super) fn unset_fields(&mut self) -> Vec<Input> {
        let mut owners = Vec::new();
        for app in (0..4).map(names::app) {
            owners.push(FieldOwner::Application(app.clone()));
            owners.extend((0..5).map(|room| FieldOwner::Room(app.clone(), names::room(room))));
        }
        let each = owners.into_iter().flat_map(|of| (0..3).map(move |name| (of.clone(), name)));
        let command =
            |(of, name)| AdminCommand::SetField { of, name: names::field(name), field: None };
        each.map(command).map(|command| self.request(command)).collect()
    }
}

fn login_of(login: &Login) -> Message {
    Message::Authenticate(login.clone())
}

fn grant(variant: u8) -> Grant {
    let field = Field { value: names::payload("\"granted\""), shared: true };
    let bit = |n: u8| variant >> n & 1 == 1;
    Grant {
        username: bit(0).then(|| valid(easyrtc_proto::Username::parse("granted"))),
        groups: bit(1).then(|| names::group(variant)).into_iter().collect(),
        fields: FieldMap(bit(2).then(|| (names::field(0), field)).into_iter().collect()),
        ice_servers: bit(3).then(|| [names::ice_server("turn:granted")].into()),
    }
}

/// Through the real decoder, as a transport would.
pub(crate) fn decode(
    event: ClientEvent,
    text: &str,
    binary: bool,
) -> Result<ClientMessage, DecodeError> {
    let raw = valid(serde_json::from_str::<&RawValue>(text));
    let attachments =
        if binary { Attachments::new(vec!["bytes".into()]) } else { Attachments::none() };
    ClientMessage::decode(event, raw, &attachments, &Setup::decode_limits())
}
