//! Every message of the server is what its schema says. These cases have no scenario: they look at
//! what the clients of all others heard.

use crate::case::{Case, On};

pub(super) const CASES: &[Case] = &[
    Case::schema("schemas.ack", "every ack fits its schema"),
    Case::schema("schemas.answer", "every answer fits its schema"),
    Case::schema("schemas.candidate", "every candidate fits its schema"),
    Case::schema("schemas.easyrtcMsg", "every message of an application fits its schema"),
    Case::schema("schemas.error", "every error fits its schema"),
    Case::schema("schemas.forwardToUrl", "every forwardToUrl fits its schema").on(On::InProcess),
    Case::schema("schemas.hangup", "every hangup fits its schema"),
    Case::schema("schemas.iceConfig", "every iceConfig fits its schema"),
    Case::schema("schemas.offer", "every offer fits its schema"),
    Case::schema("schemas.reject", "every reject fits its schema"),
    Case::schema("schemas.roomData", "every roomData fits its schema"),
    Case::schema("schemas.roomList", "every roomList fits its schema"),
    Case::schema("schemas.sessionData", "every sessionData fits its schema").on(On::InProcess),
    Case::schema("schemas.token", "every token fits its schema"),
];
