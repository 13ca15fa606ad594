//! Names of everything: few, so that clients meet, and some that are dangerous elsewhere.

use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use easyrtc_proto::{
    AgentPart, AppName, FieldName, GroupName, IceServer, Payload, RoomName, UserAgent,
};

/// The application that is configured beside the default one.
pub(crate) const CONFIGURED_APP: &str = "configured";
/// The room that is configured in it.
pub(crate) const CONFIGURED_ROOM: &str = "lobby";

pub(crate) const APPS: [&str; 4] = ["default", CONFIGURED_APP, "other", "__proto__"];
pub(crate) const ROOMS: [&str; 5] =
    ["default", CONFIGURED_ROOM, "constructor", "hasOwnProperty", "r5"];
const GROUPS: [&str; 3] = ["red", "green", "toString"];
const FIELDS: [&str; 3] = ["topic", "a field", "hidden"];
pub(crate) const SESSIONS: [&str; 3] = ["s1", "s%3A2", "valueOf"];
pub(crate) const USERNAMES: [&str; 2] = ["ada", "grace"];

/// One of `list`, whatever `number` is.
pub(crate) fn pick<T>(list: &[T], number: u8) -> &T {
    &list[usize::from(number) % list.len()]
}

/// Unwraps what cannot fail.
#[expect(clippy::expect_used, reason = "see the invariant")]
pub(crate) fn valid<T, E: Debug>(parsed: Result<T, E>) -> T {
    // Invariant: only used for texts that stand in this crate and are well-formed.
    parsed.expect("a well-formed text")
}

/// Where a connection comes from, if that is known, whatever `number` is. Two are in one network.
#[must_use]
pub fn peer(number: u8) -> Option<IpAddr> {
    match number % 6 {
        0 => None,
        host @ 1..=3 => Some(Ipv4Addr::new(192, 0, 2, host).into()),
        host => Some(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, host.into()).into()),
    }
}

/// What is told of what a connection runs on, if anything, whatever `number` is.
#[must_use]
pub fn device(number: u8) -> Option<Arc<UserAgent>> {
    let known = [None, Some(("Firefox", "120")), Some(("Chrome", "99"))];
    let (browser, major) = (*pick(&known, number))?;
    Some(Arc::new(UserAgent {
        browser_family: AgentPart::parse(browser),
        browser_major: AgentPart::parse(major),
        ..UserAgent::default()
    }))
}

/// An application, whatever `number` is.
#[must_use]
pub fn app(number: u8) -> AppName {
    valid(AppName::parse(pick::<&str>(&APPS, number)))
}

/// A room, whatever `number` is.
#[must_use]
pub fn room(number: u8) -> RoomName {
    valid(RoomName::parse(pick::<&str>(&ROOMS, number)))
}

/// A group, whatever `number` is.
#[must_use]
pub fn group(number: u8) -> GroupName {
    valid(GroupName::parse(pick::<&str>(&GROUPS, number)))
}

/// A field, whatever `number` is.
#[must_use]
pub fn field(number: u8) -> FieldName {
    valid(FieldName::parse(pick::<&str>(&FIELDS, number)))
}

pub(crate) fn payload(text: &str) -> Payload {
    valid(Payload::parse(text))
}

pub(crate) fn ice_server(url: &str) -> IceServer {
    valid(IceServer::parse(&format!("{{\"urls\":[\"{url}\"]}}")))
}
