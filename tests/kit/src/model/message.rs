//! Messages, from their arrival to their answer.

use easyrtc_proto::{
    ClientEvent, ClientMessage, Command, CustomMessage, DecodeError, DecodeErrorKind, EasyrtcId,
    ErrorCode, ErrorScope, IceConfig, RelayedCustom, ServerMessage, Target,
};
use easyrtc_state::{AckId, AskId, CloseReason, ConnId, Permission, Question, Verdict};

use super::{About, Ask, Heard, Model, reached};

pub(super) type Decoded = Result<ClientMessage, DecodeError>;

impl Model {
    /// Between a login and its answer, messages wait (decision D6), and so while it is asked about
    /// guarded rooms, and where there were too many.
    pub(super) fn message(
        &mut self,
        conn: ConnId,
        ack: Option<AckId>,
        message: Decoded,
        bytes: usize,
    ) {
        let limit = self.config.limits.parked;
        let waits = self.awaits(conn) || self.is_limited(conn);
        let Some(connection) = self.conns.get_mut(&conn) else { return };
        if !waits {
            return self.turn(conn, ack, message, bytes);
        }
        if reached(connection.parked.len(), limit) {
            return self.close(conn, CloseReason::Slow);
        }
        connection.parked.push_back((ack, message, bytes));
        if reached(connection.parked.len(), limit) && !connection.paused {
            connection.paused = true;
            self.hear(conn, Heard::Paused);
        }
    }

    /// Handles what waited for an answer that has come, or for a pause to end.
    pub(super) fn unpark(&mut self, conn: ConnId) {
        while !self.awaits(conn)
            && !self.is_limited(conn)
            && let Some(connection) = self.conns.get_mut(&conn)
        {
            let Some((ack, message, bytes)) = connection.parked.pop_front() else {
                if std::mem::take(&mut connection.paused) {
                    connection.last_seen = self.now.mono;
                    self.hear(conn, Heard::Resumed);
                }
                return;
            };
            self.turn(conn, ack, message, bytes);
            self.settle();
        }
    }

    pub(super) fn handle(&mut self, conn: ConnId, ack: Option<AckId>, message: Decoded) {
        let event = match &message {
            Ok(message) => message.event(),
            Err(error) => error.event,
        };
        let Some(ack) = ack else {
            if event == ClientEvent::Auth {
                self.close(conn, CloseReason::Refused);
            }
            return;
        };
        let result = match message {
            Ok(ClientMessage::Authenticate(request)) => {
                return self.ask_login(conn, ack, request);
            }
            Err(error) if event == ClientEvent::Auth => {
                return self.refuse_login(conn, ack, error.code());
            }
            Err(error) if error.kind == DecodeErrorKind::TooDeep => Err(error.code()),
            Ok(ClientMessage::Command(Command::Signal(signal)))
                if self.client(conn).is_none() && !signal.kind.has_data() =>
            {
                Ok(ServerMessage::Ack)
            }
            _ if self.client(conn).is_none() => Err(ErrorCode::MsgRejectNoAuth),
            Err(error) => Err(error.code()),
            Ok(ClientMessage::Command(Command::GetIceConfig)) => {
                return self.ask_ice_config(conn, ack);
            }
            Ok(ClientMessage::Command(Command::RoomJoin(request))) => {
                return self.ask_room_join(conn, ack, request);
            }
            Ok(ClientMessage::Custom(_)) if !self.may(conn, Permission::SendMessage) => {
                Err(ErrorCode::MsgRejectNoAuth)
            }
            Ok(ClientMessage::Custom(message)) if message.target.is_none() => {
                return self.ask_application(conn, ack, message);
            }
            Ok(ClientMessage::Custom(message)) => self.relay_custom(conn, message),
            Ok(ClientMessage::Command(command)) => self.command(conn, command),
        };
        self.answer(conn, ack, result.unwrap_or_else(ServerMessage::error));
    }

