//! A backend that is down for long: what is kept, what is lost, what is said.

use std::io::{self, Write};

use tracing_subscriber::fmt::MakeWriter;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

/// What is logged.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<u8>>>);

impl Write for Seen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Seen {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Seen {
    /// What this thread logs, until the guard is dropped.
    fn start() -> (Self, tracing::subscriber::DefaultGuard) {
        let seen = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::INFO)
            .with_ansi(false)
            .with_writer(seen.clone())
            .finish();
        (seen, tracing::subscriber::set_default(subscriber))
    }

    fn count(&self, text: &str) -> usize {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap().matches(text).count()
    }
}

#[tokio::test(start_paused = true)]
async fn within_the_bound_a_restart_loses_nothing() {
    let backend = Backend::new(TAKE);
    let events = start(&backend, options());
    let replies =
        [TAKE, Reply::Fail(HttpError::Unreachable), Reply::Status(502), Reply::Hang, TAKE];
    for reply in replies {
        backend.set(reply);
        for _ in 0..100 {
            note(&events, 10);
            sleep(Duration::from_millis(100)).await;
        }
    }
    delivered(&events).await;
    assert_eq!(backend.sequences(), (1..=5000).collect::<Vec<_>>());
    assert_eq!((backend.missed(), events.metrics().delivered), (0, 5000));
}

#[tokio::test(start_paused = true)]
async fn beyond_the_bound_the_newest_are_lost_and_the_backend_is_told_how_many() {
    let backend = Backend::new(Reply::Hang);
    let events = start(&backend, EventOptions { queue: 1000, ..options() });
    note(&events, 1);
    // The first batch is on its way.
    sleep(Duration::from_secs(1)).await;
    note(&events, 1499);
    assert_eq!((events.metrics().queued, dropped(&events, "full")), (1000, 500));
    backend.set(TAKE);
    delivered(&events).await;
    assert_eq!(backend.sequences(), (1..=1000).collect::<Vec<_>>());
    // The batch on its way knew of none; the next has told of all.
    let missed: Vec<Value> = backend.taken().iter().map(|batch| batch["missed"].clone()).collect();
    assert_eq!(
        (missed[0].as_u64(), missed[1].as_u64(), backend.missed()),
        (Some(0), Some(500), 500)
    );
    // The gap in the numbers says where they are missing.
    note(&events, 1);
    delivered(&events).await;
    assert_eq!(backend.sequences().last(), Some(&1501));
}

#[tokio::test(start_paused = true)]
async fn errors_are_lost_first() {
    let backend = Backend::new(Reply::Hang);
    let events = start(&backend, EventOptions { queue: 10, ..options() });
    for _ in 0..50 {
        events.notice(now(), &error());
    }
    assert_eq!((events.metrics().queued, dropped(&events, "error_half_full")), (5, 45));
    note(&events, 5);
    assert_eq!((events.metrics().queued, dropped(&events, "full")), (10, 0));
    note(&events, 1);
    assert_eq!(dropped(&events, "full"), 1);
    backend.set(TAKE);
    delivered(&events).await;
    assert_eq!(backend.missed() + events.metrics().queued as u64, 46);
}

