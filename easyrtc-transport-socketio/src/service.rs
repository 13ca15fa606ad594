//! The HTTP face: requests in, responses out, sessions started.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use easyrtc_runtime::{ConnMeta, Runtime, TransportKind};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{
    CACHE_CONTROL, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, ORIGIN, USER_AGENT,
};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::config::Config;
use crate::driver::Driver;
use crate::engine::revision::Revision;
use crate::face::Lost;
use crate::link::{Face, Link};
use crate::metrics::Metrics;
use crate::polling::{PollingFace, Post};
use crate::registry::{Command, Entry, Registration};
use crate::request::{Action, Refusal, classify, wants_websocket};
use crate::shared::Shared;

mod handshake;

/// Requests that may wait for a session to take them. One poll, one POST and one WebSocket are all
/// a client has; those of one that has more wait in their own tasks.
const WAITING_COMMANDS: usize = 4;

/// Longer values of request headers are not kept with the connection.
const MAX_META: usize = 4096;

/// A response as this crate makes them.
pub type SocketIoResponse = Response<Full<Bytes>>;

/// The Socket.IO transport of one server. Clones share everything.
#[derive(Clone)]
pub struct SocketIo {
    shared: Arc<Shared>,
}

impl SocketIo {
    /// A transport that feeds `runtime`.
    #[must_use]
    pub fn new(config: Config, runtime: Runtime) -> Self {
        Self { shared: Arc::new(Shared::new(config, runtime)) }
    }

    /// Whether a request for `path` is for this transport.
    #[must_use]
    pub fn serves(&self, path: &str) -> bool {
        path.starts_with(&self.shared.config.path)
    }

    /// Serves one request from the client at `peer`, whatever it asks for; never fails.
    ///
    /// A poll is answered when there is something to say, which may take as long as the ping
    /// interval. WebSockets are served by tasks of their own, provided the connection is served
    /// with upgrades.
    pub async fn handle(
        &self,
        request: Request<Incoming>,
        peer: Option<IpAddr>,
    ) -> SocketIoResponse {
        let headers = request.headers().clone();
        let cors = &self.shared.config.cors;
        if !cors.allows(&headers) {
            self.shared.counters.origins_refused.add(1);
            return refusal(Refusal::Forbidden, wants_websocket(&headers));
        }
        let preflight = request.method() == Method::OPTIONS;
        let mut response = if preflight {
            empty(StatusCode::NO_CONTENT)
        } else {
            self.answer(request, peer).await
        };
        cors.apply(&headers, preflight, response.headers_mut());
        response
    }

    /// Takes no new sessions from now on. Those with a connection to the core end when the core
    /// ends that; the others end now.
    pub fn stop(&self) {
        self.shared.stop.send_replace(true);
    }

    /// Waits until no session is open.
    pub async fn closed(&self) {
        self.shared.registry.empty().await;
    }

