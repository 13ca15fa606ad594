//! What a runtime is configured with.

use std::fmt;
use std::sync::Arc;

use easyrtc_proto::DecodeLimits;
use easyrtc_state::{AllowAll, Config, Policy};

use crate::observe::{CoreObserver, MessageObserver, NoticeObserver};
use crate::outbox::OutboxLimits;

/// What the runtime is configured with.
pub struct Options {
    /// The core's configuration.
    pub core: Config,
    /// Narrower rules than the protocol's own. They are asked with the core at rest, and must not
    /// block. Default [`AllowAll`].
    pub policy: Box<dyn Policy + Send>,
    /// How large the parts of a message may be.
    pub decode_limits: DecodeLimits,
    /// How much may wait to be written on one connection.
    pub outbox: OutboxLimits,
    /// Connections beyond which [`Runtime::connect`](crate::Runtime::connect) refuses; 0: no limit.
    /// Above `Limits::connections`, whose excess is told so in the protocol. Default 0.
    pub hard_connection_limit: usize,
    /// Sees every message. Default none, which costs nothing.
    pub observer: Option<Arc<dyn MessageObserver>>,
    /// Sees everything that happens to the core. Default none, which costs nothing.
    pub core_observer: Option<Box<dyn CoreObserver>>,
    /// See every fact the core notes, in this order. Default none.
    pub notice_observers: Vec<Arc<dyn NoticeObserver>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            core: Config::default(),
            policy: Box::new(AllowAll),
            decode_limits: DecodeLimits::default(),
            outbox: OutboxLimits::default(),
            hard_connection_limit: 0,
            observer: None,
            core_observer: None,
            notice_observers: Vec::new(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("core", &self.core)
            .field("decode_limits", &self.decode_limits)
            .field("outbox", &self.outbox)
            .field("hard_connection_limit", &self.hard_connection_limit)
            .finish_non_exhaustive()
    }
}
