//! A server on loopback, and two kinds of clients.

pub(crate) mod eio3;
pub(crate) mod http;
pub(crate) mod ws;

use std::fs::File;
use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use easyrtc_runtime::{MessageLog, OpenToEveryone, Options, Runtime};
use easyrtc_transport_socketio::{Config, Metrics, SocketIo};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// How long a test waits for what must happen before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// The outcome of `future`, which must come.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("this must happen soon")
}

/// Waits until `condition` holds.
pub(crate) async fn until(condition: impl Fn() -> bool) {
    soon(async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

/// A server that runs until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) socketio: SocketIo,
    pub(crate) runtime: Runtime,
    accepting: tokio::task::JoinHandle<()>,
}

impl Server {
    /// With the default settings.
    pub(crate) async fn start() -> Self {
        Self::with(Config::default()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        Self::with_runtime(config, runtime()).await
    }

    pub(crate) async fn with_runtime(config: Config, runtime: Runtime) -> Self {
        let socketio = SocketIo::new(config, runtime.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = socketio.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                let socketio = service.clone();
                let handler = service_fn(move |request| {
                    let socketio = socketio.clone();
                    async move {
                        let response = socketio.handle(request, Some(peer.ip())).await;
                        Ok::<_, std::convert::Infallible>(response)
                    }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), handler)
                        .with_upgrades(),
                );
            }
        });
        Self { address, socketio, runtime, accepting }
    }

    pub(crate) fn metrics(&self) -> Metrics {
        self.socketio.metrics()
    }

    /// Waits until as many sessions are open.
    pub(crate) async fn sessions(&self, count: u64) {
        until(|| self.metrics().sessions == count).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// What the runtimes of these tests start from. Each logs its messages into a file of its own,
/// `target/message-logs/cargo`, so that they can be checked.
pub(crate) fn options() -> Options {
    static STARTED: AtomicUsize = AtomicUsize::new(0);
    let number = STARTED.fetch_add(1, Ordering::Relaxed);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("message-logs/cargo");
    std::fs::create_dir_all(&directory).unwrap();
    let name = format!("{}-{number}.jsonl", env!("CARGO_PKG_NAME"));
    let log = MessageLog::new(File::create(directory.join(name)).unwrap());
    Options { observer: Some(Arc::new(log)), ..Options::default() }
}

/// A runtime as the original's defaults have it.
fn runtime() -> Runtime {
    Runtime::start(options(), OpenToEveryone).unwrap()
}

/// A login that is accepted.
pub(crate) fn login() -> Value {
    json!({"msgType": "authenticate", "msgData": {"apiVersion": "1.1.1-beta", "applicationName": "app"}})
}

/// A login that is refused.
pub(crate) fn bad_login() -> Value {
    json!({"msgType": "authenticate", "msgData": {"apiVersion": 1}})
}

/// The text of an event with one argument, as an Engine.IO message.
pub(crate) fn event(ack: u64, name: &str, message: &Value) -> String {
    format!("42{ack}{}", json!([name, message]))
}

/// A message to `target` that says `number`.
pub(crate) fn numbered(target: &str, number: u64) -> Value {
    json!({"msgType": "count", "targetEasyrtcid": target, "msgData": {"number": number}})
}

/// An offer, which a client may send to itself.
pub(crate) fn offer(target: &str) -> Value {
    json!({"msgType": "offer", "targetEasyrtcid": target, "msgData": {"sdp": "x"}})
}

/// What an event says, `(name, message)`, with or without an ack id.
pub(crate) fn parse_event(text: &str) -> Option<(String, Value)> {
    let rest = text.strip_prefix("42")?.trim_start_matches(|c: char| c.is_ascii_digit());
    serde_json::from_str(rest).ok()
}

/// The answer to event `ack`.
pub(crate) fn parse_ack(text: &str, ack: u64) -> Option<Value> {
    let rest = text.strip_prefix("43")?.strip_prefix(&ack.to_string())?;
    serde_json::from_str::<[Value; 1]>(rest).ok().map(|[message]| message)
}
