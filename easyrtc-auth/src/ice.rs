//! Which STUN and TURN servers clients are told: those of the configuration, and TURN servers with
//! credentials made for each of them.

mod turn;
mod turn_url;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use easyrtc_proto::{AppName, IceServer, Username};
use easyrtc_state::{AppConfig, Config, Grant, LoginQuestion};

pub use turn::{InvalidTurn, Turn, TurnOptions};
pub use turn_url::{InvalidTurnUrl, TurnUrl};

/// The servers of all applications.
#[derive(Debug, Default)]
pub struct Ice {
    turn: Option<Turn>,
    configured: Arc<[IceServer]>,
    of_applications: BTreeMap<AppName, Arc<[IceServer]>>,
}

impl Ice {
    /// Those that `config` lists, and `turn`, if there is one, beside them.
    #[must_use]
    pub fn new(config: &Config, turn: Option<Turn>) -> Self {
        let own = |(app, config): (&AppName, &AppConfig)| {
            Some((app.clone(), Arc::clone(config.ice_servers.as_ref()?)))
        };
        Self {
            turn,
            configured: Arc::clone(&config.ice_servers),
            of_applications: config.applications.iter().filter_map(own).collect(),
        }
    }

    /// Adds the servers to what a client is given at `login`, unless its authorizer has named some.
    /// The number of its connection stands for a client without a name that is fit for TURN.
    pub fn add_to(&self, grant: &mut Grant, login: &LoginQuestion, now: SystemTime) {
        if grant.ice_servers.is_some() {
            return;
        }
        let username = grant.username.as_ref().or(login.username.as_ref());
        let servers = self.anew(&login.app, username, &login.conn.0.to_string(), now);
        grant.renew_ice_servers = servers.is_some();
        grant.ice_servers = servers;
    }

    /// The servers with new credentials for a client, or `None` if there are none to be made: those
    /// of the configuration will do. `other_id` stands for a client without a name that is fit for
    /// TURN.
    #[must_use]
    pub fn anew(
        &self,
        app: &AppName,
        username: Option<&Username>,
        other_id: &str,
        now: SystemTime,
    ) -> Option<Arc<[IceServer]>> {
        let turn = self.turn.as_ref().filter(|turn| turn.is_for(app))?;
        let configured = self.of_applications.get(app).unwrap_or(&self.configured);
        let id = username.map(Username::to_text).filter(|name| turn::is_fit(name));
        let relay = turn.server(id.as_deref().unwrap_or(other_id), now);
        Some(configured.iter().cloned().chain([relay]).collect())
    }
}

#[cfg(test)]
mod tests;
