//! Everything the core knows.

use std::collections::BTreeMap;

use easyrtc_proto::{AppName, EasyrtcId, ErrorCode, RoomName, ServerMessage};

use crate::app::App;
use crate::ask::Asks;
use crate::ban::Bans;
use crate::config::Config;
use crate::conn::{Client, Conn};
use crate::deadline::{Deadlines, Timer};
use crate::effect::{Effect, Effects, Frame, Recipients};
use crate::entropy::Entropy;
use crate::gathered::Untold;
use crate::input::{ConnId, Now};
use crate::notice::Notice;
use crate::planted::planted;
use crate::policy::Policy;
use crate::rate::{Addresses, LimitName};
use crate::room::Room;

/// The state of a core.
#[derive(Debug, Hash)]
pub(crate) struct State {
    pub(crate) conns: BTreeMap<ConnId, Box<Conn>>,
    pub(crate) ids: BTreeMap<EasyrtcId, ConnId>,
    pub(crate) apps: BTreeMap<AppName, App>,
    pub(crate) asks: Asks,
    pub(crate) deadlines: Deadlines,
    /// About whom there is something gathered, and in which rooms.
    pub(crate) untold: Untold,
    /// Sessions of all applications.
    pub(crate) sessions: usize,
    /// Connections that have not logged in.
    pub(crate) unauthenticated: usize,
    /// Where connections come from.
    pub(crate) addresses: Addresses,
    /// Who is kept out.
    pub(crate) bans: Bans,
    /// Whether the server stops: nobody is let in any more.
    pub(crate) draining: bool,
}

/// Why a request is refused: nothing changed, and the client is told `code`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reject {
    pub(crate) code: ErrorCode,
    pub(crate) why: &'static str,
    /// The limit that would be exceeded, if that is why.
    pub(crate) limit: Option<LimitName>,
}

impl Reject {
    pub(crate) const fn new(code: ErrorCode, why: &'static str) -> Self {
        Self { code, why, limit: None }
    }

    /// The same because of a limit.
    pub(crate) fn over(self, limit: LimitName) -> Self {
        Self { limit: Some(limit), ..self }
    }
}

/// What goes with every change: the time, the rules, randomness, and where effects go.
pub(crate) struct Ctx<'a> {
    pub(crate) now: Now,
    pub(crate) config: &'a Config,
    pub(crate) policy: &'a dyn Policy,
    pub(crate) entropy: &'a mut dyn Entropy,
    pub(crate) out: &'a mut Effects,
}

impl Ctx<'_> {
    pub(crate) fn notice(&mut self, notice: Notice) {
        self.out.push(Effect::Notice(notice));
    }

    /// Emits `message`.
    pub(crate) fn send(&mut self, to: Recipients, message: ServerMessage) {
        let frame = Frame::new(message, self.now.unix_ms);
        self.out.push(Effect::Send { to, frame });
    }
}

impl State {
    pub(crate) fn new(config: &Config) -> Self {
        let lasting = std::iter::once(&config.app_default_name).chain(config.applications.keys());
        Self {
            conns: BTreeMap::new(),
            ids: BTreeMap::new(),
            apps: lasting.map(|name| (name.clone(), App::new(name, config))).collect(),
            asks: Asks::default(),
            deadlines: Deadlines::default(),
            untold: Untold::default(),
            sessions: 0,
            unauthenticated: 0,
            addresses: Addresses::default(),
            bans: Bans::default(),
            draining: false,
        }
    }

    pub(crate) fn client(&self, conn: ConnId) -> Option<&Client> {
        self.conns.get(&conn)?.client.as_ref()
    }

    pub(crate) fn client_mut(&mut self, conn: ConnId) -> Option<&mut Client> {
        self.conns.get_mut(&conn)?.client.as_mut()
    }

    /// The client called `easyrtcid`, if it is in the application `app`.
    pub(crate) fn peer(&self, app: &AppName, easyrtcid: &EasyrtcId) -> Option<(ConnId, &Client)> {
        let conn = *self.ids.get(easyrtcid)?;
        let client = self.client(conn)?;
        (client.app == *app || planted!(ApplicationsLeak)).then_some((conn, client))
    }

