//! A backend that does what the test wants of it, on a port of its own.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::harness::DEADLINE;

/// What requests are signed with.
pub(crate) const SECRET: &str = "s3cret-hook";

/// What it does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Answers with this status and body.
    Answer(u16, String),
    /// Writes this, and closes.
    Raw(String),
    /// Answers 204, each byte for itself.
    Slowly,
    /// Answers nothing until the test wants something else, and then closes.
    Hang,
}

/// A request with a good signature.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) id: String,
    pub(crate) text: String,
}

impl Request {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

#[derive(Debug)]
struct State {
    /// What is done next, each once; and then always.
    replies: VecDeque<Reply>,
    then: Reply,
    requests: Vec<Request>,
    connections: Vec<TcpStream>,
    running: bool,
}

/// A backend, until it is dropped.
pub(crate) struct Backend {
    pub(crate) address: SocketAddr,
    state: Arc<(Mutex<State>, Condvar)>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Backend {
    pub(crate) fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = State {
            replies: VecDeque::new(),
            then: reply,
            requests: Vec::new(),
            connections: Vec::new(),
            running: true,
        };
        let state = Arc::new((Mutex::new(state), Condvar::new()));
        let backend = Self { address, state, listening: Mutex::default() };
        backend.listen(listener);
        backend
    }

    /// Nobody is there any more, and lines there are break.
    pub(crate) fn stop(&self) {
        let Some(listening) = self.listening.lock().unwrap().take() else { return };
        {
            let mut state = self.lock();
            state.running = false;
            for connection in state.connections.drain(..) {
                drop(connection.shutdown(Shutdown::Both));
            }
        }
        self.state.1.notify_all();
        // Wakes who waits for the next connection, who drops the listener then.
        drop(TcpStream::connect(self.address));
        drop(listening.join());
    }

    /// Somebody is there again, at the same address.
    pub(crate) fn start_again(&self) {
        let listener = TcpListener::bind(self.address).unwrap();
        self.lock().running = true;
        self.listen(listener);
    }

    fn listen(&self, listener: TcpListener) {
        let state = Arc::clone(&self.state);
        let listening = std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let mut locked = state.0.lock().unwrap();
                if !locked.running {
                    return;
                }
                locked.connections.push(stream.try_clone().unwrap());
                let state = Arc::clone(&state);
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        *self.listening.lock().unwrap() = Some(listening);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.0.lock().unwrap()
    }

    /// What it does from now on.
    pub(crate) fn set(&self, reply: Reply) {
        self.lock().then = reply;
        self.state.1.notify_all();
    }

    /// What it does before that, each once.
    pub(crate) fn first(&self, replies: impl IntoIterator<Item = Reply>) {
        self.lock().replies = replies.into_iter().collect();
    }

    /// All requests so far, as soon as they are what the test waits for.
    pub(crate) fn wait_for(&self, enough: impl Fn(&[Request]) -> bool) -> Vec<Request> {
        let wait = |state: &mut State| !enough(&state.requests);
        let (state, waited) = self.state.1.wait_timeout_while(self.lock(), DEADLINE, wait).unwrap();
        assert!(!waited.timed_out(), "{:?}", state.requests);
        state.requests.clone()
    }

    /// The events of all requests, each once, as soon as one of this type is among them.
    pub(crate) fn events_until(&self, last: &str) -> Vec<Value> {
        let is_last = |event: &Value| event["type"] == last;
        let requests = self.wait_for(|requests| events(requests).iter().any(is_last));
        events(&requests)
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.lock().connections.len()
    }
}

/// The events of requests; those of one that is repeated count once.
pub(crate) fn events(requests: &[Request]) -> Vec<Value> {
    let mut requests = requests.to_vec();
    requests.dedup_by(|again, first| again.id == first.id);
    let batches = requests.iter().map(|request| request.json()["events"].take());
    batches.flat_map(|events| events.as_array().unwrap().clone()).collect()
}

fn serve(mut stream: TcpStream, state: &(Mutex<State>, Condvar)) {
    let mut bytes = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut bytes) {
        let mut locked = state.0.lock().unwrap();
        locked.requests.push(request);
        let reply = locked.replies.pop_front();
        let reply = reply.unwrap_or_else(|| locked.then.clone());
        state.1.notify_all();
        if reply == Reply::Hang {
            let hangs = |state: &mut State| state.running && state.then == Reply::Hang;
            drop(state.1.wait_while(locked, hangs));
            break;
        }
        drop(locked);
        // A server that has gone is no failure here.
        match reply {
            Reply::Answer(status, body) => {
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", body.len());
                drop(stream.write_all((head + &body).as_bytes()));
            }
            Reply::Slowly => {
                for byte in b"HTTP/1.1 204 X\r\n\r\n" {
                    drop(stream.write_all(&[*byte]));
                    std::thread::sleep(Duration::from_millis(2));
                }
            }
            Reply::Raw(text) => {
                drop(stream.write_all(text.as_bytes()));
                break;
            }
            Reply::Hang => break,
        }
    }
    drop(stream.shutdown(Shutdown::Both));
}

/// The next request, from what was read before and what comes; `None` at the end.
fn read_request(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<Request> {
    let mut buffer = [0; 16 * 1024];
    loop {
        let found = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = found.map(|at| at + 4) {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length: usize = header(&head, "content-length").parse().unwrap();
            if bytes.len() >= end + length {
                let rest = bytes.split_off(end + length);
                let text = String::from_utf8(bytes.split_off(end)).unwrap();
                *bytes = rest;
                return Some(checked(&head, text));
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    headers.find(|(found, _)| *found == name).map(|(_, value)| value).unwrap()
}

/// The request, if it is signed as it has to be.
fn checked(head: &str, text: String) -> Request {
    assert!(head.starts_with("POST /hook?key=s3cret HTTP/1.1\r\n"), "{head}");
    assert_eq!(header(head, "content-type"), "application/json");
    let (id, time) = (header(head, "webhook-id"), header(head, "webhook-timestamp"));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!(now.abs_diff(time.parse().unwrap()) < 60, "{head}");
    let signature = header(head, "webhook-signature").strip_prefix("v1,").unwrap();
    let mut signing = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    signing.update(format!("{id}.{time}.{text}").as_bytes());
    signing.verify_slice(&BASE64.decode(signature.as_bytes()).unwrap()).unwrap();
    Request { id: id.to_owned(), text }
}
