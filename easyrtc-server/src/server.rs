//! A server within another program: [`Server::builder`] takes what that program has to say about
//! who gets in and what happens, and [`ServerHandle`] lets it act and look.
//!
//! Nothing here is global: no log is set up, no signal is taken, no process ended. Events go to
//! whatever `tracing` subscriber the program has.

mod builder;
mod handle;
mod messages;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::gate::Gate;
use crate::http::Site;
use crate::listen::Phase;
use crate::places::Place;
use crate::recording::Recording;

pub(crate) use builder::ProgramHooks;
pub use builder::{Parts, ServerBuilder, StartError};
pub use handle::ServerHandle;
pub(crate) use messages::Responders;
pub use messages::{AppMessage, MessageHandler, Reply};

/// A running server.
///
/// [`Self::shut_down`] ends it in good order. Dropped, it ends too, but nobody waits for it:
/// clients are told, and their connections go as far as the runtime goes on.
#[must_use = "a server that is dropped ends"]
pub struct Server {
    site: Arc<Site>,
    gate: Arc<Gate>,
    admin_gate: Arc<Gate>,
    phase: watch::Sender<Phase>,
    address: SocketAddr,
    places: Vec<Place>,
    shutdown_timeout: Duration,
    /// What has to be written to its end, unless whoever started it does that.
    recording: Option<Recording>,
}

/// Connections were still open when the time to end them was over, and have been cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{open} connections did not end in time")]
pub struct OutOfTime {
    /// How many.
    pub open: usize,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("places", &self.places).finish_non_exhaustive()
    }
}

impl Server {
    /// A server to be, with default settings, on a free port of loopback.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }

    /// Where it listens first: with port 0 in the settings, the port it got.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, and what it serves there.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// What the program does with it while it runs.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        ServerHandle::new(self.site.signalling().runtime().clone())
    }

    /// Everything it has at its URLs.
    pub(crate) const fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// TCP connections of clients that are open.
    #[must_use]
    pub fn open_sockets(&self) -> usize {
        self.gate.open()
    }

    /// Completes when an operator has asked for the end, by `/v1/drain` of the admin API, and all
    /// clients have left or the time given for that is over; what of the two, in words.
    /// [`Self::shut_down`] does the rest.
    pub async fn drained(&self) -> &'static str {
        self.site.drain.begun().await;
        let signalling = self.site.signalling();
        let open = signalling.connections();
        tracing::info!(open, "no new clients; those there are may leave");
        tokio::select! {
            () = self.site.drain.over() => "drain",
            () = signalling.runtime().drained() => "drain: all have left",
        }
    }

    /// Takes no new clients, tells those there are that the server shuts down, and waits until
    /// their connections have ended, `shutdown_timeout` of the settings at most.
    ///
    /// # Errors
    /// If some had not ended by then.
    pub async fn shut_down(mut self) -> Result<(), OutOfTime> {
        self.begin_to_end();
        let drained = async {
            self.site.signalling().ended().await;
            self.phase.send_replace(Phase::Finishing);
            // Who asked for this over the admin API is answered.
            let events = self.site.signalling().flush_events();
            tokio::join!(self.gate.empty(), events, self.admin_gate.empty());
        };
        let in_time = tokio::time::timeout(self.shutdown_timeout, drained).await;
        self.phase.send_replace(Phase::Finishing);
        if let Some(events) = self.site.signalling().events() {
            events.end();
        }
        if let Some(recording) = self.recording.take() {
            // Whether it could be written is logged.
            drop(tokio::task::spawn_blocking(move || recording.finish()).await);
        }
        in_time.map_err(|_| OutOfTime { open: self.gate.open() })
    }

    /// Takes no new clients, and tells those there are.
    fn begin_to_end(&self) {
        self.site.health.drain();
        let _ = self.phase.send_if_modified(|phase| {
            let begins = *phase < Phase::Draining;
            *phase = (*phase).max(Phase::Draining);
            begins
        });
        self.site.signalling().stop();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.begin_to_end();
    }
}
