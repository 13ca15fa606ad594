//! A connection: waiting to log in, or a client.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use easyrtc_proto::{
    ApiFields, AppName, ClientMessage, DecodeError, EasyrtcId, GroupName, IceServer, Payload,
    Presence, RoomName, SessionId, SettingName, UserAgent, Username,
};

use crate::ask::AskId;
use crate::config::FieldMap;
use crate::effect::Recipient;
use crate::input::{AckId, ConnId, ConnMeta, Now};
use crate::permission::Permission;
use crate::rare::Rare;
use crate::rate::{Buckets, LimitName};
use crate::room_pattern::RoomPattern;
use crate::sorted_map::SortedSet;
use crate::unhashed::Unhashed;

/// One connection, in one piece of memory with its client: most have logged in.
#[derive(Debug, Hash)]
pub(crate) struct Conn {
    pub(crate) meta: Arc<ConnMeta>,
    /// When it opened: ms since the epoch.
    pub(crate) since: Unhashed<u64>,
    /// When anything last came from it.
    pub(crate) last_seen: Unhashed<Duration>,
    /// When silence is next looked for.
    pub(crate) silence_deadline: Unhashed<Option<Duration>>,
    /// How much of what it may do it has done.
    pub(crate) spent: Unhashed<Buckets>,
    /// What is awaited of it or by it.
    pub(crate) waiting: Rare<Waiting>,
    /// Who it is, once it has logged in.
    pub(crate) client: Option<Client>,
}

/// What is awaited of a connection or by it.
#[derive(Debug, Default, PartialEq, Hash)]
pub(crate) struct Waiting {
    /// The limit it opened beyond, so that its first login is refused.
    pub(crate) beyond_limit: Option<LimitName>,
    /// When it has to have authenticated.
    pub(crate) login_deadline: Option<Duration>,
    /// The question that is out about its login, or about rooms it wants to enter. Until the answer
    /// its messages wait.
    pub(crate) gate: Option<AskId>,
    /// All questions about it that are out.
    pub(crate) asks: BTreeSet<AskId>,
    /// The messages that wait.
    pub(crate) parked: VecDeque<Parked>,
    /// Until when its messages wait because there were too many.
    pub(crate) limited_until: Option<Duration>,
    /// Whether the driver was told to stop feeding it.
    pub(crate) paused: bool,
}

impl Waiting {
    /// Whether messages that come now wait, whatever waits already.
    pub(crate) const fn holds_messages(&self) -> bool {
        self.gate.is_some() || self.limited_until.is_some()
    }
}

/// A message that waits its turn.
#[derive(Debug, PartialEq, Hash)]
pub(crate) struct Parked {
    pub(crate) ack: Option<AckId>,
    pub(crate) message: Result<ClientMessage, DecodeError>,
    pub(crate) bytes: usize,
}

/// A connection that has logged in.
#[derive(Debug, Hash)]
pub(crate) struct Client {
    pub(crate) easyrtcid: EasyrtcId,
    pub(crate) app: AppName,
    pub(crate) username: Option<Username>,
    pub(crate) presence: Presence,
    pub(crate) session: Option<SessionId>,
    pub(crate) rooms: SortedSet<RoomName>,
    /// What it runs on, if others are told.
    pub(crate) device: Option<Arc<UserAgent>>,
    pub(crate) granted: Rare<Granted>,
    pub(crate) cfg: Rare<UserCfg>,
}

/// What a client was given by the server's side.
#[derive(Debug, Default, PartialEq, Hash)]
pub(crate) struct Granted {
    pub(crate) groups: BTreeSet<GroupName>,
    pub(crate) fields: FieldMap,
    /// In place of the configured servers.
    pub(crate) ice_servers: Option<Arc<[IceServer]>>,
    /// Whether those are made anew when the client asks for some.
    pub(crate) renew_ice_servers: bool,
    /// The only rooms it may enter.
    pub(crate) rooms: Option<BTreeSet<RoomPattern>>,
    /// What it may do, in place of what everybody may.
    pub(crate) permissions: Option<BTreeSet<Permission>>,
    /// When all this is over.
    pub(crate) expires_at: Option<Duration>,
}

/// What a client said with `setUserCfg`.
#[derive(Debug, Default, PartialEq, Hash)]
pub(crate) struct UserCfg {
    /// Its own fields, seen in every room under those of the room (decision D8).
    pub(crate) api_field: ApiFields,
    pub(crate) user_settings: BTreeMap<SettingName, Payload>,
    pub(crate) p2p_list: Option<Payload>,
}

impl Conn {
    pub(crate) fn new(meta: Arc<ConnMeta>, now: Now) -> Self {
        Self {
            meta,
            since: Unhashed(now.unix_ms),
            last_seen: Unhashed(now.mono),
            silence_deadline: Unhashed(None),
            spent: Unhashed::default(),
            waiting: Rare::none(),
            client: None,
        }
    }

    /// The question that is out for which its messages wait.
    pub(crate) fn gate(&self) -> Option<AskId> {
        self.waiting.get()?.gate
    }

    /// This connection as a receiver of messages.
    pub(crate) fn recipient(&self, conn: ConnId) -> Recipient {
        Recipient { conn, easyrtcid: self.client.as_ref().map(|client| client.easyrtcid) }
    }
}
