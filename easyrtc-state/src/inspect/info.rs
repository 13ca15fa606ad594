//! What is shown of things. Never in it: credentials, cookies, and what clients configured for
//! themselves.

use std::net::IpAddr;

use easyrtc_proto::{AppName, EasyrtcId, GroupName, Presence, RoomName, SessionId, Username};

use crate::app::{App, Session};
use crate::ban::{Ban, BanId, Banned};
use crate::config::FieldMap;
use crate::conn::Conn;
use crate::input::{ConnId, TransportKind};
use crate::room::Room;

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ApplicationInfo {
    /// Its name.
    pub name: AppName,
    /// Its fields, also those that clients don't see.
    pub fields: FieldMap,
    /// How many rooms it has.
    pub rooms: usize,
    /// How many groups it has.
    pub groups: usize,
    /// How many sessions it has.
    pub sessions: usize,
    /// How many clients are in it.
    pub connections: usize,
    /// Whether it stays when nothing is left of it.
    pub lasting: bool,
}

/// A room.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RoomInfo {
    /// Its name.
    pub name: RoomName,
    /// How many are in it.
    pub members: usize,
    /// How many may be in it; 0: no limit.
    pub capacity: usize,
    /// Its fields, also those that clients don't see.
    pub fields: FieldMap,
    /// Whether it stays when it is empty.
    pub lasting: bool,
    /// Whether only members and some others find it in lists.
    pub private: bool,
    /// When it was made, in ms since the epoch, unless its application brought it along.
    pub created: Option<u64>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GroupInfo {
    /// Its name.
    pub name: GroupName,
    /// How many are in it.
    pub members: usize,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SessionInfo {
    /// Its name.
    pub easyrtcsid: SessionId,
    /// Its fields, also those that clients don't see.
    pub fields: FieldMap,
    /// How many connections use it.
    pub connections: usize,
}

/// A connection that has logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ConnectionInfo {
    /// Its number, as in logs.
    pub conn: ConnId,
    /// What its client is called.
    pub easyrtcid: EasyrtcId,
    /// Its application.
    pub application: AppName,
    /// The name of its client.
    pub username: Option<Username>,
    /// Its presence.
    pub presence: Presence,
    /// The rooms it is in.
    pub rooms: Vec<RoomName>,
    /// The groups it is in.
    pub groups: Vec<GroupName>,
    /// Its session.
    pub easyrtcsid: Option<SessionId>,
    /// The fields the server set, also those that clients don't see.
    pub fields: FieldMap,
    /// What carries it.
    pub transport: TransportKind,
    /// Its address.
    pub peer: Option<IpAddr>,
    /// `User-Agent` of its handshake.
    pub user_agent: Option<Box<str>>,
    /// When it opened: ms since the epoch.
    pub since: u64,
}

/// A ban.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BanInfo {
    /// Its number.
    pub id: BanId,
    /// Who is banned.
    pub who: Banned,
    /// Since when: ms since the epoch.
    pub since: u64,
    /// Until when, if it ends: ms since the epoch.
    pub until: Option<u64>,
}

impl ApplicationInfo {
    pub(super) fn of(name: &AppName, app: &App) -> Self {
        Self {
            name: name.clone(),
            fields: app.fields.clone(),
            rooms: app.rooms.len(),
            groups: app.groups.len(),
            sessions: app.sessions.len(),
            connections: app.clients.len(),
            lasting: app.lasting,
        }
    }
}

impl RoomInfo {
    pub(super) fn of(name: &RoomName, room: &Room) -> Self {
        Self {
            name: name.clone(),
            members: room.len(),
            capacity: room.capacity,
            fields: room.fields.clone(),
            lasting: room.lasting,
            private: room.private,
            created: room.created.0,
        }
    }
}

impl SessionInfo {
    pub(super) fn of(sid: &SessionId, session: &Session) -> Self {
        Self {
            easyrtcsid: sid.clone(),
            fields: session.fields.clone(),
            connections: session.connections.len(),
        }
    }
}

impl ConnectionInfo {
    /// `None` of one that has not logged in.
    pub(super) fn of(conn: ConnId, connection: &Conn) -> Option<Self> {
        let client = connection.client.as_ref()?;
        let (granted, meta) = (client.granted.get(), &connection.meta);
        Some(Self {
            conn,
            easyrtcid: client.easyrtcid,
            application: client.app.clone(),
            username: client.username.clone(),
            presence: client.presence.clone(),
            rooms: client.rooms.keys().cloned().collect(),
            groups: granted.into_iter().flat_map(|granted| &granted.groups).cloned().collect(),
            easyrtcsid: client.session.clone(),
            fields: granted.map(|granted| granted.fields.clone()).unwrap_or_default(),
            transport: meta.transport,
            peer: meta.peer,
            user_agent: meta.user_agent.clone(),
            since: connection.since.0,
        })
    }
}

impl BanInfo {
    pub(super) fn of(id: BanId, ban: &Ban) -> Self {
        let until = ban.until.map(|(_, until)| until);
        Self { id, who: ban.who.clone(), since: ban.since, until }
    }
}
