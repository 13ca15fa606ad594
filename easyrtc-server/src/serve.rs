//! The life of the process: a server that ends with a signal.

use std::io;
use std::net::{IpAddr, SocketAddr};

use crate::places::{self, Place};
use crate::recording::Recording;
use crate::server::{Parts, Server, StartError};
use crate::settings::Settings;
use crate::shutdown::{Hangups, Signals};

/// Why the server ended other than by one signal.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Signals cannot be received.
    #[error("the server cannot start: {0}")]
    Signals(io::Error),
    /// A second signal came while connections were being ended.
    #[error("{0} again: ended at once, with {1} connections open")]
    Impatient(&'static str, usize),
}

/// Serves until a signal comes or an operator asks for the end, then drains. What is recorded the
/// caller has to finish.
///
/// # Errors
/// If it cannot start, or if a second signal cuts the draining short.
pub async fn serve(
    settings: &Settings,
    parts: Parts,
    recording: &Recording,
) -> Result<(), ServeError> {
    let mut signals = Signals::install().map_err(ServeError::Signals)?;
    let users = parts.users();
    // Without users there is nothing to read, and SIGHUP does what it does to any program.
    let hangups = users.map(|users| Hangups::install(move || users.read_again()));
    let _hangups = hangups.transpose().map_err(ServeError::Signals)?;
    let builder = Server::builder().settings(settings.clone());
    let server = builder.opened(parts, recording.clone()).start().await?;
    announce(server.places(), settings);

    let reason = tokio::select! {
        signal = signals.next() => signal,
        reason = server.drained() => reason,
    };
    let open = server.open_sockets();
    tracing::info!(reason, open, "no new clients; ending the connections there are");
    let site = server.site().clone();
    tokio::select! {
        ended = server.shut_down() => match ended {
            Ok(()) => tracing::info!("all connections have ended"),
            Err(error) => tracing::warn!(open = error.open, "connections are cut: out of time"),
        },
        signal = signals.next() => return Err(ServeError::Impatient(signal, site.open_sockets())),
    }
    Ok(())
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
