//! What the operator does, as requests to the core.

use easyrtc_proto::{EasyrtcId, ForwardToUrl, SessionId};
use easyrtc_state::{AdminCommand, Field, FieldOwner};

use super::Administer;
use crate::names::{self, SESSIONS, pick, valid};

impl Administer {
    /// The request, when these clients are there; at times it is about nobody.
    #[must_use]
    pub fn command(&self, clients: &[EasyrtcId]) -> AdminCommand {
        let nobody = || valid(EasyrtcId::parse("nobody"));
        let named = |who: u8| {
            let which = usize::from(who) % (clients.len() + 1);
            clients.get(which).copied().unwrap_or_else(nobody)
        };
        match self {
            Self::SetField { of, which, name, value } => {
                let of = match of % 4 {
                    0 => FieldOwner::Application(names::app(*which)),
                    1 => FieldOwner::Room(names::app(which / 8), names::room(*which)),
                    2 => FieldOwner::Session(
                        names::app(which / 8),
                        valid(SessionId::parse(pick::<&str>(&SESSIONS, *which))),
                    ),
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
            Self::Kick { who } => AdminCommand::Kick { easyrtcid: named(*who) },
            Self::Forward { who } => AdminCommand::ForwardToUrl {
                easyrtcid: named(*who),
                forward: ForwardToUrl { url: "/elsewhere".to_owned(), new_window: None },
            },
            Self::PushIceConfig { who, own } => AdminCommand::PushIceConfig {
                easyrtcid: named(*who),
                ice_servers: own.then(|| [names::ice_server("turn:pushed")].into()),
            },
            Self::SendToken { who } => AdminCommand::SendToken { easyrtcid: named(*who) },
            Self::Shutdown => AdminCommand::Shutdown,
        }
    }
}

/// The requests that take back all fields that the operator may have set on applications and rooms
/// that stay.
pub fn unset_fields() -> impl Iterator<Item = AdminCommand> {
    let owners = (0..4).map(names::app).flat_map(|app| {
        let rooms = (0..5).map(|room| FieldOwner::Room(app.clone(), names::room(room)));
        std::iter::once(FieldOwner::Application(app.clone())).chain(rooms.collect::<Vec<_>>())
    });
    let each = owners.flat_map(|of| (0..3).map(move |name| (of.clone(), name)));
    each.map(|(of, name)| AdminCommand::SetField { of, name: names::field(name), field: None })
}
