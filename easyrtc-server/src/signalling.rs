//! The protocol: the runtime with its core, and the transports in front of it.

use std::fmt;
use std::net::IpAddr;

use easyrtc_proto::ErrorCode;
use easyrtc_runtime::{
    AdminCommand, Answer, NoEntropy, OpenToEveryone, Question, Responder, Runtime, Verdict,
};
use easyrtc_state::LoginQuestion;
use easyrtc_transport_socketio::{Config, Cors, Origins, SocketIo};
use easyrtc_transport_ws::RawWebSocket;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{Request, Response};

use crate::http::Body;
use crate::session::SessionIds;
use crate::settings::{Network, Settings};

/// The running protocol side of the server.
pub struct Signalling {
    runtime: Runtime,
    socket_io: SocketIo,
    websocket: RawWebSocket,
    websocket_path: String,
}

impl fmt::Debug for Signalling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signalling").finish_non_exhaustive()
    }
}

impl Signalling {
    /// Starts it, within a tokio runtime. `issued` are the session ids to insist on, if any.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn start(settings: &Settings, issued: Option<SessionIds>) -> Result<Self, NoEntropy> {
        let protocol = settings.options.protocol.clone();
        let options = easyrtc_runtime::Options {
            core: protocol.core,
            decode_limits: protocol.decode,
            outbox: protocol.outbox,
            // Sockets are counted where they are accepted, sessions in the transport.
            hard_connection_limit: 0,
        };
        let denied = settings.denied_addresses.clone();
        let runtime = Runtime::start(options, Door { denied, issued })?;
        let socket_io = SocketIo::new(transport(settings), runtime.clone());
        let config = raw_websocket(settings);
        let websocket_path = config.path.clone();
        let websocket = RawWebSocket::new(config, runtime.clone());
        Ok(Self { runtime, socket_io, websocket, websocket_path })
    }

    /// Whether requests for `path` are for the protocol.
    #[must_use]
    pub fn serves(&self, path: &str) -> bool {
        self.socket_io.serves(path) || self.websocket.serves(path)
    }

    /// Where clients speak EasyRTC over a plain WebSocket, if they can.
    #[must_use]
    pub fn websocket_path(&self) -> Option<&str> {
        Some(&self.websocket_path)
    }

    /// Answers a request that the protocol serves.
    pub async fn respond(&self, request: Request<Incoming>, peer: IpAddr) -> Response<Body> {
        let response = if self.websocket.serves(request.uri().path()) {
            self.websocket.handle(request, Some(peer)).await
        } else {
            self.socket_io.handle(request, Some(peer)).await
        };
        response.map(|body| body.map_err(Into::into).boxed_unsync())
    }

    /// Clients connected now.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.runtime.connections()
    }

    /// Tells every client that the server shuts down, and closes its connection. Returns when all
    /// are closed.
    pub async fn shut_down(&self) {
        self.socket_io.stop();
        self.websocket.stop();
        if let Err(error) = self.runtime.admin(AdminCommand::Shutdown) {
            tracing::error!(%error, "clients cannot be told of the shutdown");
        }
        self.runtime.drained().await;
        self.socket_io.closed().await;
        self.websocket.closed().await;
    }
}

/// Lets in everybody who does not come from a denied address, and whose session id, if any, it may
/// have.
struct Door {
    denied: Vec<Network>,
    issued: Option<SessionIds>,
}

impl Responder for Door {
    fn respond(&self, question: Question) -> Answer {
        match &question {
            Question::Login(login) => match self.refusal(login) {
                Some(code) => Answer::Now(Verdict::Deny(code)),
                None => OpenToEveryone.respond(question),
            },
            Question::IceConfig { .. } | Question::Application { .. } => {
                OpenToEveryone.respond(question)
            }
        }
    }
}

impl Door {
    /// Why this login is refused, if it is.
    fn refusal(&self, login: &LoginQuestion) -> Option<ErrorCode> {
        let peer = login.meta.peer;
        if peer.is_some_and(|peer| self.denied.iter().any(|network| network.contains(peer))) {
            return Some(ErrorCode::BannedIpAddr);
        }
        let forged = match (&self.issued, &login.easyrtcsid) {
            (Some(ids), Some(id)) => !ids.is_ours(id.as_str()),
            (None, _) | (_, None) => false,
        };
        forged.then_some(ErrorCode::LoginGenFail)
    }
}

fn transport(settings: &Settings) -> Config {
    let transport = &settings.options.protocol.transport;
    let listed: Vec<String> = settings.allowed_origins.iter().map(ToString::to_string).collect();
    // Pages that are listed by name may use cookies; those of just any origin may not.
    let credentials = !listed.is_empty();
    let origins = if listed.is_empty() { Origins::Any } else { Origins::Only(listed) };
    Config {
        ping_interval: transport.ping_interval,
        ping_timeout: transport.ping_timeout,
        max_payload: transport.max_message_bytes,
        max_sessions: transport.max_sessions,
        request_acks: transport.request_acks,
        cors: Cors { origins, credentials },
        ..Config::default()
    }
}

fn raw_websocket(settings: &Settings) -> easyrtc_transport_ws::Config {
    let transport = &settings.options.protocol.transport;
    let listed: Vec<String> = settings.allowed_origins.iter().map(ToString::to_string).collect();
    easyrtc_transport_ws::Config {
        ping_interval: transport.ping_interval,
        ping_timeout: transport.ping_timeout,
        max_message: transport.max_message_bytes,
        max_sessions: transport.max_sessions,
        origins: if listed.is_empty() {
            easyrtc_transport_ws::Origins::Any
        } else {
            easyrtc_transport_ws::Origins::Only(listed)
        },
        ..easyrtc_transport_ws::Config::default()
    }
}
