//! What the operator does, as requests to the core.

use std::time::Duration;

use easyrtc_proto::{
    EasyrtcId, ErrorCode, ForwardToUrl, MessageType, PresenceStatus, RoomName, SessionId,
    SetPresence, Show, Username,
};
use easyrtc_state::{AdminCommand, Audience, BanId, Banned, Field, FieldOwner};

use super::Administer;
use crate::model::Model;
use crate::names::{self, SESSIONS, USERNAMES, pick, valid};

impl Administer {
    /// The request, as things are; at times it is about nobody.
    #[must_use]
    pub fn command(&self, model: &Model) -> AdminCommand {
        let clients: Vec<EasyrtcId> = model.clients().map(|(_, client)| client.easyrtcid).collect();
        let nobody = || valid(EasyrtcId::parse("nobody"));
        let named = |who: u8| {
            let which = usize::from(who) % (clients.len() + 1);
            clients.get(which).copied().unwrap_or_else(nobody)
        };
        // Mostly where most clients are.
        let app = |which: u8| names::app((which / 8).saturating_sub(16));
        match self {
            Self::SetField { of, which, name, value } => {
                let of = match of % 4 {
                    0 => FieldOwner::Application(names::app(*which)),
                    1 => FieldOwner::Room(app(*which), names::room(*which)),
                    2 => {
                        let sid = SessionId::parse(pick::<&str>(&SESSIONS, *which));
                        FieldOwner::Session(app(*which), valid(sid))
                    }
                    _ => FieldOwner::Connection(named(*which)),
                };
                let (text, shared) = pick(&[("1", true), ("{}", true), ("2", false)], *value);
                let field = Field { value: names::payload(text), shared: *shared };
                let field = Some(field).filter(|_| value % 4 != 0);
                AdminCommand::SetField { of, name: names::field(*name), field }
            }
            Self::SetGroup { who, group, member } => AdminCommand::SetGroup {
                easyrtcid: named(*who),
                group: names::group(*group),
                member: *member,
            },
            Self::SetPresence { who, presence } => {
                AdminCommand::SetPresence { easyrtcid: named(*who), presence: change(*presence) }
            }
            Self::Kick { who } => AdminCommand::Kick { easyrtcid: named(*who) },
            Self::Emit { to, which, what } => {
                let to = match to % 8 {
                    0..=2 => Audience::Connection(named(*which)),
                    3..=4 => Audience::Room(app(*which), names::room(*which)),
                    5 => Audience::Group(app(*which), names::group(*which)),
                    6 => Audience::Application(names::app(*which)),
                    _ => Audience::Everybody,
                };
                emission(to, *what)
            }
            Self::SendToken { who } => AdminCommand::SendToken { easyrtcid: named(*who) },
            Self::Room { which, make } => {
                let (app, room) = (app(*which), names::room(*which));
                match make {
                    true => AdminCommand::CreateRoom { app, room },
                    false => AdminCommand::CloseRoom { app, room },
                }
            }
            Self::Move { who, room, member } => {
                let easyrtcid = named(*who);
                let room = room_to_move(model, easyrtcid, *room, *member);
                match member {
                    true => AdminCommand::JoinRoom { easyrtcid, room },
                    false => AdminCommand::LeaveRoom { easyrtcid, room },
                }
            }
            Self::Ban { whom, time } => {
                let seconds = pick(&[Some(1), Some(3), Some(9), Some(25), Some(0), None], *time);
                let expires_in = seconds.map(Duration::from_secs);
                AdminCommand::Ban { who: banned(*whom), expires_in }
            }
            Self::Unban { which } => AdminCommand::Unban { ban: ban(model, *which) },
            Self::Shutdown => AdminCommand::Shutdown,
        }
    }
}

/// A client is mostly taken out of a room that it is in.
fn room_to_move(model: &Model, easyrtcid: EasyrtcId, number: u8, member: bool) -> RoomName {
    let client = model.clients().find(|(_, client)| client.easyrtcid == easyrtcid);
    let rooms = client.into_iter().flat_map(|(_, client)| client.rooms.keys());
    let rooms: Vec<&RoomName> = rooms.filter(|_| !member && number % 4 != 1).collect();
    match rooms.is_empty() {
        true => names::room(number),
        false => (*pick(&rooms, number / 4)).clone(),
    }
}

/// A ban, or the number of none.
fn ban(model: &Model, number: u8) -> BanId {
    let bans: Vec<BanId> = model.bans().collect();
    let found = bans.get(usize::from(number) % (bans.len() + 1));
    found.copied().unwrap_or_else(|| BanId(u64::from(number)))
}

fn change(number: u8) -> SetPresence {
    SetPresence {
        show: Some(*pick(&[Show::Away, Show::Chat, Show::Dnd], number))
            .filter(|_| !number.is_multiple_of(4)),
        status: (number % 8 < 2).then(|| valid(PresenceStatus::parse("seen by the operator"))),
        kind: (number % 16 < 2).then(|| names::payload("null")),
    }
}

fn emission(to: Audience, number: u8) -> AdminCommand {
    let variant = number / 4;
    match number % 4 {
        0 => AdminCommand::Send {
            to,
            message_type: valid(MessageType::parse("from the operator")),
            data: [None, Some("null"), Some("[1]")][usize::from(variant) % 3].map(names::payload),
        },
        1 => {
            let codes = ["MSG_REJECT_GEN_FAIL", "OUT_OF_COFFEE", "SERVER_SHUTDOWN"];
            let code = ErrorCode::from_name(pick::<&str>(&codes, variant));
            AdminCommand::SendError { to, code }
        }
        2 => {
            let new_window = [None, Some(true)][usize::from(variant) % 2];
            let forward = ForwardToUrl { url: "/elsewhere".to_owned(), new_window };
            AdminCommand::ForwardToUrl { to, forward }
        }
        _ => {
            let own = variant.is_multiple_of(2);
            let ice_servers = own.then(|| [names::ice_server("turn:pushed")].into());
            AdminCommand::PushIceConfig { to, ice_servers }
        }
    }
}

fn banned(number: u8) -> Banned {
    let variant = number / 4;
    match number % 4 {
        0 => Banned::Address(valid(pick(&["192.0.2.0/30", "2001:db8::/32"], variant).parse())),
        1 => match names::peer(variant) {
            Some(address) => Banned::Address(address.into()),
            None => Banned::User(names::app(0), valid(Username::parse("granted"))),
        },
        _ => {
            let username = valid(Username::parse(pick::<&str>(&USERNAMES, number)));
            Banned::User(names::app(variant / 4 % 2), username)
        }
    }
}

/// The requests that take back what the operator may have done that stays: fields of applications
/// and rooms, and bans.
pub fn undo(model: &Model) -> Vec<AdminCommand> {
    let owners = (0..4).map(names::app).flat_map(|app| {
        let rooms = (0..5).map(|room| FieldOwner::Room(app.clone(), names::room(room)));
        std::iter::once(FieldOwner::Application(app.clone())).chain(rooms.collect::<Vec<_>>())
    });
    let each = owners.flat_map(|of| (0..3).map(move |name| (of.clone(), name)));
    let fields = each.map(|(of, name)| {
        let (name, field) = (names::field(name), None);
        AdminCommand::SetField { of, name, field }
    });
    fields.chain(model.bans().map(|ban| AdminCommand::Unban { ban })).collect()
}
