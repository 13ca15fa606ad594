//! The heartbeat: is the peer still there?

use std::time::Duration;

/// When the server pings, and how long it waits for a sign of life.
///
/// A ping goes out one interval after the last pong (or the start). If then nothing at all comes
/// from the peer for the timeout, it is gone. Or else it is the peer who pings, and is gone if
/// nothing at all comes from it for both together.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    interval: Duration,
    timeout: Duration,
    /// When the next ping is due, if none is under way.
    ping_at: Duration,
    /// When the peer counts as gone, if a ping is under way. Only ever moved, never re-armed:
    /// whoever sleeps until an outdated deadline asks again then.
    expires_at: Option<Duration>,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Nothing yet.
    Quiet,
    /// A ping is to be sent, now.
    Ping,
    /// The peer is gone.
    Expired,
}

impl Heartbeat {
    /// A heartbeat that starts `now`.
    #[must_use]
    pub const fn new(now: Duration, interval: Duration, timeout: Duration) -> Self {
        let ping_at = now.saturating_add(interval);
        Self { interval, timeout, ping_at, expires_at: None }
    }

    /// A heartbeat that starts `now` and never asks for a ping: the peer sends them.
    #[must_use]
    //= docs/spec/socketio.md#socketio.eio3-silence
    pub const fn of_peer(now: Duration, interval: Duration, timeout: Duration) -> Self {
        let silence = interval.saturating_add(timeout);
        let expires_at = now.saturating_add(silence);
        Self { interval, timeout: silence, ping_at: expires_at, expires_at: Some(expires_at) }
    }

    /// Bytes came from the peer.
    pub const fn heard(&mut self, now: Duration) {
        if self.expires_at.is_some() {
            self.expires_at = Some(now.saturating_add(self.timeout));
        }
    }

    /// The answer to a ping of ours came, asked for or not.
    pub const fn pong(&mut self, now: Duration) {
        if self.expires_at.is_some() {
            self.expires_at = None;
            self.ping_at = now.saturating_add(self.interval);
        }
    }

    /// When to ask again.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.expires_at.unwrap_or(self.ping_at)
    }

    /// What is due `now`. Asking early or repeatedly does no harm.
    //= docs/spec/socketio.md#socketio.ping
    pub fn tick(&mut self, now: Duration) -> Beat {
        match self.expires_at {
            Some(expires_at) if now >= expires_at => Beat::Expired,
            None if now >= self.ping_at => {
                self.expires_at = Some(now.saturating_add(self.timeout));
                Beat::Ping
            }
            _ => Beat::Quiet,
        }
    }
}

/// Clients are pinged no more often than this, however little silence is borne: a client from which
/// less is expected than this has to say `stillAlive` itself.
const MIN_PING_INTERVAL: Duration = Duration::from_secs(5);

/// How often to ping: as configured, unless clients must be heard from more often (decision D4).
#[must_use]
//= docs/spec/envelope.md#envelope.ping-often-enough
pub fn ping_interval(configured: Duration, still_alive: Option<Duration>) -> Duration {
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

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn start() -> Heartbeat {
        Heartbeat::new(s(100), s(25), s(20))
    }

    #[test]
    fn pings_an_interval_after_each_pong() {
        let mut heartbeat = start();
        assert_eq!(heartbeat.deadline(), s(125));
        assert_eq!(heartbeat.tick(s(124)), Beat::Quiet);
        assert_eq!(heartbeat.tick(s(125)), Beat::Ping);
        assert_eq!(heartbeat.tick(s(125)), Beat::Quiet, "once");
        assert_eq!(heartbeat.deadline(), s(145));
        heartbeat.pong(s(130));
        assert_eq!(heartbeat.deadline(), s(155));
        assert_eq!(heartbeat.tick(s(155)), Beat::Ping);
    }

    #[test]
    fn silence_after_a_ping_is_the_end() {
        let mut heartbeat = start();
        assert_eq!(heartbeat.tick(s(125)), Beat::Ping);
        assert_eq!(heartbeat.tick(s(144)), Beat::Quiet);
        assert_eq!(heartbeat.tick(s(145)), Beat::Expired);
    }

    #[test]
    fn anything_heard_is_life_but_does_not_move_the_ping() {
        let mut heartbeat = start();
        heartbeat.heard(s(110));
        assert_eq!(heartbeat.deadline(), s(125));
        assert_eq!(heartbeat.tick(s(125)), Beat::Ping);
        heartbeat.heard(s(140));
        assert_eq!(heartbeat.tick(s(145)), Beat::Quiet);
        assert_eq!(heartbeat.tick(s(160)), Beat::Expired);
    }

    #[test]
    fn a_peer_that_pings_may_be_silent_for_interval_and_timeout() {
        let mut heartbeat = Heartbeat::of_peer(s(100), s(25), s(20));
        assert_eq!(heartbeat.deadline(), s(145));
        assert_eq!(heartbeat.tick(s(144)), Beat::Quiet, "never asked for a ping");
        heartbeat.heard(s(144));
        assert_eq!(heartbeat.deadline(), s(189));
        assert_eq!(heartbeat.tick(s(188)), Beat::Quiet);
        assert_eq!(heartbeat.tick(s(189)), Beat::Expired);
    }

    #[test]
    fn a_pong_nobody_asked_for_puts_nothing_off() {
        let mut heartbeat = start();
        heartbeat.pong(s(124));
        assert_eq!(heartbeat.tick(s(125)), Beat::Ping);
    }

    #[test]
    fn clients_that_must_be_heard_from_are_pinged_in_time() {
        assert_eq!(ping_interval(s(25), None), s(25));
        assert_eq!(ping_interval(s(25), Some(s(0))), s(25));
        assert_eq!(ping_interval(s(25), Some(s(60))), s(25));
        assert_eq!(ping_interval(s(25), Some(s(20))), s(10));
        assert_eq!(ping_interval(s(25), Some(s(2))), s(5));
        assert_eq!(ping_interval(s(3), Some(s(2))), s(3));
    }
}
