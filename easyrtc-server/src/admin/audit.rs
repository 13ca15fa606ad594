//! What was asked and changed: numbers, and a line of the log for each change.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use easyrtc_state::{AdminAnswer, AdminCommand, AdminError, Audience, Banned, FieldOwner};
use hyper::StatusCode;

use super::access::Caller;

/// The target of all lines of the log about the API.
pub(super) const TARGET: &str = "easyrtc_admin";

/// The statuses requests are answered with, so that each has a number from the start.
const STATUSES: [u16; 12] = [200, 201, 202, 204, 400, 401, 404, 405, 408, 409, 413, 415];

/// How many requests were answered with each status.
#[derive(Debug)]
pub struct Requests(Mutex<BTreeMap<u16, u64>>);

impl Default for Requests {
    fn default() -> Self {
        Self(Mutex::new(STATUSES.into_iter().map(|status| (status, 0)).collect()))
    }
}

impl Requests {
    pub(super) fn count(&self, status: StatusCode) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(status.as_u16()).or_default() += 1;
    }

    /// The numbers by status.
    #[must_use]
    pub fn read(&self) -> BTreeMap<u16, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What somebody wants to change: names, never values.
#[derive(Debug)]
pub(super) struct Change {
    what: &'static str,
    of: String,
}

impl Change {
    /// A change that is no command.
    pub(super) fn new(what: &'static str, of: impl Into<String>) -> Self {
        Self { what, of: of.into() }
    }

    pub(super) fn of(command: &AdminCommand) -> Self {
        match command {
            AdminCommand::SetField { of, name, field } => {
                let what = if field.is_some() { "set field" } else { "remove field" };
                Self::new(what, format!("{} {name}", owner(of)))
            }
            AdminCommand::SetGroup { easyrtcid, group, member } => {
                let what = if *member { "add to group" } else { "remove from group" };
                Self::new(what, format!("{easyrtcid} {group}"))
            }
            AdminCommand::SetPresence { easyrtcid, .. } => {
                Self::new("set presence", easyrtcid.as_str())
            }
            AdminCommand::Kick { easyrtcid } => Self::new("kick", easyrtcid.as_str()),
            AdminCommand::SendToken { easyrtcid } => Self::new("send token", easyrtcid.as_str()),
            AdminCommand::Send { to, .. } => Self::new("send message", audience(to)),
            AdminCommand::SendError { to, code } => {
                Self::new("send error", format!("{} {code}", audience(to)))
            }
            AdminCommand::ForwardToUrl { to, .. } => Self::new("forward to URL", audience(to)),
            AdminCommand::PushIceConfig { to, .. } => {
                Self::new("push ICE configuration", audience(to))
            }
            AdminCommand::CreateRoom { app, room } => {
                Self::new("create room", format!("{app}/{room}"))
            }
            AdminCommand::CloseRoom { app, room } => {
                Self::new("close room", format!("{app}/{room}"))
            }
            AdminCommand::JoinRoom { easyrtcid, room } => {
                Self::new("put into room", format!("{easyrtcid} {room}"))
            }
            AdminCommand::LeaveRoom { easyrtcid, room } => {
                Self::new("take out of room", format!("{easyrtcid} {room}"))
            }
            AdminCommand::Ban { who, .. } => Self::new("ban", banned(who)),
            AdminCommand::Unban { ban } => Self::new("unban", ban.0.to_string()),
            AdminCommand::Shutdown => Self::new("shut down", ""),
        }
    }

    /// Writes down who wanted it, and what came of it.
    pub(super) fn log(&self, caller: &Caller, result: Result<AdminAnswer, AdminError>) {
        let (what, by) = (self.what, caller.name());
        // A username may hold what a terminal obeys.
        let of = self.of.escape_debug();
        let outcome = match result {
            Ok(AdminAnswer::Done) => "done".to_owned(),
            Ok(AdminAnswer::Sent { to }) => format!("sent to {to}"),
            Ok(AdminAnswer::Banned(id)) => format!("ban {}", id.0),
            Err(error) => format!("refused: {error}"),
        };
        tracing::info!(target: TARGET, by, what, %of, outcome, "change");
    }
}

fn owner(owner: &FieldOwner) -> String {
    match owner {
        FieldOwner::Application(app) => format!("application {app}"),
        FieldOwner::Room(app, room) => format!("room {app}/{room}"),
        // Who knows an easyrtcsid can use it.
        FieldOwner::Session(app, _) => format!("session of {app}"),
        FieldOwner::Connection(easyrtcid) => format!("connection {easyrtcid}"),
    }
}

fn audience(audience: &Audience) -> String {
    match audience {
        Audience::Connection(easyrtcid) => format!("connection {easyrtcid}"),
        Audience::Room(app, room) => format!("room {app}/{room}"),
        Audience::Group(app, group) => format!("group {app}/{group}"),
        Audience::Application(app) => format!("application {app}"),
        Audience::Everybody => "everybody".to_owned(),
    }
}

fn banned(who: &Banned) -> String {
    match who {
        Banned::Address(network) => format!("address {network}"),
        Banned::User(app, username) => format!("user {app}/{username}"),
    }
}
