//! Logins, and servers that answer as they are told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use easyrtc_auth::{Authorizer, Deciding, Decision};
use easyrtc_proto::{AppName, Payload, Username};
use easyrtc_state::{ConnId, ConnMeta, LoginQuestion, TransportKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A login to `my.app` with this credential.
pub(crate) fn login(credential: Option<&str>) -> LoginQuestion {
    LoginQuestion {
        conn: ConnId(7),
        app: AppName::parse("my.app").unwrap(),
        username: Some(Username::parse("somebody").unwrap()),
        credential: credential.map(|text| Payload::parse(text).unwrap()),
        easyrtcsid: None,
        rooms: [].into(),
        is_in: [].into(),
        meta: ConnMeta::new(TransportKind::WebSocket).into(),
    }
}

/// What `authorizer` makes of `login`.
pub(crate) async fn decide(authorizer: &dyn Authorizer, login: LoginQuestion) -> Decision {
    match authorizer.authorize(&Arc::new(login)) {
        Deciding::Now(decision) => decision,
        Deciding::Later(decision) => decision.await,
    }
}

/// The same in words.
pub(crate) async fn outcome(authorizer: &dyn Authorizer, login: LoginQuestion) -> String {
    match decide(authorizer, login).await {
        Decision::Allow(grant) => {
            format!("allow {}", grant.username.map_or_else(String::new, |name| name.to_string()))
        }
        Decision::Deny(code, reason) => format!("{} {reason}", code.name()),
        Decision::Pass => "pass".to_owned(),
        Decision::Fail(reason) => format!("fail {reason}"),
    }
}

/// Seconds since the epoch.
pub(crate) fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

/// What a server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers with this status and body.
    Answer(u16, String),
    /// Writes this, and ends.
    Raw(String),
    /// Never answers.
    Hang,
    /// Goes on sending for as long as somebody reads.
    Flood,
}

/// A server on a port of its own, until it is dropped.
pub(crate) struct Backend {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

struct State {
    reply: Mutex<Reply>,
    requests: Mutex<Vec<String>>,
    sent: Mutex<usize>,
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Backend {
    pub(crate) async fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            reply: Mutex::new(reply),
            requests: Mutex::default(),
            sent: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, Arc::clone(&shared)));
            }
        });
        Self { address, state, task }
    }

    pub(crate) fn url(&self) -> easyrtc_auth::Url {
        easyrtc_auth::Url::parse(&format!("http://{}/ask", self.address)).unwrap()
    }

    /// What it does from now on.
    pub(crate) fn set(&self, reply: Reply) {
        *self.state.reply.lock().unwrap() = reply;
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.state.requests.lock().unwrap().clone()
    }

    /// Bytes of a flood so far.
    pub(crate) fn sent(&self) -> usize {
        *self.state.sent.lock().unwrap()
    }
}

async fn serve(mut socket: TcpStream, state: Arc<State>) {
    let Some(request) = read_request(&mut socket).await else { return };
    state.requests.lock().unwrap().push(request);
    let reply = state.reply.lock().unwrap().clone();
    let head = |status: u16, length: usize| {
        format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
    };
    // A client that has gone is no failure here.
    match reply {
        Reply::Answer(status, body) => {
            let text = head(status, body.len()) + &body;
            drop(socket.write_all(text.as_bytes()).await);
        }
        Reply::Raw(text) => drop(socket.write_all(text.as_bytes()).await),
        Reply::Hang => std::future::pending().await,
        Reply::Flood => {
            drop(socket.write_all(head(200, 1 << 40).as_bytes()).await);
            let chunk = [b' '; 16 * 1024];
            while socket.write_all(&chunk).await.is_ok() {
                *state.sent.lock().unwrap() += chunk.len();
            }
        }
    }
}

async fn read_request(socket: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let lengths = head.lines().filter_map(|line| line.split_once(": "));
        let length = lengths
            .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .find_map(|(_, value)| value.parse::<usize>().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some(text.into_owned());
        }
    }
}
