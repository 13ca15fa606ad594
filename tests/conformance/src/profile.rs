//! The configurations of servers that cases need.

/// A configuration of a server.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// How it is called on the command line.
    pub name: &'static str,
    /// The options, as for `--easyrtc-options` or in the variable `EASYRTC_OPTIONS`.
    pub options: &'static str,
    /// What cannot be said with options: a settings file of `easyrtc-server`. Empty for none.
    pub settings: &'static str,
    /// Whether all that the settings say is who decides about logins. In this process that is the
    /// case itself.
    pub(crate) granting: bool,
}

/// What tokens are signed with that say what a login is to be granted.
pub(crate) const TOKEN_SECRET: &str = "known to everybody, good for tests";

/// Who has no token gets in too.
const GRANTING: &str = "[auth]\nchain = [\"jwt\", \"open\"]\n[auth.jwt]\n\
                        secret = \"known to everybody, good for tests\"\n\
                        require_expiry = false\nleeway = \"0s\"\n";

impl Profile {
    pub(crate) const fn options(name: &'static str, options: &'static str) -> Self {
        Self { name, options, settings: "", granting: false }
    }

    const fn settings(name: &'static str, settings: &'static str) -> Self {
        Self { name, options: "{}", settings, granting: false }
    }

    /// With these options, and logins that are granted what a token says.
    const fn granting(name: &'static str, options: &'static str) -> Self {
        Self { name, options, settings: GRANTING, granting: true }
    }
}

/// Nothing set.
pub(crate) const DEFAULT: Profile = Profile::options("default", "{}");

