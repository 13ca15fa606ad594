//! The table of options: what each is called, means, and does.

use easyrtc_proto::{AppName, RoomName};
use serde_json::value::RawValue;

use super::{Protocol, Value, applications, fields, ice};

mod rates;

/// One option.
#[derive(Debug)]
pub struct Known {
    /// Its name, here as in the original.
    pub name: &'static str,
    /// What it is for: one line, or the fixed pattern.
    pub about: &'static str,
    /// Its default as JSON text; `None` if no single value says it.
    pub default: Option<&'static str>,
    /// What it does.
    pub meaning: Meaning,
}

/// How an option's value is put to use. What is remarkable but no error goes into the list.
pub type Apply = fn(&mut Protocol, Value, &mut Vec<String>) -> Result<(), String>;

/// What an option does.
#[derive(Debug)]
pub enum Meaning {
    /// It changes what the server does.
    Effective(Apply),
    /// The rule it would change is fixed; only the default is accepted. `about` is the pattern.
    Fixed,
    /// Its subject is set in another way, which the text names.
    Elsewhere(&'static str),
}

/// All options: the original's in its order, then ours.
pub fn known() -> impl Iterator<Item = &'static Known> {
    APPLICATION
        .iter()
        .chain(ROOM)
        .chain(CONNECTION)
        .chain(LIMIT)
        .chain(rates::RATE)
        .chain(TRANSPORT)
        .chain(FIXED)
        .chain(ELSEWHERE)
}

const fn effective(
    name: &'static str,
    default: &'static str,
    about: &'static str,
    apply: Apply,
) -> Known {
    Known { name, about, default: Some(default), meaning: Meaning::Effective(apply) }
}

const fn fixed(name: &'static str, pattern: &'static str) -> Known {
    Known { name, about: pattern, default: None, meaning: Meaning::Fixed }
}

const fn elsewhere(name: &'static str, instead: &'static str) -> Known {
    Known { name, about: instead, default: None, meaning: Meaning::Elsewhere(instead) }
}

static APPLICATION: &[Known] = &[
    effective(
        "appDefaultName",
        r#""default""#,
        "Application of clients that name none.",
        |set, value, _| value.name(AppName::PATTERN).map(|name| set.core.app_default_name = name),
    ),
    effective(
        "appAutoCreateEnable",
        "true",
        "Whether clients create an application by logging in to it.",
        |set, value, _| value.flag().map(|flag| set.core.app_auto_create = flag),
    ),
    effective(
        "appDefaultFieldObj",
        "null",
        r#"Fields of every new application: {"name": {"fieldValue": 1, "fieldOption": {"isShared": true}}}."#,
        |set, value, remarks| {
            fields::read(&value, remarks).map(|fields| set.core.app_default_fields = fields)
        },
    ),
    effective(
        "applications",
        "{}",
        r#"Applications that exist from the start, and what is set for each and for its rooms: {"my.app": {"roomMaxConnection": 10, "hideRoomList": true, "publicOptions": {}, "iceServers": [], "roomAutoCreateEnable": true, "appDefaultFieldObj": {}, "rooms": {"Lobby": {"roomMaxConnection": 3, "private": true}, "class-*": {"joinGroups": ["pupils"], "createGroups": ["teachers"], "passphrase": "...", "invitation": true, "fieldObj": {}, "keepEmpty": false}}}}."#,
        |set, value, remarks| {
            let applications = applications::read(&value, remarks)?;
            (set.core.applications, set.room_proofs) = (applications.core, applications.proofs);
            Ok(())
        },
    ),
    effective(
        "appIceServers",
        concat!(
            r#"[{"urls":["stun:stun.l.google.com:19302"]},{"urls":["stun:stun.sipgate.net"]},"#,
            r#"{"urls":["stun:217.10.68.152"]},{"urls":["stun:stun.sipgate.net:10000"]},"#,
            r#"{"urls":["stun:217.10.68.152:10000"]}]"#
        ),
        "STUN and TURN servers for browsers, as RTCPeerConnection takes them.",
        |set, value, remarks| ice::read(&value, remarks).map(|list| set.core.ice_servers = list),
    ),
];

