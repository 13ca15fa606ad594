//! The admin API, as an operator's backend uses it, and as strangers abuse it.

mod access;
mod bad_input;
mod bounds;
mod changes;
mod drain;
mod lists;
mod openapi;
mod sending;
mod tls;

use std::io::Write;
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Answer, Server};
use crate::web_socket::Client;

const TOKEN: &str = "s3cret-token-of-the-tests";

/// A running server with an admin API, and who uses it.
struct Admin {
    server: Server,
    address: SocketAddr,
    _directory: TempDir,
}

impl Admin {
    fn start(flags: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        std::fs::write(&path, format!("{TOKEN}\n")).unwrap();
        let path = path.to_str().unwrap();
        let own = ["--admin-listen", "127.0.0.1:0", "--admin-token-file", path];
        let server = Server::start(&[&own, flags].concat());
        let mut lines = server.announced.iter();
        let url = lines.find_map(|line| line.strip_prefix("Admin API: http://")).unwrap();
        let address = url.strip_suffix("/v1/").unwrap().parse().unwrap();
        Self { server, address, _directory: directory }
    }

    fn connect(&self) -> TcpStream {
        Server::connect_to(self.address)
    }

    /// A request with these headers, lines that end with `\r\n`, and nothing added.
    fn raw(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect();
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{headers}\r\n");
        // The server may answer and close before it has read all.
        drop(stream.write_all(&[head.as_bytes(), body].concat()));
        Answer::read(stream)
    }

    /// A request with the token, and a body of this text.
    fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let length = body.len();
        let headers = format!(
            "Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n"
        );
        self.raw(method, path, &headers, body.as_bytes())
    }

    /// A request; the status and the JSON of the answer, `null` if there is none.
    fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(method, path, &body);
        let json = serde_json::from_str(&answer.body).unwrap_or_default();
        (answer.status, json)
    }

    /// What is there.
    fn get(&self, path: &str) -> Value {
        let (status, found) = self.ask("GET", path, &Value::Null);
        assert_eq!(status, 200, "{path}: {found}");
        found
    }

    /// Makes a change that works without an answer.
    fn change(&self, method: &str, path: &str, body: &Value) {
        let (status, answer) = self.ask(method, path, body);
        assert!(matches!(status, 201 | 202 | 204), "{method} {path}: {status} {answer}");
        assert!(answer.is_null(), "{answer}");
    }

    /// A client that has logged in with this beside its `apiVersion`, its name, and its token.
    fn client(&self, with: &Value) -> (Client, String, Value) {
        let mut client = Client::connect(self.server.address(), "/ws", &[]).unwrap();
        let mut data = json!({ "apiVersion": "1.1.1" });
        data.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        let message = json!({ "msgType": "authenticate", "msgData": data });
        let token = client.ask(1, "easyrtcAuth", &message);
        let id = token["msgData"]["easyrtcid"].as_str().unwrap_or_else(|| panic!("{token}"));
        let id = id.to_owned();
        (client, id, token)
    }
}

/// The next message of the server, which has to be of this type.
fn next(client: &mut Client, kind: &str) -> Value {
    let mut frame = client.frame();
    let message = frame["message"].take();
    assert_eq!(message["msgType"], kind, "{message}");
    message
}

/// An answer that says what is wrong.
fn assert_refused(answer: &Answer, status: u16, code: &str, about: &str) {
    assert_eq!(answer.status, status, "{about}: {answer:?}");
    assert_eq!(answer.header("content-type"), "application/problem+json", "{about}");
    let problem: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(problem["code"], code, "{about}: {problem}");
    assert_eq!(problem["status"], status, "{about}");
    assert_eq!(problem["type"], "about:blank");
    assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
}
