//! Delivery to a backend that is not there, or does not behave, in virtual time.

mod down;
mod shapes;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use easyrtc_auth::{HttpError, SignedMessage};
use easyrtc_proto::{AppName, EasyrtcId, ErrorCode, RoomName};
use easyrtc_runtime::{ClientEvent, ConnId, Notice, NoticeObserver, Now};
use hyper::StatusCode;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::delivery::Post;
use super::*;

/// What a backend does with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reply {
    Status(u16),
    Fail(HttpError),
    /// Never answers.
    Hang,
}

const TAKE: Reply = Reply::Status(204);

/// One request.
#[derive(Clone, Debug)]
struct Attempt {
    at: Instant,
    id: String,
    body: String,
    /// What it is answered.
    reply: Reply,
}

/// A backend of the test. Clones are the same.
#[derive(Clone)]
struct Backend(Arc<Mutex<(Reply, Vec<Attempt>)>>);

impl Post for Backend {
    async fn post(&self, message: &SignedMessage, time: Duration) -> Result<StatusCode, HttpError> {
        let reply = {
            let (reply, attempts) = &mut *self.0.lock().unwrap();
            let SignedMessage { id, body } = message.clone();
            let body = String::from_utf8(body.into()).unwrap();
            attempts.push(Attempt { at: Instant::now(), id, body, reply: *reply });
            *reply
        };
        match reply {
            Reply::Status(status) => Ok(StatusCode::from_u16(status).unwrap()),
            Reply::Fail(error) => Err(error),
            Reply::Hang => {
                sleep(time).await;
                Err(HttpError::Timeout)
            }
        }
    }
}

impl Backend {
    fn new(reply: Reply) -> Self {
        Self(Arc::new(Mutex::new((reply, Vec::new()))))
    }

    fn set(&self, reply: Reply) {
        self.0.lock().unwrap().0 = reply;
    }

    fn attempts(&self) -> Vec<Attempt> {
        self.0.lock().unwrap().1.clone()
    }

    /// The batches it took, as JSON.
    fn taken(&self) -> Vec<Value> {
        let attempts = self.attempts();
        let taken = attempts.iter().filter(|attempt| attempt.reply == TAKE);
        taken.map(|attempt| serde_json::from_str(&attempt.body).unwrap()).collect()
    }

    /// The sequence numbers of the events it took, in the order they came.
    fn sequences(&self) -> Vec<u64> {
        let taken = self.taken();
        let events = taken.iter().flat_map(|batch| batch["events"].as_array().unwrap());
        events.map(|event| event["sequence"].as_u64().unwrap()).collect()
    }

    /// How many lost events it was told of.
    fn missed(&self) -> u64 {
        self.taken().iter().map(|batch| batch["missed"].as_u64().unwrap()).sum()
    }
}

fn options() -> EventOptions {
    let table = EventsTable::default();
    let types = EventType::ALL.into_iter().collect();
    EventOptions { types, ..EventOptions::from(&table) }
}

fn start(backend: &Backend, options: EventOptions) -> Events {
    Events::start_to(Instance("instance".into()), options, backend.clone())
}

fn now() -> Now {
    Now { mono: Duration::ZERO, unix_ms: 1_764_500_000_000 }
}

fn joined(room: &str) -> Notice {
    Notice::RoomJoined {
        easyrtcid: EasyrtcId::parse("somebody").unwrap(),
        app: AppName::parse("my.app").unwrap(),
        room: RoomName::parse(room).unwrap(),
    }
}

fn error() -> Notice {
    Notice::Rejected {
        conn: ConnId(7),
        easyrtcid: None,
        app: None,
        event: ClientEvent::Auth,
        code: ErrorCode::LoginBadAuth,
        why: "a guess",
    }
}

fn note(events: &Events, count: usize) {
    for _ in 0..count {
        events.notice(now(), &joined("Lobby"));
    }
}

/// Until nothing waits.
async fn delivered(events: &Events) {
    while events.metrics().queued > 0 {
        sleep(Duration::from_millis(10)).await;
    }
}

fn dropped(events: &Events, reason: &str) -> u64 {
    let dropped = events.metrics().dropped;
    dropped.iter().find(|(found, _)| *found == reason).unwrap().1
}

