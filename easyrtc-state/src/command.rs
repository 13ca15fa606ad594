//! What clients ask for: one file per message.
//!
//! Each has `decide`, which looks at the state and says what is to change or why not, and
//! `apply`, which changes it and cannot fail. What is rejected has changed nothing.

mod easyrtc_msg;
mod get_ice_config;
mod get_room_list;
mod room_join;
mod room_leave;
mod set_room_api_field;
mod set_user_cfg;
mod signal;
mod still_alive;

pub(crate) mod authenticate;
pub(crate) mod join;
pub(crate) mod set_presence;

use easyrtc_proto::{
    ClientEvent, ClientMessage, Command, DecodeError, DecodeErrorKind, ErrorCode, ErrorScope,
    ServerMessage,
};

use crate::ask::{Pending, Question, Verdict};
use crate::conn::Client;
use crate::connection;
use crate::deadline::Timer;
use crate::input::{AckId, CloseReason, ConnId};
use crate::notice::Notice;
use crate::state::{Ctx, Reject, State};
use crate::ticket::Ticket;

/// Handles a message of a connection whose messages wait for no answer.
pub(crate) fn handle(
    state: &mut State,
    conn: ConnId,
    ack: Option<AckId>,
    message: Result<ClientMessage, DecodeError>,
    ctx: &mut Ctx<'_>,
) {
    let event = event_of(&message);
    //= docs/spec/envelope.md#envelope.well-addressed
    let Some(ack) = ack else { return ignore(state, conn, event, ctx) };
    let ticket = Ticket::new(conn, ack);
    match message {
        Ok(ClientMessage::Authenticate(request)) => {
            authenticate::ask(state, conn, ticket, request, ctx);
        }
        Err(error) if event == ClientEvent::Auth => {
            let reject = Reject::new(error.code(), "malformed login");
            authenticate::refuse(state, conn, ticket, reject, ctx);
        }
        Err(error) => {
            let result = refuse_malformed(state, conn, &error);
            answer(state, conn, ticket, event, result, ctx);
        }
        Ok(ClientMessage::Command(command)) => {
            handle_command(state, conn, ticket, command, ctx);
        }
        Ok(ClientMessage::Custom(message)) => {
            easyrtc_msg::handle(state, conn, ticket, message, ctx);
        }
    }
}

/// Refuses a message whatever it says: there were too many.
pub(crate) fn refuse_unread(
    state: &mut State,
    conn: ConnId,
    ack: Option<AckId>,
    message: &Result<ClientMessage, DecodeError>,
    ctx: &mut Ctx<'_>,
) {
    let event = event_of(message);
    let Some(ack) = ack else { return ignore(state, conn, event, ctx) };
    let ticket = Ticket::new(conn, ack);
    let why = "too much at once";
    if event == ClientEvent::Auth {
        let reject = Reject::new(ErrorCode::LoginGenFail, why);
        return authenticate::refuse(state, conn, ticket, reject, ctx);
    }
    answer(state, conn, ticket, event, Err(Reject::new(ErrorCode::MsgRejectGenFail, why)), ctx);
}

fn event_of(message: &Result<ClientMessage, DecodeError>) -> ClientEvent {
    message.as_ref().map_or_else(|error| error.event, ClientMessage::event)
}

/// A message that wants no answer gets none, and has no effect. A login that cannot be answered
/// ends the connection.
fn ignore(state: &mut State, conn: ConnId, event: ClientEvent, ctx: &mut Ctx<'_>) {
    ctx.notice(Notice::Ignored { conn, event });
    //= docs/spec/envelope.md#envelope.auth-no-callback
    if event == ClientEvent::Auth {
        connection::close(state, conn, CloseReason::Refused, ctx);
    }
}

/// Depth is checked before all else; who has not logged in learns nothing more than that.
fn refuse_malformed(
    state: &State,
    conn: ConnId,
    error: &DecodeError,
) -> Result<ServerMessage, Reject> {
    //= docs/spec/envelope.md#envelope.depth
    if error.kind != DecodeErrorKind::TooDeep {
        client(state, conn)?;
    }
    Err(Reject::new(error.code(), "malformed message"))
}

fn handle_command(
    state: &mut State,
    conn: ConnId,
    ticket: Ticket,
    command: Command,
    ctx: &mut Ctx<'_>,
) {
    let result = match command {
        Command::GetIceConfig => return get_ice_config::handle(state, conn, ticket, ctx),
        Command::RoomJoin(request) => {
            return room_join::handle(state, conn, ticket, request, ctx);
        }
        Command::Signal(request) => signal::run(state, conn, request, ctx),
        Command::GetRoomList => get_room_list::run(state, conn, ctx),
        Command::RoomLeave(request) => room_leave::run(state, conn, &request, ctx),
        Command::SetRoomApiField(request) => set_room_api_field::run(state, conn, request, ctx),
        Command::SetPresence(request) => set_presence::run(state, conn, &request, ctx),
        Command::SetUserCfg(request) => set_user_cfg::run(state, conn, *request, ctx),
        Command::StillAlive => still_alive::run(state, conn),
        //= docs/spec/envelope.md#envelope.msg-type
        Command::Unknown { .. } => client(state, conn)
            .and(Err(Reject::new(ErrorCode::MsgRejectBadType, "no such command"))),
    };
    answer(state, conn, ticket, ClientEvent::Cmd, result, ctx);
}

