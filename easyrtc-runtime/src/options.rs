//! What a runtime is configured with.

use std::sync::Arc;

use easyrtc_proto::DecodeLimits;
use easyrtc_state::Config;

use crate::observe::{CoreObserver, MessageObserver, NoticeObserver};
use crate::outbox::OutboxLimits;

/// What the runtime is configured with.
#[derive(Debug, Default)]
pub struct Options {
    /// The core's configuration.
    pub core: Config,
    /// How large the parts of a message may be.
    pub decode_limits: DecodeLimits,
    /// How much may wait to be written on one connection.
    pub outbox: OutboxLimits,
    /// Connections beyond which [`Runtime::connect`] refuses; 0: no limit. Above
    /// `Limits::connections`, whose excess is told so in the protocol. Default 0.
    pub hard_connection_limit: usize,
    /// Sees every message. Default none, which costs nothing.
    pub observer: Option<Arc<dyn MessageObserver>>,
    /// Sees everything that happens to the core. Default none, which costs nothing.
    pub core_observer: Option<Box<dyn CoreObserver>>,
    /// See every fact the core notes, in this order. Default none.
    pub notice_observers: Vec<Arc<dyn NoticeObserver>>,
}