#[tokio::test(start_paused = true)]
async fn events_go_out_in_order_in_batches_each_once() {
    let backend = Backend::new(TAKE);
    let events = start(&backend, options());
    note(&events, 250);
    delivered(&events).await;
    assert_eq!(backend.sequences(), (1..=250).collect::<Vec<_>>());
    let taken = backend.taken();
    let sizes: Vec<usize> =
        taken.iter().map(|batch| batch["events"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [100, 100, 50]);
    let ids: BTreeSet<&str> = taken
        .iter()
        .flat_map(|batch| batch["events"].as_array().unwrap())
        .map(|event| event["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 250);
    assert!(ids.contains("instance-1") && ids.contains("instance-250"), "{ids:?}");
    let batches: BTreeSet<String> = backend.attempts().into_iter().map(|tried| tried.id).collect();
    assert_eq!(batches.len(), 3);
    let metrics = events.metrics();
    assert_eq!((metrics.delivered, metrics.oldest), (250, Duration::ZERO));
    assert_eq!(metrics.deliveries[0], ("taken", 3));
    assert!(metrics.dropped.iter().all(|(_, lost)| *lost == 0), "{metrics:?}");
}

#[tokio::test(start_paused = true)]
async fn what_happens_within_the_window_is_one_batch() {
    let backend = Backend::new(TAKE);
    let events = start(&backend, EventOptions { window: Duration::from_millis(100), ..options() });
    let began = Instant::now();
    for _ in 0..3 {
        note(&events, 1);
        sleep(Duration::from_millis(40)).await;
    }
    delivered(&events).await;
    let attempts = backend.attempts();
    assert_eq!(attempts.len(), 1, "{attempts:?}");
    // From the first on, not from the last.
    assert_eq!(attempts[0].at - began, Duration::from_millis(100));
    assert_eq!(backend.sequences(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn only_the_types_that_are_wanted_are_counted_and_sent() {
    let backend = Backend::new(TAKE);
    let types = [EventType::Error].into_iter().collect();
    let events = start(&backend, EventOptions { types, ..options() });
    note(&events, 5);
    events.notice(now(), &error());
    delivered(&events).await;
    assert_eq!(backend.sequences(), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_repeated_as_it_is_until_it_is_taken() {
    let backend = Backend::new(Reply::Hang);
    let events = start(&backend, options());
    note(&events, 3);
    let replies = [
        Reply::Hang,
        Reply::Status(500),
        Reply::Status(404),
        Reply::Status(301),
        Reply::Status(199),
        Reply::Fail(HttpError::Unreachable),
        Reply::Fail(HttpError::Broken),
        Reply::Status(429),
        Reply::Status(503),
        Reply::Status(500),
    ];
    for (tries, reply) in replies.into_iter().enumerate() {
        backend.set(reply);
        while backend.attempts().len() <= tries {
            sleep(Duration::from_millis(1)).await;
        }
        // More happens meanwhile, which is no part of it.
        note(&events, 1);
    }
    backend.set(Reply::Status(200));
    delivered(&events).await;
    let attempts = backend.attempts();
    assert_eq!(attempts.len(), replies.len() + 2);
    let (first, last) = (&attempts[0], &attempts[replies.len()]);
    for again in &attempts[..=replies.len()] {
        assert_eq!((&again.id, &again.body), (&first.id, &first.body));
    }
    assert_eq!(last.reply, Reply::Status(200));
    assert_ne!(attempts.last().unwrap().id, first.id);
    let metrics = events.metrics();
    assert_eq!(metrics.delivered, 3 + 10);
    let expected = [
        ("taken", 2),
        ("wrong_status", 7),
        ("unreachable", 1),
        ("timeout", 1),
        ("broken_response", 1),
    ];
    assert_eq!(metrics.deliveries, expected);
    // Each pause is half to all of twice the last, from half a second to half a minute.
    let pauses = attempts[..=replies.len()].windows(2).skip(1).map(|pair| pair[1].at - pair[0].at);
    let mut longest = Duration::from_millis(500);
    for pause in pauses {
        longest = (longest * 2).min(Duration::from_secs(30));
        let slack = Duration::from_millis(2);
        assert!(pause >= longest / 2 && pause <= longest + slack, "{pause:?} of {longest:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn at_the_end_what_waits_goes_out_at_once() {
    let backend = Backend::new(TAKE);
    let window = Duration::from_secs(60);
    let events = start(&backend, EventOptions { window, ..options() });
    note(&events, 250);
    let began = Instant::now();
    events.flush().await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(backend.sequences().len(), 250);
    // Nobody is left who would deliver this.
    note(&events, 1);
    events.flush().await;
    assert_eq!((events.metrics().queued, dropped(&events, "end")), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn at_the_end_a_pause_is_cut_short() {
    let backend = Backend::new(Reply::Status(500));
    let events = start(&backend, options());
    note(&events, 1);
    // Among the long pauses.
    sleep(Duration::from_secs(300)).await;
    backend.set(TAKE);
    let began = Instant::now();
    events.flush().await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(backend.sequences(), [1]);
    assert_eq!(dropped(&events, "end"), 0);
}

#[tokio::test(start_paused = true)]
async fn the_end_does_not_wait_for_a_backend_that_hangs() {
    let backend = Backend::new(Reply::Hang);
    let events = start(&backend, EventOptions { flush: Duration::from_secs(5), ..options() });
    note(&events, 150);
    let began = Instant::now();
    events.flush().await;
    assert_eq!(began.elapsed(), Duration::from_secs(5));
    assert_eq!((events.metrics().queued, dropped(&events, "end")), (0, 150));
}

#[tokio::test(start_paused = true)]
async fn when_the_last_clone_is_gone_delivery_ends() {
    let backend = Backend::new(Reply::Status(500));
    let events = start(&backend, options());
    note(&events, 1);
    sleep(Duration::from_secs(10)).await;
    drop(events);
    let tried = backend.attempts().len();
    sleep(Duration::from_secs(300)).await;
    assert_eq!(backend.attempts().len(), tried);
}
