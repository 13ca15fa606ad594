//! What a runtime asks.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use easyrtc_proto::ErrorCode;
use easyrtc_runtime::{Answer, Responder};
use easyrtc_state::{
    ConnId, Grant, LoginQuestion, Permission, Question, RoomJoinQuestion, Verdict,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::Ice;
use crate::authorizer::{Authorizer, Deciding, Decision, Reason};
use crate::metrics::{Counted, Counters, Metrics};
use crate::open::Open;
use crate::rooms::RoomProofs;

/// Who is not even asked about.
pub trait Door: Send + Sync + 'static {
    /// Why this login is refused, if it is: what its client is told, and the reason for the log.
    /// Must not block.
    fn refusal(&self, login: &LoginQuestion) -> Option<(ErrorCode, Reason)>;
}

/// How logins are decided about.
pub struct Options {
    /// Asked in this order; the first that does not pass decides. If all pass, the login is
    /// refused with `LOGIN_BAD_AUTH`.
    pub chain: Vec<Arc<dyn Authorizer>>,
    /// What opens guarded rooms. Checked for whomever they let in.
    pub rooms: Arc<RoomProofs>,
    /// Asked before them.
    pub door: Box<dyn Door>,
    /// How long the whole chain may take; a login that takes longer is refused with
    /// `LOGIN_TIMEOUT`. Has to be shorter than `Config::ask_timeout`.
    pub timeout: Duration,
    /// Logins that may wait for a decision at the same time; one above is refused with
    /// `LOGIN_GEN_FAIL`.
    pub max_in_flight: usize,
    /// The STUN and TURN servers of those who are let in.
    pub ice: Ice,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("chain", &self.chain)
            .field("rooms", &self.rooms)
            .field("timeout", &self.timeout)
            .field("max_in_flight", &self.max_in_flight)
            .finish_non_exhaustive()
    }
}

/// Answers the core's questions. Clones are the same.
#[derive(Clone)]
pub struct Answers(Arc<Inner>);

struct Inner {
    options: Options,
    slots: Arc<Semaphore>,
    door: Counters,
    chain: Counters,
    rooms: Counters,
    /// In the order of the chain.
    authorizers: Vec<Counters>,
}

/// Who decided.
#[derive(Clone, Copy)]
enum By {
    Door,
    /// Nobody in particular.
    Chain,
    /// What opens guarded rooms.
    Rooms,
    Authorizer(usize),
}

/// What came of asking.
enum Asked {
    Decided(By, Decision),
    /// The authorizer of this number takes its time.
    Waiting(usize, Pin<Box<dyn Future<Output = Decision> + Send>>),
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Answers").field(&self.0.options).finish()
    }
}

impl Answers {
    /// Answers as `options` say.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let slots = options.max_in_flight.min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Inner {
            slots: Arc::new(Semaphore::new(slots)),
            door: Counters::default(),
            chain: Counters::default(),
            rooms: Counters::default(),
            authorizers: options.chain.iter().map(|_| Counters::default()).collect(),
            options,
        }))
    }

    /// What was decided so far, and what is going on.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let Inner { options, slots, door, chain, rooms, authorizers } = &*self.0;
        let own = [(By::Door, door), (By::Chain, chain), (By::Rooms, rooms)];
        let own = own.map(|(by, counters)| (by.name(options), counters.read()));
        let names = options.chain.iter().map(|authorizer| authorizer.name());
        let others = names.zip(authorizers.iter().map(Counters::read));
        let max_in_flight = options.max_in_flight.min(Semaphore::MAX_PERMITS);
        Metrics {
            outcomes: own.into_iter().chain(others).collect(),
            in_flight: max_in_flight - slots.available_permits(),
            breakers: options
                .chain
                .iter()
                .filter_map(|authorizer| Some((authorizer.name(), authorizer.breaker()?)))
                .collect(),
        }
    }

    fn login(&self, login: LoginQuestion) -> Answer {
        let inner = &self.0;
        let login = Arc::new(login);
        if let Some((code, reason)) = inner.options.door.refusal(&login) {
            return Answer::Now(inner.settle(&login, By::Door, Decision::Deny(code, reason)));
        }
        match inner.ask(&login, 0) {
            Asked::Decided(by, decision) => Answer::Now(inner.settle(&login, by, decision)),
            Asked::Waiting(index, deciding) => {
                let Ok(slot) = Arc::clone(&inner.slots).try_acquire_owned() else {
                    let full = Decision::Fail("too_many_in_flight");
                    return Answer::Now(inner.settle(&login, By::Chain, full));
                };
                let inner = Arc::clone(inner);
                Answer::Later(Box::pin(inner.wait(login, index, deciding, slot)))
            }
        }
    }
}

//= docs/spec/messages/easyrtcMsg.md#easyrtc-msg.no-target
impl Responder for Answers {
    fn respond(&self, question: Question) -> Answer {
        match question {
            Question::Login(login) => self.login(login),
            Question::RoomJoin(join) => Answer::Now(self.0.room_join(&join)),
            Question::IceConfig { easyrtcid, app, username } => {
                let (ice, id) = (&self.0.options.ice, easyrtcid.as_str());
                let servers = ice.anew(&app, username.as_ref(), id, SystemTime::now());
                Answer::Now(Verdict::IceServers(servers))
            }
            Question::Application { .. } => Answer::Now(Verdict::Deny(ErrorCode::MsgRejectBadType)),
        }
    }
}

