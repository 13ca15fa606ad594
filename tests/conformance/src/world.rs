//! What a case plays in: a server, and any number of clients.

use std::sync::Arc;
use std::time::Duration;

use easyrtc_runtime::Runtime;
use serde_json::{Map, Value, json};

use crate::case::{Outcome, fail, skip};
use crate::client::{Client, Faults};
use crate::line::{in_process, socket_io, web_socket};
use crate::profile::Profile;
use crate::schema::Seen;
use crate::target::{Live, Place, Target, TargetError, Transport};
use crate::wire::Server;

/// The server of a case, and an application of its own.
#[derive(Clone, Debug)]
pub(crate) struct World {
    live: Arc<Live>,
    target: Target,
    /// An application nobody else uses.
    pub(crate) app: String,
    /// How long to wait for what has to come.
    pub(crate) patience: Duration,
    pub(crate) faults: Faults,
    seen: Seen,
}

impl World {
    pub(crate) fn new(
        live: Arc<Live>,
        target: Target,
        app: String,
        patience: Duration,
        seen: Seen,
    ) -> Self {
        Self { live, target, app, patience, faults: Faults::default(), seen }
    }

    /// Connects a client that does not log in.
    pub(crate) async fn connect(&self) -> Outcome<Client> {
        self.connect_with(&[]).await
    }

    /// The same with these headers, where there are any.
    pub(crate) async fn connect_with(&self, headers: &[(&'static str, &str)]) -> Outcome<Client> {
        let line = match &self.live.place {
            Place::InProcess(core) => match in_process::connect(&core.runtime) {
                Some(line) => line,
                None => return fail("the core takes no connection"),
            },
            Place::Network(server, Transport::SocketIo) => {
                socket_io::connect(server, headers).await?
            }
            Place::Network(server, Transport::WebSocket) => {
                web_socket::connect(server, headers).await?
            }
        };
        Ok(Client::new(line, self.patience, self.faults.clone(), self.seen.clone()))
    }

    /// The `msgData` of a login to the case's own application, with these keys over it.
    pub(crate) fn credentials(&self, more: &Value) -> Value {
        let mut msg_data = json!({"apiVersion": "1.1.1-beta", "applicationName": self.app});
        let more: Map<String, Value> = more.as_object().cloned().unwrap_or_default();
        for (key, value) in more {
            msg_data[key] = value;
        }
        msg_data
    }

    /// Connects a client and logs it in to the case's own application, into the default room.
    pub(crate) async fn login(&self) -> Outcome<Client> {
        self.login_with(&json!({})).await
    }

    /// The same with these keys in `msgData`, over the usual ones.
    pub(crate) async fn login_with(&self, more: &Value) -> Outcome<Client> {
        let mut client = self.connect().await?;
        client.login(&self.credentials(more)).await?;
        Ok(client)
    }

    /// The same into these rooms.
    pub(crate) async fn login_into(&self, rooms: &[&str]) -> Outcome<Client> {
        self.login_with(&json!({"roomJoin": named(rooms)})).await
    }

    /// A login that has to be refused with `code`, after which the connection has to end.
    pub(crate) async fn login_refused(&self, more: &Value, code: &str) -> Outcome {
        let message = json!({"msgType": "authenticate", "msgData": self.credentials(more)});
        self.auth_refused(message.to_string(), code).await
    }

    /// The same with the whole text of the message.
    pub(crate) async fn auth_refused(&self, text: String, code: &str) -> Outcome {
        let mut client = self.connect().await?;
        client.refused_text("easyrtcAuth", text, code).await?;
        client.ended().await.map(drop)
    }

    /// Where the server is, and how it is spoken to.
    pub(crate) fn server(&self) -> Outcome<&Server> {
        match &self.live.place {
            Place::Network(server, _) => Ok(server),
            Place::InProcess(_) => skip("there is no network here"),
        }
    }

    /// The core, for what only the operator and the embedder can do.
    pub(crate) fn runtime(&self) -> Outcome<&Runtime> {
        match &self.live.place {
            Place::InProcess(core) => Ok(&core.runtime),
            Place::Network(..) => skip("needs the operator, whom this target has no way to ask"),
        }
    }

    /// Has the server stop.
    pub(crate) fn stop_server(&self) -> Outcome {
        if self.live.terminate() { Ok(()) } else { skip("needs a server that can be stopped") }
    }

    /// Starts another server of the same kind.
    pub(crate) async fn start_another(
        &self,
        profile: &'static Profile,
    ) -> Outcome<Result<Arc<Live>, TargetError>> {
        if !self.target.is_ours() {
            return skip("needs a server that can be started as the case wants it");
        }
        Ok(self.target.start(profile, self.patience).await)
    }

    /// Waits until `seen` says yes, asking again and again.
    pub(crate) async fn until<F>(&self, what: &str, mut seen: F) -> Outcome
    where
        F: AsyncFnMut() -> Outcome<bool>,
    {
        let deadline = tokio::time::Instant::now() + self.patience;
        while !seen().await? {
            if tokio::time::Instant::now() > deadline {
                return fail(format!("not within {:?}: {what}", self.patience));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

/// The map of `roomJoin` and `roomLeave` for these rooms.
pub(crate) fn named(rooms: &[&str]) -> Value {
    let rooms = rooms.iter().map(|room| ((*room).to_owned(), json!({"roomName": room})));
    Value::Object(rooms.collect())
}