/// Pays a ticket with the result of a message.
fn answer(
    state: &State,
    conn: ConnId,
    ticket: Ticket,
    event: ClientEvent,
    result: Result<ServerMessage, Reject>,
    ctx: &mut Ctx<'_>,
) {
    match result {
        Ok(message) => ticket.reply(message, ctx.now, ctx.out),
        //= docs/spec/envelope.md#envelope.rejected-unchanged
        Err(Reject { code, why, limit }) => {
            if let Some(limit) = limit {
                ctx.notice(Notice::Limited { conn, limit, pauses: false });
            }
            let client = state.client(conn).map(|client| (client.easyrtcid, client.app.clone()));
            let (easyrtcid, app) = client.unzip();
            let code_noted = code.clone();
            ctx.notice(Notice::Rejected { conn, easyrtcid, app, event, code: code_noted, why });
            //= docs/spec/errors.md#errors.scope
            ticket.reject(code, ctx.now, ctx.out);
        }
    }
}

/// The refusal of a message that was asked about. A code that ends connections is not for messages.
//= docs/spec/errors.md#errors.close
fn denied(code: ErrorCode) -> Reject {
    match code.scope() {
        ErrorScope::Message => Reject::new(code, "denied"),
        ErrorScope::Login | ErrorScope::Server => {
            Reject::new(ErrorCode::MsgRejectGenFail, "the denial is one of logins")
        }
    }
}

/// The client of a connection, or the refusal of those who have not logged in (decision D6).
fn client(state: &State, conn: ConnId) -> Result<&Client, Reject> {
    //= docs/spec/login.md#login.not-yet
    let no_auth = || Reject::new(ErrorCode::MsgRejectNoAuth, "not logged in");
    state.client(conn).ok_or_else(no_auth)
}

/// Sends a question out, or refuses the message if too many are out already.
fn ask(
    state: &mut State,
    pending: Pending,
    question: Question,
    event: ClientEvent,
    ctx: &mut Ctx<'_>,
) {
    let conn = pending.conn;
    let limit = ctx.config.limits.asks_per_connection;
    let waiting = state.conns.get(&conn).and_then(|c| c.waiting.get());
    let out = waiting.map_or(0, |waiting| waiting.asks.len());
    if limit != 0 && out >= limit {
        let reject = Reject::new(ErrorCode::MsgRejectGenFail, "too many questions are out");
        return answer(state, conn, pending.ticket, event, Err(reject), ctx);
    }
    if let Question::Application { easyrtcid, app, message, .. } = &question {
        let (app, message_type) = (app.clone(), message.msg_type.clone());
        ctx.notice(Notice::MessageToServer { easyrtcid: *easyrtcid, app, message_type });
    }
    let ask = put_out(state, pending, ctx);
    ctx.out.push(crate::Effect::Ask { ask, question });
}

/// Notes a question that goes out, with its deadline, and that messages wait for it if they do.
fn put_out(state: &mut State, pending: Pending, ctx: &Ctx<'_>) -> crate::AskId {
    let (conn, gates) = (pending.conn, pending.about.gates());
    let ask = state.asks.insert(pending);
    let deadline = state.deadlines.set(ctx.now.mono, ctx.config.ask_timeout, Timer::Ask(ask));
    state.asks.set_deadline(ask, deadline);
    if let Some(conn) = state.conns.get_mut(&conn) {
        conn.waiting.change(|waiting| {
            waiting.asks.insert(ask);
            if gates {
                waiting.gate = Some(ask);
            }
        });
    }
    ask
}

/// Takes the answer to a question that was about a message.
pub(crate) fn answered(state: &mut State, pending: Pending, verdict: Verdict, ctx: &mut Ctx<'_>) {
    use crate::ask::About;
    let Pending { conn, ticket, about, taken_out, .. } = pending;
    match about {
        About::Login(request) => {
            let asked = authenticate::Asked { request: *request, taken_out };
            authenticate::answered(state, conn, ticket, asked, verdict, ctx);
        }
        About::RoomJoin(request) => {
            let asked = room_join::Asked { request, taken_out };
            let result = room_join::answered(state, conn, &asked, verdict, ctx);
            answer(state, conn, ticket, ClientEvent::Cmd, result, ctx);
        }
        About::IceConfig => {
            let result = get_ice_config::answered(state, conn, verdict, ctx);
            answer(state, conn, ticket, ClientEvent::Cmd, result, ctx);
        }
        About::Application => {
            let result = easyrtc_msg::answered(verdict);
            answer(state, conn, ticket, ClientEvent::Msg, result, ctx);
        }
    }
}
