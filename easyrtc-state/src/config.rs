//! What the operator can set: defaults, policies and limits of the core.

mod application;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use easyrtc_proto::{AppName, Capability, FieldName, Fields, IceServer, Payload, RoomName};

use crate::rate::Rates;

pub use application::{AppConfig, RoomConfig};

/// The core's configuration. Durations and counts of zero mean "no limit" or "never".
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Config {
    /// The application of clients that name none (`appDefaultName`). Default `default`.
    pub app_default_name: AppName,
    /// Whether clients create applications by naming them (`appAutoCreateEnable`). Default true.
    pub app_auto_create: bool,
    /// Fields of every new application (`appDefaultFieldObj`).
    pub app_default_fields: FieldMap,
    /// What is set per application; these applications exist from the start.
    pub applications: BTreeMap<AppName, AppConfig>,
    /// The STUN and TURN servers (`appIceServers`).
    pub ice_servers: Arc<[IceServer]>,
    /// The room of clients that name none, made with every application (`roomDefaultName`), or
    /// none (`roomDefaultEnable`). Default `default`.
    pub room_default: Option<RoomName>,
    /// Whether clients create rooms by joining them (`roomAutoCreateEnable`). Default true.
    pub room_auto_create: bool,
    /// Fields of every new room (`roomDefaultFieldObj`).
    pub room_default_fields: FieldMap,
    /// Fields of every new connection (`connectionDefaultFieldObj`).
    pub connection_default_fields: FieldMap,
    /// Within which time the server wants to hear from a client (`stillAliveInterval`); goes out
    /// in the token. Default 0.
    pub still_alive_interval: Duration,
    /// How much longer silence is borne (`stillAliveGracePeriod`). Default 20 s.
    pub still_alive_grace: Duration,
    /// How long a connection over Socket.IO may stay without authenticating (`loginTimeout`).
    /// Default 10 min: pages may connect long before they log in.
    pub login_timeout_socketio: Duration,
    /// The same over a raw WebSocket. Default 30 s.
    pub login_timeout_websocket: Duration,
    /// How long an answer about a login or another question is waited for. Default 10 s.
    pub ask_timeout: Duration,
    /// How long an empty room that a client created is kept (`roomEmptyTtl`). Default 60 s; with
    /// 0 it is kept for ever.
    pub room_empty_ttl: Duration,
    /// In rooms of more members than this, changes of the roster go out gathered
    /// (`roomGatherThreshold`). Default 32.
    pub room_gather_threshold: usize,
    /// For how long changes are gathered (`roomGatherWindow`). Default 20 ms; with 0 each goes out
    /// at once in rooms of any size.
    pub room_gather_window: Duration,
    /// How long a session is kept after its last connection (`sessionTtl`). Default 30 min.
    pub session_ttl: Duration,
    /// What clients are told that the server can do (decision D29); goes out in the token. Default:
    /// what the core does by itself. Whoever puts transports in front of it adds what those do.
    pub capabilities: BTreeSet<Capability>,
    /// What is bounded, and by how much.
    pub limits: Limits,
}

/// Bounds. 0 means no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
//= docs/spec/limits.md#limits.named
pub struct Limits {
    /// Applications (`maxApplications`). Default 10,000. Over it: `LOGIN_APP_AUTH_FAIL`.
    pub applications: usize,
    /// Rooms of one application, empty ones included (`maxRoomsPerApplication`). Default 100,000.
    /// Over it: `MSG_REJECT_BAD_ROOM`, at login `LOGIN_GEN_FAIL`.
    pub rooms_per_application: usize,
    /// Rooms one connection is in (`maxRoomsPerConnection`). Default 100. Over it: the same.
    pub rooms_per_connection: usize,
    /// Clients in one room (`roomMaxConnection`). Default 100. Over it: the same.
    pub room_max_connection: usize,
    /// Sessions (`maxSessions`). Default 100,000. Over it: `LOGIN_GEN_FAIL`.
    pub sessions: usize,
    /// Connections (`maxConnections`). Default 0. Over it the first `authenticate` is answered
    /// `LOGIN_NO_SOCKETS`.
    pub connections: usize,
    /// Connections from one address (`maxConnectionsPerAddress`). Default 0. Over it: the same.
    pub connections_per_address: usize,
    /// Connections that have not authenticated (`maxUnauthenticatedConnections`). Default 10,000.
    /// Over it, a new connection is told `LOGIN_NO_SOCKETS` and closed.
    pub unauthenticated: usize,
    /// The same from one address (`maxUnauthenticatedPerAddress`). Default 1,000.
    pub unauthenticated_per_address: usize,
    /// Messages of one connection that wait for an answer about its login or a permission. Default
    /// 64; when as many wait, the connection is paused.
    pub parked: usize,
    /// Questions of one connection that wait for their answer. Default 16. Over it:
    /// `MSG_REJECT_GEN_FAIL`.
    pub asks_per_connection: usize,
    /// Groups one connection is in. Default 100. Over it the admin command fails.
    pub groups_per_connection: usize,
    /// Fields of one application, room, session or connection. Default 1,000. Over it the admin
    /// command fails.
    pub fields: usize,
    /// Bans (`maxBans`). Default 10,000. Over it the admin command fails.
    pub bans: usize,
    /// Changes of one room that are gathered (`roomGatherMaxChanges`). Default 64. When there are
    /// as many, they go out before their time.
    pub gathered_changes: usize,
    /// UTF-16 units of a connection's `apiField`, merged, have to be fewer than this (D19).
    /// Default 4096. Over it: `MSG_REJECT_BAD_SIZE`.
    pub user_api_field_units: usize,
    /// Bytes of a connection's `userSettings`, merged (D19). Default 16 KiB. Over it:
    /// `MSG_REJECT_BAD_SIZE`.
    pub user_settings: usize,
    /// How often clients may do things.
    pub rates: Rates,
}

