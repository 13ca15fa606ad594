//! A core that is recorded.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use easyrtc_journal::{Limits, Outcome, Recorder, ReplayError, StandIns, Step, replay};
use easyrtc_proto::{Attachments, ClientEvent, ClientMessage, DecodeLimits};
use easyrtc_state::{
    AckId, AllowAll, Config, ConnId, ConnMeta, Core, DrawnIds, Effect, Effects, Entropy, Input,
    Now, TransportKind,
};
use easyrtc_test_kit::world::FewNames;
use serde_json::value::RawValue;

/// A file in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Randomness of which there is little, so that some of what is drawn is taken already.
#[derive(Clone, Debug)]
struct Noted(FewNames, Arc<Mutex<DrawnIds>>);

impl Entropy for Noted {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
        self.1.lock().unwrap().note(bytes);
    }
}

/// A core, and its journal.
pub(crate) struct Recorded {
    core: Core<Noted>,
    drawn: Arc<Mutex<DrawnIds>>,
    recorder: Recorder,
    journal: Memory,
    now: Now,
    connections: u64,
}

impl Recorded {
    pub(crate) fn new(config: Config) -> Self {
        Self::with_limits(config, Limits::default())
    }

    pub(crate) fn with_limits(config: Config, limits: Limits) -> Self {
        let (drawn, journal) = (Arc::default(), Memory::default());
        let stand_ins = StandIns::with_key([3; 32]);
        let recorder =
            Recorder::start(journal.clone(), "0.0.0", &config, stand_ins, limits).unwrap();
        let core = Core::new(config, AllowAll, Noted(FewNames::new(5), Arc::clone(&drawn)));
        let now = Now { mono: Duration::ZERO, unix_ms: 1_764_500_000_000 };
        Self { core, drawn, recorder, journal, now, connections: 0 }
    }

    /// Feeds an input, a little later than the one before. A tick comes when something is due.
    pub(crate) fn feed(&mut self, input: Input) -> Vec<Effect> {
        let due = self.core.next_deadline().filter(|_| matches!(input, Input::Tick));
        self.now.mono =
            due.unwrap_or_default().max(self.now.mono + Duration::from_nanos(1_500_001));
        self.now.unix_ms += 2;
        let mut effects = Effects::new();
        self.core.handle(self.now, input.clone(), &mut effects);
        let effects: Vec<Effect> = effects.drain().collect();
        let drawn = self.drawn.lock().unwrap().take();
        self.recorder.record(Step { now: self.now, input, drawn, effects: effects.clone() });
        effects
    }

    pub(crate) fn open(&mut self, meta: ConnMeta) -> ConnId {
        let conn = ConnId(self.connections);
        self.connections += 1;
        self.feed(Input::Opened { conn, meta: meta.into() });
        conn
    }

    pub(crate) fn open_any(&mut self) -> ConnId {
        self.open(ConnMeta::new(TransportKind::SocketIo))
    }

    /// Feeds a message that wants an answer.
    pub(crate) fn say(&mut self, conn: ConnId, event: ClientEvent, text: &str) -> Vec<Effect> {
        self.say_with(conn, event, text, &Attachments::none())
    }

    pub(crate) fn say_with(
        &mut self,
        conn: ConnId,
        event: ClientEvent,
        text: &str,
        attachments: &Attachments,
    ) -> Vec<Effect> {
        let raw: &RawValue = serde_json::from_str(text).unwrap();
        let message = ClientMessage::decode(event, raw, attachments, &DecodeLimits::default());
        let bytes = text.len();
        self.feed(Input::Message { conn, ack: Some(AckId(1)), message, bytes })
    }

    /// Ends the journal; its text.
    pub(crate) fn finish(self) -> String {
        self.recorder.finish().unwrap();
        self.journal.text()
    }
}

/// Plays a journal up to its first difference.
pub(crate) fn play(journal: &str) -> Result<Outcome, ReplayError> {
    replay(journal.as_bytes(), |step| match step.differs() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    })
}

/// A login that says as little as it can.
pub(crate) const LOGIN: &str = r#"{"msgType":"authenticate","msgData":{"apiVersion":"1"}}"#;
