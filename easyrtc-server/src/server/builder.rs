//! From settings and hooks to a running server.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use easyrtc_auth::Authorizer;
use easyrtc_runtime::NoticeObserver;
use easyrtc_state::Policy;
use easyrtc_transport_common::UserAgentReader;
use tokio::sync::watch;

use super::Server;
use super::messages::{Handles, MessageHandler};
use crate::authorizers::{Authorizers, UsersFile};
use crate::gate::Gate;
use crate::hooks::Hooks;
use crate::http::{Folders, Site};
use crate::listen::{Acceptor, HeadLimits, Phase, bind};
use crate::places;
use crate::proxy_protocol::ProxyProtocol;
use crate::recording::Recording;
use crate::session::SessionIds;
use crate::settings::{ConfigError, Settings};
use crate::signalling::Signalling;

/// TCP connections to the metrics at the same time, and as many to the admin API, apart from those
/// of clients; more are answered 503.
const OPERATOR_SOCKETS: usize = 64;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting cannot be used: it names a file that is not there, say.
    #[error(transparent)]
    Settings(#[from] ConfigError),
    /// An address is taken, or not ours.
    #[error("cannot listen on {0}: {1}")]
    Bind(SocketAddr, io::Error),
    /// The operating system gives no randomness.
    #[error("the server cannot start: {0}")]
    Start(io::Error),
}

/// What the settings name, opened: everything but what is written.
#[derive(Debug)]
pub struct Parts {
    folders: Folders,
    authorizers: Authorizers,
    hooks: Hooks,
}

impl Parts {
    /// Opens it.
    ///
    /// # Errors
    /// If something is missing, or is not what it has to be.
    pub fn open(settings: &Settings) -> Result<Self, ConfigError> {
        let folders = Folders::open(settings)?;
        let authorizers = Authorizers::open(settings)?;
        Ok(Self { folders, authorizers, hooks: Hooks::open(settings)? })
    }

    /// The file of users, if logins are decided by one.
    pub(crate) fn users(&self) -> Option<UsersFile> {
        self.authorizers.users.clone()
    }
}

/// What the program has to say about what happens in the server.
#[derive(Default)]
pub(crate) struct ProgramHooks {
    pub(crate) policy: Option<Box<dyn Policy + Send>>,
    pub(crate) messages: Option<Arc<dyn Handles>>,
    pub(crate) observers: Vec<Arc<dyn NoticeObserver>>,
}

/// A server to be: see [`Server::builder`].
#[must_use = "nothing happens before it is started"]
pub struct ServerBuilder {
    settings: Settings,
    chain: Vec<Arc<dyn Authorizer>>,
    hooks: ProgramHooks,
    opened: Option<(Parts, Recording)>,
}

impl Default for ServerBuilder {
    fn default() -> Self {
        let listen = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
        Self {
            settings: Settings { listen, ..Settings::default() },
            chain: Vec::new(),
            hooks: ProgramHooks::default(),
            opened: None,
        }
    }
}

impl fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBuilder")
            .field("settings", &self.settings)
            .field("authorizers", &self.chain)
            .finish_non_exhaustive()
    }
}

impl ServerBuilder {
    /// Everything an operator may set, in place of the defaults on a free port of loopback;
    /// [`Settings::from_toml`] reads them. What only a program of its own needs has no effect:
    /// levels and format of logs.
    pub fn settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// Decides about logins, in place of `[auth]` in the settings. Called again, it adds one: they
    /// are asked in that order, and the first that does not pass decides.
    pub fn authorizer(mut self, authorizer: impl Authorizer) -> Self {
        self.chain.push(Arc::new(authorizer));
        self
    }

    /// Adds rules about rooms and presence to the protocol's own. It is asked with the server's
    /// lock held, so it must not block. With one, a journal cannot be played again by
    /// `easyrtc-server replay`, which knows nothing of these rules.
    pub fn room_policy(mut self, policy: impl Policy + Send + 'static) -> Self {
        self.hooks.policy = Some(Box::new(policy));
        self
    }

    /// Answers messages to the server, in place of `[hooks.messages]` in the settings. Without
    /// either they are refused with `MSG_REJECT_BAD_TYPE`.
    pub fn message_handler(mut self, handler: impl MessageHandler) -> Self {
        self.hooks.messages = Some(Arc::new(handler));
        self
    }

