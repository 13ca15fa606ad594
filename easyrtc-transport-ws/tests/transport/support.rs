//! A server on loopback, a client, and a relay between them that cuts the line.

pub(crate) mod client;
pub(crate) mod relay;

use std::fs::File;
use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use easyrtc_runtime::{MessageLog, OpenToEveryone, Options, Runtime};
use easyrtc_transport_ws::{Config, Metrics, RawWebSocket};
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
    pub(crate) transport: RawWebSocket,
    pub(crate) runtime: Runtime,
    accepting: tokio::task::JoinHandle<()>,
}

impl Server {
    /// With the default settings.
    pub(crate) async fn start() -> Self {
        Self::with(Config::default()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let runtime = Runtime::start(options(), OpenToEveryone).unwrap();
        Self::with_runtime(config, runtime).await
    }

    pub(crate) async fn with_runtime(config: Config, runtime: Runtime) -> Self {
        let transport = RawWebSocket::new(config, runtime.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = transport.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                let transport = service.clone();
                let handler = service_fn(move |request| {
                    let transport = transport.clone();
                    async move {
                        let response = transport.handle(request, Some(peer.ip())).await;
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
        Self { address, transport, runtime, accepting }
    }

    pub(crate) fn metrics(&self) -> Metrics {
        self.transport.metrics()
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

/// A login that is accepted.
pub(crate) fn login() -> Value {
    json!({"msgType": "authenticate", "msgData": {"apiVersion": "1.1.1-beta", "applicationName": "app"}})
}

/// A login that is refused.
pub(crate) fn bad_login() -> Value {
    json!({"msgType": "authenticate", "msgData": {"apiVersion": 1}})
}

/// A command anybody may send who has logged in.
pub(crate) fn room_list() -> Value {
    json!({"msgType": "getRoomList"})
}

/// A message to `target` that says `number`.
pub(crate) fn numbered(target: &str, number: u64) -> Value {
    json!({"msgType": "count", "targetEasyrtcid": target, "msgData": {"number": number}})
}
