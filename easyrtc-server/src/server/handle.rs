//! What a program does with the server it has started.

use std::fmt;

use easyrtc_runtime::inspect::Inspect;
use easyrtc_runtime::{AdminAnswer, AdminCommand, AdminError, Runtime, Stats};

/// Acts on a running server, and looks at it. Clones are of the same server; those that outlive it
/// find nobody there.
///
/// Its functions wait for a lock that is held for microseconds at a time. They must not be called
/// where that lock is held: in a [`NoticeObserver`], in a [`Policy`], in [`Authorizer::authorize`]
/// itself, or in what is given to [`Self::inspect`]. Futures and tasks may.
///
/// [`NoticeObserver`]: easyrtc_runtime::NoticeObserver
/// [`Policy`]: easyrtc_state::Policy
/// [`Authorizer::authorize`]: easyrtc_auth::Authorizer::authorize
#[derive(Clone)]
pub struct ServerHandle(Runtime);

impl fmt::Debug for ServerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHandle").finish_non_exhaustive()
    }
}

impl ServerHandle {
    pub(crate) const fn new(runtime: Runtime) -> Self {
        Self(runtime)
    }

    /// Does what an operator may do.
    ///
    /// # Errors
    /// If what it is about is not there, or a limit is reached; then nothing has changed.
    pub fn admin(&self, command: AdminCommand) -> Result<AdminAnswer, AdminError> {
        self.0.admin(command)
    }

    /// Looks at applications, rooms and clients, which stand still meanwhile: `read` should take
    /// out what it needs and return. Lists come in pages for that reason.
    pub fn inspect<R>(&self, read: impl FnOnce(Inspect<'_>) -> R) -> R {
        self.0.inspect(read)
    }

    /// How much there is of everything.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.stats()
    }
}
