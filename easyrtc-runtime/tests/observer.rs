//! Who sees messages sees all of them, as they cross the wire.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use easyrtc_runtime::*;
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

fn start(log: MessageLog) -> Runtime {
    let options = Options { observer: Some(Arc::new(log)), ..Options::default() };
    Runtime::start(options, OpenToEveryone).unwrap()
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