    /// Is told what happens. Called again, it adds one.
    pub fn observer(mut self, observer: impl NoticeObserver) -> Self {
        self.hooks.observers.push(Arc::new(observer));
        self
    }

    /// With what is open already; then whoever opened it finishes the recording.
    pub(crate) fn opened(mut self, parts: Parts, recording: Recording) -> Self {
        self.opened = Some((parts, recording));
        self
    }

    /// Opens what the settings name, listens, and serves, in tasks of the tokio runtime this is
    /// called in, which needs its I/O and time drivers.
    ///
    /// # Errors
    /// If a setting cannot be used, or an address is taken.
    pub async fn start(self) -> Result<Server, StartError> {
        let Self { settings, chain, hooks, opened } = self;
        let (mut parts, recording, own) = match opened {
            Some((parts, recording)) => (parts, recording, false),
            None => (Parts::open(&settings)?, Recording::start(&settings)?, true),
        };
        if !chain.is_empty() {
            parts.authorizers.chain = chain;
        }
        let tls = settings.admin.tls()?;
        let mut places = places::places(&settings);
        if places.is_empty() {
            return Err(ConfigError::new("listen", "names no address").into());
        }
        let listeners =
            bind(&mut places).await.map_err(|(address, error)| StartError::Bind(address, error))?;
        let gate = Gate::new(settings.max_sockets, settings.write_timeout);
        let random = |error: getrandom::Error| StartError::Start(error.into());
        let ids = SessionIds::new().map_err(random)?;
        let sessions = settings.options.protocol.sessions;
        let issued = (sessions.enabled && sessions.require_issued).then(|| ids.clone());
        let cookies = (sessions.enabled && sessions.cookie).then_some(ids);
        let signalling = Signalling::start(
            &settings,
            &parts.authorizers,
            &parts.hooks,
            hooks,
            issued,
            &recording,
        )
        .map_err(|error| StartError::Start(io::Error::other(error)))?;
        let site = Site::new(
            &settings,
            signalling,
            parts.folders,
            cookies,
            user_agents(&settings)?,
            Arc::clone(&gate),
            &places,
        );
        let site = Arc::new(site);
        let (phase, watched) = watch::channel(Phase::Serving);
        let limits = HeadLimits::of(&settings);
        let acceptor = |gate, proxies| {
            Acceptor::new(Arc::clone(&site), gate, limits, proxies, watched.clone())
        };
        let for_clients = Arc::new(acceptor(Arc::clone(&gate), ProxyProtocol::of(&settings)));
        // However many clients there are, the operator can look, and do something about it.
        let operators = || Gate::new(OPERATOR_SOCKETS, settings.write_timeout);
        let for_operators = Arc::new(acceptor(operators(), None));
        let admin_gate = operators();
        let for_admin = Arc::new(acceptor(Arc::clone(&admin_gate), None).with_tls(tls));
        for (listener, place) in listeners.into_iter().zip(&places) {
            let acceptor = match &place.offer {
                offer if offer.admin => &for_admin,
                offer if offer.is_for_operators() => &for_operators,
                _ => &for_clients,
            };
            tokio::spawn(Arc::clone(acceptor).run(listener, place.offer.clone()));
        }
        let shutdown_timeout = settings.shutdown_timeout;
        let recording = own.then_some(recording);
        let address = places[0].address;
        Ok(Server { site, gate, admin_gate, phase, address, places, shutdown_timeout, recording })
    }
}

/// What makes out what clients run on, if others are to be told.
#[cfg(feature = "user-agent")]
fn user_agents(settings: &Settings) -> Result<Option<UserAgentReader>, StartError> {
    let wanted = settings.options.protocol.user_agents;
    let failed = |error| StartError::Start(io::Error::other(error));
    wanted.then(crate::user_agent::reader).transpose().map_err(failed)
}

/// The option is refused in a server without this.
#[cfg(not(feature = "user-agent"))]
#[expect(clippy::unnecessary_wraps, reason = "as with the feature")]
const fn user_agents(_: &Settings) -> Result<Option<UserAgentReader>, StartError> {
    Ok(None)
}
