//! Who sees messages sees all of them, as they cross the wire.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "support/logged.rs"]
mod logged;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use easyrtc_runtime::*;
use easyrtc_state::{Effect, Input};
use serde_json::value::RawValue;
use serde_json::{Value, json};

const LOGIN: &str = "{\"msgType\":\"authenticate\",\n \"msgData\":{\"apiVersion\":\"1\"}}";

/// Where a test reads what was written.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn values(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The log that is looked at, and the one that is checked against the schemas.
#[derive(Debug)]
struct Both(MessageLog, MessageLog);

impl MessageObserver for Both {
    fn received(&self, message: &ReceivedMessage<'_>) {
        self.0.received(message);
        self.1.received(message);
    }

    fn sent(&self, message: &SentMessage<'_>) {
        self.0.sent(message);
        self.1.sent(message);
    }
}

fn start(log: MessageLog) -> Runtime {
    let observer = Some(Arc::new(Both(log, logged::message_log())) as _);
    Runtime::start(Options { observer, ..Options::default() }, OpenToEveryone).unwrap()
}

async fn say(connection: &mut Connection, ack: u64, event: ClientEvent, text: &str) {
    let raw: &RawValue = serde_json::from_str(text).unwrap();
    let delivery = connection.receive(Some(AckId(ack)), event, raw, &Attachments::none());
    connection.deliver(delivery).await;
}

#[tokio::test]
async fn the_log_has_every_message_as_it_crosses_the_wire() {
    let lines = Lines::default();
    let runtime = start(MessageLog::new(lines.clone()));
    let meta = ConnMeta::new(TransportKind::SocketIo);
    let (mut alice, mut to_alice) = runtime.connect(meta.clone()).unwrap();
    let (mut bob, mut to_bob) = runtime.connect(meta).unwrap();
    let mut batch = Vec::new();

    say(&mut alice, 7, ClientEvent::Auth, LOGIN).await;
    // What waits in the outbox has not crossed the wire.
    assert_eq!(lines.values().len(), 1);
    assert!(to_alice.recv(&mut batch).await);
    let Outgoing::Reply { frame, .. } = &batch[0] else { panic!("{batch:?}") };
    let mut token = Vec::new();
    frame.write_json(None, &mut token);

    say(&mut bob, 1, ClientEvent::Auth, LOGIN).await;
    assert!(to_alice.try_recv(&mut batch));
    say(&mut bob, 2, ClientEvent::Cmd, r#"{"msgType":1}"#).await;
    assert!(to_bob.recv(&mut batch).await);

    let seen = lines.values();
    assert!(seen.iter().all(|line| line["time"].as_u64().is_some_and(|time| time > 1)));
    let keys = |line: &Value| {
        let message = &line["message"]["msgType"];
        json!([line["connection"], line["direction"], line["event"], line["ack"], message])
    };
    assert_eq!(
        seen.iter().map(keys).collect::<Vec<_>>(),
        [
            json!([0, "client", "easyrtcAuth", 7, "authenticate"]),
            json!([0, "server", null, 7, "token"]),
            json!([1, "client", "easyrtcAuth", 1, "authenticate"]),
            json!([0, "server", "easyrtcCmd", null, "roomData"]),
            json!([1, "client", "easyrtcCmd", 2, 1]),
            json!([1, "server", null, 1, "token"]),
            json!([1, "server", null, 2, "error"]),
        ]
    );
    let refused: Vec<&Value> = seen.iter().filter_map(|line| line.get("refused")).collect();
    assert_eq!(refused, ["MSG_REJECT_BAD_TYPE"]);
    assert_eq!(seen[1]["message"], serde_json::from_slice::<Value>(&token).unwrap());
    // The receiver's own name is in the text, as it is in what goes out.
    assert_eq!(seen[3]["message"]["easyrtcid"], seen[1]["message"]["msgData"]["easyrtcid"]);
}

#[tokio::test]
async fn the_text_stays_as_it_was_but_for_line_breaks() {
    let lines = Lines::default();
    let runtime = start(MessageLog::new(lines.clone()));
    let meta = ConnMeta::new(TransportKind::SocketIo);
    let (mut connection, _outbox) = runtime.connect(meta).unwrap();
    let text = "{ \"msgType\":\r\n\"x\", \"msgData\" : [1.50, \"\\n\\ud83d\"] }";
    let raw: &RawValue = serde_json::from_str(text).unwrap();
    let attachments = Attachments::new(vec!["a".into(), "b".into()]);
    let delivery = connection.receive(None, ClientEvent::Msg, raw, &attachments);
    connection.deliver(delivery).await;
    let written = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let expected = "\"connection\":0,\"direction\":\"client\",\"event\":\"easyrtcMsg\",\
                    \"attachments\":2,\"message\":{ \"msgType\":  \"x\", \
                    \"msgData\" : [1.50, \"\\n\\ud83d\"] }}\n";
    assert!(written.ends_with(expected), "{written}");
    assert_eq!(written.matches('\n').count(), 1);
}

#[tokio::test]
async fn a_log_that_cannot_be_written_stops_nobody() {
    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let runtime = start(MessageLog::new(Broken));
    let meta = ConnMeta::new(TransportKind::SocketIo);
    let (mut connection, mut outbox) = runtime.connect(meta).unwrap();
    say(&mut connection, 1, ClientEvent::Auth, LOGIN).await;
    assert!(outbox.recv(&mut Vec::new()).await);
}

/// Keeps all it is told.
#[derive(Clone, Debug, Default)]
struct Keeper(Arc<Mutex<Vec<CoreStep>>>);

impl CoreObserver for Keeper {
    fn handled(&mut self, step: CoreStep) {
        self.0.lock().unwrap().push(step);
    }
}

#[tokio::test]
async fn everything_that_happens_to_the_core_is_seen_with_what_comes_of_it() {
    let keeper = Keeper::default();
    let options = Options {
        observer: Some(Arc::new(logged::message_log())),
        core_observer: Some(Box::new(keeper.clone())),
        ..Options::default()
    };
    let runtime = Runtime::start(options, OpenToEveryone).unwrap();
    let meta = ConnMeta::new(TransportKind::SocketIo);
    let (mut connection, mut outbox) = runtime.connect(meta).unwrap();
    say(&mut connection, 1, ClientEvent::Auth, LOGIN).await;
    connection.close(CloseReason::ClientLeft);
    let mut batch = Vec::new();
    outbox.recv(&mut batch).await;

    let steps = keeper.0.lock().unwrap();
    let kinds: Vec<&str> = steps.iter().map(|step| kind(&step.input)).collect();
    assert_eq!(kinds, ["opened", "message", "answered", "closed"]);
    assert!(steps.is_sorted_by_key(|step| step.now.mono));
    // The easyrtcid in the token is the one that was drawn.
    let mut token = Vec::new();
    let Outgoing::Reply { frame, .. } = &batch[0] else { panic!("{batch:?}") };
    frame.write_json(None, &mut token);
    let token: Value = serde_json::from_slice(&token).unwrap();
    let drawn: Vec<&str> = steps[2].drawn.iter().map(EasyrtcId::as_str).collect();
    assert_eq!(drawn, [token["msgData"]["easyrtcid"].as_str().unwrap()]);
    let reply = |effect: &Effect| matches!(effect, Effect::Reply { frame: f, .. } if f == frame);
    assert!(steps[2].effects.iter().any(reply));
}

fn kind(input: &Input) -> &'static str {
    match input {
        Input::Opened { .. } => "opened",
        Input::Alive { .. } => "alive",
        Input::Message { .. } => "message",
        Input::Closed { .. } => "closed",
        Input::Answered { .. } => "answered",
        Input::Admin { .. } => "admin",
        Input::Tick => "tick",
    }
}

