//! What is sent to one client or many.

use std::collections::BTreeMap;
use std::sync::Arc;

use easyrtc_proto::{
    AppName, ErrorCode, ErrorScope, IceConfig, IceServer, MessageType, Payload, RelayedCustom,
    ServerMessage, Target,
};

use super::{AdminAnswer, AdminError, Audience, client};
use crate::conn::Conn;
use crate::effect::{Recipient, Recipients};
use crate::input::ConnId;
use crate::state::{Ctx, State};

type Sent = Result<AdminAnswer, AdminError>;

/// An `easyrtcMsg` without a sender. It says which room or group it is for, as that of a client
/// does.
pub(super) fn send_message(
    state: &mut State,
    to: &Audience,
    msg_type: MessageType,
    msg_data: Option<Payload>,
    ctx: &mut Ctx<'_>,
) -> Sent {
    let target = match to {
        Audience::Room(_, room) => Target { room: Some(room.clone()), ..Target::default() },
        Audience::Group(_, group) => Target { group: Some(group.clone()), ..Target::default() },
        Audience::Connection(_) | Audience::Application(_) | Audience::Everybody => {
            Target::default()
        }
    };
    //= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.from-operator
    let message = RelayedCustom { msg_type, msg_data, sender_easyrtcid: None, target };
    send(state, to, ServerMessage::Custom(message), ctx)
}

pub(super) fn send_error(
    state: &mut State,
    to: &Audience,
    code: ErrorCode,
    ctx: &mut Ctx<'_>,
) -> Sent {
    //= docs/spec/messages/error.md#error.by-operator
    if code.scope() != ErrorScope::Message {
        return Err(AdminError::EndsConnections);
    }
    send(state, to, ServerMessage::error(code), ctx)
}

/// Tells those clients the servers they are to use, each those of its application where none are
/// given.
pub(super) fn push_ice_config(
    state: &mut State,
    to: &Audience,
    ice_servers: Option<&Arc<[IceServer]>>,
    ctx: &mut Ctx<'_>,
) -> Sent {
    let mut by_application: BTreeMap<AppName, Vec<Recipient>> = BTreeMap::new();
    let recipients = recipients(state, to)?;
    for recipient in recipients.iter() {
        let Some(client) = state.client_mut(recipient.conn) else { continue };
        client.granted.change(|granted| {
            granted.ice_servers = ice_servers.cloned();
            granted.renew_ice_servers = false;
        });
        by_application.entry(client.app.clone()).or_default().push(*recipient);
    }
    for (app, list) in by_application {
        let configured = || ctx.config.ice_servers_of(&app).clone();
        let ice_servers = ice_servers.cloned().unwrap_or_else(configured);
        let to = Recipients::Many { list: list.into(), except: None };
        ctx.send(to, ServerMessage::IceConfig(IceConfig { ice_servers }));
    }
    Ok(AdminAnswer::Sent { to: recipients.len() })
}

/// Emits a message.
pub(super) fn send(
    state: &mut State,
    to: &Audience,
    message: ServerMessage,
    ctx: &mut Ctx<'_>,
) -> Sent {
    let recipients = recipients(state, to)?;
    let count = recipients.len();
    if count > 0 {
        ctx.send(recipients, message);
    }
    Ok(AdminAnswer::Sent { to: count })
}

fn recipients(state: &mut State, audience: &Audience) -> Result<Recipients, AdminError> {
    let list = match audience {
        Audience::Connection(easyrtcid) => {
            let conn = client::find(state, *easyrtcid)?;
            return Ok(client::one(conn, *easyrtcid));
        }
        Audience::Room(app, room) => {
            let rooms = &mut state.apps.get_mut(app).ok_or(AdminError::NoApplication)?.rooms;
            rooms.get_mut(room).ok_or(AdminError::NoRoom)?.recipients()
        }
        Audience::Group(app, group) => {
            let groups = &state.apps.get(app).ok_or(AdminError::NoApplication)?.groups;
            listed(&state.conns, groups.get(group).into_iter().flatten())
        }
        Audience::Application(app) => {
            let app = state.apps.get(app).ok_or(AdminError::NoApplication)?;
            listed(&state.conns, &app.clients)
        }
        Audience::Everybody => {
            let clients = state.conns.iter().filter(|(_, conn)| conn.client.is_some());
            clients.map(|(conn, connection)| connection.recipient(*conn)).collect()
        }
    };
    Ok(Recipients::Many { list, except: None })
}

fn listed<'a>(
    conns: &BTreeMap<ConnId, Box<Conn>>,
    members: impl IntoIterator<Item = &'a ConnId>,
) -> Arc<[Recipient]> {
    let recipient = |conn: &ConnId| Some(conns.get(conn)?.recipient(*conn));
    members.into_iter().filter_map(recipient).collect()
}
