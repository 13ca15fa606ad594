//! The clients of a history, and the model beside them.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use easyrtc_proto::{ClientMessage, DecodeLimits, EasyrtcId, ErrorCode};
use easyrtc_runtime::{Attachments, ClientEvent};
use easyrtc_server::options;
use easyrtc_state::{
    AckId, AskId, CloseReason, ConnId, ConnMeta, Grant, Input, Now, Question, TransportKind,
    Verdict,
};
use easyrtc_test_kit::model::{Heard, Hints, Model};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::Explore;
use super::compare::{self, Difference};
use super::history::{Step, fill};
use crate::client::Client;
use crate::target::TargetError;
use crate::world::World;

/// A client that is there.
struct Player {
    client: Client,
    conn: ConnId,
    logged_in: bool,
}

/// All clients, by number, and the model.
pub(super) struct Players {
    world: World,
    model: Model,
    limits: DecodeLimits,
    players: BTreeMap<usize, Player>,
    /// The last easyrtcid of each, also of those who left.
    names: BTreeMap<usize, String>,
    start: Instant,
    opened: u64,
    asked: u64,
    lenient: bool,
    patience: Duration,
}

type Expected = BTreeMap<ConnId, Vec<Heard>>;

impl Players {
    pub(super) fn new(world: World, explore: &Explore) -> Result<Self, TargetError> {
        let given = options::from_argument(explore.profile.options, explore.profile.name);
        let built = given.and_then(options::build);
        let (built, _) = built.map_err(|error| TargetError(error.to_string()))?;
        Ok(Self {
            world,
            model: Model::new(built.protocol.core),
            limits: built.protocol.decode,
            players: BTreeMap::new(),
            names: BTreeMap::new(),
            start: Instant::now(),
            opened: 0,
            asked: 0,
            lenient: explore.lenient,
            patience: explore.patience,
        })
    }

    /// Everybody leaves.
    pub(super) async fn leave(self) {
        for player in self.players.into_values() {
            // They are gone one way or the other.
            let _ = player.client.leave().await;
        }
    }

    /// Plays a step, and compares.
    pub(super) async fn play(&mut self, step: &Step) -> Result<(), Difference> {
        match step {
            Step::Login { who, msg_data } => {
                self.open(*who).await?;
                let message = json!({"msgType": "authenticate", "msgData": msg_data});
                self.say(*who, ClientEvent::Auth, &message).await
            }
            Step::Say { who, event, message } if self.players.contains_key(who) => {
                let event = ClientEvent::from_name(event).unwrap_or(ClientEvent::Cmd);
                self.say(*who, event, message).await
            }
            Step::Leave { who } => {
                let Some(player) = self.players.remove(who) else { return Ok(()) };
                let conn = player.conn;
                let left = player.client.leave().await;
                left.map_err(|stop| Difference::new("it cannot leave", stop.to_string()))?;
                let reason = CloseReason::ClientLeft;
                let expected = self.take(Input::Closed { conn, reason }, Hints::default());
                self.compare(&expected).await
            }
            Step::Say { .. } => Ok(()),
        }
    }

    async fn open(&mut self, who: usize) -> Result<(), Difference> {
        if self.players.contains_key(&who) {
            return Ok(());
        }
        let client = self.world.connect().await;
        let client = client.map_err(|stop| Difference::new("no connection", stop.to_string()))?;
        let conn = ConnId(self.opened);
        self.opened += 1;
        let meta = ConnMeta::new(TransportKind::SocketIo).into();
        self.take(Input::Opened { conn, meta }, Hints::default());
        self.players.insert(who, Player { client, conn, logged_in: false });
        Ok(())
    }

    /// The value of a name in a step.
    fn name(&self, text: &str) -> Option<String> {
        if let Some(number) = text.strip_prefix('@') {
            let who = number.parse().ok()?;
            return Some(self.names.get(&who).cloned().unwrap_or_else(|| "nobody".to_owned()));
        }
        let number = text.strip_prefix('%')?;
        Some(format!("{}.{number}", self.world.app))
    }

