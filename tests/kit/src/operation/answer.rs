//! What those who are asked answer.

use std::time::Duration;

use easyrtc_proto::ErrorCode;
use easyrtc_state::{Field, FieldMap, Grant, Permission, Question, Verdict};

use crate::names::{self, valid};
use crate::setup::pattern;

/// Added to a multiple of 8, it makes a yes to a login one with conditions.
pub const NARROW: u8 = 5;

/// Mostly a yes, at times a no or an answer to another question.
#[must_use]
pub fn verdict(question: Option<&Question>, number: u8) -> Verdict {
    let variant = number / 8;
    let fitting = match question {
        Some(Question::Login(_)) | None if number % 8 == NARROW => Verdict::Allow(narrow(variant)),
        Some(Question::Login(_)) | None => Verdict::Allow(grant(variant)),
        Some(Question::RoomJoin(_)) => Verdict::RoomJoin,
        Some(Question::IceConfig { .. }) => Verdict::IceServers(
            variant.is_multiple_of(2).then(|| [names::ice_server("turn:answered")].into()),
        ),
        Some(Question::Application { .. }) if variant.is_multiple_of(3) => {
            Verdict::Application(None)
        }
        Some(Question::Application { message, .. }) => {
            Verdict::Application(Some((message.msg_type.clone(), message.msg_data.clone())))
        }
    };
    match (number % 8, &fitting) {
        // A code of their own, too.
        (6, _) if variant % 4 == 3 => Verdict::Deny(ErrorCode::from_name("ASK_AGAIN_TOMORROW")),
        (6, _) => Verdict::Deny(ErrorCode::LoginBadAuth),
        (7, Verdict::Application(_)) => Verdict::Allow(Grant::default()),
        (7, _) => Verdict::Application(None),
        _ => fitting,
    }
}

fn grant(variant: u8) -> Grant {
    let field = Field { value: names::payload("\"granted\""), shared: true };
    let bit = |n: u8| variant >> n & 1 == 1;
    Grant {
        username: bit(0).then(|| valid(easyrtc_proto::Username::parse("granted"))),
        groups: bit(1).then(|| names::group(variant)).into_iter().collect(),
        fields: FieldMap(bit(2).then(|| (names::field(0), field)).into_iter().collect()),
        ice_servers: bit(3).then(|| [names::ice_server("turn:granted")].into()),
        renew_ice_servers: bit(4),
        ..Grant::default()
    }
}

/// For a time, or for some rooms only, or with other permissions than usual.
fn narrow(variant: u8) -> Grant {
    use Permission::{EnterAnyRoom, SeePrivateRooms, SendMessage};
    let grant = grant(variant);
    let rooms = |texts: &[&str]| Some(texts.iter().map(|text| pattern(text)).collect());
    let seconds = |number| Some(Duration::from_secs(number));
    let may = |permissions: &[Permission]| Some(permissions.iter().copied().collect());
    match variant % 8 {
        0 => Grant { expires_in: seconds(1 + u64::from(variant / 8)), ..grant },
        1 => Grant { expires_in: seconds(25), ..grant },
        2 => Grant { rooms: rooms(&["default", "r*"]), ..grant },
        3 => Grant { rooms: rooms(&["*"]), expires_in: seconds(6), ..grant },
        4 => Grant { permissions: may(&[SeePrivateRooms]), ..grant },
        5 => Grant { permissions: may(&Permission::ALL), ..grant },
        6 => {
            let permissions = may(&[SendMessage, EnterAnyRoom]);
            Grant { permissions, rooms: rooms(&["constr*", "lobby"]), ..grant }
        }
        _ if variant < 8 => Grant { expires_in: Some(Duration::ZERO), ..grant },
        _ => Grant { rooms: rooms(&["hasOwnProperty", "default"]), ..grant },
    }
}
