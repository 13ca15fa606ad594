//! The life of the server: listen, serve, drain, end.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::sync::watch;

use crate::authorizers::Authorizers;
use crate::gate::Gate;
use crate::hooks::Hooks;
use crate::http::{Folders, Site};
use crate::listen::{Acceptor, HeadLimits, Phase, bind};
use crate::places::{self, Place};
use crate::proxy_protocol::ProxyProtocol;
use crate::recording::Recording;
use crate::session::SessionIds;
use crate::settings::Settings;
use crate::shutdown::{Hangups, Signals};
use crate::signalling::Signalling;

/// TCP connections to the metrics at the same time, and as many to the admin API, apart from those
/// of clients; more are answered 503.
const OPERATOR_SOCKETS: usize = 64;

/// Why the server ended other than by one signal.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address is taken, or not ours.
    #[error("cannot listen on {0}: {1}")]
    Bind(SocketAddr, io::Error),
    /// Signals cannot be received.
    #[error("the server cannot start: {0}")]
    Start(io::Error),
    /// A second signal came while connections were being ended.
    #[error("{0} again: ended at once, with {1} connections open")]
    Impatient(&'static str, usize),
}

/// Serves until a signal comes or an operator asks for the end, then drains.
///
/// # Errors
/// If it cannot start, or if a second signal cuts the draining short.
pub async fn serve(
    settings: &Settings,
    folders: Folders,
    authorizers: &Authorizers,
    hooks: &Hooks,
    recording: &Recording,
) -> Result<(), ServeError> {
    let mut signals = Signals::install().map_err(ServeError::Start)?;
    let users = authorizers.users.clone();
    // Without users there is nothing to read, and SIGHUP does what it does to any program.
    let hangups = users.map(|users| Hangups::install(move || users.read_again()));
    let _hangups = hangups.transpose().map_err(ServeError::Start)?;
    let mut places = places::places(settings);
    let listeners =
        bind(&mut places).await.map_err(|(address, error)| ServeError::Bind(address, error))?;
    let gate = Gate::new(settings.max_sockets, settings.write_timeout);
    let site =
        Arc::new(start_site(settings, folders, authorizers, hooks, &gate, &places, recording)?);
    let (phase, watched) = watch::channel(Phase::Serving);
    let limits = HeadLimits::of(settings);
    let acceptor =
        |gate, proxies| Acceptor::new(Arc::clone(&site), gate, limits, proxies, watched.clone());
    let for_clients = acceptor(Arc::clone(&gate), ProxyProtocol::of(settings));
    let for_clients = Arc::new(for_clients);
    // However many clients there are, the operator can look, and do something about it.
    let operators = || Gate::new(OPERATOR_SOCKETS, settings.write_timeout);
    let for_operators = Arc::new(acceptor(operators(), None));
    let admin_gate = operators();
    // That they can be used was seen when the settings were read.
    let tls = settings.admin.tls().map_err(|error| ServeError::Start(io::Error::other(error)))?;
    let for_admin = Arc::new(acceptor(Arc::clone(&admin_gate), None).with_tls(tls));

    for (listener, place) in listeners.into_iter().zip(&places) {
        let acceptor = match &place.offer {
            offer if offer.admin => &for_admin,
            offer if offer.is_for_operators() => &for_operators,
            _ => &for_clients,
        };
        tokio::spawn(Arc::clone(acceptor).run(listener, place.offer.clone()));
    }
    announce(&places, settings);

    let reason = end(&mut signals, &site).await;
    tracing::info!(reason, open = gate.open(), "no new clients; ending the connections there are");
    site.health.drain();
    phase.send_replace(Phase::Draining);
    let drained = async {
        site.signalling().shut_down().await;
        phase.send_replace(Phase::Finishing);
        // Who asked for this is answered.
        tokio::join!(gate.empty(), site.signalling().flush_events(), admin_gate.empty());
    };
    tokio::select! {
        ended = tokio::time::timeout(settings.shutdown_timeout, drained) => match ended {
            Ok(()) => tracing::info!("all connections have ended"),
            Err(_) => tracing::warn!(open = gate.open(), "connections are cut: out of time"),
        },
        signal = signals.next() => return Err(ServeError::Impatient(signal, gate.open())),
    }
    if let Some(events) = site.signalling().events() {
        events.end();
    }
    Ok(())
}

/// Waits for a signal, or for what an operator asks for; why the server ends.
async fn end(signals: &mut Signals, site: &Site) -> &'static str {
    tokio::select! {
        signal = signals.next() => return signal,
        () = site.drain.begun() => {}
    }
    let signalling = site.signalling();
    tracing::info!(open = signalling.connections(), "no new clients; those there are may leave");
    tokio::select! {
        signal = signals.next() => signal,
        () = site.drain.over() => "drain",
        () = signalling.runtime().drained() => "drain: all have left",
    }
}

fn start_site(
    settings: &Settings,
    folders: Folders,
    authorizers: &Authorizers,
    hooks: &Hooks,
    gate: &Arc<Gate>,
    places: &[Place],
    recording: &Recording,
) -> Result<Site, ServeError> {
    let ids = SessionIds::new().map_err(|error| ServeError::Start(error.into()))?;
    let sessions = settings.options.protocol.sessions;
    let issued = (sessions.enabled && sessions.require_issued).then(|| ids.clone());
    let cookies = (sessions.enabled && sessions.cookie).then_some(ids);
    let signalling = Signalling::start(settings, authorizers, hooks, issued, recording)
        .map_err(|error| ServeError::Start(io::Error::other(error)))?;
    Ok(Site::new(settings, signalling, folders, cookies, Arc::clone(gate), places))
}

/// Says on standard output where to go, for people and for programs that start this one.
fn announce(places: &[Place], settings: &Settings) {
    let mut text = String::new();
    for Place { address, offer } in places {
        let secure = offer.admin && settings.admin.tls_cert_file.is_some();
        let scheme = if secure { "https" } else { "http" };
        text += &format!("listening on {scheme}://{address}\n");
    }
    for line in places::urls(settings, places) {
        text += &format!("{line}\n");
    }
    let mut transports = settings.transports.enabled();
    if transports.any(|transport| settings.effective(&transport).allowed_origins.is_empty()) {
        //= docs/spec/socketio.md#socketio.origin
        text += "Pages of any origin may connect; --allow-origin restricts that.\n";
    }
    if let Some(first) = places.first() {
        let host = host(first.address);
        text += &format!("Open http://{host}/ in a browser. Ctrl-C ends the server.\n");
    }
    crate::say(&text);
}

/// What to type into a browser on this machine.
fn host(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) if !ip.is_unspecified() => address.to_string(),
        IpAddr::V6(ip) if !ip.is_unspecified() => address.to_string(),
        IpAddr::V4(_) | IpAddr::V6(_) => format!("localhost:{}", address.port()),
    }
}