    /// The transport's numbers as they are now.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.shared.counters.snapshot()
    }

    async fn answer(&self, request: Request<Incoming>, peer: Option<IpAddr>) -> SocketIoResponse {
        let websocket = wants_websocket(request.headers());
        let query = request.uri().query().unwrap_or_default();
        let action =
            classify(request.method(), query, websocket, |sid| self.shared.registry.find(sid));
        match action {
            Ok(Action::OpenPolling(revision)) => self.open_polling(&request, peer, revision).await,
            Ok(Action::OpenWebSocket) => self.open_websocket(request, peer),
            Ok(Action::Poll(commands)) => poll(commands).await,
            Ok(Action::Post(commands)) => self.post(request, commands).await,
            Ok(Action::Probe(commands)) => self.probe(request, Some(commands)),
            Ok(Action::SecondWebSocket) => self.probe(request, None),
            Err(why) => {
                self.shared.counters.requests_refused.add(1);
                refusal(why, websocket)
            }
        }
    }

    /// Enters a new session, or says with which status it is refused.
    fn register(&self, entry: Entry) -> Result<Registration, StatusCode> {
        let shared = &self.shared;
        let sid = if *shared.stop.borrow() { None } else { shared.new_sid() };
        sid.and_then(|sid| shared.registry.register(sid, entry).ok()).ok_or_else(|| {
            shared.counters.sessions_refused.add(1);
            StatusCode::SERVICE_UNAVAILABLE
        })
    }

    async fn open_polling<B>(
        &self,
        request: &Request<B>,
        peer: Option<IpAddr>,
        revision: Revision,
    ) -> SocketIoResponse {
        let (sender, commands) = mpsc::channel(WAITING_COMMANDS);
        let registration = match self.register(Entry::Polling(sender.clone())) {
            Ok(registration) => registration,
            Err(status) => return empty(status),
        };
        let face = Box::new(PollingFace::new(revision, self.shared.config.max_payload));
        self.start(registration, Face::Polling { face, commands }, meta(request, peer));
        poll(sender).await
    }

    fn open_websocket(
        &self,
        mut request: Request<Incoming>,
        peer: Option<IpAddr>,
    ) -> SocketIoResponse {
        let accepted = match handshake::accept(&request) {
            Ok(accepted) => accepted,
            Err(refused) => return refused.into(),
        };
        let registration = match self.register(Entry::WebSocket) {
            Ok(registration) => registration,
            Err(status) => return empty(status),
        };
        let meta = meta(&request, peer);
        let this = self.clone();
        let max_message = self.shared.config.max_payload;
        tokio::spawn(async move {
            if let Some(face) = handshake::finish(&mut request, max_message).await {
                this.start(registration, Face::WebSocket(face), meta);
            }
        });
        accepted
    }

    fn start(&self, registration: Registration, face: Face, meta: ConnMeta) {
        let link = Link::new(Arc::clone(&self.shared), registration, face);
        tokio::spawn(Driver::new(Arc::clone(&self.shared), link, meta).run());
    }

    /// Opens a WebSocket and hands it to the session behind `commands`, or closes it if there is
    /// none that would take it.
    fn probe(
        &self,
        mut request: Request<Incoming>,
        commands: Option<mpsc::Sender<Command>>,
    ) -> SocketIoResponse {
        let accepted = match handshake::accept(&request) {
            Ok(accepted) => accepted,
            Err(refused) => return refused.into(),
        };
        let max_message = self.shared.config.max_payload;
        tokio::spawn(async move {
            let Some(face) = handshake::finish(&mut request, max_message).await else { return };
            let face = match commands {
                None => face,
                Some(commands) => match commands.send(Command::Probe(face)).await {
                    Ok(()) => return,
                    Err(mpsc::error::SendError(Command::Probe(face))) => face,
                    Err(_) => return,
                },
            };
            face.refuse().await;
        });
        accepted
    }

    async fn post(
        &self,
        request: Request<Incoming>,
        commands: mpsc::Sender<Command>,
    ) -> SocketIoResponse {
        let (body_sender, body) = oneshot::channel();
        let (done, handed_on) = oneshot::channel();
        let limit = self.shared.config.max_payload;
        if commands.send(Command::Post(Post { body, done })).await.is_err() {
            return refusal(Refusal::UnknownSid, false);
        }
        let received = tokio::select! {
            received = receive(request, limit) => received,
            // The session ended; no need to wait for the rest.
            () = commands.closed() => Err(Lost::Failed),
        };
        let too_large = matches!(received, Err(Lost::TooLarge));
        // Nobody there: the session ended, which shows below.
        let _ = body_sender.send(received);
        match handed_on.await {
            Ok(()) => response(StatusCode::OK, "text/html", Bytes::from_static(b"ok")),
            Err(_) if too_large => empty(StatusCode::PAYLOAD_TOO_LARGE),
            Err(_) => refusal(Refusal::BadRequest, false),
        }
    }
}

/// Waits for a session's next packets.
async fn poll(commands: mpsc::Sender<Command>) -> SocketIoResponse {
    let (sender, body) = oneshot::channel();
    if commands.send(Command::Poll(sender)).await.is_err() {
        return refusal(Refusal::UnknownSid, false);
    }
    // Held no longer: an idle poll must not keep more alive than it needs.
    drop(commands);
    match body.await {
        Ok(body) => response(StatusCode::OK, "text/plain; charset=UTF-8", body),
        Err(_) => refusal(Refusal::BadRequest, false),
    }
}

/// The body of a POST, at most `limit` bytes.
async fn receive(request: Request<Incoming>, limit: usize) -> Result<Utf8Bytes, Lost> {
    let binary = HeaderValue::from_static("application/octet-stream");
    if request.headers().get(CONTENT_TYPE) == Some(&binary) {
        return Err(Lost::Malformed(CloseCode::Unsupported));
    }
    let body = request.into_body();
    if body.size_hint().lower() > limit as u64 {
        return Err(Lost::TooLarge);
    }
    let body = Limited::new(body, limit).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { Lost::TooLarge } else { Lost::Failed }
    })?;
    Utf8Bytes::try_from(body.to_bytes()).map_err(|_| Lost::Malformed(CloseCode::Invalid))
}

/// What the core is told of where a client comes from.
fn meta<B>(request: &Request<B>, peer: Option<IpAddr>) -> ConnMeta {
    let header = |name: HeaderName| text(request.headers(), &name);
    ConnMeta {
        transport: TransportKind::SocketIo,
        peer,
        origin: header(ORIGIN),
        user_agent: header(USER_AGENT),
        cookie: header(COOKIE),
        query: request.uri().query().filter(|query| query.len() <= MAX_META).map(str::to_owned),
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= MAX_META).then(|| value.to_owned())
}

fn refusal(why: Refusal, websocket: bool) -> SocketIoResponse {
    if websocket {
        response(why.status(), "text/html", Bytes::from_static(why.message().as_bytes()))
    } else {
        response(why.status(), "application/json", why.body())
    }
}

fn response(status: StatusCode, content_type: &'static str, body: Bytes) -> SocketIoResponse {
    let mut response = empty(status);
    *response.body_mut() = Full::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn empty(status: StatusCode) -> SocketIoResponse {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}