    fn ask_application(&mut self, conn: ConnId, ack: AckId, message: CustomMessage) {
        let Some(client) = self.client(conn) else { return };
        let (username, groups) = (client.username.clone(), client.rights.groups.clone());
        self.ask(conn, ack, About::Application, |easyrtcid, app| Question::Application {
            easyrtcid,
            app,
            username,
            groups,
            message,
        });
    }

    fn ask_ice_config(&mut self, conn: ConnId, ack: AckId) {
        let username = self.client(conn).and_then(|client| client.username.clone());
        let question = |easyrtcid, app| Question::IceConfig { easyrtcid, app, username };
        self.ask(conn, ack, About::IceConfig, question);
    }

    pub(super) fn ask(
        &mut self,
        conn: ConnId,
        ack: AckId,
        about: About,
        question: impl FnOnce(EasyrtcId, easyrtc_proto::AppName) -> Question,
    ) {
        let out = self.asks.values().filter(|ask| ask.conn == conn).count();
        if reached(out, self.config.limits.asks_per_connection) {
            return self.answer(conn, ack, ServerMessage::error(ErrorCode::MsgRejectGenFail));
        }
        let Some(client) = self.client(conn) else { return };
        let question = question(client.easyrtcid, client.app.clone());
        self.put_out(conn, ack, about, question);
    }

    /// The core has numbered the question; the model takes the number over.
    pub(super) fn put_out(&mut self, conn: ConnId, ack: AckId, about: About, question: Question) {
        self.out.questions.push(question);
        let due = Some(self.now.mono + self.config.ask_timeout);
        if let Some(ask) = self.hints.asks.pop_front() {
            self.asks.insert(ask, Ask { conn, ack, due, about, taken_out: Vec::new() });
        }
    }

    /// Late and unknown answers mean nothing.
    pub(super) fn answered(&mut self, ask: AskId, verdict: Verdict) {
        let Some(ask) = self.asks.remove(&ask) else { return };
        let Ask { conn, ack, about, taken_out, .. } = ask;
        let answer = match (about, verdict) {
            (About::Login(request), verdict) => {
                self.login_answered(conn, ack, (*request, &taken_out), verdict);
                self.settle();
                return self.unpark(conn);
            }
            (About::RoomJoin(request), verdict) => {
                let answer = match verdict {
                    Verdict::RoomJoin => self.room_join(conn, &request, &taken_out),
                    Verdict::Deny(code) => {
                        self.denied(conn, &code);
                        Err(of_message(code))
                    }
                    _ => Err(ErrorCode::MsgRejectGenFail),
                };
                self.answer(conn, ack, answer.unwrap_or_else(ServerMessage::error));
                self.settle();
                return self.unpark(conn);
            }
            (_, Verdict::Deny(code)) => ServerMessage::error(of_message(code)),
            (About::IceConfig, Verdict::IceServers(servers)) => {
                let Some(client) = self.client(conn) else { return };
                let granted = client.ice_servers.clone();
                let ice_servers = if client.renew_ice_servers {
                    servers.or(granted)
                } else {
                    granted.or(servers)
                };
                let configured = || self.ice_servers(&client.app);
                let ice_servers = ice_servers.unwrap_or_else(configured);
                ServerMessage::IceConfig(IceConfig { ice_servers })
            }
            (About::Application, Verdict::Application(None)) => ServerMessage::Ack,
            (About::Application, Verdict::Application(Some((msg_type, msg_data)))) => {
                let target = Target::default();
                let sender_easyrtcid = None;
                ServerMessage::Custom(RelayedCustom {
                    msg_type,
                    msg_data,
                    sender_easyrtcid,
                    target,
                })
            }
            _ => ServerMessage::error(ErrorCode::MsgRejectGenFail),
        };
        self.answer(conn, ack, answer);
    }
}

/// The code of a denied message: what ends connections is for logins.
fn of_message(code: ErrorCode) -> ErrorCode {
    match code.scope() {
        ErrorScope::Message => code,
        ErrorScope::Login | ErrorScope::Server => ErrorCode::MsgRejectGenFail,
    }
}
