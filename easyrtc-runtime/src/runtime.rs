//! The driver: a short lock around the core, taken by whoever has an input.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use easyrtc_proto::{DecodeLimits, Protocol};
use easyrtc_state::inspect::Inspect;
use easyrtc_state::{
    AdminAnswer, AdminCommand, AdminError, AskId, CloseReason, ConnId, ConnMeta, Core, Effect,
    Effects, Input, LimitName, Now, Policy, RequestId, Stats, Verdict,
};
use tokio::sync::Notify;

use crate::answer::{Answer, Responder};
use crate::clock::Clock;
use crate::connection::Connection;
use crate::entropy::{NoEntropy, SeededEntropy};
use crate::notices::Notices;
use crate::observe::MessageObserver;
use crate::options::Options;
use crate::outbox::{Outbox, OutboxLimits, Outgoing, Shared as SharedOutbox};
use crate::wakes::{self, Wakes};
use crate::watch::Watch;

/// There are as many connections as there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are as many connections as there may be")]
pub struct Refused;

/// A running core. Clones are the same core.
#[derive(Clone)]
pub struct Runtime(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    driver: Mutex<Driver>,
    clock: Clock,
    responder: Box<dyn Responder>,
    decode_limits: DecodeLimits,
    protocol: Protocol,
    outbox: OutboxLimits,
    hard_connection_limit: usize,
    observer: Option<Arc<dyn MessageObserver>>,
    still_alive_interval: Duration,
    ask_timeout: Duration,
    /// The next deadline came nearer.
    sooner: Arc<Notify>,
    /// Whose tasks are woken after others have had their turn.
    wakes: Arc<Wakes>,
    /// The last connection closed.
    empty: Notify,
}

/// What the lock protects.
struct Driver {
    core: Core<SeededEntropy, Box<dyn Policy + Send>>,
    watch: Option<Watch>,
    effects: Effects,
    /// What is to be fed next: consequences of effects, in their order.
    pending: VecDeque<Input>,
    outboxes: HashMap<ConnId, Arc<SharedOutbox>>,
    next_conn: u64,
    /// The result of the admin command being handled.
    admin_result: Option<Result<AdminAnswer, AdminError>>,
    /// The deadline the timer sleeps for.
    deadline: Option<Duration>,
    notices: Notices,
}

/// Wakes the timer, which then finds that there is nothing left to keep time for.
impl Drop for Inner {
    fn drop(&mut self) {
        self.sooner.notify_one();
        self.wakes.end();
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").finish_non_exhaustive()
    }
}

impl Runtime {
    /// Starts a core, whose questions `responder` answers. Has to be called within a tokio
    /// runtime, where its timer runs until the last clone is dropped.
    ///
    /// # Errors
    /// If the operating system gives no randomness to draw easyrtcids from.
    pub fn start(options: Options, responder: impl Responder) -> Result<Self, NoEntropy> {
        let watch = options.core_observer.map(Watch::new);
        let Options {
            core, policy, decode_limits, outbox, hard_connection_limit, observer, ..
        } = options;
        let notices = Notices::new(options.notice_observers);
        let entropy = SeededEntropy::from_os(watch.as_ref().map(Watch::drawn))?;
        let sooner = Arc::new(Notify::new());
        let wakes = Arc::new(Wakes::default());
        let (still_alive_interval, ask_timeout) = (core.still_alive_interval, core.ask_timeout);
        let protocol = Protocol::with(core.capabilities.clone());
        let driver = Driver {
            core: Core::new(core, policy, entropy),
            watch,
            effects: Effects::new(),
            pending: VecDeque::new(),
            outboxes: HashMap::new(),
            next_conn: 0,
            admin_result: None,
            deadline: None,
            notices,
        };
        let inner = Arc::new(Inner {
            driver: Mutex::new(driver),
            clock: Clock::start(),
            responder: Box::new(responder),
            decode_limits,
            protocol,
            outbox,
            hard_connection_limit,
            observer,
            still_alive_interval,
            ask_timeout,
            sooner: sooner.clone(),
            wakes: Arc::clone(&wakes),
            empty: Notify::new(),
        });
        tokio::spawn(keep_time(Arc::downgrade(&inner), sooner));
        tokio::spawn(wakes.wake_in_slices());
        Ok(Self(inner))
    }

