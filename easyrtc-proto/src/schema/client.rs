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
    let mut documents = vec![message::<authenticate::Authenticate>("authenticate")];
    documents.extend(signal::documents());
    documents.extend([
        message::<get_ice_config::GetIceConfig>("getIceConfig"),
        message::<get_room_list::GetRoomList>("getRoomList"),
        message::<room_join::RoomJoin>("roomJoin"),
        message::<room_leave::RoomLeave>("roomLeave"),
        message::<set_room_api_field::SetRoomApiField>("setRoomApiField"),
        message::<set_presence::SetPresence>("setPresence"),
        message::<set_user_cfg::SetUserCfg>("setUserCfg"),
        message::<still_alive::StillAlive>("stillAlive"),
        message::<easyrtc_msg::EasyrtcMsg>("easyrtcMsg"),
    ]);
    documents
}

fn message<T: JsonSchema>(name: &'static str) -> Document {
    super::document::<T>(name, Direction::Client, Scope::Message)
}
