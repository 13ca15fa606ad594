//! `stillAlive`: a sign of life, which every message is; acked (decision D5).

use easyrtc_proto::ServerMessage;

use super::client;
use crate::input::ConnId;
use crate::state::{Reject, State};

pub(super) fn run(state: &State, conn: ConnId) -> Result<ServerMessage, Reject> {
    client(state, conn)?;
    //= docs/spec/messages/stillAlive.md#still-alive.ack
    Ok(ServerMessage::Ack)
}