    /// Takes a connection in.
    ///
    /// # Errors
    /// If there are as many as [`Options::hard_connection_limit`] allows.
    pub fn connect(&self, meta: impl Into<Arc<ConnMeta>>) -> Result<(Connection, Outbox), Refused> {
        let (meta, shared) = (meta.into(), SharedOutbox::new(self.0.outbox));
        let mut driver = self.0.lock();
        let limit = self.0.hard_connection_limit;
        if limit != 0 && driver.outboxes.len() >= limit {
            return Err(Refused);
        }
        let id = ConnId(driver.next_conn);
        driver.next_conn += 1;
        driver.outboxes.insert(id, shared.clone());
        let connection = Connection { id, runtime: self.clone(), outbox: shared.clone() };
        self.0.feed(&mut driver, Input::Opened { conn: id, meta });
        drop(driver);
        Ok((connection, Outbox { shared, conn: id, observer: self.0.observer.clone() }))
    }

    /// How large the parts of a message may be.
    pub(crate) fn decode_limits(&self) -> &DecodeLimits {
        &self.0.decode_limits
    }

    /// What clients are told of the protocol, in the token and wherever a transport says it too
    /// (decision D29).
    #[must_use]
    //= docs/spec/capabilities.md#capabilities.everywhere
    pub fn protocol(&self) -> &Protocol {
        &self.0.protocol
    }

    /// Who sees every message, if anybody does.
    pub(crate) fn observer(&self) -> Option<&dyn MessageObserver> {
        self.0.observer.as_deref()
    }

    /// Within which time the server wants to hear from each client, if it does (decision D4). A
    /// transport that pings less often has to ping at half of it.
    #[must_use]
    pub fn still_alive_interval(&self) -> Option<Duration> {
        Some(self.0.still_alive_interval).filter(|interval| !interval.is_zero())
    }

    /// Carries out a request of the operator or the server-side application.
    ///
    /// # Errors
    /// As the request fails.
    pub fn admin(&self, command: AdminCommand) -> Result<AdminAnswer, AdminError> {
        let mut driver = self.0.lock();
        let request = RequestId(0); // one at a time, under the lock: the number does not matter
        self.0.feed(&mut driver, Input::Admin { request, command });
        // Invariant: the core replies to a request at once.
        driver.admin_result.take().unwrap_or(Ok(AdminAnswer::Done))
    }

    /// Looks at the core, which stands still meanwhile: copy out what is wanted, and do all else
    /// afterwards.
    pub fn inspect<R>(&self, read: impl FnOnce(Inspect<'_>) -> R) -> R {
        read(self.0.lock().core.inspect())
    }

    /// How much there is of everything.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.lock().core.stats()
    }

    /// How often clients met each limit since the start, the limits nobody met included.
    #[must_use]
    pub fn limited(&self) -> Vec<(LimitName, u64)> {
        self.0.lock().notices.limited()
    }

