//! `candidate`, `offer`, `answer`, `reject`, `hangup`: passed on to another client of the same
//! application. No shared room is needed, and one may signal oneself.

use easyrtc_proto::{ErrorCode, RelayedSignal, ServerMessage, Signal, SignalKind};

use super::client;
use crate::effect::{Recipient, Recipients};
use crate::input::ConnId;
use crate::roster::gather;
use crate::state::{Ctx, Reject, State};

pub(super) fn run(
    state: &mut State,
    conn: ConnId,
    request: Signal,
    ctx: &mut Ctx<'_>,
) -> Result<ServerMessage, Reject> {
    // After a reconnect a page first sends what it had buffered; to end a call that is over
    // anyway is no error (decision D6).
    //= docs/spec/login.md#login.not-yet-hangup
    if matches!(request.kind, SignalKind::Reject | SignalKind::Hangup)
        && state.client(conn).is_none()
    {
        return Ok(ServerMessage::Ack);
    }
    let to = decide(state, conn, &request)?;
    Ok(apply(state, conn, to, request, ctx))
}

fn decide(state: &State, conn: ConnId, request: &Signal) -> Result<Recipient, Reject> {
    let sender = client(state, conn)?;
    let gone = || Reject::new(ErrorCode::MsgRejectTargetEasyrtcid, "no such client");
    //= docs/spec/relay.md#relay.target-online
    //= docs/spec/relay.md#relay.self
    let (target, peer) = state.peer(&sender.app, &request.target_easyrtcid).ok_or_else(gone)?;
    Ok(Recipient { conn: target, easyrtcid: Some(peer.easyrtcid) })
}

fn apply(
    state: &mut State,
    conn: ConnId,
    to: Recipient,
    request: Signal,
    ctx: &mut Ctx<'_>,
) -> ServerMessage {
    if let Some(sender_easyrtcid) = state.client(conn).map(|sender| sender.easyrtcid) {
        let to = Recipients::One(to);
        gather::before_hearing_from(state, sender_easyrtcid, &to, ctx);
        //= docs/spec/relay.md#relay.delivered
        let (kind, msg_data) = (request.kind, request.msg_data);
        let relayed = RelayedSignal { kind, sender_easyrtcid, msg_data };
        //= docs/spec/envelope.md#envelope.event-before-answer
        ctx.send(to, ServerMessage::Signal(relayed));
    }
    //= docs/spec/relay.md#relay.ack
    ServerMessage::Ack
}