#[tokio::test(start_paused = true)]
async fn down_for_hours_it_keeps_the_last_hour_and_no_more_than_there_is_room() {
    let backend = Backend::new(Reply::Fail(HttpError::Unreachable));
    let (seen, _logging) = Seen::start();
    let events = start(&backend, EventOptions { max_age: HOUR, ..options() });
    let began = Instant::now();
    let mut noted = 0;
    while began.elapsed() < 3 * HOUR {
        note(&events, 1);
        noted += 1;
        sleep(Duration::from_secs(1)).await;
        assert!(events.metrics().queued <= 3800, "{:?}", events.metrics());
    }
    assert!(events.metrics().oldest <= HOUR + Duration::from_secs(200), "{:?}", events.metrics());
    assert!(backend.attempts().len() < 1000, "{}", backend.attempts().len());
    assert_eq!((seen.count("the backend fails"), seen.count("events are lost")), (1, 1));

    backend.set(TAKE);
    delivered(&events).await;
    let sequences = backend.sequences();
    assert!(sequences.len() > 3500, "{}", sequences.len());
    assert_eq!(sequences.last(), Some(&noted));
    assert!(sequences.windows(2).all(|pair| pair[1] == pair[0] + 1));
    let (lost, kept) = (dropped(&events, "too_old"), sequences.len() as u64);
    assert_eq!((lost + kept, backend.missed()), (noted, lost));
    assert_eq!((seen.count("the backend fails"), seen.count("the backend works again")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_too_old_is_not_even_sent() {
    let backend = Backend::new(Reply::Status(500));
    let events = start(&backend, EventOptions { max_age: HOUR, ..options() });
    note(&events, 150);
    // The first hundred wait for their next try, the others for them.
    sleep(HOUR + Duration::from_millis(1)).await;
    backend.set(TAKE);
    note(&events, 1);
    delivered(&events).await;
    assert_eq!((backend.sequences(), backend.missed()), (vec![151], 150));
    assert_eq!(dropped(&events, "too_old"), 150);
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_the_next_one_begins_with_short_pauses() {
    let backend = Backend::new(Reply::Status(500));
    let events = start(&backend, options());
    for _ in 0..2 {
        backend.set(Reply::Status(500));
        note(&events, 1);
        sleep(Duration::from_secs(300)).await;
        backend.set(TAKE);
        delivered(&events).await;
        let attempts = backend.attempts();
        let first = attempts.iter().rposition(|tried| tried.id != attempts.last().unwrap().id);
        let first = first.map_or(0, |before| before + 1);
        let pause = attempts[first + 1].at - attempts[first].at;
        assert!(pause <= Duration::from_millis(501), "{pause:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn at_the_end_tries_follow_each_other_quickly_again() {
    let backend = Backend::new(Reply::Status(500));
    let events = start(&backend, EventOptions { flush: Duration::from_secs(5), ..options() });
    note(&events, 1);
    sleep(Duration::from_secs(300)).await;
    let tried = backend.attempts().len();
    let flushing = tokio::spawn({
        let events = events.clone();
        async move { events.flush().await }
    });
    while backend.attempts().len() < tried + 2 && !flushing.is_finished() {
        sleep(Duration::from_millis(1)).await;
    }
    backend.set(TAKE);
    flushing.await.unwrap();
    assert_eq!((backend.sequences(), dropped(&events, "end")), (vec![1], 0));
}

#[tokio::test(start_paused = true)]
async fn each_outage_and_each_loss_is_said_once_but_not_every_second() {
    let backend = Backend::new(TAKE);
    let (seen, _logging) = Seen::start();
    let events = start(&backend, EventOptions { queue: 10, ..options() });
    for (outages, losses) in [(1, 1), (1, 2), (2, 3)] {
        backend.set(Reply::Status(500));
        for _ in 0..5 {
            note(&events, 10);
            sleep(Duration::from_millis(500)).await;
        }
        backend.set(TAKE);
        delivered(&events).await;
        assert_eq!(seen.count("the backend fails"), outages);
        assert_eq!(seen.count("events are lost"), losses);
        if losses == 2 {
            sleep(Duration::from_secs(60)).await;
        }
    }
    assert_eq!(seen.count("the backend works again"), 2);
}

#[tokio::test(start_paused = true)]
async fn relays_do_not_wait_for_a_backend_that_hangs() {
    use easyrtc_runtime::{
        AckId, Attachments, ConnMeta, OpenToEveryone, Options, Outgoing, Runtime, TransportKind,
    };
    use serde_json::value::RawValue;

    let backend = Backend::new(Reply::Hang);
    let events = start(&backend, EventOptions { queue: 8, ..options() });
    let notice_observers = vec![Arc::new(events.clone()) as _];
    let runtime =
        Runtime::start(Options { notice_observers, ..Options::default() }, OpenToEveryone);
    let runtime = runtime.unwrap();
    let meta = ConnMeta::new(TransportKind::WebSocket);
    let began = Instant::now();
    let (mut alice, mut to_alice) = runtime.connect(meta.clone()).unwrap();
    let (mut bob, _to_bob) = runtime.connect(meta).unwrap();
    let login: &RawValue =
        serde_json::from_str(r#"{"msgType":"authenticate","msgData":{"apiVersion":"1.1.1"}}"#)
            .unwrap();
    for client in [&mut bob, &mut alice] {
        let delivery =
            client.receive(Some(AckId(0)), ClientEvent::Auth, login, &Attachments::none());
        client.deliver(delivery).await;
    }
    let mut batch = Vec::new();
    assert!(to_alice.recv(&mut batch).await);
    for number in 1..=1000 {
        // One to the room, which is relayed, and one that is refused, which is an event.
        let target = if number % 2 == 0 { "default" } else { "nowhere" };
        let text = format!(r#"{{"msgType":"chat","targetRoom":"{target}","msgData":{number}}}"#);
        let raw: &RawValue = serde_json::from_str(&text).unwrap();
        let ack = Some(AckId(number));
        let delivery = alice.receive(ack, ClientEvent::Msg, raw, &Attachments::none());
        alice.deliver(delivery).await;
        batch.clear();
        assert!(to_alice.recv(&mut batch).await);
        let is_answer =
            |item: &Outgoing| matches!(item, Outgoing::Reply { ack, .. } if ack.0 == number);
        assert!(batch.iter().any(is_answer), "{number}: {batch:?}");
    }
    assert_eq!(began.elapsed(), Duration::ZERO, "nobody waited for anything");
    let metrics = events.metrics();
    assert!(metrics.queued <= 8 && metrics.delivered == 0, "{metrics:?}");
    assert!(dropped(&events, "error_half_full") >= 490, "{metrics:?}");
}