    /// Whether somebody may know a client called so.
    //= docs/spec/envelope.md#envelope.easyrtcid
    pub(crate) fn is_known(&self, easyrtcid: EasyrtcId) -> bool {
        self.ids.contains_key(&easyrtcid) || self.untold.contains(easyrtcid)
    }

    pub(crate) fn room(&self, app: &AppName, room: &RoomName) -> Option<&Room> {
        self.apps.get(app)?.rooms.get(room).map(Box::as_ref)
    }

    pub(crate) fn room_mut(&mut self, app: &AppName, room: &RoomName) -> Option<&mut Room> {
        self.apps.get_mut(app)?.rooms.get_mut(room).map(Box::as_mut)
    }

    /// Lets others see `conn` as it now is, in all its rooms.
    pub(crate) fn refresh(&mut self, conn: ConnId) {
        let Some(client) = self.conns.get(&conn).and_then(|c| c.client.as_ref()) else { return };
        let Some(app) = self.apps.get_mut(&client.app) else { return };
        for name in client.rooms.keys() {
            if let Some(room) = app.rooms.get_mut(name) {
                room.refresh(conn, client);
            }
        }
    }

    /// Takes `conn` out of a room, which is forgotten after a while if it is empty now.
    pub(crate) fn leave_room(&mut self, conn: ConnId, name: &RoomName, ctx: &mut Ctx<'_>) {
        let Some(client) = self.conns.get_mut(&conn).and_then(|c| c.client.as_mut()) else {
            return;
        };
        client.rooms.remove(name);
        let Some(app) = self.apps.get_mut(&client.app) else { return };
        let Some(room) = app.rooms.get_mut(name) else { return };
        if !room.leave(conn) {
            return;
        }
        let (easyrtcid, app) = (client.easyrtcid, client.app.clone());
        if room.is_empty()
            && let Some(gathered) = room.gathered.take()
        {
            // There is nobody left to tell.
            self.deadlines.cancel(gathered.due, Timer::Gathered(app.clone(), name.clone()));
            gathered.about().for_each(|about| self.untold.remove(about, &app, name));
        }
        //= docs/spec/rooms.md#rooms.empty-forgotten
        if room.is_empty() && !room.lasting {
            let timer = Timer::Room(app.clone(), name.clone());
            room.forget_at = self.deadlines.set(ctx.now.mono, ctx.config.room_empty_ttl, timer);
        }
        if !planted!(NoticesAtRandom) {
            ctx.notice(Notice::RoomLeft { easyrtcid, app, room: name.clone() });
        }
    }

    /// Takes `conn` out of its groups.
    pub(crate) fn leave_groups(&mut self, conn: ConnId) {
        let Some(client) = self.conns.get_mut(&conn).and_then(|c| c.client.as_mut()) else {
            return;
        };
        let Some(app) = self.apps.get_mut(&client.app) else { return };
        for name in client.granted.change(|granted| std::mem::take(&mut granted.groups)) {
            app.leave_group(conn, &name);
        }
    }

    /// Forgets when the login of `conn` would have expired.
    pub(crate) fn stop_expiry(&mut self, conn: ConnId) {
        let Some(granted) = self.client(conn).and_then(|client| client.granted.get()) else {
            return;
        };
        let expires_at = granted.expires_at;
        self.deadlines.cancel(expires_at, Timer::Expiry(conn));
    }

    /// Takes `conn` out of its session, which is forgotten after a while if nobody uses it now.
    pub(crate) fn leave_session(&mut self, conn: ConnId, ctx: &Ctx<'_>) {
        let Some(client) = self.conns.get_mut(&conn).and_then(|c| c.client.as_mut()) else {
            return;
        };
        let Some(sid) = client.session.take() else { return };
        let Some(app) = self.apps.get_mut(&client.app) else { return };
        let Some(session) = app.sessions.get_mut(&sid) else { return };
        session.connections.remove(&conn);
        if session.connections.is_empty() {
            let timer = Timer::Session(client.app.clone(), sid);
            //= docs/spec/sessions.md#sessions.lifetime
            session.forget_at = self.deadlines.set(ctx.now.mono, ctx.config.session_ttl, timer);
        }
    }

    /// Forgets the application if nothing is left of it.
    pub(crate) fn forget_app_if_unused(&mut self, name: &AppName) {
        if self.apps.get(name).is_some_and(App::is_forgettable) {
            self.apps.remove(name);
        }
    }
}
