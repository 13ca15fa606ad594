//! To whom something is sent.

use axum::Json;
use easyrtc_proto::{AppName, EasyrtcId, GroupName, RoomName};
use easyrtc_state::{AdminAnswer, AdminCommand, Audience};
use serde::{Deserialize, Serialize};

use super::Operator;
use super::problem::Problem;

/// Who receives it: one client, the members of a room or of a group, all clients of an
/// application, or everybody who has logged in.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = To))]
#[serde(try_from = "Keys", untagged)]
pub(super) enum To {
    /// One client.
    Connection {
        /// The client.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        easyrtcid: EasyrtcId,
    },
    /// The members of a room.
    Room {
        /// The application.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        application: AppName,
        /// The room.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        room: RoomName,
    },
    /// The members of a group.
    Group {
        /// The application.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        application: AppName,
        /// The group.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        group: GroupName,
    },
    /// All clients of an application.
    Application {
        /// The application.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        application: AppName,
    },
    /// Everybody.
    Everybody {
        /// Has to be `true`.
        #[expect(dead_code, reason = "it is looked at as a key")]
        everybody: bool,
    },
}

/// All keys there are, so that a wrong one is named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    easyrtcid: Option<EasyrtcId>,
    application: Option<AppName>,
    room: Option<RoomName>,
    group: Option<GroupName>,
    everybody: Option<bool>,
}

impl TryFrom<Keys> for To {
    type Error = &'static str;

    fn try_from(keys: Keys) -> Result<Self, Self::Error> {
        let Keys { easyrtcid, application, room, group, everybody } = keys;
        match (easyrtcid, application, room, group, everybody) {
            (Some(easyrtcid), None, None, None, None) => Ok(Self::Connection { easyrtcid }),
            (None, Some(application), Some(room), None, None) => {
                Ok(Self::Room { application, room })
            }
            (None, Some(application), None, Some(group), None) => {
                Ok(Self::Group { application, group })
            }
            (None, Some(application), None, None, None) => Ok(Self::Application { application }),
            (None, None, None, None, Some(everybody @ true)) => Ok(Self::Everybody { everybody }),
            _ => Err("`to` names an easyrtcid, an application, a room or a group of an \
                      application, or says \"everybody\": true"),
        }
    }
}

impl From<To> for Audience {
    fn from(to: To) -> Self {
        match to {
            To::Connection { easyrtcid } => Self::Connection(easyrtcid),
            To::Room { application, room } => Self::Room(application, room),
            To::Group { application, group } => Self::Group(application, group),
            To::Application { application } => Self::Application(application),
            To::Everybody { .. } => Self::Everybody,
        }
    }
}

/// What was sent.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Sent {
    /// To how many clients.
    sent_to: usize,
}

/// Sends something.
pub(super) fn send(operator: &Operator, command: AdminCommand) -> Result<Json<Sent>, Problem> {
    let sent_to = match operator.change(command)? {
        AdminAnswer::Sent { to } => to,
        AdminAnswer::Done | AdminAnswer::Banned(_) => 0,
    };
    Ok(Json(Sent { sent_to }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_can_be_named() {
        let read = |text: &str| serde_json::from_str::<To>(text).map(Audience::from);
        let app = || AppName::parse("a").unwrap();
        for (text, expected) in [
            (r#"{"easyrtcid":"x"}"#, Audience::Connection(EasyrtcId::parse("x").unwrap())),
            (
                r#"{"application":"a","room":"r"}"#,
                Audience::Room(app(), RoomName::parse("r").unwrap()),
            ),
            (
                r#"{"application":"a","group":"g"}"#,
                Audience::Group(app(), GroupName::parse("g").unwrap()),
            ),
            (r#"{"application":"a"}"#, Audience::Application(app())),
            (r#"{"everybody":true}"#, Audience::Everybody),
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
        for bad in [
            "{}",
            r#"{"everybody":false}"#,
            r#"{"everybody":true,"application":"a"}"#,
            r#"{"room":"r"}"#,
            r#"{"application":"a","room":"r","group":"g"}"#,
            r#"{"application":"a b"}"#,
            r#"{"application":"a","rooms":"r"}"#,
            r#""everybody""#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
