//! A core for those who are part of it.

use std::fmt;
use std::sync::{Arc, Weak};

use crate::runtime::{Inner, Runtime};

/// A running core, without keeping it running.
#[derive(Clone)]
pub struct WeakRuntime(Weak<Inner>);

impl fmt::Debug for WeakRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakRuntime(..)")
    }
}

impl Runtime {
    /// The same core for whoever is part of it, as its [`Responder`](crate::Responder) is: two
    /// that hold each other are never dropped.
    #[must_use]
    pub fn downgrade(&self) -> WeakRuntime {
        WeakRuntime(Arc::downgrade(&self.0))
    }
}

impl WeakRuntime {
    /// The core, unless its last clone was dropped.
    #[must_use]
    pub fn upgrade(&self) -> Option<Runtime> {
        self.0.upgrade().map(Runtime)
    }
}
