//! Listeners, and the connections they accept.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::admin::Certificate;
use crate::gate::{Gate, Socket};
use crate::http::Site;
use crate::places::{Offer, Place};
use crate::proxy_protocol::ProxyProtocol;
use crate::settings::Settings;

/// Wait after the system refused to give us a connection (no file descriptors, no memory): long
/// enough not to spin, short enough that nobody notices.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Refusals being written at the same time; a connection beyond them is closed without a word.
const MAX_REFUSALS: usize = 64;

/// How long a refused client may take to send its request before the connection is closed.
const REFUSAL_TIME: Duration = Duration::from_secs(1);

const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\n\
    content-type: text/plain\r\ncontent-length: 22\r\n\r\nToo many connections.\n";

/// Limits on the head of a request.
#[derive(Clone, Copy, Debug)]
pub struct HeadLimits {
    /// Time for it to arrive; zero means no limit.
    pub timeout: Duration,
    /// Bytes it may have.
    pub bytes: usize,
}

impl HeadLimits {
    /// The limits that the settings name.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self { timeout: settings.header_timeout, bytes: settings.max_header_bytes }
    }
}

/// How far the server has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It takes connections.
    Serving,
    /// Clients are being told that it ends. New ones are refused; connections are still taken,
    /// since a client that polls may need one to hear of it.
    Draining,
    /// It takes no connections, and those it has end with the answer they are waiting for.
    Finishing,
}

/// Accepts connections for one site until told to stop.
pub struct Acceptor {
    site: Arc<Site>,
    gate: Arc<Gate>,
    http: http1::Builder,
    limits: HeadLimits,
    refusals: Arc<Semaphore>,
    proxies: Option<ProxyProtocol>,
    tls: Option<TlsAcceptor>,
    phase: watch::Receiver<Phase>,
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor").field("gate", &self.gate).finish_non_exhaustive()
    }
}

