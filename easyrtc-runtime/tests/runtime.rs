//! The runtime without a transport: connections are fed by hand, outboxes read by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "support/logged.rs"]
mod logged;

use std::sync::Arc;
use std::time::Duration;

use easyrtc_proto::ErrorCode;
use easyrtc_runtime::*;
use easyrtc_state::Grant;
use serde_json::value::RawValue;
use tokio::sync::watch;

struct Peer {
    connection: Connection,
    outbox: Outbox,
    /// What was received and not looked at yet.
    received: std::collections::VecDeque<Outgoing>,
    acks: u64,
}

impl Peer {
    fn open(runtime: &Runtime) -> Self {
        let meta = ConnMeta::new(TransportKind::SocketIo);
        let (connection, outbox) = runtime.connect(meta).unwrap();
        Self { connection, outbox, received: std::collections::VecDeque::new(), acks: 0 }
    }

    async fn login(runtime: &Runtime) -> Self {
        let mut peer = Self::open(runtime);
        peer.say(ClientEvent::Auth, AUTH).await;
        assert!(peer.next().await.contains("\"token\""));
        peer
    }

    async fn say(&mut self, event: ClientEvent, text: &str) {
        let raw: &RawValue = serde_json::from_str(text).unwrap();
        self.acks += 1;
        let ack = Some(AckId(self.acks));
        let delivery = self.connection.receive(ack, event, raw, &Attachments::none());
        self.connection.deliver(delivery).await;
    }

    /// The next thing to write, as text; `closed …` for a close and `over` at the end.
    async fn next(&mut self) -> String {
        while self.received.is_empty() {
            let mut batch = Vec::new();
            if !self.outbox.recv(&mut batch).await {
                return "over".to_owned();
            }
            self.received.extend(batch);
        }
        let mut out = Vec::new();
        match self.received.pop_front().unwrap() {
            Outgoing::Event { frame, to } => frame.write_json(to.as_ref(), &mut out),
            Outgoing::Reply { ack: _, frame } => frame.write_json(None, &mut out),
            Outgoing::Close(reason) => return format!("closed {reason:?}"),
        }
        String::from_utf8(out).unwrap()
    }
}

const AUTH: &str = r#"{"msgType":"authenticate","msgData":{"apiVersion":"1"}}"#;
const TO_ROOM: &str = r#"{"msgType":"m","targetRoom":"default","msgData":1}"#;
const LIST: &str = r#"{"msgType":"getRoomList"}"#;

fn start_with(options: Options, responder: impl Responder) -> Runtime {
    let observer = Some(Arc::new(logged::message_log()) as _);
    Runtime::start(Options { observer, ..options }, responder).unwrap()
}

fn start(options: Options) -> Runtime {
    start_with(options, OpenToEveryone)
}

