//! A server-side application: users with passwords, a moderator who sets the topic of a room and
//! sends people away, and a log of who was where. The same with a backend of its own, over HTTP, is
//! in `examples/backend`.
//!
//!     cargo run -p easyrtc-server --example moderated
//!
//! Clients log in with the credential `{"username": "ada", "password": "correct horse"}` and talk
//! to the application with `sendServerMessage`:
//!
//! | `msgType` | `msgData` | Who | Answer |
//! |---|---|---|---|
//! | `topic` | `{"room": "kitchen", "topic": "soup"}` | moderators | `ack`, and all in the room see its field `topic` |
//! | `kick` | `{"easyrtcid": "…"}` | moderators | `ack`, and the client is out |
//! | `log` | | everybody | `log` with `msgData` `["ada entered kitchen", …]` |

use std::collections::{BTreeMap, VecDeque};
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use easyrtc_server::auth::{Users, hash_password};
use easyrtc_server::proto::{EasyrtcId, ErrorCode, FieldName, GroupName, Payload, RoomName};
use easyrtc_server::runtime::NoticeObserver;
use easyrtc_server::settings::Settings;
use easyrtc_server::state::{AdminCommand, Field, FieldOwner, Notice, Now};
use easyrtc_server::{AppMessage, MessageHandler, Reply, Server, ServerHandle};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Who is a moderator, as the users below say.
const MODERATORS: &str = "moderators";

/// Lines of the log that are kept.
const LOG_LINES: usize = 1_000;

/// Passwords that are verified at the same time.
const VERIFICATIONS: usize = 4;

/// The application: what it knows beyond what the server knows.
#[derive(Debug, Default)]
struct House {
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    names: BTreeMap<EasyrtcId, String>,
    lines: VecDeque<String>,
}

impl Log {
    fn write(&mut self, who: &EasyrtcId, what: &str, room: &RoomName) {
        let name = self.names.get(who).map_or("somebody", String::as_str);
        let line = format!("{name} {what} {room}");
        self.lines.push_back(line);
        if self.lines.len() > LOG_LINES {
            self.lines.pop_front();
        }
    }
}

impl House {
    /// The log. It must not be held while the server is called, which calls [`Self::notice`].
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Called with the server at rest: takes a note, and waits for nothing.
impl NoticeObserver for House {
    fn notice(&self, _: Now, notice: &Notice) {
        let mut log = self.log();
        if let Notice::LoggedIn { easyrtcid, username: Some(username), .. } = notice {
            log.names.insert(*easyrtcid, username.to_text().into_owned());
        } else if let Notice::RoomJoined { easyrtcid, room, .. } = notice {
            log.write(easyrtcid, "entered", room);
        } else if let Notice::RoomLeft { easyrtcid, room, .. } = notice {
            log.write(easyrtcid, "left", room);
        } else if let Notice::Disconnected { easyrtcid: Some(easyrtcid), .. } = notice {
            log.names.remove(easyrtcid);
        }
    }
}

/// `msgData` of `topic`.
#[derive(Deserialize)]
struct Topic {
    room: RoomName,
    topic: String,
}

/// `msgData` of `kick`.
#[derive(Deserialize)]
struct Kick {
    easyrtcid: EasyrtcId,
}

impl MessageHandler for House {
    async fn handle(&self, message: AppMessage, server: ServerHandle) -> Reply {
        let answer = match message.msg_type.to_text().as_ref() {
            "log" => {
                let lines = self.log().lines.clone();
                payload(&lines).map(|lines| Reply::Message(message.msg_type, Some(lines)))
            }
            "topic" => moderated(&message).and_then(|Topic { room, topic }| {
                let field = Field { value: payload(&topic)?, shared: true };
                let name = FieldName::parse("topic").map_err(|_| ErrorCode::MsgRejectBadField)?;
                let of = FieldOwner::Room(message.app.clone(), room);
                act(&server, AdminCommand::SetField { of, name, field: Some(field) })
            }),
            "kick" => moderated(&message)
                .and_then(|Kick { easyrtcid }| act(&server, AdminCommand::Kick { easyrtcid })),
            _ => Err(ErrorCode::MsgRejectBadType),
        };
        answer.unwrap_or_else(Reply::Refuse)
    }
}

/// What a moderator wants; nobody else may.
fn moderated<T: DeserializeOwned>(message: &AppMessage) -> Result<T, ErrorCode> {
    let is_moderator = message.groups.iter().map(GroupName::as_str).any(|name| name == MODERATORS);
    if !is_moderator {
        return Err(ErrorCode::MsgRejectNoAuth);
    }
    let data = message.msg_data.as_ref().map(Payload::as_str);
    data.and_then(|data| serde_json::from_str(data).ok()).ok_or(ErrorCode::MsgRejectBadStructure)
}

/// Does it, and says so. What is not there any more is no target.
fn act(server: &ServerHandle, command: AdminCommand) -> Result<Reply, ErrorCode> {
    server.admin(command).map(|_| Reply::Ack).map_err(|_| ErrorCode::MsgRejectTargetEasyrtcid)
}

fn payload(value: &impl serde::Serialize) -> Result<Payload, ErrorCode> {
    let text = serde_json::to_string(value).map_err(|_| ErrorCode::MsgRejectGenFail)?;
    Payload::parse(&text).map_err(|_| ErrorCode::MsgRejectGenFail)
}

/// Ada, who moderates, and Ben. A real program has hashes instead of passwords, as
/// `easyrtc-server hash-password` makes them.
fn users() -> Result<Users, Box<dyn Error>> {
    let (ada, ben) = (hash_password(b"correct horse")?, hash_password(b"battery staple")?);
    let file = format!(
        "[users.ada]\npassword = '{ada}'\ngroups = ['{MODERATORS}']\n\
         [users.ben]\npassword = '{ben}'\n"
    );
    Ok(Users::parse(&file, VERIFICATIONS)?)
}

/// Starts the server with these settings.
///
/// # Errors
/// If it cannot start.
pub(crate) async fn start(settings: Settings) -> Result<Server, Box<dyn Error>> {
    let house = Arc::new(House::default());
    let server = Server::builder()
        .settings(settings)
        .authorizer(users()?)
        .message_handler(Arc::clone(&house))
        .observer(house)
        .start();
    Ok(server.await?)
}

#[expect(clippy::print_stdout, reason = "what the program is for")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_toml("listen = ['127.0.0.1:8080']")?.settings;
    let server = start(settings).await?;
    println!("Clients connect to ws://{}/ws. Ctrl-C ends it.", server.address());
    tokio::signal::ctrl_c().await?;
    server.shut_down().await?;
    Ok(())
}
