//! Whom the operator keeps out.

use std::time::Duration;

use easyrtc_proto::{AppName, ErrorCode, Username};
use easyrtc_state::{AdminAnswer, AdminError, BanId, Banned, CloseReason, ConnId};

use super::{Model, reached};

/// A ban.
#[derive(Debug)]
pub(super) struct Ban {
    pub(super) id: BanId,
    who: Banned,
    pub(super) until: Option<Duration>,
}

impl Model {
    /// The bans there are.
    pub fn bans(&self) -> impl Iterator<Item = BanId> {
        self.bans.iter().map(|ban| ban.id)
    }

    pub(super) fn ban(
        &mut self,
        who: Banned,
        expires_in: Option<Duration>,
    ) -> Result<AdminAnswer, AdminError> {
        let former = self.bans.iter().find(|ban| ban.who == who).map(|ban| ban.id);
        if former.is_none() && reached(self.bans.len(), self.config.limits.bans) {
            return Err(AdminError::TooMany);
        }
        let id = former.unwrap_or_else(|| {
            self.banned += 1;
            BanId(self.banned)
        });
        let until = expires_in.filter(|time| !time.is_zero()).map(|time| self.now.mono + time);
        self.bans.retain(|ban| ban.id != id);
        let code = match who {
            Banned::Address(_) => ErrorCode::BannedIpAddr,
            Banned::User(..) => ErrorCode::LoginBadAuth,
        };
        let there: Vec<ConnId> = self.conns.keys().copied().collect();
        for conn in there {
            if self.is_banned_by(conn, &who) {
                self.dismiss(conn, code.clone(), CloseReason::Kicked);
            }
        }
        self.bans.push(Ban { id, who, until });
        Ok(AdminAnswer::Banned(id))
    }

    pub(super) fn unban(&mut self, id: BanId) -> Result<AdminAnswer, AdminError> {
        let before = self.bans.len();
        self.bans.retain(|ban| ban.id != id);
        if self.bans.len() < before { Ok(AdminAnswer::Done) } else { Err(AdminError::NoBan) }
    }

    fn is_banned_by(&self, conn: ConnId, who: &Banned) -> bool {
        match who {
            Banned::Address(_) => self.comes_from(conn, who),
            Banned::User(app, name) => self
                .client(conn)
                .is_some_and(|client| client.app == *app && client.username.as_ref() == Some(name)),
        }
    }

    fn comes_from(&self, conn: ConnId, who: &Banned) -> bool {
        let peer = self.conns.get(&conn).and_then(|connection| connection.meta.peer);
        match (who, peer) {
            (Banned::Address(network), Some(peer)) => network.contains(peer),
            _ => false,
        }
    }

    /// Whether nobody gets in from where this connection comes from.
    pub(super) fn comes_from_banned(&self, conn: ConnId) -> bool {
        self.bans.iter().any(|ban| self.comes_from(conn, &ban.who))
    }

    /// Whether nobody gets in under this name.
    pub(super) fn is_banned_name(&self, app: &AppName, name: Option<&Username>) -> bool {
        self.bans.iter().any(|ban| match &ban.who {
            Banned::User(of, banned) => of == app && Some(banned) == name,
            Banned::Address(_) => false,
        })
    }
}
