//! Engine.IO over HTTP long-polling, by hand.

use crate::case::{Outcome, ensure, fail};
use crate::wire::{Response, Server, http};

/// What separates the packets of a payload.
pub(crate) const SEPARATOR: char = '\u{1e}';

/// A session over long-polling.
#[derive(Clone, Debug)]
pub(crate) struct Polling {
    server: Server,
    /// The query of its requests.
    pub(crate) query: String,
    pub(crate) sid: String,
    /// What the handshake said.
    pub(crate) handshake: serde_json::Value,
    /// The body of the answer to the first request.
    pub(crate) first: String,
}

impl Polling {
    /// Opens a session with this query.
    pub(crate) async fn open(server: &Server, query: &str) -> Outcome<Self> {
        let path = format!("{}?{query}", server.path);
        let response = http(server, "GET", &path, &[], b"").await?;
        ensure!(response.status == 200, "status {}: {}", response.status, response.text());
        let body = response.text();
        let (start, end) = (body.find('{'), body.find('}'));
        let json = start.zip(end).and_then(|(start, end)| body.get(start..=end));
        let handshake: serde_json::Value =
            json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        let Some(sid) = handshake["sid"].as_str() else {
            return fail(format!("no handshake: {body}"));
        };
        let (server, sid) = (server.clone(), sid.to_owned());
        let query = format!("{query}&sid={sid}");
        Ok(Self { server, query, sid, handshake, first: body })
    }

    /// Polls.
    pub(crate) async fn get(&self) -> Outcome<Response> {
        let path = format!("{}?{}", self.server.path, self.query);
        http(&self.server, "GET", &path, &[], b"").await
    }

    /// Polls; the text of a successful answer.
    pub(crate) async fn text(&self) -> Outcome<String> {
        let response = self.get().await?;
        ensure!(response.status == 200, "status {}: {}", response.status, response.text());
        Ok(response.text())
    }

    /// Posts a payload.
    pub(crate) async fn post(&self, body: &[u8]) -> Outcome<Response> {
        let path = format!("{}?{}", self.server.path, self.query);
        let headers = [("Content-Type", "text/plain;charset=UTF-8")];
        http(&self.server, "POST", &path, &headers, body).await
    }

    /// Posts a payload, which has to be taken.
    pub(crate) async fn say(&self, body: &str) -> Outcome {
        let response = self.post(body.as_bytes()).await?;
        ensure!(response.status == 200, "status {}: {}", response.status, response.text());
        Ok(())
    }

    /// Opens the namespace, of Engine.IO 4.
    pub(crate) async fn connect(&self) -> Outcome {
        self.say("40").await?;
        let connected = self.text().await?;
        ensure!(connected.starts_with("40{"), "answered {connected}");
        Ok(())
    }

    /// Polls until the text of what came so far satisfies `enough`.
    pub(crate) async fn until(&self, enough: impl Fn(&str) -> bool) -> Outcome<String> {
        let mut heard = String::new();
        loop {
            let text = self.text().await?;
            if !heard.is_empty() {
                heard.push(SEPARATOR);
            }
            heard.push_str(&text);
            if enough(&heard) {
                return Ok(heard);
            }
        }
    }

    /// Whether the server knows the session no more.
    pub(crate) async fn is_gone(&self) -> Outcome<bool> {
        let response = self.post(b"3").await?;
        Ok(response.status == 400 && response.json()["code"] == 1)
    }
}
