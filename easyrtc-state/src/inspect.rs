//! What there is, to be looked at: a read, which changes nothing.
//!
//! Everything is copied out, and lists come in parts, so that nobody has to wait long for who
//! looks.

mod info;

use std::ops::Bound;
use std::sync::Arc;

use easyrtc_proto::{AppName, ClientEntry, EasyrtcId, GroupName, RoomName, SessionId, Username};

pub use info::{ApplicationInfo, BanInfo, ConnectionInfo, GroupInfo, RoomInfo, SessionInfo};

use crate::app::App;
use crate::ban::BanId;
use crate::config::Config;
use crate::conn::Conn;
use crate::network::Network;
use crate::state::State;

/// No part of a list is longer.
pub const MAX_PAGE: usize = 1000;

/// So many connections are looked at for one part of a list, whether they pass the filter or not.
const LOOKED_AT: usize = 10_000;

/// Which part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<K> {
    /// It begins after this; `None`: at the beginning. Need not be there any more.
    pub after: Option<K>,
    /// How many there are at most; no more than [`MAX_PAGE`] are given, and one at least.
    pub limit: usize,
}

/// Part of a list, in the order of what things are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T, K> {
    /// What is in it. It may be less than asked for, or nothing, though more follows.
    pub items: Vec<T>,
    /// After what to go on; `None`: there is no more.
    pub next: Option<K>,
}

/// Which connections: those for which all that is named holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionFilter {
    /// Of this application.
    pub application: Option<AppName>,
    /// Of this name.
    pub username: Option<Username>,
    /// In this room of their application.
    pub room: Option<RoomName>,
    /// In this session of their application.
    pub session: Option<SessionId>,
    /// From there.
    pub address: Option<Network>,
}

/// A look at a core.
#[derive(Clone, Copy, Debug)]
pub struct Inspect<'a> {
    state: &'a State,
    config: &'a Config,
}

impl<K> Page<K> {
    /// The first `limit`.
    #[must_use]
    pub const fn first(limit: usize) -> Self {
        Self { after: None, limit }
    }

    fn range(&self) -> (Bound<&K>, Bound<&K>) {
        (self.after.as_ref().map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded)
    }

    fn limit(&self) -> usize {
        self.limit.clamp(1, MAX_PAGE)
    }
}

impl<T, K> Listing<T, K> {
    /// The first of `all`, which has no more than one page left out of it.
    fn of(page: &Page<K>, all: impl Iterator<Item = (K, T)>) -> Self {
        let (mut items, mut last, mut next) = (Vec::new(), None, None);
        for (key, item) in all {
            if items.len() == page.limit() {
                next = last;
                break;
            }
            items.push(item);
            last = Some(key);
        }
        Self { items, next }
    }
}

impl<'a> Inspect<'a> {
    pub(crate) const fn new(state: &'a State, config: &'a Config) -> Self {
        Self { state, config }
    }

