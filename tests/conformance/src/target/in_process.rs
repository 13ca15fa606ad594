//! The core in this process, with an authorizer and a server-side application that do as the
//! client says.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use easyrtc_proto::{ErrorCode, GroupName, Payload, RoomName, Username};
use easyrtc_runtime::{Answer, Options, Question, Responder, Runtime, Verdict};
use easyrtc_server::options;
use easyrtc_state::{Grant, LoginQuestion, Permission, RoomPattern};
use serde_json::Value;

use super::TargetError;
use crate::profile::Profile;

/// How long questions may take.
const ASK_TIMEOUT: Duration = Duration::from_millis(300);

/// The core.
pub(crate) struct InProcess {
    pub(crate) runtime: Runtime,
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").finish_non_exhaustive()
    }
}

impl InProcess {
    pub(super) fn start(profile: &Profile) -> Result<Self, TargetError> {
        let failed = |error: &dyn fmt::Display| TargetError(error.to_string());
        let given = options::from_argument(profile.options, profile.name);
        let built = given.and_then(options::build).map_err(|error| failed(&error))?;
        let protocol = built.0.protocol;
        let mut core = protocol.core;
        core.ask_timeout = ASK_TIMEOUT;
        let (decode_limits, outbox) = (protocol.decode, protocol.outbox);
        let options = Options { core, decode_limits, outbox, ..Options::default() };
        let runtime = Runtime::start(options, Obedient).map_err(|error| failed(&error))?;
        Ok(Self { runtime })
    }
}

/// Answers as the client wishes: the key `conformance` of a login's credential or of a
/// `roomParameter`, and the `msgData` of a message without a target, say how.
#[derive(Debug)]
struct Obedient;

impl Responder for Obedient {
    fn respond(&self, question: Question) -> Answer {
        match question {
            Question::Login(login) => decide(&login),
            Question::RoomJoin(question) => let_in(&question.rooms),
            Question::IceConfig { .. } => Answer::Now(Verdict::IceServers(None)),
            Question::Application { message, .. } => {
                let data = message.msg_data.as_ref().map(|data| data.as_str().to_owned());
                let wish: Value =
                    data.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
                Answer::Now(if wish["answered"] == true {
                    Verdict::Application(Some((message.msg_type, message.msg_data)))
                } else {
                    Verdict::Deny(ErrorCode::MsgRejectBadType)
                })
            }
        }
    }
}

/// Whether the key `conformance` of each `roomParameter` says this.
fn all_say(rooms: &BTreeMap<RoomName, Option<Payload>>, proof: &str) -> bool {
    let says = |given: &Payload| {
        serde_json::from_str::<Value>(given.as_str()).is_ok_and(|wish| wish["conformance"] == proof)
    };
    rooms.values().all(|given| given.as_ref().is_some_and(says))
}

/// Who says `open` of each guarded room gets in, with `late` after a while; `never` is not decided.
fn let_in(rooms: &BTreeMap<RoomName, Option<Payload>>) -> Answer {
    if all_say(rooms, "never") {
        return Answer::Later(Box::pin(std::future::pending()));
    }
    if all_say(rooms, "late") {
        return Answer::Later(Box::pin(async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Verdict::RoomJoin
        }));
    }
    Answer::Now(match all_say(rooms, "open") {
        true => Verdict::RoomJoin,
        false => Verdict::Deny(ErrorCode::MsgRejectBadRoom),
    })
}

fn decide(login: &LoginQuestion) -> Answer {
    let text = login.credential.as_ref().map(Payload::as_str);
    let credential: Value =
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let wish = &credential["conformance"];
    if wish["deny"] == true {
        return Answer::Now(Verdict::Deny(ErrorCode::LoginBadAuth));
    }
    if !login.rooms.is_empty() && all_say(&login.rooms, "closed") {
        return Answer::Now(Verdict::Deny(ErrorCode::LoginBadRoom));
    }
    if wish["never"] == true {
        return Answer::Later(Box::pin(std::future::pending()));
    }
    let texts = |key: &str| {
        let list = wish[key].as_array()?.iter().filter_map(Value::as_str).map(str::to_owned);
        Some(list.collect::<Vec<String>>())
    };
    let groups = texts("groups").unwrap_or_default();
    let rooms = texts("rooms");
    let permissions = texts("permissions");
    let grant = Grant {
        username: wish["username"].as_str().and_then(|name| Username::parse(name).ok()),
        groups: groups.iter().filter_map(|name| GroupName::parse(name).ok()).collect(),
        rooms: rooms.map(|list| list.iter().filter_map(|r| RoomPattern::parse(r).ok()).collect()),
        permissions: permissions
            .map(|list| list.iter().filter_map(|name| Permission::from_name(name)).collect()),
        expires_in: wish["expires"].as_u64().map(Duration::from_millis),
        ..Grant::default()
    };
    let verdict = Verdict::Allow(grant);
    match wish["late"].as_u64() {
        None => Answer::Now(verdict),
        Some(ms) => Answer::Later(Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            verdict
        })),
    }
}
