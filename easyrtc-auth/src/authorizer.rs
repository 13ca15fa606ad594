//! Who decides about a login.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use easyrtc_proto::ErrorCode;
use easyrtc_state::{Grant, LoginQuestion};

use crate::webhook::BreakerState;

/// Why something was decided: a category in words and underscores, such as `wrong_credential`. It
/// goes into the log, so nothing of it may come from a client.
pub type Reason = &'static str;

/// What an authorizer makes of a login.
#[derive(Debug)]
pub enum Decision {
    /// Come in, with this.
    Allow(Box<Grant>),
    /// No. The code says so to the client, the reason to the operator.
    Deny(ErrorCode, Reason),
    /// This login is none of its business: it holds no proof of the kind it knows.
    Pass,
    /// It could not find out. The login is refused with `LOGIN_GEN_FAIL`.
    Fail(Reason),
}

impl Decision {
    /// Refuses the proof the client offered.
    #[must_use]
    pub const fn bad_auth(reason: Reason) -> Self {
        Self::Deny(ErrorCode::LoginBadAuth, reason)
    }
}

/// A decision: known at once, or to be waited for. What is waited for may be dropped: it took too
/// long.
pub enum Deciding {
    /// Known at once.
    Now(Decision),
    /// To be waited for.
    Later(Pin<Box<dyn Future<Output = Decision> + Send>>),
}

impl Deciding {
    /// To be waited for.
    pub fn later(decision: impl Future<Output = Decision> + Send + 'static) -> Self {
        Self::Later(Box::pin(decision))
    }
}

impl fmt::Debug for Deciding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now(decision) => f.debug_tuple("Now").field(decision).finish(),
            Self::Later(_) => f.write_str("Later(..)"),
        }
    }
}

/// Decides about logins.
pub trait Authorizer: fmt::Debug + Send + Sync + 'static {
    /// What it is called in settings, logs and metrics.
    fn name(&self) -> &'static str;

    /// Decides about `login`. Must not block: it is called with the core at rest. What takes more
    /// than some microseconds belongs into the future.
    fn authorize(&self, login: &Arc<LoginQuestion>) -> Deciding;

    /// Whether the server it asks is left alone, if it asks one.
    fn breaker(&self) -> Option<BreakerState> {
        None
    }
}

impl<A: Authorizer + ?Sized> Authorizer for Arc<A> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn authorize(&self, login: &Arc<LoginQuestion>) -> Deciding {
        (**self).authorize(login)
    }

    fn breaker(&self) -> Option<BreakerState> {
        (**self).breaker()
    }
}