    /// What the core was configured with.
    #[must_use]
    pub const fn config(&self) -> &'a Config {
        self.config
    }

    fn app(&self, app: &AppName) -> Option<&'a App> {
        self.state.apps.get(app)
    }

    /// The applications.
    #[must_use]
    pub fn applications(&self, page: &Page<AppName>) -> Listing<ApplicationInfo, AppName> {
        let apps = self.state.apps.range::<AppName, _>(page.range());
        Listing::of(page, apps.map(|(name, app)| (name.clone(), ApplicationInfo::of(name, app))))
    }

    /// An application.
    #[must_use]
    pub fn application(&self, app: &AppName) -> Option<ApplicationInfo> {
        self.app(app).map(|found| ApplicationInfo::of(app, found))
    }

    /// The rooms of an application.
    #[must_use]
    pub fn rooms(
        &self,
        app: &AppName,
        page: &Page<RoomName>,
    ) -> Option<Listing<RoomInfo, RoomName>> {
        let rooms = self.app(app)?.rooms.range::<RoomName, _>(page.range());
        let rooms = rooms.map(|(name, room)| (name.clone(), RoomInfo::of(name, room)));
        Some(Listing::of(page, rooms))
    }

    /// A room.
    #[must_use]
    pub fn room(&self, app: &AppName, room: &RoomName) -> Option<RoomInfo> {
        self.state.room(app, room).map(|found| RoomInfo::of(room, found))
    }

    /// The members of a room, as they see each other.
    #[must_use]
    pub fn members(
        &self,
        app: &AppName,
        room: &RoomName,
        page: &Page<EasyrtcId>,
    ) -> Option<Listing<Arc<ClientEntry>, EasyrtcId>> {
        let mut members: Vec<_> = self.state.room(app, room)?.entries().collect();
        members.sort_unstable_by_key(|entry| entry.easyrtcid);
        let first =
            page.after.map_or(0, |after| members.partition_point(|entry| entry.easyrtcid <= after));
        let members = members.into_iter().skip(first);
        Some(Listing::of(page, members.map(|entry| (entry.easyrtcid, Arc::clone(entry)))))
    }

    /// The groups of an application: those that have members.
    #[must_use]
    pub fn groups(
        &self,
        app: &AppName,
        page: &Page<GroupName>,
    ) -> Option<Listing<GroupInfo, GroupName>> {
        let groups = self.app(app)?.groups.range::<GroupName, _>(page.range());
        let info = |name: &GroupName, members| GroupInfo { name: name.clone(), members };
        let groups = groups.map(|(name, all)| (name.clone(), info(name, all.len())));
        Some(Listing::of(page, groups))
    }

    /// The members of a group; there are none of one nobody is in.
    #[must_use]
    pub fn group_members(
        &self,
        app: &AppName,
        group: &GroupName,
        page: &Page<EasyrtcId>,
    ) -> Option<Listing<EasyrtcId, EasyrtcId>> {
        let members = self.app(app)?.groups.get(group).into_iter().flatten();
        let named = members.filter_map(|conn| Some(self.state.client(*conn)?.easyrtcid));
        let mut named: Vec<EasyrtcId> = named.collect();
        named.sort_unstable();
        let first = page.after.map_or(0, |after| named.partition_point(|id| *id <= after));
        Some(Listing::of(page, named.into_iter().skip(first).map(|id| (id, id))))
    }

    /// The sessions of an application.
    #[must_use]
    pub fn sessions(
        &self,
        app: &AppName,
        page: &Page<SessionId>,
    ) -> Option<Listing<SessionInfo, SessionId>> {
        let sessions = self.app(app)?.sessions.range::<SessionId, _>(page.range());
        let sessions = sessions.map(|(sid, session)| (sid.clone(), SessionInfo::of(sid, session)));
        Some(Listing::of(page, sessions))
    }

    /// A session.
    #[must_use]
    pub fn session(&self, app: &AppName, sid: &SessionId) -> Option<SessionInfo> {
        self.app(app)?.sessions.get(sid).map(|session| SessionInfo::of(sid, session))
    }

    /// The connections that have logged in and pass `filter`.
    #[must_use]
    pub fn connections(
        &self,
        filter: &ConnectionFilter,
        page: &Page<EasyrtcId>,
    ) -> Listing<ConnectionInfo, EasyrtcId> {
        let mut listing = Listing { items: Vec::new(), next: None };
        let all = self.state.ids.range::<EasyrtcId, _>(page.range());
        let mut last = None;
        for (looked_at, (id, conn)) in all.enumerate() {
            if listing.items.len() == page.limit() || looked_at == LOOKED_AT {
                listing.next = last;
                break;
            }
            last = Some(*id);
            let connection = self.state.conns.get(conn).filter(|found| filter.passes(found));
            listing.items.extend(connection.and_then(|found| ConnectionInfo::of(*conn, found)));
        }
        listing
    }

    /// A connection that has logged in.
    #[must_use]
    pub fn connection(&self, easyrtcid: EasyrtcId) -> Option<ConnectionInfo> {
        let conn = *self.state.ids.get(&easyrtcid)?;
        ConnectionInfo::of(conn, self.state.conns.get(&conn)?)
    }

    /// The bans.
    #[must_use]
    pub fn bans(&self, page: &Page<BanId>) -> Listing<BanInfo, BanId> {
        let bans = self.state.bans.after(page.after);
        Listing::of(page, bans.map(|(id, ban)| (id, BanInfo::of(id, ban))))
    }
}

impl ConnectionFilter {
    fn passes(&self, connection: &Conn) -> bool {
        let Self { application, username, room, session, address } = self;
        let Some(client) = &connection.client else { return false };
        let is_there =
            |network: Network| connection.meta.peer.is_some_and(|peer| network.contains(peer));
        application.as_ref().is_none_or(|app| *app == client.app)
            && (username.is_none() || *username == client.username)
            && room.as_ref().is_none_or(|room| client.rooms.contains(room))
            && (session.is_none() || *session == client.session)
            && address.is_none_or(is_there)
    }
}