    async fn say(
        &mut self,
        who: usize,
        event: ClientEvent,
        message: &Value,
    ) -> Result<(), Difference> {
        let message = fill(message, &|text| self.name(text));
        let text = message.to_string();
        let Some(player) = self.players.get_mut(&who) else { return Ok(()) };
        let conn = player.conn;
        let answer = player.client.ask_text(event.name(), text.clone()).await;
        let answer =
            answer.map_err(|stop| Difference::new("no answer", format!("{message}: {stop}")))?;
        let mut hints = Hints::default();
        if event == ClientEvent::Auth {
            let token = answer.value["msgData"]["easyrtcid"].as_str().unwrap_or("refused");
            hints.easyrtcids.extend(EasyrtcId::parse(token));
            if answer.msg_type() == "token" {
                player.logged_in = true;
                self.names.insert(who, token.to_owned());
            }
        }
        let expected = self.predict(conn, event, &text, hints);
        self.compare_answer(who, conn, &answer.value, &expected)?;
        self.compare(&expected).await
    }

    /// What the model says to a message, and to the question that it leads to.
    fn predict(&mut self, conn: ConnId, event: ClientEvent, text: &str, hints: Hints) -> Expected {
        let Ok(raw) = RawValue::from_string(text.to_owned()) else { return Expected::new() };
        let message = ClientMessage::decode(event, &raw, &Attachments::none(), &self.limits);
        let ask = AskId(self.asked);
        self.asked += 1;
        let asks = VecDeque::from([ask]);
        let ack = Some(AckId(1));
        let first = Hints { asks, ..Hints::default() };
        let (mut heard, questions) =
            self.take_in(Input::Message { conn, ack, message, bytes: text.len() }, first);
        let verdict = match questions.first() {
            None => return heard,
            Some(Question::Login(_)) => Verdict::Allow(Grant::default()),
            Some(Question::RoomJoin(_)) => Verdict::RoomJoin,
            Some(Question::IceConfig { .. }) => Verdict::IceServers(None),
            Some(Question::Application { .. }) => Verdict::Deny(ErrorCode::MsgRejectBadType),
        };
        for (conn, more) in self.take(Input::Answered { ask, verdict }, hints) {
            heard.entry(conn).or_default().extend(more);
        }
        heard
    }

    fn take(&mut self, input: Input, hints: Hints) -> Expected {
        self.take_in(input, hints).0
    }

    fn take_in(&mut self, input: Input, hints: Hints) -> (Expected, Vec<Question>) {
        let now = Now { mono: self.start.elapsed(), unix_ms: 0 };
        let expected = self.model.take(now, input, hints);
        (expected.heard, expected.questions)
    }

    fn compare_answer(
        &mut self,
        who: usize,
        conn: ConnId,
        answer: &Value,
        expected: &Expected,
    ) -> Result<(), Difference> {
        let heard = expected.get(&conn).map(Vec::as_slice).unwrap_or_default();
        for heard in heard {
            match heard {
                Heard::Answer(_, due) => {
                    let due = compare::written(due, None);
                    compare::answers(&due, answer, self.lenient)?;
                }
                Heard::Closed(_) => {
                    if let Some(player) = self.players.get_mut(&who) {
                        player.logged_in = false;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Looks at everybody until all is as expected, or patience is at its end.
    async fn compare(&mut self, expected: &Expected) -> Result<(), Difference> {
        let deadline = Instant::now() + self.patience;
        let numbers: Vec<usize> = self.players.keys().copied().collect();
        for who in numbers {
            let mut came = Vec::new();
            loop {
                match self.look(who, expected, &mut came).await {
                    Ok(()) => break,
                    // What somebody's leaving brings may take a moment.
                    Err(difference)
                        if Instant::now() > deadline || difference.kind == "more events" =>
                    {
                        return Err(difference);
                    }
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        }
        Ok(())
    }

    async fn look(
        &mut self,
        who: usize,
        expected: &Expected,
        came: &mut Vec<crate::message::Message>,
    ) -> Result<(), Difference> {
        let Some(player) = self.players.get_mut(&who) else { return Ok(()) };
        let due = expected.get(&player.conn).map(Vec::as_slice).unwrap_or_default();
        if due.iter().any(|heard| matches!(heard, Heard::Closed(_))) {
            let ended = player.client.ended().await;
            ended.map_err(|stop| Difference::new("it is not closed", stop.to_string()))?;
            self.players.remove(&who);
            return Ok(());
        }
        if !player.logged_in {
            return Ok(());
        }
        let more = player.client.events().await;
        came.extend(
            more.map_err(|stop| Difference::new("it is closed", format!("client {who}: {stop}")))?,
        );
        compare::events(who, due, came, self.lenient)?;
        compare::views(who, player.conn, &player.client.view, &self.model)
    }
}
