//! Questions: what the core cannot decide itself leaves as an effect and comes back as an input.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use easyrtc_proto::{
    AppName, Authenticate, CustomMessage, EasyrtcId, ErrorCode, GroupName, IceServer, MessageType,
    Payload, RoomJoin, RoomName, SessionId, Username,
};

use crate::config::FieldMap;
use crate::input::{ConnId, ConnMeta};
use crate::permission::Permission;
use crate::room_pattern::RoomPattern;
use crate::ticket::Ticket;

/// A question that is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AskId(pub u64);

/// What the core wants to know. Every question has a deadline of its own in the core
/// (`Config::ask_timeout`).
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// May this client log in, and as what? Everything else of it waits until the answer.
    Login(LoginQuestion),
    /// May this client enter these guarded rooms? Everything else of it waits until the answer.
    RoomJoin(RoomJoinQuestion),
    /// Which STUN and TURN servers is this client to use? Does not hold up anything.
    IceConfig {
        /// The client.
        easyrtcid: EasyrtcId,
        /// Its application.
        app: AppName,
        /// Its name.
        username: Option<Username>,
    },
    /// A message to the server-side application (decision D13). Does not hold up anything.
    Application {
        /// The sender.
        easyrtcid: EasyrtcId,
        /// Its application.
        app: AppName,
        /// Its name.
        username: Option<Username>,
        /// The groups it is in.
        groups: BTreeSet<GroupName>,
        /// The message.
        message: CustomMessage,
    },
}

/// A login to be decided about.
#[derive(Clone, Debug, PartialEq)]
pub struct LoginQuestion {
    /// The connection.
    pub conn: ConnId,
    /// The application it wants to enter.
    pub app: AppName,
    /// The name it gives itself.
    pub username: Option<Username>,
    /// Whatever it offers as proof.
    pub credential: Option<Payload>,
    /// The session it says it belongs to.
    pub easyrtcsid: Option<SessionId>,
    /// The rooms it would enter, with their `roomParameter`: those it names, or else the default
    /// room. Who lets it in vouches for its proofs of those that are guarded; all else about them
    /// the core decides.
    pub rooms: BTreeMap<RoomName, Option<Payload>>,
    /// Those of them it is in already, when it logs in again: it needs no proof of them.
    pub is_in: BTreeSet<RoomName>,
    /// What is known of the connection.
    pub meta: Arc<ConnMeta>,
}

/// A `roomJoin` into guarded rooms, to be decided about.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomJoinQuestion {
    /// The connection.
    pub conn: ConnId,
    /// The client.
    pub easyrtcid: EasyrtcId,
    /// Its application.
    pub app: AppName,
    /// Its name.
    pub username: Option<Username>,
    /// The groups it is in.
    pub groups: BTreeSet<GroupName>,
    /// The guarded ones among the rooms it wants to enter, at least one, with their
    /// `roomParameter`.
    pub rooms: BTreeMap<RoomName, Option<Payload>>,
}

/// The answer to a question. One that does not fit its question is a failure.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Verdict {
    /// To `Login`: come in.
    Allow(Grant),
    /// To `RoomJoin`: come in, to all of them.
    RoomJoin,
    /// To any question: no, and the code that is to say so. Codes that end connections are for
    /// `Login` alone; a message is answered with `MSG_REJECT_GEN_FAIL` in their place.
    Deny(ErrorCode),
    /// To `IceConfig`: these servers; `None`: the configured ones.
    IceServers(Option<Arc<[IceServer]>>),
    /// To `Application`: this is the answer; `None`: done, a bare ack.
    Application(
        #[cfg_attr(feature = "serde", serde(with = "application_answer"))]
        Option<(MessageType, Option<Payload>)>,
    ),
}

/// A payload that is `null` is not the same as none, so it stands in a list of at most one.
#[cfg(feature = "serde")]
mod application_answer {
    use easyrtc_proto::{MessageType, Payload};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type ApplicationAnswer = Option<(MessageType, Option<Payload>)>;

