//! The end: everybody is told, and everybody goes.

use easyrtc_proto::{ErrorCode, ServerMessage};

use crate::effect::{Effect, Recipient, Recipients};
use crate::input::CloseReason;
use crate::notice::Notice;
use crate::state::{Ctx, State};

/// Nobody is told who else goes: all do.
//= docs/spec/messages/error.md#error.shutdown
pub(super) fn run(state: &mut State, ctx: &mut Ctx<'_>) {
    let conns = std::mem::take(&mut state.conns);
    let list: Vec<Recipient> = conns.iter().map(|(id, conn)| conn.recipient(*id)).collect();
    if !list.is_empty() {
        let to = Recipients::Many { list: list.into(), except: None };
        ctx.send(to, ServerMessage::error(ErrorCode::ServerShutdown));
    }
    let reason = CloseReason::Shutdown;
    for (conn, connection) in conns {
        let (client, closed) = (connection.client, Effect::Close { conn, reason });
        let (easyrtcid, app, username) = match client {
            Some(client) => (Some(client.easyrtcid), Some(client.app), client.username),
            None => (None, None, None),
        };
        ctx.out.push(closed);
        ctx.notice(Notice::Disconnected { conn, easyrtcid, app, username, reason });
    }
    let asks = std::mem::take(&mut state.asks);
    *state = State::new(ctx.config);
    state.asks.take_over_numbers_of(&asks);
    state.draining = true;
}
