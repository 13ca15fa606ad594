//! What a message for thousands means for everybody else on the same thread, counted: how many of
//! them are served before somebody whose socket has become ready.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use easyrtc_proto::GroupName;
use easyrtc_runtime::*;
use easyrtc_state::Grant;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

const MEMBERS: usize = 5_000;
const BROADCASTS: usize = 20;

const AUTH: &str = r#"{"msgType":"authenticate","msgData":{"apiVersion":"1"}}"#;
const TO_GROUP: &str = r#"{"msgType":"hello","targetGroup":"all","msgData":1}"#;

/// Puts everybody into one group.
struct OneGroup;

impl Responder for OneGroup {
    fn respond(&self, _: Question) -> Answer {
        let groups = BTreeSet::from([GroupName::parse("all").unwrap()]);
        Answer::Now(Verdict::Allow(Grant { groups, ..Grant::default() }))
    }
}

async fn login(runtime: &Runtime) -> (Connection, Outbox) {
    let (connection, mut outbox) = runtime.connect(ConnMeta::new(TransportKind::SocketIo)).unwrap();
    say(&connection, ClientEvent::Auth, AUTH);
    let mut token = Vec::new();
    assert!(outbox.recv(&mut token).await);
    (connection, outbox)
}

fn say(connection: &Connection, event: ClientEvent, text: &str) {
    let raw: &serde_json::value::RawValue = serde_json::from_str(text).unwrap();
    connection.feed(connection.receive(Some(AckId(1)), event, raw, &Attachments::none()));
}

#[derive(Default)]
struct Heard {
    count: AtomicUsize,
    more: Notify,
}

/// Reads what comes, and counts.
async fn listen((connection, mut outbox): (Connection, Outbox), heard: Arc<Heard>) {
    let mut batch = Vec::new();
    while outbox.recv(&mut batch).await {
        let events = batch.drain(..).filter(|item| matches!(item, Outgoing::Event { .. }));
        let before = heard.count.fetch_add(events.count(), Ordering::Relaxed);
        if (before + 1).is_multiple_of(MEMBERS) {
            heard.more.notify_one();
        }
        // Over Socket.IO there is an acknowledgement to read.
        let mut acknowledged = false;
        poll_fn(|cx| {
            if std::mem::replace(&mut acknowledged, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
    drop(connection);
}

/// Makes a socket ready, again and again; the most that were served before its task was.
async fn longest_wait(heard: Arc<Heard>) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    let mut longest = 0;
    while heard.count.load(Ordering::Relaxed) < BROADCASTS * MEMBERS {
        let before = heard.count.load(Ordering::Relaxed);
        assert_eq!(client.try_write(b"x").unwrap(), 1);
        // Twice, so that it is known not to be ready the next time.
        while server.try_read(&mut [0]).is_err() {
            server.readable().await.unwrap();
        }
        assert!(server.try_read(&mut [0]).is_err());
        longest = longest.max(heard.count.load(Ordering::Relaxed) - before);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    longest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_socket_waits_for_few_of_the_receivers() {
    let options =
        Options { core: Config { room_default: None, ..Config::default() }, ..Options::default() };
    let runtime = Runtime::start(options, OneGroup).unwrap();
    let heard = Arc::new(Heard::default());
    for _ in 0..MEMBERS {
        tokio::spawn(listen(login(&runtime).await, Arc::clone(&heard)));
    }
    let (sender, _acks) = login(&runtime).await;
    let waited = tokio::spawn(longest_wait(Arc::clone(&heard)));
    let broadcasts = tokio::spawn(async move {
        for round in 1..=BROADCASTS {
            say(&sender, ClientEvent::Msg, TO_GROUP);
            while heard.count.load(Ordering::Relaxed) < round * MEMBERS {
                heard.more.notified().await;
            }
        }
    });
    broadcasts.await.unwrap();
    let waited = waited.await.unwrap();
    assert!(waited < 200, "{waited} of {MEMBERS}");
}
