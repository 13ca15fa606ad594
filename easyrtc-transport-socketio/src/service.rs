//! The HTTP face: requests in, responses out, sessions started.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use easyrtc_runtime::{ConnMeta, Runtime, TransportKind};
use easyrtc_transport_common::{
    CloseCode, RandomId, TransportResponse, Utf8Bytes, accept, connection_meta, empty,
    opens_session, text, wants_websocket,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request, StatusCode};
use tokio::sync::{mpsc, oneshot};

use crate::config::Config;
use crate::driver::Driver;
use crate::engine::payload::Body as PollBody;
use crate::engine::revision::Framing;
use crate::face::Lost;
use crate::link::{Face, Link};
use crate::metrics::Metrics;
use crate::polling::{PollingFace, Post, PostBody};
use crate::registry::{Command, Entry, Registration};
use crate::request::{Action, Refusal, classify, speaks_revision_3};
use crate::shared::Shared;

mod handshake;

/// Requests that may wait for a session to take them. One poll, one POST and one WebSocket are all
/// a client has; those of one that has more wait in their own tasks.
const WAITING_COMMANDS: usize = 4;

/// The type of a payload of bytes.
const OCTET_STREAM: &str = "application/octet-stream";

/// A response as this crate makes them.
pub type SocketIoResponse = TransportResponse;

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
        //= docs/spec/socketio.md#socketio.origin
        if !cors.allows(&headers) {
            self.shared.counters.origins_refused.add(1);
            return refusal(Refusal::Forbidden, wants_websocket(&headers));
        }
        let preflight = request.method() == Method::OPTIONS;
        let eio3 = self.shared.config.allow_eio3
            && speaks_revision_3(request.uri().query().unwrap_or_default());
        let mut response = if preflight {
            empty(StatusCode::NO_CONTENT)
        } else {
            self.answer(request, peer).await
        };
        let cors = if eio3 { &self.shared.cors_eio3 } else { cors };
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
        let allow_eio3 = self.shared.config.allow_eio3;
        let action = classify(request.method(), query, websocket, allow_eio3, |sid| {
            self.shared.registry.find(sid)
        });
        match action {
            Ok(Action::OpenPolling(framing)) => {
                opens_session(self.open_polling(&request, peer, framing).await)
            }
            Ok(Action::OpenWebSocket(framing)) => {
                opens_session(self.open_websocket(request, peer, framing))
            }
            Ok(Action::Poll(commands)) => poll(commands).await,
            Ok(Action::Post(commands)) => self.post(request, commands).await,
            Ok(Action::Probe(commands, framing)) => self.probe(request, Some((commands, framing))),
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
        //= docs/spec/socketio.md#socketio.full
        let sid = if *shared.stop.borrow() { None } else { RandomId::generate() };
        sid.and_then(|sid| shared.registry.register(sid, entry).ok()).ok_or_else(|| {
            shared.counters.sessions_refused.add(1);
            StatusCode::SERVICE_UNAVAILABLE
        })
    }

    async fn open_polling<B>(
        &self,
        request: &Request<B>,
        peer: Option<IpAddr>,
        framing: Framing,
    ) -> SocketIoResponse {
        let (sender, commands) = mpsc::channel(WAITING_COMMANDS);
        let entry = Entry::Polling(framing.revision, sender.clone());
        let registration = match self.register(entry) {
            Ok(registration) => registration,
            Err(status) => return empty(status),
        };
        let face = Box::new(PollingFace::new(framing, self.shared.config.max_payload));
        self.start(
            registration,
            Face::Polling { face, commands },
            connection_meta(TransportKind::SocketIo, request, peer),
        );
        poll(sender).await
    }

    fn open_websocket(
        &self,
        mut request: Request<Incoming>,
        peer: Option<IpAddr>,
        framing: Framing,
    ) -> SocketIoResponse {
        let accepted = match accept(&request, None) {
            Ok(accepted) => accepted,
            Err(why) => return handshake::refused(why),
        };
        let registration = match self.register(Entry::WebSocket) {
            Ok(registration) => registration,
            Err(status) => return empty(status),
        };
        let meta = connection_meta(TransportKind::SocketIo, &request, peer);
        let this = self.clone();
        let max_message = self.shared.config.max_payload;
        tokio::spawn(async move {
            if let Some(face) = handshake::finish(&mut request, max_message).await {
                this.start(registration, Face::WebSocket { face, framing }, meta);
            }
        });
        accepted
    }

    fn start(&self, registration: Registration, face: Face, meta: ConnMeta) {
        let link = Link::new(Arc::clone(&self.shared), registration, face);
        tokio::spawn(Driver::new(Arc::clone(&self.shared), link, meta).run());
    }

    /// Opens a WebSocket and hands it to the session behind the commands, or closes it if there is
    /// none that would take it.
    fn probe(
        &self,
        mut request: Request<Incoming>,
        session: Option<(mpsc::Sender<Command>, Framing)>,
    ) -> SocketIoResponse {
        let accepted = match accept(&request, None) {
            Ok(accepted) => accepted,
            Err(why) => return handshake::refused(why),
        };
        let max_message = self.shared.config.max_payload;
        tokio::spawn(async move {
            let Some(face) = handshake::finish(&mut request, max_message).await else { return };
            let face = match session {
                None => face,
                Some((commands, framing)) => {
                    match commands.send(Command::Probe(face, framing)).await {
                        Ok(()) => return,
                        Err(mpsc::error::SendError(Command::Probe(face, _))) => face,
                        Err(_) => return,
                    }
                }
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
            Ok(()) => text(StatusCode::OK, "text/html", Bytes::from_static(b"ok")),
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
        Ok(PollBody::Text(body)) => text(StatusCode::OK, "text/plain; charset=UTF-8", body),
        Ok(PollBody::Binary(body)) => text(StatusCode::OK, OCTET_STREAM, body),
        Err(_) => refusal(Refusal::BadRequest, false),
    }
}

/// The body of a POST, at most `limit` bytes.
async fn receive(request: Request<Incoming>, limit: usize) -> Result<PostBody, Lost> {
    let content_type = request.headers().get(CONTENT_TYPE);
    let binary = content_type.is_some_and(|content_type| content_type == OCTET_STREAM);
    let body = request.into_body();
    //= docs/spec/limits.md#limits.message
    //= docs/spec/socketio.md#socketio.max-payload
    if body.size_hint().lower() > limit as u64 {
        return Err(Lost::TooLarge);
    }
    let body = Limited::new(body, limit).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { Lost::TooLarge } else { Lost::Failed }
    })?;
    let body = body.to_bytes();
    if binary {
        return Ok(PostBody::Binary(body));
    }
    let text = Utf8Bytes::try_from(body).map_err(|_| Lost::Malformed(CloseCode::Invalid))?;
    Ok(PostBody::Text(text))
}

fn refusal(why: Refusal, websocket: bool) -> SocketIoResponse {
    if websocket {
        text(why.status(), "text/html", Bytes::from_static(why.message().as_bytes()))
    } else {
        text(why.status(), "application/json", why.body())
    }
}