impl Acceptor {
    /// An acceptor that follows `phase`. If there are `proxies`, connections come by them only.
    #[must_use]
    pub fn new(
        site: Arc<Site>,
        gate: Arc<Gate>,
        limits: HeadLimits,
        proxies: Option<ProxyProtocol>,
        phase: watch::Receiver<Phase>,
    ) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout((!limits.timeout.is_zero()).then_some(limits.timeout))
            .max_buf_size(limits.bytes);
        let refusals = Arc::new(Semaphore::new(MAX_REFUSALS));
        Self { site, gate, http, limits, refusals, proxies, tls: None, phase }
    }

    /// The same, whose connections begin with a TLS handshake if there is a `config`. One may take
    /// as long as the head of a request.
    #[must_use]
    pub fn with_tls(mut self, config: Option<Arc<ServerConfig>>) -> Self {
        self.tls = config.map(TlsAcceptor::from);
        self
    }

    /// Accepts until stopped, then closes the listener. Serves what is on offer there.
    pub async fn run(self: Arc<Self>, listener: TcpListener, offer: Offer) {
        let offer = Arc::new(offer);
        let mut phase = self.phase.clone();
        let mut failing = false;
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = reached(&mut phase, Phase::Finishing) => return,
            };
            match accepted {
                Ok((stream, peer)) => {
                    failing = false;
                    self.admit(stream, peer, &offer);
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    // Once is enough for as long as it lasts.
                    if !std::mem::replace(&mut failing, true) {
                        tracing::error!(%error, "no connection can be accepted");
                    }
                    tokio::select! {
                        () = tokio::time::sleep(ACCEPT_PAUSE) => {}
                        () = reached(&mut phase, Phase::Finishing) => return,
                    }
                }
            }
        }
    }

    fn admit(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr, offer: &Arc<Offer>) {
        // Signalling messages are small and wait for nothing.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection ended as it began");
            return;
        }
        match self.gate.admit(stream) {
            Ok(socket) => {
                tokio::spawn(Self::serve(Arc::clone(self), socket, peer, Arc::clone(offer)));
            }
            Err(stream) => {
                let Ok(place) = Arc::clone(&self.refusals).try_acquire_owned() else { return };
                tokio::spawn(async move {
                    refuse(stream).await;
                    drop(place);
                });
            }
        }
    }

    async fn serve(self: Arc<Self>, mut socket: Socket, peer: SocketAddr, offer: Arc<Offer>) {
        let mut phase = self.phase.clone();
        let client = tokio::select! {
            client = self.client(&mut socket, peer.ip()) => client,
            () = reached(&mut phase, Phase::Finishing) => None,
        };
        let Some(client) = client else { return };
        match &self.tls {
            None => self.serve_http(socket, client, None, offer, phase).await,
            // In a box, so that connections without TLS need no memory for it.
            Some(tls) => Box::pin(self.serve_tls(tls, socket, client, offer, phase)).await,
        }
    }

    async fn serve_tls(
        &self,
        tls: &TlsAcceptor,
        socket: Socket,
        client: IpAddr,
        offer: Arc<Offer>,
        mut phase: watch::Receiver<Phase>,
    ) {
        let limit = self.limits.timeout;
        let limit = if limit.is_zero() { Duration::MAX } else { limit };
        let shaken = tokio::select! {
            shaken = tokio::time::timeout(limit, tls.accept(socket)) => shaken,
            () = reached(&mut phase, Phase::Finishing) => return,
        };
        match shaken {
            Ok(Ok(stream)) => {
                let shown = stream.get_ref().1.peer_certificates();
                let certificate = shown.and_then(<[_]>::first).map(Certificate::of);
                self.serve_http(stream, client, certificate, offer, phase).await;
            }
            Ok(Err(error)) => tracing::debug!(%error, %client, "a TLS handshake failed"),
            Err(_) => tracing::debug!(%client, "a TLS handshake took too long"),
        }
    }

    async fn serve_http(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        client: IpAddr,
        certificate: Option<Certificate>,
        offer: Arc<Offer>,
        mut phase: watch::Receiver<Phase>,
    ) {
        let site = Arc::clone(&self.site);
        let service = service_fn(move |mut request: Request<Incoming>| {
            let (site, offer) = (Arc::clone(&site), Arc::clone(&offer));
            if let Some(certificate) = &certificate {
                request.extensions_mut().insert(certificate.clone());
            }
            async move {
                let response = site.respond(request, client, &offer).await;
                Ok::<_, std::convert::Infallible>(response)
            }
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = reached(&mut phase, Phase::Finishing) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    /// Whose connection it is that `peer` opened; nobody's if it does not begin as it has to.
    async fn client(&self, socket: &mut Socket, peer: IpAddr) -> Option<IpAddr> {
        let Some(proxies) = &self.proxies else { return Some(peer) };
        let client = proxies.client(socket, peer).await;
        client
            .inspect_err(|error| {
                self.gate.refused_header(error);
                tracing::debug!(%error, %peer, "a connection is closed: PROXY protocol");
            })
            .ok()
    }
}

/// Opens a listener at each place. Those returned have the port in place of a port 0.
///
/// # Errors
/// The first address that cannot be had, and why.
pub async fn bind(places: &mut [Place]) -> Result<Vec<TcpListener>, (SocketAddr, io::Error)> {
    let mut listeners = Vec::with_capacity(places.len());
    for Place { address, .. } in places {
        let listener = TcpListener::bind(*address).await.map_err(|error| (*address, error))?;
        *address = listener.local_addr().map_err(|error| (*address, error))?;
        listeners.push(listener);
    }
    Ok(listeners)
}

async fn reached(current: &mut watch::Receiver<Phase>, phase: Phase) {
    // An error means that nobody is left to go through the phases: the server is ending.
    drop(current.wait_for(|current| *current >= phase).await);
}

/// Errors of the connection that was about to be accepted: the next one may be fine.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

/// Says why and closes. Reads a little first: closing with unread bytes would reset the connection,
/// and the client might not see the answer.
async fn refuse(mut stream: TcpStream) {
    let mut discarded = [0; 4096];
    let answer = async {
        let received = stream.read(&mut discarded).await?;
        stream.write_all(REFUSAL).await?;
        stream.shutdown().await?;
        Ok::<_, io::Error>(received)
    };
    match tokio::time::timeout(REFUSAL_TIME, answer).await {
        Ok(Ok(_)) => {}
        Ok(Err(_)) | Err(_) => tracing::debug!("a connection above the limit got no answer"),
    }
}

#[cfg(test)]
#[cfg(feature = "socketio")]
mod tests {
    use super::*;
    use crate::authorizers::Authorizers;
    use crate::hooks::Hooks;
    use crate::http::Folders;
    use crate::places::places;
    use crate::recording::Recording;
    use crate::server::ProgramHooks;
    use crate::signalling::Signalling;

    async fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn while_draining_new_clients_are_refused_and_then_all_connections() {
        let listen = vec!["127.0.0.1:0".parse().unwrap()];
        let settings = Settings { listen, ..Settings::default() };
        let gate = Gate::new(settings.max_sockets, settings.write_timeout);
        let (authorizers, hooks) = (Authorizers::default(), Hooks::default());
        let recording = Recording::default();
        let signalling = Signalling::start(
            &settings,
            &authorizers,
            &hooks,
            ProgramHooks::default(),
            None,
            &recording,
        )
        .unwrap();
        let folders = Folders::open(&settings).unwrap();
        let mut places = places(&settings);
        let listener = bind(&mut places).await.unwrap().remove(0);
        let site =
            Site::new(&settings, signalling, folders, None, None, Arc::clone(&gate), &places);
        let site = Arc::new(site);
        let (phase, watched) = watch::channel(Phase::Serving);
        let limits = HeadLimits::of(&settings);
        let acceptor = Arc::new(Acceptor::new(Arc::clone(&site), gate, limits, None, watched));
        let Place { address, offer } = places.remove(0);
        let running = tokio::spawn(acceptor.run(listener, offer));
        let handshake = "/socket.io/?EIO=4&transport=polling";
        for path in ["/", "/healthz", handshake] {
            assert!(get(address, path).await.starts_with("HTTP/1.1 200 "), "{path}");
        }

        site.health.drain();
        phase.send_replace(Phase::Draining);
        site.signalling().stop();
        site.signalling().ended().await;
        for path in ["/", "/healthz", handshake] {
            assert!(get(address, path).await.starts_with("HTTP/1.1 503 "), "{path}");
        }

        phase.send_replace(Phase::Finishing);
        running.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}