macro_rules! profiles {
    ($($(#[$attribute:meta])* $constant:ident = $make:ident($name:literal, $text:expr);)*) => {
        $(
            $(#[$attribute])*
            pub(crate) const $constant: Profile = Profile::$make($name, $text);
        )*
        /// All of them.
        pub const PROFILES: &[Profile] = &[DEFAULT, $($constant),*];
    };
}

profiles! {
    /// Nothing set, and a server of the case's own, which it may end.
    FRESH = options("fresh", "{}");
    /// No limit where 0 means none.
    ZEROS = options(
        "zeros",
        r#"{"maxApplications":0,"maxRoomsPerApplication":0,"maxRoomsPerConnection":0,"maxSessions":0,
            "roomMaxConnection":0,"loginTimeout":0,"maxDepth":0,"maxConnections":0,
            "maxUnauthenticatedConnections":0,"maxUnauthenticatedPerAddress":0,"maxOutboxMessages":0,
            "maxOutboxBytes":0,"maxTransportSessions":0,"roomEmptyTtl":0,"roomGatherMaxChanges":0,
            "sessionTtl":0,"maxMessagesPerSecond":0,"maxBytesPerSecond":0,"maxJoinsPerSecond":0,
            "maxRoomsCreatedPerSecond":0,"maxJoinsPerSecondPerAddress":0,
            "maxRoomsCreatedPerSecondPerAddress":0,"maxFailedLoginsPerSecond":0,
            "maxPacketsPerSecond":0,"rateLimitPause":0,"maxBans":0}"#
    );
    /// No application can be made by clients.
    NO_APPS = options("no-apps", r#"{"appAutoCreateEnable":false}"#);
    /// No room can be made by clients.
    NO_ROOMS = options("no-rooms", r#"{"roomAutoCreateEnable":false}"#);
    /// Nobody gets into a room without asking.
    NO_DEFAULT_ROOM = options("no-default-room", r#"{"roomDefaultEnable":false}"#);
    /// Two members at most in each room.
    TWO_MEMBERS = options("two-members", r#"{"roomMaxConnection":2}"#);
    /// Rooms without a limit.
    NO_MEMBER_LIMIT = options("no-member-limit", r#"{"roomMaxConnection":0}"#);
    /// Empty rooms are forgotten soon.
    SHORT_ROOMS = options("short-rooms", r#"{"roomEmptyTtl":200}"#);
    /// Rooms of three and more gather changes for a moment.
    GATHERING =
        options("gathering", r#"{"roomGatherThreshold":2,"roomGatherWindow":500}"#);
    /// The same for so long that it is not over while a case plays.
    GATHERING_LONG =
        options("gathering-long", r#"{"roomGatherThreshold":2,"roomGatherWindow":3600000}"#);
    /// The same, but not many.
    GATHERING_FEW = options(
        "gathering-few",
        r#"{"roomGatherThreshold":2,"roomGatherWindow":3600000,"roomGatherMaxChanges":2}"#
    );
    /// Sessions are forgotten soon; at most one.
    SHORT_SESSIONS = options("short-sessions", r#"{"sessionTtl":200,"maxSessions":1}"#);
    /// Two rooms for each connection, four for each application.
    FEW_ROOMS =
        options("few-rooms", r#"{"maxRoomsPerConnection":2,"maxRoomsPerApplication":4}"#);
    /// Three applications, the default one included.
    FEW_APPS = options("few-apps", r#"{"maxApplications":3,"roomEmptyTtl":200}"#);
    /// Two connections.
    FEW_CONNECTIONS = options("few-connections", r#"{"maxConnections":2}"#);
    /// Two connections that have not logged in.
    FEW_UNAUTHENTICATED =
        options("few-unauthenticated", r#"{"maxUnauthenticatedConnections":2}"#);
    /// Two connections of one address that have not logged in.
    FEW_PER_ADDRESS = options("few-per-address", r#"{"maxUnauthenticatedPerAddress":2}"#);
    /// Little time to log in.
    SHORT_LOGIN = options("short-login", r#"{"loginTimeout":300}"#);
    /// Silence is soon acted on.
    SILENCE =
        options("silence", r#"{"stillAliveInterval":1500,"stillAliveGracePeriod":500}"#);
    /// Nobody may be silent for long, and pings are rarer than that.
    RARE_PINGS =
        options("rare-pings", r#"{"stillAliveInterval":10000,"stillAliveGracePeriod":20000}"#);
    /// Fields of everything, some shared.
    FIELDS = options(
        "fields",
        r#"{"appDefaultFieldObj":{"motd":{"fieldValue":{"n":[1,2]},"fieldOption":{"isShared":true}},
            "hidden":{"fieldValue":"no"}},
            "roomDefaultFieldObj":{"topic":{"fieldValue":"general","fieldOption":{"isShared":true}},
            "hidden":{"fieldValue":"no","fieldOption":{"isShared":false}},
            "bad/name":{"fieldValue":1,"fieldOption":{"isShared":true}}},
            "connectionDefaultFieldObj":{"credit":{"fieldValue":5,
            "fieldOption":{"isShared":true}},"hidden":{"fieldValue":"no"}}}"#
    );
    /// ICE servers of every form.
    ICE = options(
        "ice",
        r#"{"appIceServers":[{"urls":["stun:a.example.test","stun:b.example.test"]},
            {"urls":"turn:c.example.test?transport=tcp","username":"ada","credential":"p"},
            {"url":"stun:d.example.test"}]}"#
    );
    /// An application whose rooms are not listed, with options for its clients.
    APPLICATIONS = options(
        "applications",
        r#"{"applications":{"quiet":{"hideRoomList":true,"publicOptions":{"theme":"dark"},
            "rooms":{"Lobby":{"roomMaxConnection":1}}}},"roomEmptyTtl":200}"#
    );
    /// Nothing set but who decides about logins.
    GRANTS = granting("grants", "{}");
    /// Applications with rules about their rooms.
    POLICIES = granting(
        "policies",
        r#"{"roomEmptyTtl":200,"applications":{
            "classes":{"rooms":{"class-*":{"joinGroups":["pupils","teachers"],
            "createGroups":["teachers"]}}},
            "guarded":{"rooms":{"g-*":{"passphrase":"open sesame"}}},
            "private":{"rooms":{"p-*":{"private":true},"hidden":{"private":true}}},
            "kept":{"rooms":{"passing":{"keepEmpty":false},"kept-*":{"keepEmpty":true}}}}}"#
    );
    /// Messages of 1,000 bytes.
    SMALL_MESSAGES = options("small-messages", r#"{"maxMessageBytes":1000}"#);
    /// Depth 8.
    SHALLOW = options("shallow", r#"{"maxDepth":8}"#);
    /// Little may wait for a client.
    SMALL_OUTBOX =
        options("small-outbox", r#"{"maxOutboxMessages":100,"maxOutboxBytes":2000000,"maxBytesPerSecond":0,
            "maxPacketsPerSecond":0}"#);
    /// Few messages, and a short pause after them.
    FEW_MESSAGES = options(
        "few-messages",
        r#"{"maxMessagesPerSecond":1,"maxMessagesBurst":6,"rateLimitPause":100}"#
    );
    /// Few messages, and a pause that is not over while a case plays.
    LONG_PAUSE = options(
        "long-pause",
        r#"{"maxMessagesPerSecond":1,"maxMessagesBurst":3,"rateLimitPause":3600000}"#
    );
    /// Few joins.
    FEW_JOINS = options("few-joins", r#"{"maxJoinsPerSecond":1,"maxJoinsBurst":3}"#);
    /// Few joins from one address.
    FEW_JOINS_FROM_HERE = options(
        "few-joins-from-here",
        r#"{"maxJoinsPerSecondPerAddress":1,"maxJoinsBurstPerAddress":3}"#
    );
    /// Two connections of one address.
    FEW_FROM_HERE = options("few-from-here", r#"{"maxConnectionsPerAddress":2}"#);
    /// Few denials, and rooms with a passphrase.
    FEW_DENIALS = options(
        "few-denials",
        r#"{"maxFailedLoginsPerSecond":1,"maxFailedLoginsBurst":3,"applications":{
            "guarded":{"rooms":{"g-*":{"passphrase":"open sesame"}}}}}"#
    );
    /// Few packets.
    FEW_PACKETS =
        options("few-packets", r#"{"maxPacketsPerSecond":10,"maxPacketsBurst":30}"#);
    /// Pings come quickly.
    QUICK_PINGS = options("quick-pings", r#"{"pingInterval":200,"pingTimeout":300}"#);
    /// One session of the transport at a time.
    ONE_SESSION = options("one-session", r#"{"maxTransportSessions":1}"#);
    /// No acks are asked for.
    NO_EMIT_ACKS = options("no-emit-acks", r#"{"emitAckEnable":false}"#);
    /// Only session ids of the server.
    ISSUED = options(
        "issued",
        r#"{"sessionEnable":true,"sessionCookieEnable":true,"sessionRequireIssued":true}"#
    );
    /// Clients are told what others run on.
    USER_AGENTS = options("user-agents", r#"{"clientListUserAgent":true}"#);
    /// Nobody may connect from here.
    BANNED = settings("banned", "denied_addresses = [\"127.0.0.0/8\", \"::1\"]\n");
    /// Pages of one origin only.
    ORIGINS = settings("origins", "allowed_origins = [\"https://good.example\"]\n");
    /// Sessions of cut raw WebSockets are kept for a moment.
    SHORT_KEEP =
        settings("short-keep", "[transport.ws]\nkeep_time = \"400ms\"\nkeep_bytes = 4000\n");
}
