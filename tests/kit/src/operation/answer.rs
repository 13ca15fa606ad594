//! What those who are asked answer.

use easyrtc_proto::ErrorCode;
use easyrtc_state::{Field, FieldMap, Grant, Question, Verdict};

use crate::names::{self, valid};

/// Mostly a yes, at times a no or an answer to another question.
#[must_use]
pub fn verdict(question: Option<&Question>, number: u8) -> Verdict {
    let variant = number / 8;
    let fitting = match question {
        Some(Question::Login(_)) | None => Verdict::Allow(grant(variant)),
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
    }
}
