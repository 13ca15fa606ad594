//! Both clocks as the core wants them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyrtc_state::Now;
use tokio::time::Instant;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { start: Instant::now() }
    }

    pub(crate) fn now(self) -> Now {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now {
            mono: self.start.elapsed(),
            unix_ms: u64::try_from(unix.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// The moment `mono` stands for; `None` if it is too far away to be one.
    pub(crate) fn instant(self, mono: Duration) -> Option<Instant> {
        self.start.checked_add(mono)
    }
}
