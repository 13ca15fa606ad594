//! What a backend is told and asked, and what comes of a backend that does not behave.

mod backend;
mod events;
mod messages;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::Server;
use crate::web_socket::Client;
use backend::Backend;

/// A server whose settings are these, beside a file with the hooks' secret.
struct Hooked {
    server: Server,
    _directory: TempDir,
}

impl Hooked {
    fn start(settings: &str) -> Self {
        Self::start_with(settings, &[])
    }

    fn start_with(settings: &str, flags: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("easyrtc.toml");
        std::fs::write(&path, settings).unwrap();
        std::fs::write(directory.path().join("hook-key"), backend::SECRET).unwrap();
        let own = ["--config", path.to_str().unwrap(), "--metrics-listen", "127.0.0.1:0"];
        Self { server: Server::start(&[&own, flags].concat()), _directory: directory }
    }

    fn connect(&self) -> Client {
        Client::connect(self.server.address(), "/ws", &[]).unwrap()
    }

    fn metrics(&self) -> String {
        crate::metrics::text(&self.server)
    }
}

/// `[hooks.events]` that tells `backend` of everything, with `more` keys.
fn events_to(backend: &Backend, more: &str) -> String {
    let all = "types = ['connected', 'authenticated', 'roomCreated', 'roomJoined', 'roomLeft', \
               'roomForgotten', 'disconnected', 'message', 'error']";
    table("events", backend, &format!("{all}\n{more}"))
}

/// `[hooks.messages]` that asks `backend`, with `more` keys.
fn messages_to(backend: &Backend, more: &str) -> String {
    table("messages", backend, more)
}

fn table(name: &str, backend: &Backend, more: &str) -> String {
    let url = format!("http://{}/hook?key=s3cret", backend.address);
    format!("[hooks.{name}]\nurl = '{url}'\nsecret_file = 'hook-key'\n{more}\n")
}

/// Sends a message; the answer, whatever comes before it.
fn ask(client: &mut Client, id: u64, event: &str, message: &Value) -> Value {
    client.send(id, event, message);
    loop {
        let mut frame = client.frame();
        if frame["ack"] == id {
            return frame["message"].take();
        }
    }
}

/// A message without a target.
fn to_server(message_type: &str, data: &Value) -> Value {
    json!({ "msgType": message_type, "msgData": data })
}

fn join(room: &str) -> Value {
    json!({ "msgType": "roomJoin", "msgData": { "roomJoin": { room: { "roomName": room } } } })
}

fn leave(room: &str) -> Value {
    json!({ "msgType": "roomLeave", "msgData": { "roomLeave": { room: { "roomName": room } } } })
}
