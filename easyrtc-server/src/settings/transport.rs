//! Which transports there are, where, and with which limits: `[transport]` of the file.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

use super::bounded::{Time, Whole};
use super::url_path::UrlPath;
use super::{ConfigError, Origin, Settings};

/// The bounds of what the option of the same meaning allows.
pub(super) type PingTime = Time<100, 1_000_000_000>;
/// The bounds of what the option of the same meaning allows.
pub(super) type MessageBytes = Whole<1_000, 1_000_000_000>;
/// How many there may be; 0 means no limit.
pub(super) type Count = Whole<0, 1_000_000_000>;
/// At most a day: whoever has not come back by then does not.
pub(super) type KeepTime = Time<100, 86_400_000>;
/// At least what a few signalling messages have.
pub(super) type KeepBytes = Whole<1_000, 1_000_000_000>;

/// A transport by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportName {
    /// Socket.IO.
    SocketIo,
    /// The raw WebSocket.
    WebSocket,
}

impl TransportName {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::SocketIo, Self::WebSocket];

    /// Its name in settings, and that of the cargo feature it is built by.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SocketIo => "socketio",
            Self::WebSocket => "ws",
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::SocketIo => "Socket.IO",
            Self::WebSocket => "Raw WebSocket",
        }
    }

    /// Whether it is in this binary.
    #[must_use]
    pub const fn is_built(self) -> bool {
        match self {
            Self::SocketIo => cfg!(feature = "socketio"),
            Self::WebSocket => cfg!(feature = "ws"),
        }
    }
}

impl fmt::Display for TransportName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TransportName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|name| name.as_str() == text.trim());
        let name = known.ok_or_else(|| "socketio or ws".to_owned())?;
        if name.is_built() { Ok(name) } else { Err(NOT_BUILT.to_owned()) }
    }
}

const NOT_BUILT: &str = "this server was built without that transport";

/// Whether a transport is served. It cannot be if it is not `BUILT` in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "bool")]
pub struct Enabled<const BUILT: bool>(bool);

impl<const BUILT: bool> TryFrom<bool> for Enabled<BUILT> {
    type Error = &'static str;

    fn try_from(enabled: bool) -> Result<Self, &'static str> {
        if enabled && !BUILT { Err(NOT_BUILT) } else { Ok(Self(enabled)) }
    }
}

/// What can be set for every transport.
#[derive(Clone, Copy, Debug)]
pub struct Common<'a> {
    /// Which transport this is.
    pub name: TransportName,
    /// Whether it is served.
    pub enabled: bool,
    /// Where.
    pub path: &'a UrlPath,
    /// Addresses of its own; `None`: those of the server.
    pub listen: Option<&'a [SocketAddr]>,
    /// Origins of its own, none meaning any; `None`: those of the server.
    pub allowed_origins: Option<&'a [Origin]>,
    /// `None`: the option `pingInterval`.
    pub ping_interval: Option<Duration>,
    /// `None`: the option `pingTimeout`.
    pub ping_timeout: Option<Duration>,
    /// `None`: the option `maxMessageBytes`.
    pub max_message_bytes: Option<usize>,
    /// `None`: the option `maxTransportSessions`.
    pub max_sessions: Option<usize>,
}