static ROOM: &[Known] = &[
    effective(
        "roomDefaultEnable",
        "true",
        "Whether clients that name no room join the default room.",
        |set, value, _| {
            // The name is applied after this switch (tables are in this order) and keeps it.
            value.flag().map(|flag| {
                if !flag {
                    set.core.room_default = None;
                }
            })
        },
    ),
    effective(
        "roomDefaultName",
        r#""default""#,
        "Room of clients that name none.",
        |set, value, _| {
            let name: RoomName = value.name(RoomName::PATTERN)?;
            if let Some(room) = &mut set.core.room_default {
                *room = name;
            }
            Ok(())
        },
    ),
    effective(
        "roomAutoCreateEnable",
        "true",
        "Whether clients create a room by joining it.",
        |set, value, _| value.flag().map(|flag| set.core.room_auto_create = flag),
    ),
    effective("roomDefaultFieldObj", "null", "Fields of every new room.", |set, value, remarks| {
        fields::read(&value, remarks).map(|fields| set.core.room_default_fields = fields)
    }),
    effective("roomMaxConnection", "100", "Clients in one room.", |set, value, _| {
        value.count().map(|count| set.core.limits.room_max_connection = count)
    }),
    effective(
        "roomEmptyTtl",
        "60000",
        "How long a room that a client created is kept when it is empty.",
        |set, value, _| value.milliseconds().map(|time| set.core.room_empty_ttl = time),
    ),
    effective(
        "roomGatherThreshold",
        "32",
        "In rooms of more clients than this, who comes, changes and leaves is told gathered.",
        |set, value, _| value.count().map(|count| set.core.room_gather_threshold = count),
    ),
    effective(
        "roomGatherWindow",
        "20",
        "For how long that is gathered. 0: not at all.",
        |set, value, _| value.milliseconds().map(|time| set.core.room_gather_window = time),
    ),
    effective(
        "roomGatherMaxChanges",
        "64",
        "How many changes of one room are gathered; as many go out at once.",
        |set, value, _| value.count().map(|count| set.core.limits.gathered_changes = count),
    ),
];

static CONNECTION: &[Known] = &[
    effective(
        "connectionDefaultFieldObj",
        "null",
        "Fields of every new connection.",
        |set, value, remarks| {
            fields::read(&value, remarks).map(|fields| set.core.connection_default_fields = fields)
        },
    ),
    Known {
        name: "loginTimeout",
        about: "How long a connection may stay without logging in: 600000, over a raw WebSocket 30000.",
        default: None,
        meaning: Meaning::Effective(|set, value, _| {
            let time = value.milliseconds()?;
            set.core.login_timeout_socketio = time;
            set.core.login_timeout_websocket = time;
            Ok(())
        }),
    },
    effective(
        "stillAliveInterval",
        "0",
        "How long a connection may be silent. Clients are told.",
        |set, value, _| value.milliseconds().map(|time| set.core.still_alive_interval = time),
    ),
    effective(
        "stillAliveGracePeriod",
        "20000",
        "How much longer silence is borne before the connection is closed.",
        |set, value, _| value.milliseconds().map(|time| set.core.still_alive_grace = time),
    ),
    effective(
        "clientListUserAgent",
        "false",
        "Whether clients in a room are told of each other's browser, operating system and kind of device.",
        |set, value, _| {
            let told = value.flag()?;
            if told && !cfg!(feature = "user-agent") {
                return Err("needs a server that is built with the feature user-agent".to_owned());
            }
            set.user_agents = told;
            Ok(())
        },
    ),
    effective(
        "sessionEnable",
        "true",
        "Whether the next two options have an effect.",
        |set, value, _| value.flag().map(|flag| set.sessions.enabled = flag),
    ),
    effective(
        "sessionCookieEnable",
        "false",
        "Whether pages, client files and handshakes come with a cookie, easyrtcsid, that makes the browser's connections one session.",
        |set, value, _| value.flag().map(|flag| set.sessions.cookie = flag),
    ),
    effective(
        "sessionRequireIssued",
        "false",
        "Whether a login with a session id that this server did not issue is refused.",
        |set, value, _| value.flag().map(|flag| set.sessions.require_issued = flag),
    ),
    effective(
        "sessionTtl",
        "1800000",
        "How long a session is kept after its last connection.",
        |set, value, _| value.milliseconds().map(|time| set.core.session_ttl = time),
    ),
];

static LIMIT: &[Known] = &[
    effective("maxConnections", "0", "Clients in all.", |set, value, _| {
        value.count().map(|count| set.core.limits.connections = count)
    }),
    effective("maxConnectionsPerAddress", "0", "Clients from one address.", |set, value, _| {
        value.count().map(|count| set.core.limits.connections_per_address = count)
    }),
    effective(
        "maxUnauthenticatedConnections",
        "10000",
        "Connections in all that have not logged in.",
        |set, value, _| value.count().map(|count| set.core.limits.unauthenticated = count),
    ),
    effective(
        "maxUnauthenticatedPerAddress",
        "1000",
        "Connections from one address that have not logged in.",
        |set, value, _| {
            value.count().map(|count| set.core.limits.unauthenticated_per_address = count)
        },
    ),
    effective("maxApplications", "10000", "Applications.", |set, value, _| {
        value.count().map(|count| set.core.limits.applications = count)
    }),
    effective(
        "maxRoomsPerApplication",
        "100000",
        "Rooms of one application, empty ones included.",
        |set, value, _| value.count().map(|count| set.core.limits.rooms_per_application = count),
    ),
    effective("maxRoomsPerConnection", "100", "Rooms one client may be in.", |set, value, _| {
        value.count().map(|count| set.core.limits.rooms_per_connection = count)
    }),
    effective("maxSessions", "100000", "Sessions.", |set, value, _| {
        value.count().map(|count| set.core.limits.sessions = count)
    }),
    effective("maxBans", "10000", "Addresses and users banned at a time.", |set, value, _| {
        value.count().map(|count| set.core.limits.bans = count)
    }),
];

