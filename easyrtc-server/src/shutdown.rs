//! Signals: those that end the process, and the one that makes it read its users again.

use std::io;

/// Waits for SIGTERM or Ctrl-C, again and again.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Takes over both signals.
    ///
    /// # Errors
    /// If the system does not let us.
    pub fn install() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// The name of the next one.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "Ctrl-C",
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Takes over Ctrl-C.
    ///
    /// # Errors
    /// If the system does not let us.
    pub fn install() -> io::Result<Self> {
        Ok(Self {})
    }

    /// The name of the next one.
    pub async fn next(&mut self) -> &'static str {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        "Ctrl-C"
    }
}

/// Does something at each SIGHUP, which then does not end the process, until it is dropped. On
/// systems without that signal it does nothing.
#[derive(Debug, Default)]
pub struct Hangups {
    #[cfg(unix)]
    _waiting: tokio::task::JoinSet<()>,
}

impl Hangups {
    /// Takes over the signal, within a tokio runtime. `run` may block.
    ///
    /// # Errors
    /// If the system does not let us.
    #[cfg_attr(not(unix), expect(unused_variables, reason = "there is no such signal"))]
    pub fn install(run: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        #[cfg(unix)]
        {
            let mut hangups =
                tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?;
            let run = std::sync::Arc::new(run);
            let mut waiting = tokio::task::JoinSet::new();
            waiting.spawn(async move {
                while hangups.recv().await.is_some() {
                    let run = std::sync::Arc::clone(&run);
                    // A panic in there is in the log, and the next signal tries again.
                    drop(tokio::task::spawn_blocking(move || run()).await);
                }
            });
            Ok(Self { _waiting: waiting })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }
}
