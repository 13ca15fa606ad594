//! A core on a table: what is put in, and what comes out as lines of text.
//!
//! Lines read `1 <- …` for what connection 1 is answered, `2 << …` for what is emitted to it,
//! `close 1 Refused`, `ask 0 Login`, `pause 1`. Clients are called after their connection: the
//! client of connection 1 is `id1`.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeLimits, EasyrtcId};
use easyrtc_schema_validator::{Schemas, Subject};
use easyrtc_state::*;
use serde_json::value::RawValue;

/// Draws easyrtcids that can be told from each other: `AAAAAAAAAAAAAAAA`, `BBBBBBBBBBBBBBBB`, ….
#[derive(Debug, Default)]
pub(crate) struct Letters(u8);

impl Entropy for Letters {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(self.0 % 62);
        self.0 = self.0.wrapping_add(1);
    }
}

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) core: Core<Letters>,
    pub(crate) now: Now,
    effects: Effects,
    ids: BTreeMap<String, u64>,
    acks: u64,
    notices: Vec<Notice>,
    /// Whether logins are let in at once.
    pub(crate) open_to_everyone: bool,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(configure: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config { ice_servers: Vec::new().into(), ..Config::default() };
        configure(&mut config);
        Self {
            core: Core::new(config, AllowAll, Letters::default()),
            now: Now { mono: Duration::from_secs(1), unix_ms: 5000 },
            effects: Effects::new(),
            ids: BTreeMap::new(),
            acks: 0,
            notices: Vec::new(),
            open_to_everyone: true,
        }
    }

    pub(crate) fn input(&mut self, input: Input) -> Vec<String> {
        self.core.handle(self.now, input, &mut self.effects);
        let effects: Vec<Effect> = self.effects.drain().collect();
        let mut lines = Vec::new();
        for effect in effects {
            if let (Effect::Ask { ask, question }, true) = (&effect, self.open_to_everyone) {
                let verdict = match question {
                    Question::Login(_) => Verdict::Allow(Grant::default()),
                    Question::RoomJoin(_) => Verdict::RoomJoin,
                    Question::IceConfig { .. } => Verdict::IceServers(None),
                    Question::Application { .. } => {
                        Verdict::Deny(easyrtc_proto::ErrorCode::MsgRejectBadType)
                    }
                };
                lines.extend(self.input(Input::Answered { ask: *ask, verdict }));
            } else {
                lines.extend(self.line(effect));
            }
        }
        lines
    }

    fn line(&mut self, effect: Effect) -> Vec<String> {
        match effect {
            Effect::Send { to, frame } => to
                .iter()
                .map(|recipient| {
                    let text = self.text(&frame, recipient.easyrtcid.as_ref());
                    format!("{} << {text}", recipient.conn.0)
                })
                .collect(),
            Effect::Reply { conn, ack: _, frame } => {
                self.learn(conn, &frame);
                vec![format!("{} <- {}", conn.0, self.text(&frame, None))]
            }
            Effect::Close { conn, reason } => vec![format!("close {} {reason:?}", conn.0)],
            Effect::Ask { ask, question } => {
                let question = format!("{question:?}");
                let name = question.split([' ', '(']).next().unwrap_or_default();
                vec![format!("ask {} {name}", ask.0)]
            }
            Effect::Pause { conn } => vec![format!("pause {}", conn.0)],
            Effect::Resume { conn } => vec![format!("resume {}", conn.0)],
            Effect::AdminReply { result, .. } => vec![format!("admin {result:?}")],
            Effect::Notice(notice) => {
                self.notices.push(notice);
                Vec::new()
            }
        }
    }

    fn learn(&mut self, conn: ConnId, frame: &Frame) {
        if let easyrtc_proto::ServerMessage::Token(token) = frame.message() {
            self.ids.insert(token.easyrtcid.to_string(), conn.0);
        }
    }

    /// The message with readable names in place of easyrtcids, and without what every message has.
    fn text(&self, frame: &Frame, receiver: Option<&EasyrtcId>) -> String {
        let mut out = Vec::new();
        frame.write_json(receiver, &mut out);
        let mut text = String::from_utf8(out).unwrap();
        assert_valid(frame, receiver, &text);
        for (id, conn) in &self.ids {
            text = text.replace(id, &format!("id{conn}"));
        }
        let common = [
            ("\"serverTime\":5000,", ""),
            (",\"presence\":{\"show\":\"chat\",\"status\":null}", ""),
            (",\"roomJoinTime\":5000", ""),
            (",\"iceConfig\":{\"iceServers\":[]}", ""),
            (",\"stillAliveInterval\":0", ""),
            (",\"serverTime\":5000", ""),
        ];
        for (common, short) in common {
            text = text.replace(common, short);
        }
        let protocol = text.find(",\"protocol\":").map(|at| (at, text[at..].find("]}")));
        if let Some((at, Some(length))) = protocol {
            text.replace_range(at..at + length + 2, "");
        }
        text
    }

    /// The notices since the last call, one on each line.
    pub(crate) fn notices(&mut self) -> String {
        let lines: Vec<String> = self.notices.drain(..).map(|n| format!("{n:?}")).collect();
        lines.join("\n")
    }

    /// The easyrtcid of a connection's client.
    pub(crate) fn id(&self, conn: u64) -> EasyrtcId {
        let id = self.ids.iter().find(|(_, of)| **of == conn).map(|(id, _)| id);
        EasyrtcId::parse(id.expect("it has logged in")).unwrap()
    }

    pub(crate) fn open(&mut self, conn: u64) -> Vec<String> {
        self.open_from(conn, "")
    }

    /// Opens a connection from an address; an empty one is none.
    pub(crate) fn open_from(&mut self, conn: u64, peer: &str) -> Vec<String> {
        let peer = peer.parse().ok();
        let meta = ConnMeta { peer, ..ConnMeta::new(TransportKind::SocketIo) }.into();
        self.input(Input::Opened { conn: ConnId(conn), meta })
    }

    /// A message with an ack id. `$1` stands for the easyrtcid of connection 1.
    pub(crate) fn say(&mut self, conn: u64, event: ClientEvent, message: &str) -> Vec<String> {
        self.acks += 1;
        let ack = Some(AckId(self.acks));
        self.say_with(conn, ack, event, message)
    }

    pub(crate) fn say_with(
        &mut self,
        conn: u64,
        ack: Option<AckId>,
        event: ClientEvent,
        message: &str,
    ) -> Vec<String> {
        let mut message = message.to_owned();
        for (id, conn) in &self.ids {
            message = message.replace(&format!("${conn}"), id);
        }
        let raw: &RawValue = serde_json::from_str(&message).expect("valid JSON");
        let limits = DecodeLimits::default();
        let message = ClientMessage::decode(event, raw, &Attachments::none(), &limits);
        let bytes = raw.get().len();
        self.input(Input::Message { conn: ConnId(conn), ack, message, bytes })
    }

    pub(crate) fn cmd(&mut self, conn: u64, message: &str) -> Vec<String> {
        self.say(conn, ClientEvent::Cmd, message)
    }

    pub(crate) fn msg(&mut self, conn: u64, message: &str) -> Vec<String> {
        self.say(conn, ClientEvent::Msg, message)
    }

    /// A login with `more` members of `msgData`, such as `,"username":"al"`.
    pub(crate) fn auth(&mut self, conn: u64, more: &str) -> Vec<String> {
        let data = format!(r#"{{"apiVersion":"1"{more}}}"#);
        let message = format!(r#"{{"msgType":"authenticate","msgData":{data}}}"#);
        self.say(conn, ClientEvent::Auth, &message)
    }

    /// Opens a connection and logs in, into these rooms (none: the default room).
    pub(crate) fn hello(&mut self, conn: u64, rooms: &[&str]) -> Vec<String> {
        self.open(conn);
        let more = if rooms.is_empty() { String::new() } else { join(rooms) };
        self.auth(conn, &more)
    }

    pub(crate) fn join(&mut self, conn: u64, rooms: &[&str]) -> Vec<String> {
        let rooms = join(rooms);
        self.cmd(conn, &format!(r#"{{"msgType":"roomJoin","msgData":{{{}}}}}"#, &rooms[1..]))
    }

    pub(crate) fn leave(&mut self, conn: u64, rooms: &[&str]) -> Vec<String> {
        let rooms = join(rooms).replace("roomJoin", "roomLeave");
        self.cmd(conn, &format!(r#"{{"msgType":"roomLeave","msgData":{{{}}}}}"#, &rooms[1..]))
    }

    pub(crate) fn close(&mut self, conn: u64) -> Vec<String> {
        self.input(Input::Closed { conn: ConnId(conn), reason: CloseReason::ClientLeft })
    }

    pub(crate) fn admin(&mut self, command: AdminCommand) -> Vec<String> {
        self.input(Input::Admin { request: RequestId(1), command })
    }

    /// Lets time pass and tells the core.
    pub(crate) fn wait(&mut self, time: Duration) -> Vec<String> {
        self.now.mono += time;
        self.input(Input::Tick)
    }

    /// The rooms and how many are in them, as connection `conn` sees it.
    pub(crate) fn rooms(&mut self, conn: u64) -> String {
        let lines = self.cmd(conn, r#"{"msgType":"getRoomList"}"#);
        let list: serde_json::Value = serde_json::from_str(&lines[0][5..]).unwrap();
        let rooms = list["msgData"]["roomList"].as_object().expect("a list");
        let rooms = rooms.iter().map(|(name, room)| format!("{name}:{}", room["numberClients"]));
        rooms.collect::<Vec<_>>().join(" ")
    }
}

/// `,"roomJoin":{…}` for these rooms.
pub(crate) fn join(rooms: &[&str]) -> String {
    let rooms: Vec<String> =
        rooms.iter().map(|room| format!(r#""{room}":{{"roomName":"{room}"}}"#)).collect();
    format!(r#","roomJoin":{{{}}}"#, rooms.join(","))
}

/// The error code in a line, or `ok`.
pub(crate) fn outcome(lines: &[String]) -> String {
    let error = lines.iter().find_map(|line| line.split_once("\"errorCode\":\""));
    error.map_or("ok", |(_, rest)| rest.split('"').next().unwrap_or_default()).to_owned()
}

/// Every message of the core is what its schema says.
fn assert_valid(frame: &Frame, receiver: Option<&EasyrtcId>, text: &str) {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::published);
    let event = frame.message().event().name();
    // An event to a connection that has not logged in names no receiver: it looks like an answer.
    let subject = receiver.map_or(Subject::Reply, |_| Subject::ServerEvent(event));
    let message = serde_json::from_str(text).unwrap();
    assert_eq!(SCHEMAS.check(subject, &message), Ok(()), "{text}");
}
