//! A client, as cases see it: whatever carries it, it says, is answered, and hears.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::case::{Outcome, Stop, fail};
use crate::line::Line;
use crate::message::{End, Incoming, Message, Outgoing, Said};
use crate::schema::Seen;
use crate::view::View;

/// How many events a client keeps that nobody asked for yet.
const KEPT_EVENTS: usize = 20_000;

/// What no case looks for, but is wrong whatever the case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Arc<Mutex<Vec<String>>>);

impl Faults {
    pub(crate) fn add(&self, fault: String) {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One would do; a few may help whoever reads them.
        if faults.len() < 5 {
            faults.push(fault);
        }
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A client with its connection.
#[derive(Debug)]
pub(crate) struct Client {
    line: Line,
    patience: Duration,
    faults: Faults,
    seen: Seen,
    next: u64,
    answered: BTreeSet<u64>,
    answers: BTreeMap<u64, Message>,
    events: VecDeque<Message>,
    end: Option<End>,
    /// Whether the last event asked for an ack.
    pub(crate) ack_requested: bool,
    /// The `msgData` of its last token.
    pub(crate) token: Value,
    /// What it believes of its rooms. Events count when they come.
    pub(crate) view: View,
    /// What the last answer and the events before it were, in the order they came; for the order.
    pub(crate) order: VecDeque<String>,
}

impl Client {
    pub(crate) fn new(line: Line, patience: Duration, faults: Faults, seen: Seen) -> Self {
        Self {
            line,
            patience,
            faults,
            seen,
            next: 1,
            answered: BTreeSet::new(),
            answers: BTreeMap::new(),
            events: VecDeque::new(),
            end: None,
            ack_requested: false,
            token: Value::Null,
            view: View::default(),
            order: VecDeque::new(),
        }
    }

    /// Its easyrtcid.
    pub(crate) fn id(&self) -> &str {
        self.token["easyrtcid"].as_str().unwrap_or_default()
    }

    /// Says something that wants an answer; the number of the answer.
    pub(crate) async fn say(&mut self, said: Said) -> Outcome<u64> {
        let number = self.next;
        self.next += 1;
        self.send(Outgoing::Say(Some(number), said)).await?;
        Ok(number)
    }

    /// Says something that wants none.
    pub(crate) async fn say_unacked(&mut self, said: Said) -> Outcome {
        self.send(Outgoing::Say(None, said)).await
    }

    /// Reads nothing any more.
    pub(crate) async fn stop_reading(&mut self) -> Outcome {
        self.send(Outgoing::StopReading).await
    }

    async fn send(&mut self, outgoing: Outgoing) -> Outcome {
        let sent = tokio::time::timeout(self.patience, self.line.to.send(outgoing)).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            // What it still has to hear may say why.
            Ok(Err(_)) => Ok(()),
            Err(_) => fail("the server takes nothing more"),
        }
    }

    /// The answer to what was said with this number.
    pub(crate) async fn answer(&mut self, number: u64) -> Outcome<Message> {
        let deadline = Instant::now() + self.patience;
        loop {
            if let Some(answer) = self.answers.remove(&number) {
                return Ok(answer);
            }
            if self.end.is_some() {
                return fail("the connection ended instead of an answer");
            }
            if !self.hear_until(deadline).await? {
                return fail(format!("no answer within {:?}", self.patience));
            }
        }
    }

    /// Whether an answer with this number has come, or came before.
    pub(crate) fn was_answered(&self, number: u64) -> bool {
        self.answered.contains(&number)
    }

    /// Says something, and waits for the answer.
    pub(crate) async fn ask(&mut self, event: &str, message: &Value) -> Outcome<Message> {
        self.ask_text(event, message.to_string()).await
    }

    /// The same with a text that need not be the usual one for its value.
    pub(crate) async fn ask_text(&mut self, event: &str, text: String) -> Outcome<Message> {
        let number = self.say(Said::new(event, text)).await?;
        self.answer(number).await
    }

    pub(crate) async fn cmd(&mut self, message: &Value) -> Outcome<Message> {
        self.ask("easyrtcCmd", message).await
    }

    pub(crate) async fn msg(&mut self, message: &Value) -> Outcome<Message> {
        self.ask("easyrtcMsg", message).await
    }

    /// Logs in with this `msgData`; the answer, whatever it is.
    pub(crate) async fn auth(&mut self, msg_data: &Value) -> Outcome<Message> {
        let message = json!({"msgType": "authenticate", "msgData": msg_data});
        let answer = self.ask("easyrtcAuth", &message).await?;
        if answer.msg_type() == "token" {
            self.token = answer.value["msgData"].clone();
        }
        Ok(answer)
    }

    /// Logs in, which has to succeed.
    pub(crate) async fn login(&mut self, msg_data: &Value) -> Outcome {
        let answer = self.auth(msg_data).await?;
        if answer.msg_type() == "token" {
            return Ok(());
        }
        fail(format!("the login is answered {}", answer.value))
    }

    /// Says something that has to be answered with an ack.
    pub(crate) async fn acked(&mut self, event: &str, message: &Value) -> Outcome {
        let answer = self.ask(event, message).await?;
        if answer.msg_type() == "ack" {
            return Ok(());
        }
        fail(format!("{message} is answered {}, not ack", answer.value))
    }

    /// Says something that has to be refused with `code`.
    pub(crate) async fn refused(&mut self, event: &str, message: &Value, code: &str) -> Outcome {
        self.refused_text(event, message.to_string(), code).await
    }

    /// The same with a text that need not be the usual one for its value.
    pub(crate) async fn refused_text(&mut self, event: &str, text: String, code: &str) -> Outcome {
        let shown = shortened(&text);
        let answer = self.ask_text(event, text).await?;
        if answer.error_code() == Some(code) {
            return Ok(());
        }
        fail(format!("{shown} is answered {}, not {code}", answer.value))
    }

    /// The next event; waits for it.
    pub(crate) async fn event(&mut self) -> Outcome<Message> {
        let deadline = Instant::now() + self.patience;
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            if self.end.is_some() {
                return fail("the connection ended instead of an event");
            }
            if !self.hear_until(deadline).await? {
                return fail(format!("no event within {:?}", self.patience));
            }
        }
    }

