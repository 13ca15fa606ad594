//! How a core is configured for a history.

mod policies;

use std::collections::BTreeMap;
use std::time::Duration;

use easyrtc_proto::{
    AppName, DecodeLimits, EasyrtcId, ErrorCode, Payload, Presence, RoomName, Show,
};
use easyrtc_state::{
    AppConfig, Config, Field, FieldMap, Limits, Policy, Rate, RateLimits, Rates, RoomConfig,
};

use crate::names::{self, CONFIGURED_APP, CONFIGURED_ROOM, valid};
pub(crate) use policies::pattern;

/// What differs from history to history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Whether limits are so small that they are hit all the time; otherwise there are none.
    pub limited: bool,
    /// Whether clients may do everything so rarely that they are refused all the time.
    pub rated: bool,
    /// Whether clients create applications.
    pub app_auto_create: bool,
    /// Whether clients create rooms.
    pub room_auto_create: bool,
    /// Whether there is a default room.
    pub room_default: bool,
    /// Whether silence ends a connection.
    pub still_alive: bool,
    /// Whether everything new has fields.
    pub default_fields: bool,
    /// Whether there are rules about who may enter and make which rooms.
    pub policies: bool,
    /// How changes of rooms are gathered.
    pub gathering: Gathering,
    /// What easyrtcids are drawn from.
    pub seed: u64,
}

/// How changes of rooms are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gathering {
    /// As by default: in rooms larger than any history fills.
    Default,
    /// Not at all.
    Off,
    /// In all rooms, for a moment.
    Everywhere,
    /// In rooms of three and more, for long, and not many.
    Few,
}

impl Gathering {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Default, Self::Off, Self::Everywhere, Self::Few];

    /// Configures a core so.
    pub fn configure(self, config: &mut Config) {
        let Config { room_gather_threshold: threshold, room_gather_window: window, .. } = config;
        match self {
            Self::Default => {}
            Self::Off => *window = Duration::ZERO,
            Self::Everywhere => *threshold = 0,
            Self::Few => {
                (*threshold, *window) = (2, Duration::from_secs(3));
                config.limits.gathered_changes = 3;
            }
        }
    }
}

impl Setup {
    /// The configuration: short times, and a second application with a room of its own.
    #[must_use]
    pub fn config(&self) -> Config {
        let fields = if self.default_fields { default_fields() } else { FieldMap::default() };
        let lobby = RoomConfig { room_max_connection: Some(1), ..RoomConfig::default() };
        let configured = AppConfig {
            public_options: BTreeMap::from([("color".to_owned(), names::payload("\"red\""))]),
            hide_room_list: true,
            room_max_connection: Some(2),
            rooms: BTreeMap::from([(valid(RoomName::parse(CONFIGURED_ROOM)), lobby)]),
            ..AppConfig::default()
        };
        let seconds = Duration::from_secs;
        let mut config = Config {
            app_auto_create: self.app_auto_create,
            app_default_fields: fields.clone(),
            applications: BTreeMap::from([(valid(AppName::parse(CONFIGURED_APP)), configured)]),
            ice_servers: [names::ice_server("stun:configured")].into(),
            room_default: Config::default().room_default.filter(|_| self.room_default),
            room_auto_create: self.room_auto_create,
            room_default_fields: fields.clone(),
            connection_default_fields: fields,
            still_alive_interval: seconds(if self.still_alive { 15 } else { 0 }),
            still_alive_grace: seconds(10),
            login_timeout_socketio: seconds(30),
            login_timeout_websocket: seconds(7),
            ask_timeout: seconds(4),
            room_empty_ttl: seconds(11),
            session_ttl: seconds(20),
            limits: if self.limited { small_limits() } else { NO_LIMITS },
            ..Config::default()
        };
        if self.rated {
            config.limits.rates = low_rates(self.seed);
        }
        self.gathering.configure(&mut config);
        if self.policies {
            policies::add_to(&mut config);
        }
        config
    }

    /// How large a message may be.
    #[must_use]
    pub fn decode_limits() -> DecodeLimits {
        DecodeLimits {
            depth: 12,
            room_api_field_units: 120,
            p2p_list: 80,
            ..DecodeLimits::default()
        }
    }
}

fn default_fields() -> FieldMap {
    let field = |value, shared| Field { value: names::payload(value), shared };
    let name = |name| valid(easyrtc_proto::FieldName::parse(name));
    FieldMap(BTreeMap::from([
        (name("given"), field("[1,2]", true)),
        (name("secret"), field("true", false)),
    ]))
}

const fn small_limits() -> Limits {
    Limits {
        applications: 3,
        rooms_per_application: 4,
        rooms_per_connection: 3,
        room_max_connection: 3,
        sessions: 2,
        connections: 7,
        connections_per_address: 3,
        unauthenticated: 4,
        unauthenticated_per_address: 3,
        parked: 3,
        asks_per_connection: 1,
        groups_per_connection: 2,
        fields: 3,
        bans: 2,
        gathered_changes: 0,
        user_api_field_units: 100,
        user_settings: 25,
        rates: Rates::NONE,
    }
}

/// No limits.
pub const NO_LIMITS: Limits = Limits {
    applications: 0,
    rooms_per_application: 0,
    rooms_per_connection: 0,
    room_max_connection: 0,
    sessions: 0,
    connections: 0,
    connections_per_address: 0,
    unauthenticated: 0,
    unauthenticated_per_address: 0,
    parked: 0,
    asks_per_connection: 0,
    groups_per_connection: 0,
    fields: 0,
    bans: 0,
    gathered_changes: 0,
    user_api_field_units: 0,
    user_settings: 0,
    rates: Rates::NONE,
};

/// Rates that clients exceed all the time. Only some are set, as `seed` has it: who may not even
/// speak does not get to the others.
fn low_rates(seed: u64) -> Rates {
    let set = |bit: u64, per_second, burst| match seed >> bit & 1 {
        0 => Rate::NONE,
        _ => Rate::new(per_second, burst),
    };
    Rates {
        connection: RateLimits {
            messages: set(0, 2, 5),
            bytes: set(1, 50, 400),
            joins: set(2, 1, 3),
            rooms_created: set(3, 1, 2),
        },
        address: RateLimits {
            messages: set(4, 3, 9),
            bytes: set(5, 100, 900),
            joins: set(6, 1, 4),
            rooms_created: set(7, 1, 2),
        },
        failed_logins: set(8, 1, 1),
        pause: Duration::from_millis(if seed >> 9 & 1 == 0 { 700 } else { 0 }),
    }
}

/// What the embedder of the simulated core refuses.
#[derive(Clone, Copy, Debug)]
pub struct Embedder;

impl Policy for Embedder {
    fn create_room(&self, app: &AppName, room: &RoomName) -> Result<(), ErrorCode> {
        let refused = app.as_str() == "other" && room.as_str() == "constructor";
        if refused { Err(ErrorCode::MsgRejectGenFail) } else { Ok(()) }
    }

    fn join_room(
        &self,
        _: &AppName,
        room: &RoomName,
        parameter: Option<&Payload>,
    ) -> Result<(), ErrorCode> {
        let badly = parameter.is_some_and(|parameter| parameter.as_str().contains("9}"));
        let refused = room.as_str() == "r5" && badly;
        if refused { Err(ErrorCode::MsgRejectBadData) } else { Ok(()) }
    }

    fn set_presence(&self, _: &EasyrtcId, presence: &Presence) -> Result<(), ErrorCode> {
        let refused = presence.show == Show::Dnd;
        if refused { Err(ErrorCode::MsgRejectPresence) } else { Ok(()) }
    }
}