    /// How many connections transports still hold, closed ones that are being flushed included.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.0.lock().outboxes.len()
    }

    /// Completes when there is no connection left. After `AdminCommand::Shutdown` none comes any
    /// more that stays.
    pub async fn drained(&self) {
        loop {
            let empty = self.0.empty.notified();
            if self.connections() == 0 {
                return;
            }
            empty.await;
        }
    }

    /// Feeds an input about a connection that has not ended.
    pub(crate) fn feed_from(&self, conn: ConnId, input: Input) {
        let mut driver = self.0.lock();
        if driver.outboxes.contains_key(&conn) {
            self.0.feed(&mut driver, input);
        }
    }

    /// The connection is gone. Once is enough.
    pub(crate) fn closed(&self, conn: ConnId, reason: CloseReason) {
        let mut driver = self.0.lock();
        if driver.outboxes.remove(&conn).is_some() {
            self.0.feed(&mut driver, Input::Closed { conn, reason });
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Driver> {
        // The core is plain data changed in small steps; if a bug panics in the middle of one, to
        // go on serves the other clients better than to stop.
        self.driver.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Feeds an input and everything that follows from it. Effects are dispatched under the lock,
    /// which is what keeps them in order.
    //= docs/spec/envelope.md#envelope.order
    fn feed(self: &Arc<Self>, driver: &mut Driver, input: Input) {
        let now = self.clock.now();
        driver.pending.push_back(input);
        while let Some(input) = driver.pending.pop_front() {
            let mut effects = std::mem::take(&mut driver.effects);
            let watched = driver.watch.as_mut().map(|watch| (watch, input.clone()));
            driver.core.handle(now, input, &mut effects);
            if let Some((watch, input)) = watched {
                watch.handled(now, input, effects.as_slice());
            }
            for effect in effects.drain() {
                self.carry_out(driver, now, effect);
            }
            driver.effects = effects;
        }
        let deadline = driver.core.next_deadline();
        let sooner = match (deadline, driver.deadline) {
            (Some(deadline), Some(slept_for)) => deadline < slept_for,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if sooner {
            driver.deadline = deadline;
            self.sooner.notify_one();
        }
        if driver.outboxes.is_empty() {
            self.empty.notify_waiters();
        }
    }

    fn carry_out(self: &Arc<Self>, driver: &mut Driver, now: Now, effect: Effect) {
        match effect {
            Effect::Send { to, frame } => {
                let mut later = Vec::new();
                let at_once = to.len() <= wakes::SLICE;
                for recipient in to.iter() {
                    let (conn, to) = (recipient.conn, recipient.easyrtcid);
                    let item = Outgoing::Event { frame: frame.clone(), to };
                    later.extend(driver.put(conn, item, at_once));
                }
                if !later.is_empty() {
                    self.wakes.add(later);
                }
            }
            Effect::Reply { conn, ack, frame } => {
                driver.put(conn, Outgoing::Reply { ack, frame }, true);
            }
            Effect::Close { conn, reason } => {
                driver.put(conn, Outgoing::Close(reason), true);
            }
            Effect::Ask { ask, question } => match self.responder.respond(question) {
                Answer::Now(verdict) => driver.pending.push_back(Input::Answered { ask, verdict }),
                Answer::Later(answer) => self.wait_for(ask, answer),
            },
            Effect::Pause { conn } => driver.set_paused(conn, true),
            Effect::Resume { conn } => driver.set_paused(conn, false),
            Effect::AdminReply { result, .. } => driver.admin_result = Some(result),
            Effect::Notice(notice) => driver.notices.take(now, &notice),
        }
    }

    /// Waits for an answer, as long as the core does.
    fn wait_for(
        self: &Arc<Self>,
        ask: AskId,
        answer: impl Future<Output = Verdict> + Send + 'static,
    ) {
        let inner = Arc::downgrade(self);
        let limit = self.ask_timeout;
        tokio::spawn(async move {
            let verdict = if limit.is_zero() {
                answer.await
            } else {
                match tokio::time::timeout(limit, answer).await {
                    Ok(verdict) => verdict,
                    // The core has a deadline of its own and has answered for us.
                    Err(_) => return,
                }
            };
            if let Some(inner) = inner.upgrade() {
                inner.feed(&mut inner.lock(), Input::Answered { ask, verdict });
            }
        });
    }
}

impl Driver {
    /// Puts something into an outbox, and wakes who writes it, or returns whom to wake later. If
    /// the outbox is full, the connection ends: its client leaves its rooms now, not when the
    /// transport gets round to it.
    //= docs/spec/limits.md#limits.slow-reader
    fn put(&mut self, conn: ConnId, item: Outgoing, at_once: bool) -> Option<Arc<SharedOutbox>> {
        let outbox = self.outboxes.get(&conn)?;
        let put =
            if at_once { outbox.push(item).map(|()| false) } else { outbox.push_unnoticed(item) };
        if put.is_err() {
            let reason = CloseReason::Slow;
            outbox.abort(reason);
            self.outboxes.remove(&conn);
            self.pending.push_back(Input::Closed { conn, reason });
            return None;
        }
        put.is_ok_and(|to_wake| to_wake).then(|| Arc::clone(outbox))
    }

    fn set_paused(&self, conn: ConnId, paused: bool) {
        if let Some(outbox) = self.outboxes.get(&conn) {
            outbox.set_paused(paused);
        }
    }
}

/// Tells the core when its next deadline has come, until there is no core any more.
async fn keep_time(inner: Weak<Inner>, sooner: Arc<Notify>) {
    loop {
        let Some(strong) = inner.upgrade() else { return };
        let clock = strong.clock;
        let deadline = {
            let mut driver = strong.lock();
            let due = driver.core.next_deadline().filter(|&at| at <= clock.now().mono);
            if due.is_some() {
                strong.feed(&mut driver, Input::Tick);
            }
            driver.deadline = driver.core.next_deadline();
            driver.deadline
        };
        drop(strong);
        match deadline.and_then(|at| clock.instant(at)) {
            Some(at) => tokio::select! {
                () = tokio::time::sleep_until(at) => {}
                () = sooner.notified() => {}
            },
            None => sooner.notified().await,
        }
    }
}
