//! `easyrtcMsg`: a message of the application, for clients or for the server's side.

use std::sync::Arc;

use easyrtc_proto::{
    ClientEvent, CustomMessage, EasyrtcId, ErrorCode, RelayedCustom, RoomName, ServerMessage,
};

use super::{answer, ask, client, denied};
use crate::ask::{About, Pending, Question, Verdict};
use crate::conn::Client;
use crate::effect::{Recipient, Recipients};
use crate::input::ConnId;
use crate::permission::Permission;
use crate::planted::planted;
use crate::roster::gather;
use crate::state::{Ctx, Reject, State};
use crate::ticket::Ticket;

/// Who receives a message.
enum Audience {
    /// One client.
    One(Recipient),
    /// A whole room but the sender: the list the room keeps.
    Room(RoomName),
    /// These.
    Some(Arc<[Recipient]>),
    /// The server-side application (decision D13).
    Application,
}

pub(super) fn handle(
    state: &mut State,
    conn: ConnId,
    ticket: Ticket,
    message: CustomMessage,
    ctx: &mut Ctx<'_>,
) {
    let result = match decide(state, conn, &message) {
        Ok(Audience::Application) => return ask_application(state, conn, ticket, message, ctx),
        Ok(audience) => Ok(apply(state, conn, audience, message, ctx)),
        Err(reject) => Err(reject),
    };
    answer(state, conn, ticket, ClientEvent::Msg, result, ctx);
}

/// The checks are in the order of the original; every restriction named must hold (decision D14).
//= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.order
fn decide(state: &State, conn: ConnId, message: &CustomMessage) -> Result<Audience, Reject> {
    let sender = client(state, conn)?;
    //= docs/spec/login.md#login.permissions
    if !sender.may(Permission::SendMessage) {
        return Err(Reject::new(ErrorCode::MsgRejectNoAuth, "the client may not send messages"));
    }
    let target = &message.target;
    //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.no-target
    if target.is_none() {
        return Ok(Audience::Application);
    }
    //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.self
    if target.easyrtcid == Some(sender.easyrtcid) {
        return Err(Reject::new(ErrorCode::MsgRejectTargetEasyrtcid, "to oneself"));
    }
    let peer = match &target.easyrtcid {
        Some(easyrtcid) => Some(find_peer(state, sender, easyrtcid)?),
        None => None,
    };
    if let Some(room) = &target.room {
        let everybody = [Some(conn), peer.map(|peer| peer.conn)];
        let room = state.room(&sender.app, room);
        //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.room-sender
        //= docs/spec/groups.md#groups.combined
        if !everybody.into_iter().flatten().all(|c| room.is_some_and(|room| room.contains(c))) {
            return Err(Reject::new(ErrorCode::MsgRejectTargetRoom, "not in that room"));
        }
    }
    //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.group
    let Some(group) = &target.group else {
        return match (peer, &target.room) {
            (Some(peer), _) => Ok(Audience::One(peer)),
            (None, Some(room)) => Ok(Audience::Room(room.clone())),
            (None, None) => Ok(Audience::Application),
        };
    };
    let no_group = || Reject::new(ErrorCode::MsgRejectTargetGroup, "not in that group");
    let members = state.apps.get(&sender.app).and_then(|app| app.groups.get(group));
    //= docs/spec/groups.md#groups.unknown
    let members = members.ok_or_else(no_group)?;
    if let Some(peer) = peer {
        let is_member = members.contains(&peer.conn);
        //= docs/spec/groups.md#groups.unknown
        return if is_member { Ok(Audience::One(peer)) } else { Err(no_group()) };
    }
    let room = target.room.as_ref().and_then(|room| state.room(&sender.app, room));
    //= docs/spec/groups.md#groups.combined
    let in_room = |member: &ConnId| {
        room.is_none_or(|room| room.contains(*member)) || planted!(GroupIgnoresRoom)
    };
    //= docs/spec/groups.md#groups.addressed-alone
    let others = members.iter().filter(|&&member| member != conn).copied();
    let recipients = others.filter(in_room).filter_map(|c| Some(state.conns.get(&c)?.recipient(c)));
    Ok(Audience::Some(recipients.collect()))
}

fn find_peer(state: &State, sender: &Client, id: &EasyrtcId) -> Result<Recipient, Reject> {
    //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.offline
    let gone = || Reject::new(ErrorCode::MsgRejectGenFail, "no such client");
    let (conn, peer) = state.peer(&sender.app, id).ok_or_else(gone)?;
    Ok(Recipient { conn, easyrtcid: Some(peer.easyrtcid) })
}

fn apply(
    state: &mut State,
    conn: ConnId,
    audience: Audience,
    message: CustomMessage,
    ctx: &mut Ctx<'_>,
) -> ServerMessage {
    let Some(sender) = state.client(conn) else { return ServerMessage::Ack };
    let (app, sender_easyrtcid) = (sender.app.clone(), sender.easyrtcid);
    let to = match audience {
        Audience::One(recipient) => Some(Recipients::One(recipient)),
        //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.room
        Audience::Room(room) => state
            .room_mut(&app, &room)
            .map(|room| Recipients::Many { list: room.recipients(), except: Some(conn) }),
        Audience::Some(list) => Some(Recipients::Many { list, except: None }),
        Audience::Application => None,
    };
    //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.keys
    let relayed = RelayedCustom {
        msg_type: message.msg_type,
        msg_data: message.msg_data,
        sender_easyrtcid: Some(sender_easyrtcid),
        target: message.target,
    };
    if let Some(to) = to.filter(|to| to.iter().next().is_some()) {
        gather::before_hearing_from(state, sender_easyrtcid, &to, ctx);
        ctx.send(to, ServerMessage::Custom(relayed));
    }
    ServerMessage::Ack
}

fn ask_application(
    state: &mut State,
    conn: ConnId,
    ticket: Ticket,
    message: CustomMessage,
    ctx: &mut Ctx<'_>,
) {
    let sender = match client(state, conn) {
        Ok(sender) => sender,
        Err(reject) => return answer(state, conn, ticket, ClientEvent::Msg, Err(reject), ctx),
    };
    let (easyrtcid, app) = (sender.easyrtcid, sender.app.clone());
    let username = sender.username.clone();
    let groups = sender.granted.get().map(|granted| granted.groups.clone()).unwrap_or_default();
    let question = Question::Application { easyrtcid, app, username, groups, message };
    let pending = Pending::new(conn, ticket, About::Application);
    ask(state, pending, question, ClientEvent::Msg, ctx);
}

/// The application's answer is the content of the ack.
pub(super) fn answered(verdict: Verdict) -> Result<ServerMessage, Reject> {
    match verdict {
        Verdict::Application(None) => Ok(ServerMessage::Ack),
        //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.no-target
        Verdict::Application(Some((msg_type, msg_data))) => {
            Ok(ServerMessage::Custom(RelayedCustom {
                msg_type,
                msg_data,
                sender_easyrtcid: None,
                target: easyrtc_proto::Target::default(),
            }))
        }
        Verdict::Deny(code) => Err(denied(code)),
        Verdict::Allow(_) | Verdict::RoomJoin | Verdict::IceServers(_) => {
            Err(Reject::new(ErrorCode::MsgRejectGenFail, "the answer does not fit"))
        }
    }
}