    pub(super) fn serialize<S: Serializer>(
        answer: &ApplicationAnswer,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let answer = answer.as_ref().map(|(kind, data)| (kind, data.as_slice()));
        answer.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<ApplicationAnswer, D::Error> {
        let answer = Option::<(MessageType, Vec<Payload>)>::deserialize(deserializer)?;
        Ok(answer.map(|(kind, data)| (kind, data.into_iter().next())))
    }
}

/// What a client is given at login.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Grant {
    /// Its name, in place of the one it gave itself.
    pub username: Option<Username>,
    /// The groups it is in.
    pub groups: BTreeSet<GroupName>,
    /// Its fields, over the configured ones.
    pub fields: FieldMap,
    /// The STUN and TURN servers it is to use, in place of the configured ones.
    pub ice_servers: Option<Arc<[IceServer]>>,
    /// Whether these are made anew when the client asks for some: they hold credentials that
    /// expire. Otherwise they stay what it is told, whatever [`Verdict::IceServers`] says.
    #[cfg_attr(feature = "serde", serde(default))]
    pub renew_ice_servers: bool,
    /// The only rooms it may enter; `None`: any.
    pub rooms: Option<BTreeSet<RoomPattern>>,
    /// What it may do; `None`: what is allowed [by default](Permission::is_default).
    pub permissions: Option<BTreeSet<Permission>>,
    /// For how long, from the moment the answer is taken, unless it logs in again before; `None`:
    /// for as long as it stays. Zero refuses the login with `LOGIN_BAD_AUTH`.
    pub expires_in: Option<Duration>,
}

/// A question that is out, and what to do with its answer.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) conn: ConnId,
    pub(crate) ticket: Ticket,
    pub(crate) about: About,
    pub(crate) deadline: Option<Duration>,
    /// The guarded rooms that the operator took the client out of meanwhile. Whoever answers did
    /// not ask for proofs of these.
    pub(crate) taken_out: BTreeSet<RoomName>,
}

impl Pending {
    pub(crate) const fn new(conn: ConnId, ticket: Ticket, about: About) -> Self {
        Self { conn, ticket, about, deadline: None, taken_out: BTreeSet::new() }
    }
}

#[derive(Debug)]
pub(crate) enum About {
    Login(Box<Authenticate>),
    RoomJoin(RoomJoin),
    IceConfig,
    Application,
}

impl About {
    /// Whether what else the connection sends waits until the answer.
    pub(crate) const fn gates(&self) -> bool {
        match self {
            Self::Login(_) | Self::RoomJoin(_) => true,
            Self::IceConfig | Self::Application => false,
        }
    }
}

/// The questions that are out.
#[derive(Debug, Default)]
pub(crate) struct Asks {
    next: u64,
    pending: BTreeMap<AskId, Pending>,
}

impl Asks {
    pub(crate) fn insert(&mut self, pending: Pending) -> AskId {
        let ask = AskId(self.next);
        self.next += 1;
        self.pending.insert(ask, pending);
        ask
    }

    /// Goes on numbering where `other` was, so that late answers to its questions mean nothing.
    pub(crate) const fn take_over_numbers_of(&mut self, other: &Self) {
        self.next = other.next;
    }

    pub(crate) fn set_deadline(&mut self, ask: AskId, deadline: Option<Duration>) {
        if let Some(pending) = self.pending.get_mut(&ask) {
            pending.deadline = deadline;
        }
    }

    pub(crate) fn get_mut(&mut self, ask: AskId) -> Option<&mut Pending> {
        self.pending.get_mut(&ask)
    }

    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    pub(crate) fn is_login(&self, ask: AskId) -> bool {
        self.pending.get(&ask).is_some_and(|pending| matches!(pending.about, About::Login(_)))
    }

    pub(crate) fn remove(&mut self, ask: AskId) -> Option<Pending> {
        self.pending.remove(&ask)
    }
}

/// The counter is left out: two cores that differ in nothing else are equal.
impl Hash for Asks {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for (ask, pending) in &self.pending {
            (ask, pending.conn, std::mem::discriminant(&pending.about)).hash(state);
            pending.taken_out.hash(state);
        }
    }
}

/// When a core ends, so do its connections: nobody is left to answer.
impl Drop for Asks {
    fn drop(&mut self) {
        for pending in std::mem::take(&mut self.pending).into_values() {
            pending.ticket.abandon();
        }
    }
}
