//! What a seed makes of the world: which things happen in it, how often, and within which limits.
//!
//! Each seed leaves some things out altogether: what hides behind something frequent shows where
//! that never happens.

use std::time::Duration;

use easyrtc_state::{Config, Limits, Rate, RateLimits, Rates};
use easyrtc_test_kit::Setup;
use easyrtc_test_kit::setup::Gathering;

use crate::random::Random;

/// What can happen by itself, beside what follows from what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// A client connects, and logs in at once.
    Arrive,
    /// A client connects.
    Open,
    /// A client says something.
    Speak,
    /// A client says something malformed.
    SpeakBadly,
    /// Bytes come that are no message.
    Alive,
    /// A client leaves in good order.
    Leave,
    /// A line breaks; the server learns it later.
    Cut,
    /// A client stops reading, or starts again.
    Stall,
    /// The operator does something.
    Administer,
    /// A question that is settled or was never asked is answered.
    Lie,
    /// The wall clock is set, forward or back.
    SetClock,
    /// The core is told of the time, though nothing is due.
    Tick,
    /// Time passes, and the core is told late.
    Oversleep,
    /// The server stops.
    Shutdown,
}

impl Act {
    pub(crate) const ALL: [Self; 14] = [
        Self::Arrive,
        Self::Open,
        Self::Speak,
        Self::SpeakBadly,
        Self::Alive,
        Self::Leave,
        Self::Cut,
        Self::Stall,
        Self::Administer,
        Self::Lie,
        Self::SetClock,
        Self::Tick,
        Self::Oversleep,
        Self::Shutdown,
    ];

    /// How often it happens where it does happen, to start with.
    const fn usual(self) -> usize {
        match self {
            Self::Arrive => 60,
            Self::Speak => 600,
            Self::Administer => 40,
            Self::SpeakBadly | Self::Alive | Self::Stall => 20,
            Self::Open | Self::Leave | Self::Lie | Self::Tick => 10,
            Self::Cut | Self::SetClock => 6,
            Self::Oversleep => 2,
            Self::Shutdown => 0,
        }
    }
}

/// How many kinds of messages there are to say.
pub(crate) const MESSAGES: usize = 12;

/// How often each kind of message is said where it is said, to start with. The order is that of
/// `speech::message`.
const USUAL_MESSAGES: [usize; MESSAGES] = [4, 9, 6, 7, 5, 6, 14, 14, 3, 2, 2, 1];

/// The longest any message is on its way, in ms.
const SLOWEST: u64 = 3000;

/// One seed's world.
#[derive(Clone, Debug)]
pub(crate) struct Swarm {
    pub(crate) config: Config,
    /// What easyrtcids are drawn from.
    pub(crate) names: u64,
    /// How often each act happens; the order is that of [`Act::ALL`].
    pub(crate) acts: [usize; Act::ALL.len()],
    /// How often each kind of message is said.
    pub(crate) messages: [usize; MESSAGES],
    /// Of 100 steps, how many are acts; the others are what follows from them.
    pub(crate) haste: usize,
    /// How many messages, and how many bytes, may wait for a client; 0: no limit.
    pub(crate) outbox: (usize, usize),
    /// The longest way of a message, in ms.
    pub(crate) latency: u64,
    /// The longest pause of a client that reads, in ms.
    pub(crate) reading: u64,
    /// Of 100 questions, how many are answered at once, and how many never.
    pub(crate) answered: (usize, usize),
    /// Of 100 answers, how many may be anything.
    pub(crate) lies: usize,
    /// Of 100 logins that are let in, how many are let in for a time, or may do less or more.
    pub(crate) narrow: usize,
    /// How often clients give a sign of life, whatever else they do, if they do.
    pub(crate) heartbeat: Option<Duration>,
    /// Of 100 connections, how many get all messages as JSON text.
    pub(crate) wired: usize,
}

