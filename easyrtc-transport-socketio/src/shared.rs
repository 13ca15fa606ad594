//! What all sessions share.

use std::sync::Arc;
use std::time::Duration;

use easyrtc_runtime::Runtime;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::config::Config;
use crate::engine::packet::WirePacket;
use crate::engine::revision::Revision;
use crate::engine::session::Timing;
use crate::engine::sid::{SID_BYTES, Sid};
use crate::metrics::Counters;
use crate::registry::Registry;

/// What all sessions share.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) timing: Timing,
    pub(crate) runtime: Runtime,
    pub(crate) registry: Arc<Registry>,
    pub(crate) counters: Counters,
    /// Set once the server goes down.
    pub(crate) stop: watch::Sender<bool>,
    /// Where the sessions' time starts.
    pub(crate) epoch: Instant,
}

impl Shared {
    pub(crate) fn new(config: Config, runtime: Runtime) -> Self {
        let timing = Timing {
            ping_interval: ping_interval(config.ping_interval, runtime.still_alive_interval()),
            ping_timeout: config.ping_timeout,
            upgrade_timeout: config.upgrade_timeout,
            connect_timeout: config.connect_timeout,
            flush_timeout: config.ping_timeout,
            close_grace: config.close_grace,
        };
        Self {
            timing,
            runtime,
            registry: Arc::new(Registry::new(config.max_sessions)),
            counters: Counters::default(),
            stop: watch::Sender::new(false),
            epoch: Instant::now(),
            config,
        }
    }

    /// The time, as the sessions count it.
    pub(crate) fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    /// A fresh id; `None` if the operating system has no random bytes.
    pub(crate) fn new_sid(&self) -> Option<Sid> {
        let mut random = [0; SID_BYTES];
        match getrandom::fill(&mut random) {
            Ok(()) => Some(Sid::from_random(random)),
            Err(error) => {
                tracing::error!(%error, "no random bytes for a session id");
                None
            }
        }
    }

    /// The packet that opens a session; `upgrades` says whether it may move to a WebSocket.
    pub(crate) fn open_packet(&self, sid: &Sid, revision: Revision, upgrades: bool) -> WirePacket {
        let max_payload = match revision {
            Revision::V3 => String::new(),
            Revision::V4 => format!(r#","maxPayload":{}"#, self.config.max_payload),
        };
        let text = format!(
            r#"0{{"sid":"{}","upgrades":[{}],"pingInterval":{},"pingTimeout":{}{max_payload}}}"#,
            sid.as_str(),
            if upgrades { r#""websocket""# } else { "" },
            self.timing.ping_interval.as_millis(),
            self.timing.ping_timeout.as_millis(),
        );
        WirePacket::Text(text.into())
    }
}

/// Clients are pinged no more often than this, however little silence is borne: a client from which
/// less is expected than this has to say `stillAlive` itself.
const MIN_PING_INTERVAL: Duration = Duration::from_secs(5);

/// How often to ping: as configured, unless clients must be heard from more often (decision D4).
fn ping_interval(configured: Duration, still_alive: Option<Duration>) -> Duration {
    match still_alive {
        Some(interval) if !interval.is_zero() && interval < configured => {
            (interval / 2).clamp(MIN_PING_INTERVAL.min(configured), configured)
        }
        _ => configured,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_that_must_be_heard_from_are_pinged_in_time() {
        const fn s(seconds: u64) -> Duration {
            Duration::from_secs(seconds)
        }
        assert_eq!(ping_interval(s(25), None), s(25));
        assert_eq!(ping_interval(s(25), Some(s(0))), s(25));
        assert_eq!(ping_interval(s(25), Some(s(60))), s(25));
        assert_eq!(ping_interval(s(25), Some(s(20))), s(10));
        assert_eq!(ping_interval(s(25), Some(s(2))), s(5));
        assert_eq!(ping_interval(s(3), Some(s(2))), s(3));
    }
}