#[tokio::test]
async fn messages_of_one_reach_the_other_in_order() {
    let runtime = start(Options::default());
    let mut alice = Peer::login(&runtime).await;
    let mut bob = Peer::login(&runtime).await;
    assert!(alice.next().await.contains("updateClient"));
    for n in 0..100 {
        let text = format!(r#"{{"msgType":"n","targetRoom":"default","msgData":{n}}}"#);
        bob.say(ClientEvent::Msg, &text).await;
    }
    for n in 0..100 {
        assert!(alice.next().await.ends_with(&format!("\"msgData\":{n}}}")));
        assert_eq!(bob.next().await, r#"{"msgType":"ack"}"#);
    }
}

#[tokio::test]
async fn who_does_not_read_leaves_the_room_at_once() {
    let outbox = OutboxLimits { frames: 10, ..OutboxLimits::default() };
    let runtime = start(Options { outbox, ..Options::default() });
    let mut alice = Peer::login(&runtime).await;
    let slow = Peer::login(&runtime).await;
    assert!(alice.next().await.contains("updateClient"));
    let aborted = slow.outbox.aborted();
    for _ in 0..11 {
        alice.say(ClientEvent::Msg, TO_ROOM).await;
        assert_eq!(alice.next().await, r#"{"msgType":"ack"}"#);
    }
    // The transport has not even been asked to close, and the room knows already.
    assert!(alice.next().await.contains("removeClient"));
    assert_eq!(aborted.await, CloseReason::Slow);
    assert_eq!(runtime.connections(), 1);
    slow.connection.close(CloseReason::TransportError);
    alice.say(ClientEvent::Cmd, LIST).await;
    assert!(alice.next().await.contains(r#""numberClients":1"#));
}

#[tokio::test]
async fn a_dropped_connection_is_gone() {
    let runtime = start(Options::default());
    let mut alice = Peer::login(&runtime).await;
    let bob = Peer::login(&runtime).await;
    assert!(alice.next().await.contains("updateClient"));
    drop(bob);
    assert!(alice.next().await.contains("removeClient"));
    assert_eq!(runtime.stats().clients, 1);
}

/// Answers about logins when it is told to.
struct Waiting(watch::Receiver<Option<Verdict>>);

impl Responder for Waiting {
    fn respond(&self, question: Question) -> Answer {
        let mut told = self.0.clone();
        match question {
            Question::Login(_) => Answer::Later(Box::pin(async move {
                told.wait_for(Option::is_some).await.unwrap().clone().unwrap()
            })),
            Question::RoomJoin(_) => Answer::Now(Verdict::RoomJoin),
            Question::IceConfig { .. } => Answer::Now(Verdict::IceServers(None)),
            Question::Application { .. } => Answer::Now(Verdict::Application(None)),
        }
    }
}

#[tokio::test]
async fn an_answer_may_come_later_and_messages_wait_for_it() {
    let (tell, told) = watch::channel(None);
    let mut core = Config::default();
    core.limits.parked = 2;
    let options = Options { core, ..Options::default() };
    let runtime = start_with(options, Waiting(told));
    let mut alice = Peer::open(&runtime);
    alice.say(ClientEvent::Auth, AUTH).await;
    alice.say(ClientEvent::Cmd, LIST).await;
    alice.say(ClientEvent::Cmd, LIST).await;
    // As many wait as may, so the next one is not taken before the answer.
    let mut fourth = Box::pin(async {
        alice.say(ClientEvent::Cmd, LIST).await;
        alice
    });
    tokio::select! {
        biased;
        _ = &mut fourth => panic!("it was taken"),
        () = tokio::task::yield_now() => {}
    }
    tell.send(Some(Verdict::Allow(Grant::default()))).unwrap();
    let mut alice = fourth.await;
    assert!(alice.next().await.contains("\"token\""));
    for _ in 0..3 {
        assert!(alice.next().await.contains("\"roomList\""));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_a_timeout() {
    let (_tell, told) = watch::channel(None);
    let runtime = start_with(Options::default(), Waiting(told));
    let mut alice = Peer::open(&runtime);
    alice.say(ClientEvent::Auth, AUTH).await;
    assert!(alice.next().await.contains(ErrorCode::LoginTimeout.name()));
    assert_eq!(alice.next().await, "closed Refused");
    assert_eq!(alice.next().await, "over");
}

#[tokio::test(start_paused = true)]
async fn deadlines_come_without_anybody_doing_anything() {
    let core = Config {
        login_timeout_socketio: Duration::from_secs(5),
        room_empty_ttl: Duration::from_secs(1),
        ..Config::default()
    };
    let runtime = start(Options { core, ..Options::default() });
    let mut waiting = Peer::open(&runtime);
    assert!(waiting.next().await.contains(ErrorCode::LoginTimeout.name()));
    assert_eq!(waiting.next().await, "closed LoginTimeout");
    // A deadline that is nearer than the one slept for is kept too.
    let later = Peer::open(&runtime);
    let mut alice = Peer::login(&runtime).await;
    let rooms = |name| {
        format!(r#"{{"msgType":"{name}","msgData":{{"{name}":{{"a":{{"roomName":"a"}}}}}}}}"#)
    };
    alice.say(ClientEvent::Cmd, &rooms("roomJoin")).await;
    alice.say(ClientEvent::Cmd, &rooms("roomLeave")).await;
    assert_eq!(runtime.stats().rooms, 2);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(runtime.stats().rooms, 1);
    drop(later);
}

#[tokio::test]
async fn a_shutdown_tells_everybody_and_ends_when_all_are_gone() {
    let runtime = start(Options::default());
    let mut alice = Peer::login(&runtime).await;
    runtime.admin(AdminCommand::Shutdown).unwrap();
    assert!(alice.next().await.contains(ErrorCode::ServerShutdown.name()));
    assert_eq!(alice.next().await, "closed Shutdown");
    let mut late = Peer::open(&runtime);
    assert!(late.next().await.contains(ErrorCode::ServerShutdown.name()));
    let drained = runtime.drained();
    drop(late);
    alice.connection.close(CloseReason::Shutdown);
    drained.await;
}

#[tokio::test]
async fn there_is_a_hard_limit() {
    let runtime = start(Options { hard_connection_limit: 1, ..Options::default() });
    let alice = Peer::open(&runtime);
    let meta = || ConnMeta::new(TransportKind::SocketIo);
    assert_eq!(runtime.connect(meta()).err(), Some(Refused));
    drop(alice);
    assert!(runtime.connect(meta()).is_ok());
}

#[tokio::test]
async fn the_timer_ends_with_the_runtime() {
    let before = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let runtime = start(Options::default());
    drop(runtime);
    while tokio::runtime::Handle::current().metrics().num_alive_tasks() > before {
        tokio::task::yield_now().await;
    }
}

/// A message for hundreds does not keep others waiting until the last of them had it.
#[tokio::test(start_paused = true)]
async fn a_large_broadcast_lets_others_have_a_turn() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    const MEMBERS: usize = 300;

    let mut options = Options::default();
    options.core.limits.room_max_connection = 0;
    let runtime = start(options);
    let mut sender = Peer::login(&runtime).await;
    let heard = Arc::new(AtomicUsize::new(0));
    let mut members = tokio::task::JoinSet::new();
    for _ in 0..MEMBERS {
        let mut member = Peer::login(&runtime).await;
        let heard = Arc::clone(&heard);
        members.spawn(async move {
            while !member.next().await.contains("\"hello\"") {}
            heard.fetch_add(1, Ordering::Relaxed);
        });
    }
    // Time passes when everybody has read of everybody and waits.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let hello = r#"{"msgType":"hello","targetRoom":"default"}"#;
    sender.say(ClientEvent::Msg, hello).await;
    let heard_before = tokio::spawn({
        let heard = Arc::clone(&heard);
        async move { heard.load(Ordering::Relaxed) }
    });
    let heard_before = heard_before.await.unwrap();
    assert!(heard_before < 150, "{heard_before} of {MEMBERS}");
    while members.join_next().await.is_some() {}
    assert_eq!(heard.load(Ordering::Relaxed), MEMBERS);
}

#[tokio::test(start_paused = true)]
async fn limits_that_are_met_are_counted_and_the_feeder_waits() {
    let mut options = Options::default();
    let rates = &mut options.core.limits.rates;
    rates.connection.messages = Rate::new(1, 3);
    rates.pause = Duration::from_secs(5);
    let runtime = start(options);
    let mut peer = Peer::login(&runtime).await;
    let start = tokio::time::Instant::now();
    for expected in ["roomList", "roomList", "MSG_REJECT_GEN_FAIL"] {
        peer.say(ClientEvent::Cmd, LIST).await;
        assert!(peer.next().await.contains(expected));
    }
    assert!(start.elapsed() < Duration::from_secs(1));
    // Nothing is fed before the pause is over.
    peer.say(ClientEvent::Cmd, LIST).await;
    assert!(start.elapsed() >= Duration::from_secs(5));
    assert!(peer.next().await.contains("roomList"));
    let limited = runtime.limited();
    assert_eq!(limited.len(), LimitName::ALL.len());
    let met: Vec<_> = limited.into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(met, [(LimitName::Messages, 1)]);
}
