//! A deliberately simple model of the protocol: what ought to happen.
//!
//! It knows who is connected and what each client set, and nothing else: rosters, groups, and who
//! uses a session are found by looking at everybody each time; what has to be forgotten is found by
//! looking at everything after each message. From that it says what every connection is to hear.

mod admin;
mod ban;
mod command;
mod gather;
mod kept;
mod login;
mod message;
mod rate;
mod rights;
mod roster;
mod time;

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use easyrtc_proto::{
    ApiFields, AppName, Authenticate, ClientMessage, DecodeError, EasyrtcId, ErrorCode, GroupName,
    IceServer, Payload, Presence, RoomJoin, RoomName, ServerMessage, SessionId, SettingName,
    UserAgent, Username,
};
use easyrtc_state::{
    AckId, AdminAnswer, AdminError, AskId, CloseReason, Config, ConnId, ConnMeta, FieldMap, Input,
    Now, Question, RequestId, TransportKind,
};

use ban::Ban;
use kept::Kept;
use rate::Lately;
use rights::Rights;

pub use gather::News;
pub(crate) use rate::home;

/// What one connection hears, or the driver is told about it.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// The answer to one of its messages.
    Answer(AckId, ServerMessage),
    /// An event, addressed to what the client calls itself.
    Event(Option<EasyrtcId>, ServerMessage),
    /// An event that tells about other clients.
    Delta {
        /// What the receiver calls itself.
        to: EasyrtcId,
        /// What there is to tell, room by room.
        rooms: BTreeMap<RoomName, BTreeMap<EasyrtcId, Told>>,
    },
    /// The connection ends.
    Closed(CloseReason),
    /// No more messages of it, for now.
    Paused,
    /// Its messages again.
    Resumed,
}

/// What a delta says about a client in one room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is there, and this is how it is now.
    Update,
    /// It left.
    Remove,
}

/// What one input ought to lead to.
#[derive(Debug, Default)]
pub struct Expected {
    /// What each connection hears, in order.
    pub heard: BTreeMap<ConnId, Vec<Heard>>,
    /// The questions that go out, in order.
    pub questions: Vec<Question>,
    /// The reply to the operator.
    pub admin: Option<(RequestId, Result<AdminAnswer, AdminError>)>,
}

/// What was drawn or numbered by the core, in order, and could be anything.
#[derive(Debug, Default)]
pub struct Hints {
    /// The names of new clients.
    pub easyrtcids: VecDeque<EasyrtcId>,
    /// The numbers of new questions.
    pub asks: VecDeque<AskId>,
}

/// The model.
#[derive(Debug)]
pub struct Model {
    config: Config,
    now: Now,
    hints: Hints,
    out: Expected,
    draining: bool,
    /// What addresses did lately.
    addresses: BTreeMap<IpAddr, Lately>,
    /// Who is kept out.
    bans: Vec<Ban>,
    /// How many bans there were.
    banned: u64,
    /// Everybody.
    pub conns: BTreeMap<ConnId, Connection>,
    /// The applications there are.
    pub apps: BTreeMap<AppName, App>,
    /// The questions that are out.
    pub asks: BTreeMap<AskId, Ask>,
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    meta: Arc<ConnMeta>,
    beyond_limit: bool,
    last_seen: Duration,
    silence_due: Option<Duration>,
    login_due: Option<Duration>,
    lately: Lately,
    parked: VecDeque<(Option<AckId>, Result<ClientMessage, DecodeError>, usize)>,
    /// Until when its messages wait because there were too many.
    limited_until: Option<Duration>,
    paused: bool,
    /// Who it is, once it has logged in.
    pub client: Option<Client>,
}

/// A connection that has logged in.
#[derive(Debug)]
pub struct Client {
    /// Its name.
    pub easyrtcid: EasyrtcId,
    /// Its application.
    pub app: AppName,
    username: Option<Username>,
    presence: Presence,
    session: Option<SessionId>,
    /// What it runs on, where that is told.
    device: Option<Arc<UserAgent>>,
    rights: Rights,
    /// When it has to have logged in again.
    expires_at: Option<Duration>,
    fields: FieldMap,
    ice_servers: Option<Arc<[IceServer]>>,
    renew_ice_servers: bool,
    api_field: ApiFields,
    user_settings: BTreeMap<SettingName, Payload>,
    /// The rooms it is in, since when (ms since the epoch), and with which fields of its own.
    pub rooms: BTreeMap<RoomName, (u64, ApiFields)>,
    /// What it has yet to be told about the others in them.
    news: BTreeMap<RoomName, BTreeMap<EasyrtcId, News>>,
}

