//! What all sessions share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyrtc_runtime::Runtime;
use easyrtc_transport_common::{Heartbeat, ping_interval};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::close::{Manner, Violation};
use crate::config::Config;
use crate::encode::{self, Keep, Terms};
use crate::metrics::Counters;
use crate::registry::Registry;

/// What all sessions share.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) terms: Terms,
    pub(crate) keep: Keep,
    pub(crate) runtime: Runtime,
    pub(crate) registry: Arc<Registry>,
    pub(crate) counters: Counters,
    /// Set once new sessions are taken no more.
    pub(crate) drain: AtomicBool,
    /// Set once the server goes down.
    pub(crate) stop: watch::Sender<bool>,
    /// Where the sessions' time starts.
    pub(crate) epoch: Instant,
    ping_interval: Duration,
}

impl Shared {
    pub(crate) fn new(config: Config, runtime: Runtime) -> Self {
        let ping_interval = ping_interval(config.ping_interval, runtime.still_alive_interval());
        Self {
            terms: Terms {
                //= docs/spec/websocket.md#websocket.protocol
                protocol: runtime.protocol().clone(),
                ping_interval: milliseconds(ping_interval),
                ping_timeout: milliseconds(config.ping_timeout),
                max_message: config.max_message,
            },
            keep: Keep { keep_time: milliseconds(config.keep_time), keep_bytes: config.keep_bytes },
            runtime,
            registry: Arc::new(Registry::new(config.max_sessions)),
            counters: Counters::default(),
            drain: AtomicBool::new(false),
            stop: watch::Sender::new(false),
            epoch: Instant::now(),
            ping_interval,
            config,
        }
    }

    /// Whether new sessions are taken.
    pub(crate) fn takes_sessions(&self) -> bool {
        !self.drain.load(Ordering::Relaxed) && !*self.stop.borrow()
    }

    /// The time, as the sessions count it.
    pub(crate) fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    /// A heartbeat for a line that opens now.
    pub(crate) fn heartbeat(&self) -> Heartbeat {
        Heartbeat::new(self.now(), self.ping_interval, self.config.ping_timeout)
    }

    /// The close that a violation leads to.
    pub(crate) fn violation(&self, violation: Violation) -> Manner {
        self.counters.violations.add(1);
        let code = violation.close_code();
        //= docs/spec/websocket.md#websocket.malformed
        if violation.is_frame() {
            let last = Some(encode::error(violation, unix_ms()));
            Manner::Close { last, code, why: "" }
        } else {
            Manner::Close { last: None, code, why: violation.text() }
        }
    }
}

/// The wall clock: ms since the epoch.
pub(crate) fn unix_ms() -> u64 {
    milliseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