/// A field as it is set: its value, and whether clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Field {
    /// Any JSON value.
    pub value: Payload,
    /// Whether clients see it (`fieldOption.isShared`).
    pub shared: bool,
}

/// Fields by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FieldMap(pub BTreeMap<FieldName, Field>);

impl FieldMap {
    /// The fields clients see.
    #[must_use]
    pub fn shared(&self) -> Fields {
        //= docs/spec/fields.md#fields.shared-only
        let shared = self.0.iter().filter(|(_, field)| field.shared);
        Fields(shared.map(|(name, field)| (name.clone(), field.value.clone())).collect())
    }

    /// The fields clients see, if there are any.
    #[must_use]
    //= docs/spec/fields.md#fields.absent-when-none
    pub fn shared_if_any(&self) -> Option<Fields> {
        Some(self.shared()).filter(|fields| !fields.0.is_empty())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            applications: 10_000,
            rooms_per_application: 100_000,
            rooms_per_connection: 100,
            room_max_connection: 100,
            sessions: 100_000,
            connections: 0,
            connections_per_address: 0,
            unauthenticated: 10_000,
            unauthenticated_per_address: 1_000,
            parked: 64,
            asks_per_connection: 16,
            groups_per_connection: 100,
            fields: 1_000,
            bans: 10_000,
            gathered_changes: 64,
            user_api_field_units: 4096,
            user_settings: 16 * 1024,
            rates: Rates::default(),
        }
    }
}

/// What the core does whatever the transport.
//= docs/spec/capabilities.md#capabilities.listed
const CAPABILITIES: [Capability; 3] =
    [Capability::ConnectionApiField, Capability::StillAlive, Capability::TargetGroup];

/// The original's defaults, and ours where the original has none.
impl Default for Config {
    #[expect(clippy::expect_used, reason = "see the invariants")]
    fn default() -> Self {
        let ice_servers = [
            "stun:stun.l.google.com:19302",
            "stun:stun.sipgate.net",
            "stun:217.10.68.152",
            "stun:stun.sipgate.net:10000",
            "stun:217.10.68.152:10000",
        ];
        // Invariant: these are well-formed entries.
        let ice_servers = ice_servers.map(|url| {
            IceServer::parse(&format!("{{\"urls\":[\"{url}\"]}}")).expect("an ICE server")
        });
        Self {
            // Invariant: these are valid names.
            app_default_name: AppName::parse("default").expect("a name"),
            room_default: Some(RoomName::parse("default").expect("a name")),
            app_auto_create: true,
            app_default_fields: FieldMap::default(),
            applications: BTreeMap::new(),
            ice_servers: ice_servers.into(),
            room_auto_create: true,
            room_default_fields: FieldMap::default(),
            connection_default_fields: FieldMap::default(),
            still_alive_interval: Duration::ZERO,
            still_alive_grace: Duration::from_secs(20),
            login_timeout_socketio: Duration::from_secs(600),
            login_timeout_websocket: Duration::from_secs(30),
            ask_timeout: Duration::from_secs(10),
            room_empty_ttl: Duration::from_secs(60),
            room_gather_threshold: 32,
            room_gather_window: Duration::from_millis(20),
            session_ttl: Duration::from_secs(1800),
            capabilities: CAPABILITIES.into(),
            limits: Limits::default(),
        }
    }
}