/// A table of the file: the keys every transport has, and those of its own with their defaults.
macro_rules! table {
    (
        $(#[$about:meta])*
        $table:ident: $name:expr, feature $feature:literal, at $path:literal,
        $($(#[$key_about:meta])* $key:ident: $kind:ty = $default:expr,)*
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $table {
            enabled: Enabled<{ cfg!(feature = $feature) }>,
            path: UrlPath,
            listen: Option<Vec<SocketAddr>>,
            allowed_origins: Option<Vec<Origin>>,
            ping_interval: Option<PingTime>,
            ping_timeout: Option<PingTime>,
            max_message_bytes: Option<MessageBytes>,
            max_sessions: Option<Count>,
            $($(#[$key_about])* pub $key: $kind,)*
        }

        impl Default for $table {
            fn default() -> Self {
                Self {
                    enabled: Enabled(cfg!(feature = $feature)),
                    path: UrlPath($path.to_owned()),
                    listen: None,
                    allowed_origins: None,
                    ping_interval: None,
                    ping_timeout: None,
                    max_message_bytes: None,
                    max_sessions: None,
                    $($key: $default,)*
                }
            }
        }

        impl $table {
            /// What it has in common with the others.
            #[must_use]
            pub fn common(&self) -> Common<'_> {
                Common {
                    name: $name,
                    enabled: self.enabled.0,
                    path: &self.path,
                    listen: self.listen.as_deref(),
                    allowed_origins: self.allowed_origins.as_deref(),
                    ping_interval: self.ping_interval.map(PingTime::get),
                    ping_timeout: self.ping_timeout.map(PingTime::get),
                    max_message_bytes: self.max_message_bytes.map(MessageBytes::get),
                    max_sessions: self.max_sessions.map(Count::get),
                }
            }
        }
    };
}

table! {
    /// `[transport.socketio]`.
    SocketIoTable: TransportName::SocketIo, feature "socketio", at "/socket.io",
    /// Whether clients of Socket.IO 1 and 2 are served.
    allow_eio3: bool = true,
    /// Whether clients are asked to acknowledge what they are sent; `None`: the option
    /// `emitAckEnable`.
    request_acks: Option<bool> = None,
}

table! {
    /// `[transport.ws]`.
    WebSocketTable: TransportName::WebSocket, feature "ws", at "/ws",
    /// How long a session is kept while its line is cut.
    keep_time: KeepTime = Time(Duration::from_secs(30)),
    /// Bytes kept for each session that can be resumed.
    keep_bytes: KeepBytes = Whole(1_048_576),
}

/// `[transport]`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Transports {
    /// Engine.IO and Socket.IO.
    pub socketio: SocketIoTable,
    /// JSON over a plain WebSocket.
    pub ws: WebSocketTable,
}

/// What holds for a transport once defaults are filled in.
#[derive(Clone, Copy, Debug)]
pub struct Effective<'a> {
    /// From which pages browsers may use it; empty means any.
    pub allowed_origins: &'a [Origin],
    /// Between a client's sign of life and the next ping.
    pub ping_interval: Duration,
    /// How long a client may take to answer a ping.
    pub ping_timeout: Duration,
    /// Bytes of one message, attachments included.
    pub max_message_bytes: usize,
    /// Sessions at a time, logged in or not; 0 means no limit.
    pub max_sessions: usize,
}

impl Transports {
    /// Serves these and no others.
    pub(super) fn enable(&mut self, names: &[TransportName]) {
        self.socketio.enabled = Enabled(names.contains(&TransportName::SocketIo));
        self.ws.enabled = Enabled(names.contains(&TransportName::WebSocket));
    }

    /// All of them, served or not.
    #[must_use]
    pub fn all(&self) -> [Common<'_>; 2] {
        [self.socketio.common(), self.ws.common()]
    }

    /// Those that are served.
    pub fn enabled(&self) -> impl Iterator<Item = Common<'_>> {
        self.all().into_iter().filter(|transport| transport.enabled)
    }

    /// What no table can check by itself.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let mut before: Vec<Common<'_>> = Vec::new();
        for transport in self.enabled() {
            let key = |key| format!("transport.{}.{key}", transport.name);
            if transport.listen.is_some_and(<[_]>::is_empty) {
                return Err(ConfigError::new(key("listen"), "names no address"));
            }
            let path = transport.path;
            if let Some(other) = before.iter().find(|other| other.path.clashes_with(path)) {
                let title = other.name.title();
                let problem = format!("{path} is taken: {title} is at {}", other.path);
                return Err(ConfigError::new(key("path"), problem));
            }
            before.push(transport);
        }
        if before.is_empty() {
            let problem = "none is enabled, so that nobody could connect";
            return Err(ConfigError::new("transport", problem));
        }
        Ok(())
    }
}

impl Settings {
    /// Whether Socket.IO clients are asked to acknowledge what they are sent (decision D3).
    #[must_use]
    pub fn request_acks(&self) -> bool {
        let own = self.transports.socketio.request_acks;
        own.unwrap_or(self.options.protocol.transport.request_acks)
    }

    /// What holds for `transport`, whose own settings come first.
    #[must_use]
    pub fn effective<'a>(&'a self, transport: &Common<'a>) -> Effective<'a> {
        let common = &self.options.protocol.transport;
        Effective {
            allowed_origins: transport.allowed_origins.unwrap_or(&self.allowed_origins),
            ping_interval: transport.ping_interval.unwrap_or(common.ping_interval),
            ping_timeout: transport.ping_timeout.unwrap_or(common.ping_timeout),
            max_message_bytes: transport.max_message_bytes.unwrap_or(common.max_message_bytes),
            max_sessions: transport.max_sessions.unwrap_or(common.max_sessions),
        }
    }
}

#[cfg(test)]
mod tests;
