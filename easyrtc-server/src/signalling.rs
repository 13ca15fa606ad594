//! The protocol: the runtime with its core, and the transports in front of it.

use std::fmt;
use std::sync::Arc;

use easyrtc_auth::{Answers, Ice, Reason};
use easyrtc_proto::ErrorCode;
use easyrtc_runtime::{AdminCommand, LimitName, NoEntropy, Runtime, Stats};
use easyrtc_state::{AllowAll, Config, LoginQuestion};

use crate::authorizers::Authorizers;
use crate::hooks::events::Events;
use crate::hooks::messages::Messages;
use crate::hooks::{EventsHook, Hooks, Responding};
use crate::places::Offer;
use crate::recording::Recording;
use crate::server::{ProgramHooks, Responders};
use crate::session::SessionIds;
use crate::settings::{Network, Settings, is_in};
use crate::transports::{Transport, capabilities};

/// The running protocol side of the server.
pub struct Signalling {
    runtime: Runtime,
    answers: Answers,
    events: Option<Events>,
    messages: Option<Messages>,
    transports: Vec<Transport>,
    websocket_path: Option<String>,
}

impl fmt::Debug for Signalling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signalling").finish_non_exhaustive()
    }
}

impl Signalling {
    /// Starts it, within a tokio runtime. `authorizers` decide about logins; `hooks` are told what
    /// happens, and answer messages without a target, both also by the `program` around the server,
    /// which comes first; `issued` are the session ids to insist on, if any.
    pub(crate) fn start(
        settings: &Settings,
        authorizers: &Authorizers,
        hooks: &Hooks,
        program: ProgramHooks,
        issued: Option<SessionIds>,
        recording: &Recording,
    ) -> Result<Self, NoEntropy> {
        let events = hooks.events.clone().map(EventsHook::start);
        let messages = hooks.messages.clone();
        let mut observers = program.observers;
        observers.extend(events.iter().map(|events| Arc::new(events.clone()) as _));
        let protocol = settings.options.protocol.clone();
        let options = easyrtc_runtime::Options {
            core: core_config(settings),
            policy: program.policy.unwrap_or_else(|| Box::new(AllowAll)),
            decode_limits: protocol.decode,
            outbox: protocol.outbox,
            // Sockets are counted where they are accepted, sessions in the transport.
            hard_connection_limit: 0,
            observer: recording.observer(),
            core_observer: recording.core_observer(),
            notice_observers: observers,
        };
        // That it can be used was seen when the settings were read.
        let turn = settings.turn.turn().ok().flatten();
        let denied = settings.denied_addresses.clone();
        let answers = Answers::new(easyrtc_auth::Options {
            chain: authorizers.chain.clone(),
            rooms: Arc::clone(&authorizers.rooms),
            door: Box::new(Door { denied, issued }),
            timeout: settings.auth.timeout.get(),
            max_in_flight: settings.auth.max_in_flight.get(),
            ice: Ice::new(&options.core, turn),
        });
        let responding = Responding { answers: answers.clone(), messages: messages.clone() };
        let responders = Responders::new(responding, program.messages);
        let runtime = Runtime::start(options, responders.clone())?;
        responders.asked_by(runtime.downgrade());
        let transports = Transport::start(settings, &runtime);
        let websocket = settings.transports.ws.common();
        // On a port of its own it is not where the pages are.
        let beside_pages = websocket.enabled && websocket.listen.is_none();
        let websocket_path = beside_pages.then(|| websocket.path.to_string());
        Ok(Self { runtime, answers, events, messages, transports, websocket_path })
    }

    /// The transport that serves `path` where this is on offer, if there is one.
    #[must_use]
    pub fn transport(&self, path: &str, offer: &Offer) -> Option<&Transport> {
        let offered = |transport: &&Transport| offer.transports.contains(&transport.name());
        self.transports.iter().filter(offered).find(|transport| transport.serves(path))
    }

    /// Where clients speak EasyRTC over a plain WebSocket, if they can where the pages are.
    #[must_use]
    pub fn websocket_path(&self) -> Option<&str> {
        self.websocket_path.as_deref()
    }

    /// The transports that are served.
    #[must_use]
    pub fn transports(&self) -> &[Transport] {
        &self.transports
    }

    /// The core and what drives it.
    #[must_use]
    pub const fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// How much there is of everything.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.runtime.stats()
    }

    /// How often clients met each limit.
    #[must_use]
    pub fn limited(&self) -> Vec<(LimitName, u64)> {
        self.runtime.limited()
    }

    /// Clients connected now.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.runtime.connections()
    }

    /// Who decides about logins, and has counted what was decided.
    #[must_use]
    pub const fn answers(&self) -> &Answers {
        &self.answers
    }

    /// What happens, on its way to a backend, if one is told.
    #[must_use]
    pub const fn events(&self) -> Option<&Events> {
        self.events.as_ref()
    }

    /// Who answers messages without a target, if anybody does.
    #[must_use]
    pub const fn messages(&self) -> Option<&Messages> {
        self.messages.as_ref()
    }

    /// Delivers the events that wait, as far as there is time.
    pub async fn flush_events(&self) {
        if let Some(events) = &self.events {
            events.flush().await;
        }
    }

    /// Takes no new clients, tells every client that the server shuts down, and closes its
    /// connection.
    pub fn stop(&self) {
        self.transports.iter().for_each(Transport::stop);
        if let Err(error) = self.runtime.admin(AdminCommand::Shutdown) {
            tracing::error!(%error, "clients cannot be told of the shutdown");
        }
    }

    /// Returns when there is no client left.
    pub async fn ended(&self) {
        self.runtime.drained().await;
        for transport in &self.transports {
            transport.closed().await;
        }
    }
}

/// How the core is configured.
#[must_use]
pub fn core_config(settings: &Settings) -> Config {
    let mut core = settings.options.protocol.core.clone();
    core.capabilities.append(&mut capabilities(settings));
    core
}

/// Lets in everybody who does not come from a denied address, and whose session id, if any, it may
/// have.
struct Door {
    denied: Vec<Network>,
    issued: Option<SessionIds>,
}

impl easyrtc_auth::Door for Door {
    fn refusal(&self, login: &LoginQuestion) -> Option<(ErrorCode, Reason)> {
        let peer = login.meta.peer;
        //= docs/spec/login.md#login.banned
        if peer.is_some_and(|peer| is_in(&self.denied, peer)) {
            return Some((ErrorCode::BannedIpAddr, "denied_address"));
        }
        //= docs/spec/sessions.md#sessions.issued
        let forged = match (&self.issued, &login.easyrtcsid) {
            (Some(ids), Some(id)) => !ids.is_ours(id.as_str()),
            (None, _) | (_, None) => false,
        };
        forged.then_some((ErrorCode::LoginGenFail, "foreign_session"))
    }
}
