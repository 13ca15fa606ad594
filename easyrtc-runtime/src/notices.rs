//! What the core notes, as log lines. Names and codes only; never payloads or credentials.

use easyrtc_state::Notice;
use tracing::{debug, info};

pub(crate) fn log(notice: &Notice) {
    match notice {
        Notice::LoggedIn { conn, easyrtcid, app } => {
            info!(conn = conn.0, %easyrtcid, %app, "logged in");
        }
        Notice::Rejected { conn, event, code, why } => {
            info!(conn = conn.0, event = event.name(), %code, why, "rejected");
        }
        Notice::Ignored { conn, event } => {
            debug!(conn = conn.0, event = event.name(), "ignored: it asks for no answer");
        }
        Notice::RoomCreated { app, room } => debug!(%app, %room, "room created"),
        Notice::RoomJoined { easyrtcid, app, room } => {
            debug!(%easyrtcid, %app, %room, "room joined");
        }
        Notice::RoomLeft { easyrtcid, app, room } => debug!(%easyrtcid, %app, %room, "room left"),
        Notice::RoomForgotten { app, room } => debug!(%app, %room, "room forgotten"),
        Notice::Disconnected { conn, easyrtcid, reason } => {
            let easyrtcid = easyrtcid.map(|id| id.to_string());
            info!(conn = conn.0, easyrtcid, ?reason, "disconnected");
        }
    }
}
