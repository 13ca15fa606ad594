//! A client that makes one HTTP request after another, each on a connection of its own.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{HOST, HeaderMap};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::{event, login, parse_ack, soon};

/// A response, complete.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn code(&self) -> Option<u64> {
        serde_json::from_str::<Value>(&self.body).ok()?.get("code")?.as_u64()
    }
}

/// Makes one request whose answer is text.
pub(crate) async fn request(
    address: SocketAddr,
    method: Method,
    query: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Answer {
    let (parts, body) = exchange(address, method, query, headers, body.into()).await;
    let body = String::from_utf8(body.to_vec()).unwrap();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// Makes one GET; returns the type and the bytes of what is answered.
pub(crate) async fn binary_request(address: SocketAddr, query: &str) -> (String, Bytes) {
    let (parts, body) = exchange(address, Method::GET, query, &[], Bytes::new()).await;
    assert_eq!(parts.status, StatusCode::OK);
    (parts.headers["content-type"].to_str().unwrap().to_owned(), body)
}

async fn exchange(
    address: SocketAddr,
    method: Method,
    query: &str,
    headers: &[(&str, &str)],
    body: Bytes,
) -> (hyper::http::response::Parts, Bytes) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(format!("/socket.io/?{query}"));
    request = request.header(HOST, address.to_string());
    for &(name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(body)).unwrap();
    let response = soon(sender.send_request(request)).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = soon(body.collect()).await.unwrap().to_bytes();
    drop(sender);
    connection.abort();
    (parts, body)
}

/// A session that polls.
#[derive(Clone, Debug)]
pub(crate) struct Polling {
    pub(crate) address: SocketAddr,
    pub(crate) sid: String,
}

impl Polling {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let answer = request(address, Method::GET, "EIO=4&transport=polling", &[], "").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let open: Value = serde_json::from_str(answer.body.strip_prefix('0').unwrap()).unwrap();
        Self { address, sid: open["sid"].as_str().unwrap().to_owned() }
    }

    /// Opens a session and connects to the namespace.
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let this = Self::open(address).await;
        assert_eq!(this.post("40").await.body, "ok");
        loop {
            for packet in this.packets().await {
                if packet.starts_with("40{\"sid\":\"") {
                    return this;
                }
                assert_eq!(packet, "2");
                assert_eq!(this.post("3").await.body, "ok");
            }
        }
    }

    /// Connects and logs in; returns the easyrtcid too.
    pub(crate) async fn log_in(address: SocketAddr) -> (Self, String) {
        let this = Self::connect(address).await;
        assert_eq!(this.post(event(0, "easyrtcAuth", &login())).await.body, "ok");
        let answer = this.poll().await.body;
        let token = parse_ack(&answer, 0).unwrap_or_else(|| panic!("no answer: {answer}"));
        let id = token["msgData"]["easyrtcid"].as_str().unwrap().to_owned();
        (this, id)
    }

    pub(crate) fn query(&self) -> String {
        format!("EIO=4&transport=polling&sid={}", self.sid)
    }

    pub(crate) async fn poll(&self) -> Answer {
        request(self.address, Method::GET, &self.query(), &[], "").await
    }

    pub(crate) async fn post(&self, body: impl Into<Bytes>) -> Answer {
        request(self.address, Method::POST, &self.query(), &[], body).await
    }

    /// The packets of the next poll.
    pub(crate) async fn packets(&self) -> Vec<String> {
        let answer = self.poll().await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body.split('\x1e').map(str::to_owned).collect()
    }

    /// Asserts that the session is over.
    pub(crate) async fn assert_over(&self) {
        let answer = self.poll().await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, Some(1)));
    }
}