    /// The next event, which has to be of this type.
    pub(crate) async fn event_of(&mut self, msg_type: &str) -> Outcome<Message> {
        let event = self.event().await?;
        if event.msg_type() == msg_type {
            return Ok(event);
        }
        fail(format!("expected a {msg_type} event, got {}", event.value))
    }

    /// All events that were due before now. Asks something of the server: what it decided before
    /// comes before the answer.
    pub(crate) async fn events(&mut self) -> Outcome<Vec<Message>> {
        // Twice, for servers that hand events on a moment after they answer.
        for _ in 0..2 {
            self.cmd(&json!({"msgType": "getRoomList"})).await?;
        }
        Ok(self.events.drain(..).collect())
    }

    /// Nothing came that was not asked for yet.
    pub(crate) async fn hears_nothing(&mut self) -> Outcome {
        let events = self.events().await?;
        match events.first() {
            None => Ok(()),
            Some(event) => fail(format!("expected no event, got {}", event.value)),
        }
    }

    /// Waits for the end of the connection. What comes before it is kept.
    pub(crate) async fn ended(&mut self) -> Outcome<End> {
        self.ended_within(self.patience).await
    }

    pub(crate) async fn ended_within(&mut self, patience: Duration) -> Outcome<End> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(end) = &self.end {
                return Ok(end.clone());
            }
            if !self.hear_until(deadline).await? {
                return fail(format!("the connection did not end within {patience:?}"));
            }
        }
    }

    /// The connection is there and is answered.
    pub(crate) async fn stays(&mut self) -> Outcome {
        let answer = self.cmd(&json!({"msgType": "getRoomList"})).await;
        answer.map(drop).map_err(|stop| Stop::Fail(format!("it should have stayed: {stop}")))
    }

    /// Leaves, and is gone once this returns, as far as it can see.
    pub(crate) async fn leave(mut self) -> Outcome {
        self.send(Outgoing::Leave).await?;
        let _ = tokio::time::timeout(self.patience, async {
            while self.line.from.recv().await.is_some() {}
        })
        .await;
        Ok(())
    }

    /// Vanishes.
    pub(crate) async fn cut(mut self) -> Outcome {
        self.send(Outgoing::Cut).await
    }

    /// Takes in the next thing; whether there was one in time.
    async fn hear_until(&mut self, deadline: Instant) -> Outcome<bool> {
        let Ok(heard) = timeout_at(deadline, self.line.from.recv()).await else {
            return Ok(false);
        };
        match heard {
            None => self.end = Some(End { code: None, announced: false }),
            Some(Incoming::End(end)) => self.end = Some(end),
            Some(Incoming::Answer(number, message)) => self.take_answer(number, message),
            Some(Incoming::Event(message, ack)) => {
                self.ack_requested = ack;
                self.seen.look(&message);
                self.view.fold(&message.value["msgData"]["roomData"]);
                self.note(format!("event {}", message.msg_type()));
                if self.events.len() == KEPT_EVENTS {
                    return fail(format!("more than {KEPT_EVENTS} events"));
                }
                self.events.push_back(message);
            }
        }
        Ok(true)
    }

    fn take_answer(&mut self, number: u64, message: Message) {
        self.seen.look(&message);
        if !self.answered.insert(number) {
            self.faults.add(format!("a second answer to one message: {}", message.value));
        }
        if message.msg_type() == "token" {
            self.view = View::default();
        }
        self.view.fold(&message.value["msgData"]["roomData"]);
        self.note(format!("answer {number} {}", message.msg_type()));
        self.answers.insert(number, message);
    }

    fn note(&mut self, what: String) {
        if self.order.len() == 100 {
            self.order.pop_front();
        }
        self.order.push_back(what);
    }
}

/// A text short enough to show.
pub(crate) fn shortened(text: &str) -> String {
    const SHOWN: usize = 600;
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    let start: String = text.chars().take(SHOWN).collect();
    format!("{start}… ({} bytes)", text.len())
}