/// An application.
#[derive(Debug)]
pub struct App {
    lasting: bool,
    fields: FieldMap,
    rooms: BTreeMap<RoomName, Kept>,
    sessions: BTreeMap<SessionId, Kept>,
}

/// A question that is out.
#[derive(Debug)]
pub struct Ask {
    conn: ConnId,
    ack: AckId,
    due: Option<Duration>,
    about: About,
    /// The guarded rooms the operator took the client out of meanwhile.
    taken_out: Vec<RoomName>,
}

#[derive(Debug)]
enum About {
    Login(Box<Authenticate>),
    RoomJoin(RoomJoin),
    IceConfig,
    Application,
}

impl Model {
    /// A model of a core that is configured so.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let mut model = Self {
            config,
            now: Now::default(),
            hints: Hints::default(),
            out: Expected::default(),
            draining: false,
            addresses: BTreeMap::new(),
            bans: Vec::new(),
            banned: 0,
            conns: BTreeMap::new(),
            apps: BTreeMap::new(),
            asks: BTreeMap::new(),
        };
        model.found_lasting_apps();
        model
    }

    fn found_lasting_apps(&mut self) {
        let configured = self.config.applications.keys().cloned().collect::<Vec<_>>();
        for app in [vec![self.config.app_default_name.clone()], configured].concat() {
            let founded = self.new_app(&app);
            self.apps.insert(app, founded);
        }
    }

    /// Takes in what happened, and says what ought to come of it.
    pub fn take(&mut self, now: Now, input: Input, hints: Hints) -> Expected {
        (self.now, self.hints) = (now, hints);
        match input {
            Input::Opened { conn, meta } => self.opened(conn, meta),
            Input::Alive { conn } => self.seen(conn),
            Input::Message { conn, ack, message, bytes } => {
                self.seen(conn);
                self.message(conn, ack, message, bytes);
            }
            Input::Closed { conn, .. } => self.forget(conn),
            Input::Answered { ask, verdict } => self.answered(ask, verdict),
            Input::Admin { request, command } => {
                let result = self.admin(command);
                self.out.admin = Some((request, result));
            }
            Input::Tick => self.tick(),
        }
        self.settle();
        std::mem::take(&mut self.out)
    }

    fn hear(&mut self, conn: ConnId, heard: Heard) {
        self.out.heard.entry(conn).or_default().push(heard);
    }

    fn answer(&mut self, conn: ConnId, ack: AckId, message: ServerMessage) {
        self.hear(conn, Heard::Answer(ack, message));
    }

    fn event(&mut self, conn: ConnId, message: ServerMessage) {
        let own = self.client(conn).map(|client| client.easyrtcid);
        self.hear(conn, Heard::Event(own, message));
    }

    fn opened(&mut self, conn: ConnId, meta: Arc<ConnMeta>) {
        let limits = &self.config.limits;
        let waiting = || self.conns.values().filter(|c| c.client.is_none());
        let is_neighbour =
            |c: &&Connection| meta.peer.is_some() && c.meta.peer.map(home) == meta.peer.map(home);
        let from_there = waiting().filter(is_neighbour).count();
        let crowded = reached(waiting().count(), limits.unauthenticated)
            || reached(from_there, limits.unauthenticated_per_address);
        let neighbours = self.conns.values().filter(is_neighbour).count();
        let beyond_limit = reached(self.conns.len(), limits.connections)
            || reached(neighbours, limits.connections_per_address);
        let login_timeout = match meta.transport {
            TransportKind::SocketIo => self.config.login_timeout_socketio,
            TransportKind::WebSocket => self.config.login_timeout_websocket,
        };
        let connection = Connection {
            meta,
            beyond_limit,
            last_seen: self.now.mono,
            silence_due: self.patience().map(|patience| self.now.mono + patience),
            login_due: Some(self.now.mono + login_timeout),
            lately: Lately::default(),
            parked: VecDeque::new(),
            limited_until: None,
            paused: false,
            client: None,
        };
        self.conns.insert(conn, connection);
        if self.draining {
            self.dismiss(conn, ErrorCode::ServerShutdown, CloseReason::Shutdown);
        } else if crowded {
            self.dismiss(conn, ErrorCode::LoginNoSockets, CloseReason::TooMany);
        }
    }

    fn seen(&mut self, conn: ConnId) {
        if let Some(connection) = self.conns.get_mut(&conn) {
            connection.last_seen = self.now.mono;
        }
    }

    fn dismiss(&mut self, conn: ConnId, code: ErrorCode, reason: CloseReason) {
        self.event(conn, ServerMessage::error(code));
        self.close(conn, reason);
    }

    fn close(&mut self, conn: ConnId, reason: CloseReason) {
        if self.conns.contains_key(&conn) {
            self.hear(conn, Heard::Closed(reason));
            self.forget(conn);
        }
    }

    fn forget(&mut self, conn: ConnId) {
        self.asks.retain(|_, ask| ask.conn != conn);
        let Some(client) = self.conns.remove(&conn).and_then(|connection| connection.client) else {
            return;
        };
        let rooms = client.rooms.into_keys().map(|room| (room, News::Left)).collect();
        self.tell(conn, &client.app, client.easyrtcid, rooms);
        self.settle();
    }

    /// Starts and stops the clocks of what nobody uses, and forgets applications nothing is left
    /// of.
    fn settle(&mut self) {
        let now = self.now.mono;
        let (room_ttl, session_ttl) = (self.config.room_empty_ttl, self.config.session_ttl);
        let clients: Vec<&Client> =
            self.conns.values().filter_map(|connection| connection.client.as_ref()).collect();
        self.apps.retain(|name, app| {
            let inside: Vec<_> = clients.iter().filter(|client| client.app == *name).collect();
            for (room, kept) in &mut app.rooms {
                let used = inside.iter().any(|client| client.rooms.contains_key(room));
                kept.settle(used, now + room_ttl);
            }
            for (sid, kept) in &mut app.sessions {
                let used = inside.iter().any(|client| client.session.as_ref() == Some(sid));
                kept.settle(used, now + session_ttl);
            }
            let empty = inside.is_empty() && app.sessions.is_empty();
            app.lasting || !empty || app.rooms.values().any(|room| !room.lasting)
        });
    }

    /// The client of a connection.
    #[must_use]
    pub fn client(&self, conn: ConnId) -> Option<&Client> {
        self.conns.get(&conn)?.client.as_ref()
    }

    fn client_mut(&mut self, conn: ConnId) -> Option<&mut Client> {
        self.conns.get_mut(&conn)?.client.as_mut()
    }

    /// All clients.
    pub fn clients(&self) -> impl Iterator<Item = (ConnId, &Client)> {
        self.conns.iter().filter_map(|(conn, c)| Some((*conn, c.client.as_ref()?)))
    }

    /// How many messages of a connection wait for the answer about one before them.
    #[must_use]
    pub fn waiting(&self, conn: ConnId) -> usize {
        self.conns.get(&conn).map_or(0, |connection| connection.parked.len())
    }

    /// Whether the server stops.
    #[must_use]
    pub const fn is_draining(&self) -> bool {
        self.draining
    }

    fn patience(&self) -> Option<Duration> {
        let interval = self.config.still_alive_interval;
        (!interval.is_zero()).then(|| interval + self.config.still_alive_grace)
    }
}

impl Client {
    /// Its session, if it is in one.
    #[must_use]
    pub const fn session(&self) -> Option<&SessionId> {
        self.session.as_ref()
    }

    /// Whether it is in a group.
    #[must_use]
    pub fn is_in_group(&self, group: &GroupName) -> bool {
        self.rights.groups.contains(group)
    }
}

impl Ask {
    /// About whom it is.
    #[must_use]
    pub const fn conn(&self) -> ConnId {
        self.conn
    }
}

const fn reached(count: usize, limit: usize) -> bool {
    limit != 0 && count >= limit
}
