//! The messages of clients: their form, as their decoders take it.

#![expect(dead_code, reason = "the types of these files are only described, never made")]

mod authenticate;
mod easyrtc_msg;
mod get_ice_config;
mod get_room_list;
mod room_join;
mod room_leave;
mod set_presence;
mod set_room_api_field;
mod set_user_cfg;
mod signal;
mod still_alive;

use schemars::JsonSchema;

use super::{Direction, Document, Scope};

pub(super) fn documents() -> Vec<Document> {
    let mut documents =
        vec![message::<authenticate::Authenticate>("authenticate", &["token", "error"])];
    documents.extend(signal::documents());
    documents.extend([
        message::<get_ice_config::GetIceConfig>("getIceConfig", &["iceConfig", "error"]),
        message::<get_room_list::GetRoomList>("getRoomList", &["roomList", "error"]),
        message::<room_join::RoomJoin>("roomJoin", &["roomData", "error"]),
        message::<room_leave::RoomLeave>("roomLeave", &["roomData", "error"]),
        message::<set_room_api_field::SetRoomApiField>("setRoomApiField", &["roomData", "error"]),
        message::<set_presence::SetPresence>("setPresence", &["roomData", "error"]),
        message::<set_user_cfg::SetUserCfg>("setUserCfg", &["ack", "error"]),
        message::<still_alive::StillAlive>("stillAlive", &["ack", "error"]),
        message::<easyrtc_msg::EasyrtcMsg>("easyrtcMsg", &["ack", "easyrtcMsg", "error"]),
    ]);
    documents
}

/// Any message may be answered with `error`, be it that it came before the login.
fn message<T: JsonSchema>(name: &'static str, answers: &'static [&'static str]) -> Document {
    Document { answers, ..super::document::<T>(name, Direction::Client, Scope::Message) }
}
