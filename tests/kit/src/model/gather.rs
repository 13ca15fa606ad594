//! What large rooms tell later, all at once.
//!
//! Each client keeps for itself what it has yet to be told.

use std::collections::BTreeMap;

use easyrtc_proto::{AppName, EasyrtcId, RoomName};
use easyrtc_state::ConnId;

use super::{Client, Heard, Model, Told, reached};

/// What somebody has yet to be told about a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It came: the receiver does not know it.
    Came,
    /// It changed.
    Changed,
    /// It left.
    Left,
}

impl News {
    pub(super) const fn told(self) -> Told {
        match self {
            Self::Came | Self::Changed => Told::Update,
            Self::Left => Told::Remove,
        }
    }

    /// What remains to be told of one thing after the other.
    const fn then(self, later: Self) -> Option<Self> {
        match (self, later) {
            (Self::Came, Self::Left) => None,
            (Self::Came, _) => Some(Self::Came),
            (_, later) => Some(later),
        }
    }
}

impl Client {
    /// What it has yet to be told about a room.
    pub fn news_of(&self, room: &RoomName) -> impl Iterator<Item = (EasyrtcId, News)> {
        self.news.get(room).into_iter().flatten().map(|(about, news)| (*about, *news))
    }

    /// Whether it has yet to be told that somebody who was called so has left.
    #[must_use]
    pub fn believes_in(&self, easyrtcid: EasyrtcId) -> bool {
        self.news.values().any(|news| news.get(&easyrtcid) == Some(&News::Left))
    }
}

impl Model {
    /// Whether a room gathers at the moment.
    pub(super) fn gathers(&self, app: &AppName, room: &RoomName) -> bool {
        let room = self.apps.get(app).and_then(|app| app.rooms.get(room));
        room.is_some_and(|room| room.gathering.is_some())
    }

    /// A room has told something: if it is large, it gathers for a while what follows.
    pub(super) fn begin_gathering(&mut self, app: &AppName, room: &RoomName) {
        let window = self.config.room_gather_window;
        let size = self.members(app, room).len();
        if !window.is_zero() && size > self.config.room_gather_threshold {
            let due = self.now.mono + window;
            let room = self.apps.get_mut(app).and_then(|app| app.rooms.get_mut(room));
            if let Some(room) = room {
                room.gathering.get_or_insert((due, 0));
            }
        }
    }

    /// Everybody else in the room will be told.
    pub(super) fn gather(
        &mut self,
        conn: ConnId,
        app: &AppName,
        about: EasyrtcId,
        room: &RoomName,
        news: News,
    ) {
        let members = self.members(app, room);
        for member in members.iter().copied().filter(|member| *member != conn) {
            let known = |client: &Client| client.news.get(room)?.get(&about).copied();
            let mut known = self.client(member).and_then(known);
            if known == Some(News::Left) && news == News::Came {
                // A client applies removals last: one who comes again would be gone.
                self.catch_up(member, room);
                known = None;
            }
            let Some(client) = self.client_mut(member) else { continue };
            let all = client.news.entry(room.clone()).or_default();
            match known.map_or(Some(news), |known| known.then(news)) {
                Some(news) => all.insert(about, news),
                None => all.remove(&about),
            };
        }
        let most = self.config.limits.gathered_changes;
        let room_of_app = self.apps.get_mut(app).and_then(|app| app.rooms.get_mut(room));
        let Some((_, changes)) = room_of_app.and_then(|room| room.gathering.as_mut()) else {
            return;
        };
        *changes += 1;
        if reached(*changes, most) {
            *changes = 0;
            members.into_iter().for_each(|member| self.catch_up(member, room));
        }
    }

    /// The time for gathering is over.
    pub(super) fn gathered(&mut self, app: &AppName, room: &RoomName) {
        let kept = self.apps.get_mut(app).and_then(|app| app.rooms.get_mut(room));
        let changes = kept.and_then(|kept| kept.gathering.take()).map_or(0, |(_, changes)| changes);
        if changes > 0 {
            for member in self.members(app, room) {
                self.catch_up(member, room);
            }
            self.begin_gathering(app, room);
        }
    }

    /// Before somebody hears from a client, it hears what is new about that client.
    pub(super) fn before_hearing_from(&mut self, sender: EasyrtcId, receiver: ConnId) {
        let Some(client) = self.client(receiver) else { return };
        let rooms = client.news.iter().filter(|(_, news)| news.contains_key(&sender));
        for room in rooms.map(|(room, _)| room.clone()).collect::<Vec<_>>() {
            self.catch_up(receiver, &room);
        }
    }

    /// Tells a client everything that is new.
    pub(super) fn catch_up_all(&mut self, conn: ConnId) {
        let Some(client) = self.client(conn) else { return };
        for room in client.news.keys().cloned().collect::<Vec<_>>() {
            self.catch_up(conn, &room);
        }
    }

    /// Tells a client everything that is new in a room.
    fn catch_up(&mut self, conn: ConnId, room: &RoomName) {
        let Some(client) = self.client_mut(conn) else { return };
        let (to, news) = (client.easyrtcid, client.news.remove(room).unwrap_or_default());
        if !news.is_empty() {
            let told = news.into_iter().map(|(about, news)| (about, news.told())).collect();
            self.hear(conn, Heard::Delta { to, rooms: BTreeMap::from([(room.clone(), told)]) });
        }
    }
}
