//! Whom the operator keeps out.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::time::Duration;

use easyrtc_proto::{AppName, Username};

use crate::deadline::{Deadlines, Timer};
use crate::input::{ConnMeta, Now};
use crate::network::Network;

/// A ban. Numbers are not used again while the server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BanId(pub u64);

/// Who is banned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Banned {
    /// All connections from there.
    Address(Network),
    /// All clients of an application that log in under this name: the one they are granted, or
    /// else the one they give themselves.
    User(AppName, Username),
}

/// What is known of a ban.
#[derive(Debug)]
pub(crate) struct Ban {
    pub(crate) who: Banned,
    /// When it was made: ms since the epoch.
    pub(crate) since: u64,
    /// When it ends, if it does: on the scale of [`Now::mono`], and in ms since the epoch.
    pub(crate) until: Option<(Duration, u64)>,
}

/// All bans. They end with the server: what is to last is configured.
#[derive(Debug, Default)]
pub(crate) struct Bans {
    latest: u64,
    bans: BTreeMap<BanId, Ban>,
    ids: BTreeMap<Banned, BanId>,
}

/// Only who is banned: how many bans there were is no part of the state's identity.
impl Hash for Bans {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.ids.hash(state);
    }
}

impl Bans {
    pub(crate) fn len(&self) -> usize {
        self.bans.len()
    }

    /// All of them after the one called so.
    pub(crate) fn after(&self, after: Option<BanId>) -> impl Iterator<Item = (BanId, &Ban)> {
        let first = after.map_or(BanId(0), |BanId(after)| BanId(after.saturating_add(1)));
        self.bans.range(first..).map(|(id, ban)| (*id, ban))
    }

    pub(crate) fn contains(&self, who: &Banned) -> bool {
        self.ids.contains_key(who)
    }

    /// Bans somebody. Who is banned already stays so under the same number, for the time given now.
    pub(crate) fn add(
        &mut self,
        who: Banned,
        expires_in: Option<Duration>,
        now: Now,
        deadlines: &mut Deadlines,
    ) -> BanId {
        let id = self.ids.get(&who).copied().unwrap_or_else(|| {
            self.latest += 1;
            BanId(self.latest)
        });
        let former = self.remove(id, deadlines);
        let until = expires_in.and_then(|time| {
            let at = deadlines.set(now.mono, time, Timer::Ban(id))?;
            let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            Some((at, now.unix_ms.saturating_add(ms)))
        });
        let since = former.map_or(now.unix_ms, |former| former.since);
        self.ids.insert(who.clone(), id);
        self.bans.insert(id, Ban { who, since, until });
        id
    }

    /// Ends a ban.
    pub(crate) fn remove(&mut self, id: BanId, deadlines: &mut Deadlines) -> Option<Ban> {
        let ban = self.bans.remove(&id)?;
        self.ids.remove(&ban.who);
        deadlines.cancel(ban.until.map(|(at, _)| at), Timer::Ban(id));
        Some(ban)
    }

    /// Whether connections like this are banned.
    pub(crate) fn hold_address_of(&self, meta: &ConnMeta) -> bool {
        let peer = meta.peer.filter(|_| !self.ids.is_empty());
        let banned = |network| self.contains(&Banned::Address(network));
        peer.is_some_and(|peer: IpAddr| Network::around(peer).any(banned))
    }

    /// Whether clients of this name are banned.
    pub(crate) fn hold_user(&self, app: &AppName, username: Option<&Username>) -> bool {
        let username = username.filter(|_| !self.ids.is_empty());
        let banned = |name: &Username| self.contains(&Banned::User(app.clone(), name.clone()));
        username.is_some_and(banned)
    }
}