static TRANSPORT: &[Known] = &[
    effective(
        "maxMessageBytes",
        "1000000",
        "Bytes of one message, binary attachments included.",
        |set, value, _| {
            value.between(1_000, 1_000_000_000).map(|bytes| set.transport.max_message_bytes = bytes)
        },
    ),
    effective(
        "maxDepth",
        "1024",
        "Objects and arrays inside each other in one message.",
        |set, value, _| value.count().map(|count| set.decode.depth = count),
    ),
    effective(
        "maxTransportSessions",
        "200000",
        "Sessions of one transport, logged in or not.",
        |set, value, _| value.count().map(|count| set.transport.max_sessions = count),
    ),
    effective(
        "maxOutboxMessages",
        "4096",
        "Messages that wait to be written to one client; it is closed if there are more. 0: no limit.",
        |set, value, _| value.count().map(|count| set.outbox.frames = count),
    ),
    effective("maxOutboxBytes", "8388608", "The same in bytes.", |set, value, _| {
        value.count().map(|bytes| set.outbox.bytes = bytes)
    }),
    effective(
        "pingInterval",
        "25000",
        "Time between a client's sign of life and the next ping.",
        |set, value, _| {
            let time = value.milliseconds_between(100, 1_000_000_000)?;
            set.transport.ping_interval = time;
            Ok(())
        },
    ),
    effective(
        "pingTimeout",
        "20000",
        "How long a client may take to answer a ping before it counts as gone.",
        |set, value, _| {
            let time = value.milliseconds_between(100, 1_000_000_000)?;
            set.transport.ping_timeout = time;
            Ok(())
        },
    ),
    effective(
        "emitAckEnable",
        "true",
        "Whether Socket.IO clients are asked to acknowledge what they are sent.",
        |set, value, _| value.flag().map(|flag| set.transport.request_acks = flag),
    ),
];

static FIXED: &[Known] = &[
    fixed("apiVersionRegExp", "/^[a-z0-9_.+-]{1,32}$/i"),
    fixed("appNameRegExp", "/^[a-z0-9_.-]{1,32}$/i"),
    fixed("easyrtcidRegExp", "/^[a-z0-9_.-]{1,32}$/i"),
    fixed("easyrtcsidRegExp", "/^[a-z0-9_.%-]{1,100}$/i"),
    fixed("groupNameRegExp", "/^[a-z0-9_.-]{1,32}$/i"),
    fixed("fieldNameRegExp", "/^[a-z0-9_. -]{1,32}$/i"),
    fixed("optionNameRegExp", "/^[a-z0-9_. -]{1,32}$/i"),
    fixed("presenceShowRegExp", "/^(away|chat|dnd|xa)$/"),
    fixed("presenceStatusRegExp", "/^(.){0,255}$/"),
    fixed("roomNameRegExp", "/^[a-z0-9_.-]{1,32}$/i"),
    fixed("usernameRegExp", "/^(.){1,64}$/i"),
];

const CLIENT_FILES: &str = "--client-files serves easyrtc.js at /easyrtc/ and the demos at /demos/";
const LOGS: &str = "--log-level and --log-format say what is logged";

static ELSEWHERE: &[Known] = &[
    elsewhere("apiEnable", CLIENT_FILES),
    elsewhere("apiPublicFolder", CLIENT_FILES),
    elsewhere("apiLabsEnable", CLIENT_FILES),
    elsewhere("apiOldLocationEnable", CLIENT_FILES),
    elsewhere("demosEnable", CLIENT_FILES),
    elsewhere("demosPublicFolder", CLIENT_FILES),
    elsewhere("logLevel", LOGS),
    elsewhere("logDateEnable", LOGS),
    elsewhere("logErrorStackEnable", LOGS),
    elsewhere("logWarningStackEnable", LOGS),
    elsewhere("logColorEnable", LOGS),
    elsewhere("logObjectDepth", LOGS),
    elsewhere("logMessagesEnable", "--message-log writes every message into a file"),
];

/// The rules for names are fixed, so an option that would change one may only repeat it.
//= docs/spec/names.md#names.fixed
pub(super) fn check_fixed(known: &Known, raw: &RawValue) -> Result<(), String> {
    if serde_json::from_str::<String>(raw.get()).is_ok_and(|text| text == known.about) {
        return Ok(());
    }
    Err(format!("the rules for names are fixed; only {:?} is accepted", known.about))
}
