//! What all sessions share.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use easyrtc_runtime::Runtime;
use easyrtc_transport_common::{Cors, RandomId, ping_interval};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::config::Config;
use crate::engine::packet::WirePacket;
use crate::engine::revision::Revision;
use crate::engine::session::Timing;
use crate::metrics::Counters;
use crate::registry::Registry;

/// What all sessions share.
pub(crate) struct Shared {
    pub(crate) config: Config,
    /// What browsers are told that speak revision 3: their polls always have credentials, so that
    /// they take no answer that doesn't allow them.
    //= docs/spec/socketio.md#socketio.cors-eio3
    pub(crate) cors_eio3: Cors,
    pub(crate) timing: Arc<Timing>,
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
            timing: Arc::new(timing),
            runtime,
            registry: Arc::new(Registry::new(config.max_sessions)),
            counters: Counters::default(),
            stop: watch::Sender::new(false),
            epoch: Instant::now(),
            cors_eio3: config.cors.clone().with_credentials(),
            config,
        }
    }

    /// Completes once the server goes down.
    pub(crate) fn stopping(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut stop = self.stop.subscribe();
        Box::pin(async move {
            // An error means that nobody is left to say so: the server has gone.
            drop(stop.wait_for(|&stop| stop).await);
        })
    }

    /// The time, as the sessions count it.
    pub(crate) fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    /// The packet that opens a session; `upgrades` says whether it may move to a WebSocket.
    pub(crate) fn open_packet(
        &self,
        sid: &RandomId,
        revision: Revision,
        upgrades: bool,
    ) -> WirePacket {
        let max_payload = match revision {
            //= docs/spec/socketio.md#socketio.eio3
            Revision::V3 => String::new(),
            Revision::V4 => format!(r#","maxPayload":{}"#, self.config.max_payload),
        };
        //= docs/spec/socketio.md#socketio.handshake
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
