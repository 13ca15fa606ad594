//! What the operator and the server-side application can do.

mod audience;
mod ban;
mod client;
mod field;
mod group;
mod outcome;
mod request;
mod room;
mod shutdown;

pub use outcome::{AdminAnswer, AdminError};
pub use request::{AdminCommand, Audience, FieldOwner};

use easyrtc_proto::ServerMessage;

use crate::state::{Ctx, State};

pub(crate) fn handle(
    state: &mut State,
    command: AdminCommand,
    ctx: &mut Ctx<'_>,
) -> Result<AdminAnswer, AdminError> {
    match command {
        AdminCommand::SetField { of, name, field } => field::set(state, &of, name, field, ctx)?,
        AdminCommand::SetGroup { easyrtcid, group, member } => {
            group::set(state, easyrtcid, group, member, ctx)?;
        }
        AdminCommand::SetPresence { easyrtcid, presence } => {
            client::set_presence(state, easyrtcid, &presence, ctx)?;
        }
        AdminCommand::Kick { easyrtcid } => client::kick(state, easyrtcid, ctx)?,
        AdminCommand::SendToken { easyrtcid } => client::send_token(state, easyrtcid, ctx)?,
        AdminCommand::Send { to, message_type, data } => {
            return audience::send_message(state, &to, message_type, data, ctx);
        }
        AdminCommand::SendError { to, code } => {
            return audience::send_error(state, &to, code, ctx);
        }
        AdminCommand::ForwardToUrl { to, forward } => {
            //= docs/spec/messages/forwardToUrl.md#forward-to-url.asked-for
            return audience::send(state, &to, ServerMessage::ForwardToUrl(forward), ctx);
        }
        AdminCommand::PushIceConfig { to, ice_servers } => {
            return audience::push_ice_config(state, &to, ice_servers.as_ref(), ctx);
        }
        AdminCommand::CreateRoom { app, room } => room::create(state, &app, room, ctx)?,
        AdminCommand::CloseRoom { app, room } => room::close(state, &app, &room, ctx)?,
        AdminCommand::JoinRoom { easyrtcid, room } => room::join(state, easyrtcid, &room, ctx)?,
        AdminCommand::LeaveRoom { easyrtcid, room } => room::leave(state, easyrtcid, &room, ctx)?,
        AdminCommand::Ban { who, expires_in } => {
            return ban::add(state, who, expires_in, ctx).map(AdminAnswer::Banned);
        }
        AdminCommand::Unban { ban } => ban::remove(state, ban)?,
        AdminCommand::Shutdown => shutdown::run(state, ctx),
    }
    Ok(AdminAnswer::Done)
}
