//! The end of the server as an operator asks for it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::http::health::Health;
use crate::transports::Transport;

/// No new clients from when it is asked, and a time for those there are to leave by themselves.
pub struct Drain {
    health: Arc<Health>,
    transports: Vec<Transport>,
    /// When that time is over, once it was asked.
    until: watch::Sender<Option<Instant>>,
}

impl fmt::Debug for Drain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").field("until", &self.until).finish_non_exhaustive()
    }
}

impl Drain {
    /// Nobody has asked yet.
    #[must_use]
    pub fn new(health: Arc<Health>, transports: Vec<Transport>) -> Self {
        Self { health, transports, until: watch::Sender::new(None) }
    }

    /// From now on `health` says so and the transports let no new clients in. Asked again, the time
    /// given last counts.
    pub fn begin(&self, within: Duration) {
        self.health.drain();
        self.transports.iter().for_each(Transport::drain);
        self.until.send_replace(Some(Instant::now() + within));
    }

    /// Completes when somebody has asked.
    pub async fn begun(&self) {
        // The sender is ours, so that nothing else can end the wait.
        drop(self.until.subscribe().wait_for(Option::is_some).await);
    }

    /// Completes when the time is over.
    pub async fn over(&self) {
        let mut until = self.until.subscribe();
        loop {
            let Some(at) = *until.borrow_and_update() else { return };
            tokio::select! {
                () = sleep_until(at) => return,
                changed = until.changed() => if changed.is_err() { return },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_time_given_last_counts() {
        let health = Arc::new(Health::default());
        let drain = Arc::new(Drain::new(Arc::clone(&health), Vec::new()));
        assert!(!health.is_draining());
        drain.begin(Duration::from_secs(3600));
        assert!(health.is_draining());
        drain.begun().await;
        let started = Instant::now();
        let waiting = tokio::spawn({
            let drain = Arc::clone(&drain);
            async move { drain.over().await }
        });
        tokio::task::yield_now().await;
        drain.begin(Duration::from_secs(10));
        waiting.await.unwrap();
        assert_eq!(started.elapsed(), Duration::from_secs(10));
        drain.begin(Duration::ZERO);
        drain.over().await;
        assert_eq!(started.elapsed(), Duration::from_secs(10));
    }
}