impl Inner {
    /// Asks the authorizers from that of this number on, until one decides or takes its time.
    fn ask(&self, login: &Arc<LoginQuestion>, from: usize) -> Asked {
        for (index, authorizer) in self.options.chain.iter().enumerate().skip(from) {
            match authorizer.authorize(login) {
                Deciding::Now(Decision::Pass) => {}
                Deciding::Now(decision) => {
                    return Asked::Decided(By::Authorizer(index), decision);
                }
                Deciding::Later(deciding) => return Asked::Waiting(index, deciding),
            }
        }
        Asked::Decided(By::Chain, Decision::bad_auth("no_proof"))
    }

    async fn wait(
        self: Arc<Self>,
        login: Arc<LoginQuestion>,
        mut index: usize,
        mut deciding: Pin<Box<dyn Future<Output = Decision> + Send>>,
        _slot: OwnedSemaphorePermit,
    ) -> Verdict {
        let deadline = Instant::now() + self.options.timeout;
        loop {
            let by = By::Authorizer(index);
            //= docs/spec/login.md#login.undecided
            let Ok(decision) = tokio::time::timeout_at(deadline, deciding).await else {
                self.note(login.conn, by, Counted::Failed, "timeout");
                return Verdict::Deny(ErrorCode::LoginTimeout);
            };
            if !matches!(decision, Decision::Pass) {
                return self.settle(&login, by, decision);
            }
            match self.ask(&login, index + 1) {
                Asked::Decided(by, decision) => return self.settle(&login, by, decision),
                Asked::Waiting(next, later) => (index, deciding) = (next, later),
            }
        }
    }

    /// The answer that comes of a decision.
    //= docs/spec/login.md#login.denied
    fn settle(&self, login: &LoginQuestion, by: By, decision: Decision) -> Verdict {
        let (by, decision) = match decision {
            Decision::Allow(grant) => match self.enters(login, &grant) {
                Ok(()) => (by, Decision::Allow(grant)),
                Err(reason) => (By::Rooms, Decision::Deny(ErrorCode::LoginBadRoom, reason)),
            },
            Decision::Deny(..) | Decision::Pass | Decision::Fail(_) => (by, decision),
        };
        let (outcome, reason, verdict) = match decision {
            Decision::Allow(mut grant) => {
                self.options.ice.add_to(&mut grant, login, SystemTime::now());
                (Counted::Allowed, "proven", Verdict::Allow(*grant))
            }
            Decision::Deny(code, reason) => (Counted::Denied, reason, Verdict::Deny(code)),
            Decision::Pass => (Counted::Denied, "no_proof", Verdict::Deny(ErrorCode::LoginBadAuth)),
            Decision::Fail(reason) => {
                (Counted::Failed, reason, Verdict::Deny(ErrorCode::LoginGenFail))
            }
        };
        self.note(login.conn, by, outcome, reason);
        verdict
    }

    /// Whether a client that is let in with `grant` has the proofs for the guarded rooms it would
    /// enter.
    fn enters(&self, login: &LoginQuestion, grant: &Grant) -> Result<(), Reason> {
        let any = Permission::EnterAnyRoom;
        if grant.permissions.as_ref().is_some_and(|permissions| permissions.contains(&any)) {
            return Ok(());
        }
        let username = grant.username.as_ref().or(login.username.as_ref());
        let entered = login.rooms.iter().filter(|(room, _)| !login.is_in.contains(*room));
        self.options.rooms.check(&login.app, entered, username)
    }

    fn room_join(&self, join: &RoomJoinQuestion) -> Verdict {
        let RoomJoinQuestion { conn, app, username, rooms, .. } = join;
        match self.options.rooms.check_guarded(app, rooms, username.as_ref()) {
            Ok(()) => {
                self.note(*conn, By::Rooms, Counted::Allowed, "proven");
                Verdict::RoomJoin
            }
            Err(reason) => {
                self.note(*conn, By::Rooms, Counted::Denied, reason);
                Verdict::Deny(ErrorCode::MsgRejectBadRoom)
            }
        }
    }

    /// Logs and counts what was decided.
    fn note(&self, conn: ConnId, by: By, outcome: Counted, reason: Reason) {
        let counters = match by {
            By::Door => Some(&self.door),
            By::Chain => Some(&self.chain),
            By::Rooms => Some(&self.rooms),
            By::Authorizer(index) => self.authorizers.get(index),
        };
        if let Some(counters) = counters {
            counters.count(outcome);
        }
        let (conn, by, outcome) = (conn.0, by.name(&self.options), outcome);
        macro_rules! log {
            ($level:ident, $reason:expr) => {
                tracing::$level!(
                    target: "easyrtc_auth",
                    conn, by, outcome = outcome.as_str(), reason = $reason, "decided"
                )
            };
        }
        match outcome {
            // Nobody was asked for anything, and the runtime says that there is a new client.
            Counted::Allowed if by == Open::NAME => log!(debug, "open"),
            Counted::Allowed | Counted::Denied => log!(info, reason),
            Counted::Failed => log!(warn, reason),
        }
    }
}

impl By {
    fn name(self, options: &Options) -> &'static str {
        match self {
            Self::Door => "door",
            Self::Chain => "chain",
            Self::Rooms => "rooms",
            Self::Authorizer(index) => {
                options.chain.get(index).map_or("chain", |authorizer| authorizer.name())
            }
        }
    }
}

#[cfg(test)]
mod tests;
