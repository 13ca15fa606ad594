//! What time brings.

use std::time::Duration;

use easyrtc_proto::{AppName, ErrorCode, RoomName, SessionId};
use easyrtc_state::{AskId, BanId, CloseReason, ConnId, Verdict};

use super::{About, Model};

/// What is due. What is due at the same moment happens in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Login(ConnId),
    Silence(ConnId),
    Expiry(ConnId),
    Ask(AskId),
    Room(AppName, RoomName),
    Session(AppName, SessionId),
    Gathered(AppName, RoomName),
    Pause(ConnId),
    Ban(BanId),
}

impl Model {
    /// Does what is due, one after the other.
    pub(super) fn tick(&mut self) {
        while let Some((at, due)) = self.next_due()
            && at <= self.now.mono
        {
            self.settle();
            match due {
                Due::Login(conn) => self.login_due(conn),
                Due::Silence(conn) => self.silence_due(conn),
                Due::Expiry(conn) => self.expiry_due(conn),
                Due::Ask(ask) => {
                    let login =
                        self.asks.get(&ask).is_some_and(|ask| matches!(ask.about, About::Login(_)));
                    let code =
                        if login { ErrorCode::LoginTimeout } else { ErrorCode::MsgRejectGenFail };
                    self.answered(ask, Verdict::Deny(code));
                }
                Due::Room(app, room) => {
                    self.apps.get_mut(&app).and_then(|app| app.rooms.remove(&room));
                }
                Due::Session(app, sid) => {
                    self.apps.get_mut(&app).and_then(|app| app.sessions.remove(&sid));
                }
                Due::Gathered(app, room) => self.gathered(&app, &room),
                Due::Pause(conn) => self.pause_over(conn),
                Due::Ban(id) => drop(self.unban(id)),
            }
            self.settle();
        }
    }

    fn next_due(&self) -> Option<(Duration, Due)> {
        let conns = self.conns.iter();
        let logins = conns.clone().filter_map(|(id, c)| Some((c.login_due?, Due::Login(*id))));
        let silences =
            conns.clone().filter_map(|(id, c)| Some((c.silence_due?, Due::Silence(*id))));
        let pauses = conns.clone().filter_map(|(id, c)| Some((c.limited_until?, Due::Pause(*id))));
        let expiries =
            conns.filter_map(|(id, c)| Some((c.client.as_ref()?.expires_at?, Due::Expiry(*id))));
        let asks = self.asks.iter().filter_map(|(id, ask)| Some((ask.due?, Due::Ask(*id))));
        let rooms = self.apps.iter().flat_map(|(name, app)| {
            let due = |room: &RoomName| Due::Room(name.clone(), room.clone());
            app.rooms.iter().filter_map(move |(room, kept)| Some((kept.forget_at?, due(room))))
        });
        let sessions = self.apps.iter().flat_map(|(name, app)| {
            let due = |sid: &SessionId| Due::Session(name.clone(), sid.clone());
            app.sessions.iter().filter_map(move |(sid, kept)| Some((kept.forget_at?, due(sid))))
        });
        let gathered = self.apps.iter().flat_map(|(name, app)| {
            let due = |room: &RoomName| Due::Gathered(name.clone(), room.clone());
            app.rooms.iter().filter_map(move |(room, kept)| Some((kept.gathering?.0, due(room))))
        });
        let bans = self.bans.iter().filter_map(|ban| Some((ban.until?, Due::Ban(ban.id))));
        let of_conns = logins.chain(silences).chain(pauses).chain(expiries);
        of_conns.chain(asks).chain(rooms).chain(sessions).chain(gathered).chain(bans).min()
    }

    /// Who has asked to log in waits for the answer instead.
    fn login_due(&mut self, conn: ConnId) {
        if let Some(connection) = self.conns.get_mut(&conn) {
            connection.login_due = None;
        }
        if !self.awaits_login(conn) {
            self.dismiss(conn, ErrorCode::LoginTimeout, CloseReason::LoginTimeout);
        }
    }

    /// Silence is looked for when it would have lasted long enough at the last look. Who is paused
    /// is not silent: what it says waits.
    fn silence_due(&mut self, conn: ConnId) {
        let (now, patience) = (self.now.mono, self.patience().unwrap_or_default());
        let Some(connection) = self.conns.get_mut(&conn) else { return };
        if connection.paused {
            connection.last_seen = now;
        }
        let due = connection.last_seen + patience;
        if due <= now {
            self.close(conn, CloseReason::Silent);
        } else {
            connection.silence_due = Some(due);
        }
    }

    /// Who is logging in again waits for the answer instead.
    fn expiry_due(&mut self, conn: ConnId) {
        if let Some(client) = self.client_mut(conn) {
            client.expires_at = None;
        }
        if !self.awaits_login(conn) {
            self.dismiss(conn, ErrorCode::LoginTimeout, CloseReason::LoginExpired);
        }
    }

    /// Whether a question is out about this connection for which its messages wait.
    pub(super) fn awaits(&self, conn: ConnId) -> bool {
        let waits = |about: &About| matches!(about, About::Login(_) | About::RoomJoin(_));
        self.asks.values().any(|ask| ask.conn == conn && waits(&ask.about))
    }

    /// Whether the question about a login of this connection is out.
    pub(super) fn awaits_login(&self, conn: ConnId) -> bool {
        self.asks.values().any(|ask| ask.conn == conn && matches!(ask.about, About::Login(_)))
    }
}