impl Swarm {
    pub(crate) fn of(random: &mut Random) -> Self {
        let setup = Setup {
            limited: random.chance(30),
            rated: random.chance(15),
            app_auto_create: random.chance(70),
            room_auto_create: random.chance(85),
            room_default: random.chance(85),
            still_alive: random.chance(50),
            default_fields: random.chance(30),
            policies: random.chance(50),
            gathering: Gathering::ALL[random.below(Gathering::ALL.len())],
            seed: random.next(),
        };
        let mut config = setup.config();
        if !setup.limited && random.chance(60) {
            let rates = config.limits.rates;
            config.limits = Limits { rates, ..limits(random) };
            setup.gathering.configure(&mut config);
        }
        if !setup.rated && random.chance(20) {
            config.limits.rates = rates(random);
        }
        let mut seconds = |most: usize| Duration::from_secs(1 + random.below(most) as u64);
        // Long enough for a login on a slow line.
        config.login_timeout_socketio = Duration::from_millis(SLOWEST) + seconds(40);
        config.login_timeout_websocket = Duration::from_millis(SLOWEST) + seconds(20);
        config.ask_timeout = seconds(8);
        config.room_empty_ttl = seconds(20);
        config.session_ttl = seconds(30);
        let mut acts = Act::ALL.map(|act| often(random, act.usual()));
        // Without these nothing ever happens.
        acts[0] = acts[0].max(Act::Arrive.usual() / 4);
        acts[2] = acts[2].max(Act::Speak.usual() / 4);
        acts[Act::ALL.len() - 1] = usize::from(random.chance(3));
        let loose = |random: &mut Random, chance, most| match random.chance(chance) {
            true => 0,
            false => 1 + random.below(most),
        };
        Self {
            config,
            names: setup.seed,
            acts,
            messages: USUAL_MESSAGES.map(|usual| often(random, usual)),
            haste: 20 + random.below(60),
            outbox: (loose(random, 30, 40), loose(random, 50, 20_000)),
            latency: [0, 5, 100, SLOWEST][random.below(4)],
            reading: [0, 10, 500][random.below(3)],
            answered: (random.below(101), [0, 0, 3, 20][random.below(4)]),
            lies: [0, 10, 30][random.below(3)],
            narrow: [0, 10, 50][random.below(3)],
            heartbeat: random.chance(80).then(|| Duration::from_secs(8)),
            wired: [0, 10, 50][random.below(3)],
        }
    }
}

/// Never in some seeds; otherwise something between a quarter of the usual and double.
fn often(random: &mut Random, usual: usize) -> usize {
    if random.chance(20) { 0 } else { (usual * (1 + random.below(8))).div_ceil(4) }
}

/// Each limit by itself: none, or one that is soon reached.
fn limits(random: &mut Random) -> Limits {
    let mut limit = |least: usize, most: usize| match random.chance(40) {
        true => 0,
        false => least + random.below(most - least + 1),
    };
    Limits {
        applications: limit(2, 4),
        rooms_per_application: limit(2, 5),
        rooms_per_connection: limit(1, 4),
        room_max_connection: limit(1, 6),
        sessions: limit(1, 4),
        connections: limit(3, 11),
        connections_per_address: limit(2, 6),
        unauthenticated: limit(1, 5),
        unauthenticated_per_address: limit(1, 4),
        parked: limit(1, 4),
        asks_per_connection: limit(1, 3),
        groups_per_connection: limit(1, 3),
        fields: limit(2, 4),
        bans: limit(1, 3),
        gathered_changes: 0,
        user_api_field_units: limit(60, 200),
        user_settings: limit(20, 60),
        rates: Rates::NONE,
    }
}

/// Each rate by itself: none, or one that is soon reached.
fn rates(random: &mut Random) -> Rates {
    let mut rate = |per_second: usize, burst: usize| match random.chance(40) {
        true => Rate::NONE,
        false => Rate::new(some(random, per_second), some(random, burst)),
    };
    let mut limits = |more: usize| RateLimits {
        messages: rate(5 * more, 30 * more),
        bytes: rate(1000 * more, 6000 * more),
        joins: rate(3 * more, 12 * more),
        rooms_created: rate(2 * more, 6 * more),
    };
    let (connection, address) = (limits(1), limits(2));
    let failed_logins = rate(2, 4);
    let pause = Duration::from_millis([0, 1, 300, 2000][random.below(4)]);
    Rates { connection, address, failed_logins, pause }
}

fn some(random: &mut Random, most: usize) -> u32 {
    1 + u32::try_from(random.below(most)).unwrap_or(0)
}
