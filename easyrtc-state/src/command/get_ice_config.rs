//! `getIceConfig`: asks which STUN and TURN servers the client is to use.

use easyrtc_proto::{ClientEvent, ErrorCode, IceConfig, ServerMessage};

use super::{answer, ask, client, denied};
use crate::ask::{About, Pending, Question, Verdict};
use crate::input::ConnId;
use crate::state::{Ctx, Reject, State};
use crate::ticket::Ticket;

pub(super) fn handle(state: &mut State, conn: ConnId, ticket: Ticket, ctx: &mut Ctx<'_>) {
    let client = match client(state, conn) {
        Ok(client) => client,
        Err(reject) => return answer(state, conn, ticket, ClientEvent::Cmd, Err(reject), ctx),
    };
    let question = Question::IceConfig {
        easyrtcid: client.easyrtcid,
        app: client.app.clone(),
        username: client.username.clone(),
    };
    let pending = Pending::new(conn, ticket, About::IceConfig);
    ask(state, pending, question, ClientEvent::Cmd, ctx);
}

pub(super) fn answered(
    state: &State,
    conn: ConnId,
    verdict: Verdict,
    ctx: &Ctx<'_>,
) -> Result<ServerMessage, Reject> {
    match verdict {
        Verdict::IceServers(servers) => {
            let client = client(state, conn)?;
            let granted = client.granted.get();
            let renew = granted.is_some_and(|granted| granted.renew_ice_servers);
            let granted = granted.and_then(|granted| granted.ice_servers.clone());
            let servers = if renew { servers.or(granted) } else { granted.or(servers) };
            let configured = || ctx.config.ice_servers_of(&client.app).clone();
            let ice_servers = servers.unwrap_or_else(configured);
            Ok(ServerMessage::IceConfig(IceConfig { ice_servers }))
        }
        Verdict::Deny(code) => Err(denied(code)),
        Verdict::Allow(_) | Verdict::RoomJoin | Verdict::Application(_) => {
            Err(Reject::new(ErrorCode::MsgRejectGenFail, "the answer does not fit"))
        }
    }
}
