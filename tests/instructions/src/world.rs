//! A core and the clients in it.

use std::time::Duration;

use easyrtc_proto::{ClientEvent, ClientMessage, EasyrtcId, ServerMessage};
use easyrtc_state::{
    AckId, AllowAll, CloseReason, Config, ConnId, ConnMeta, Core, Effect, Effects, Entropy, Grant,
    Input, Now, TransportKind, Verdict,
};

use crate::messages::{authenticate, decoded};

/// SplitMix64 with a fixed seed.
#[derive(Debug)]
struct Numbers(u64);

impl Entropy for Numbers {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = mixed.to_le_bytes()[7];
        }
    }
}

/// A core, its clients, and an input that was made before its handling is counted.
#[derive(Debug)]
pub(crate) struct World {
    core: Core<Numbers>,
    now: Now,
    effects: Effects,
    acks: u64,
    /// Who has logged in: the client of connection n at n - 1.
    pub(crate) clients: Vec<EasyrtcId>,
    next: Option<Input>,
}

impl World {
    /// Clients in these rooms, with connections from 1 on.
    pub(crate) fn with_clients(count: u64, rooms: &[&str]) -> Self {
        let mut world = Self {
            core: Core::new(Config::default(), AllowAll, Numbers(1)),
            now: Now { mono: Duration::from_secs(1), unix_ms: 1_700_000_000_000 },
            effects: Effects::new(),
            acks: 0,
            clients: Vec::new(),
            next: None,
        };
        for conn in 1..=count {
            world.open(conn);
            let message = decoded(ClientEvent::Auth, authenticate(conn, rooms));
            let input = world.message(conn, message);
            let id = world.log_in(input).expect("clients are let in");
            world.clients.push(id);
        }
        world
    }

    /// Lets a second go by, so that nothing is held back because of what happened before: first
    /// what is gathered goes out, then the room stops gathering.
    pub(crate) fn pass_time(&mut self) {
        for _ in 0..2 {
            self.now.mono += Duration::from_millis(500);
            self.now.unix_ms += 500;
            self.carry_out(Input::Tick);
        }
    }

    pub(crate) fn open(&mut self, conn: u64) {
        let meta = ConnMeta::new(TransportKind::SocketIo).into();
        self.carry_out(Input::Opened { conn: ConnId(conn), meta });
    }

    pub(crate) const fn closed(conn: u64) -> Input {
        Input::Closed { conn: ConnId(conn), reason: CloseReason::ClientLeft }
    }

    /// A message that wants an answer.
    pub(crate) const fn message(&mut self, conn: u64, message: ClientMessage) -> Input {
        self.acks += 1;
        let ack = Some(AckId(self.acks));
        Input::Message { conn: ConnId(conn), ack, message: Ok(message), bytes: 200 }
    }

    /// Keeps an input for [`World::run`], once time has gone by.
    pub(crate) fn keep(&mut self, input: Input) {
        self.pass_time();
        self.next = Some(input);
    }

    /// Keeps an input for [`World::run`], once no more time than this has gone by.
    pub(crate) fn keep_after(&mut self, wait: Duration, input: Input) {
        self.now.mono += wait;
        self.next = Some(input);
    }

    /// Hands the core the input that was kept; how many messages, closes and questions came of it.
    pub(crate) fn run(&mut self) -> usize {
        let input = self.next.take().expect("each run is prepared");
        self.carry_out(input)
    }

    /// Hands the core a login that was kept, and lets the client in.
    pub(crate) fn run_login(&mut self) -> usize {
        let input = self.next.take().expect("each run is prepared");
        self.ask(input);
        self.effects.drain().map(|effect| outcomes(&effect)).sum()
    }

    /// Hands the core an input.
    pub(crate) fn carry_out(&mut self, input: Input) -> usize {
        self.core.handle(self.now, input, &mut self.effects);
        self.effects.drain().map(|effect| outcomes(&effect)).sum()
    }

    /// Hands the core the message of a client and returns what came of it.
    pub(crate) fn effects_of(&mut self, input: Input) -> Vec<Effect> {
        self.pass_time();
        self.ask(input);
        self.effects.drain().collect()
    }

    /// Hands the core the message and does something with each effect.
    pub(crate) fn each_effect(&mut self, input: Input, with: impl FnMut(Effect)) {
        self.core.handle(self.now, input, &mut self.effects);
        self.effects.drain().for_each(with);
    }

    fn log_in(&mut self, input: Input) -> Option<EasyrtcId> {
        self.effects_of(input).iter().find_map(|effect| match effect {
            Effect::Reply { frame, .. } => match frame.message() {
                ServerMessage::Token(token) => Some(token.easyrtcid),
                _ => None,
            },
            _ => None,
        })
    }

    /// Hands the core an input; if it is a login, lets the client in.
    fn ask(&mut self, input: Input) {
        self.core.handle(self.now, input, &mut self.effects);
        if let Some(&Effect::Ask { ask, .. }) = self.effects.as_slice().last() {
            let answer = Input::Answered { ask, verdict: Verdict::Allow(Grant::default()) };
            self.core.handle(self.now, answer, &mut self.effects);
        }
    }
}

/// How many messages, closes and questions an effect stands for.
fn outcomes(effect: &Effect) -> usize {
    match effect {
        Effect::Send { to, .. } => to.iter().count(),
        Effect::Notice(_) => 0,
        _ => 1,
    }
}