/// Keeps what is noted, and when.
#[derive(Debug, Default)]
struct Notebook(Mutex<Vec<(Now, Notice)>>);

impl NoticeObserver for Notebook {
    fn notice(&self, now: Now, notice: &Notice) {
        self.0.lock().unwrap().push((now, notice.clone()));
    }
}

#[tokio::test]
async fn what_is_noted_is_seen_in_the_order_it_happened_by_everybody_who_looks() {
    let notebooks = [(); 2].map(|()| Arc::new(Notebook::default()));
    let notice_observers = notebooks.iter().map(|notebook| Arc::clone(notebook) as _).collect();
    let options = Options {
        observer: Some(Arc::new(logged::message_log())),
        notice_observers,
        ..Options::default()
    };
    let runtime = Runtime::start(options, OpenToEveryone).unwrap();
    let meta = ConnMeta::new(TransportKind::SocketIo);
    let (mut connection, _outbox) = runtime.connect(meta).unwrap();
    say(&mut connection, 1, ClientEvent::Auth, LOGIN).await;
    connection.close(CloseReason::ClientLeft);

    let [seen, also_seen] = notebooks.each_ref().map(|notebook| notebook.0.lock().unwrap());
    assert_eq!(*seen, *also_seen);
    assert!(
        seen.is_sorted_by_key(|(now, _)| now.mono) && seen.iter().all(|(now, _)| now.unix_ms > 1)
    );
    let place = |is: fn(&Notice) -> bool| seen.iter().position(|(_, notice)| is(notice)).unwrap();
    let order = [
        place(|notice| matches!(notice, Notice::LoggedIn { .. })),
        place(|notice| matches!(notice, Notice::RoomLeft { .. })),
        place(|notice| matches!(notice, Notice::Disconnected { .. })),
    ];
    assert!(order.is_sorted() && order[2] == seen.len() - 1, "{seen:?}");
}
