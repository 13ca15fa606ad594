//! What is tested.

mod in_process;
mod process;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use easyrtc_runtime::AdminCommand;
pub(crate) use in_process::InProcess;
use process::Process;

use crate::case::{Case, On};
use crate::profile::Profile;
use crate::wire::Server;

/// How clients reach a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Engine.IO 4 and Socket.IO 5, over a WebSocket.
    SocketIo,
    /// JSON over a raw WebSocket.
    WebSocket,
}

/// What is tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The core of this project, in this process, without a network.
    InProcess,
    /// A server that runs already.
    Url {
        /// Its host and port.
        authority: String,
        /// The path of the transport.
        path: String,
        /// How to speak to it.
        transport: Transport,
        /// How it is configured.
        profile: &'static Profile,
    },
    /// A server that is started as it is needed.
    Spawn {
        /// A command for `sh`. It gets `PORT` (0), `EASYRTC_OPTIONS`, and, for profiles with
        /// settings, `EASYRTC_CONFIG` in its environment, and prints its `http://` address.
        command: String,
        /// How to speak to it.
        transport: Transport,
        /// Whether it reads `EASYRTC_OPTIONS` only.
        options_only: bool,
    },
}

/// Why a target cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetError(pub(crate) String);

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TargetError {}

impl Target {
    /// The target at a URL: `http://host:port` for Socket.IO, `ws://host:port/path` for the raw
    /// WebSocket.
    ///
    /// # Errors
    /// If the URL is neither.
    pub fn at(url: &str, profile: &'static Profile) -> Result<Self, TargetError> {
        let (transport, rest) = match url.split_once("://") {
            Some(("http", rest)) => (Transport::SocketIo, rest),
            Some(("ws", rest)) => (Transport::WebSocket, rest),
            _ => return Err(TargetError(format!("neither http:// nor ws://: {url}"))),
        };
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let path = match (transport, path) {
            (_, "" | "/") => transport.path().to_owned(),
            // Engine.IO has the slash at the end.
            (Transport::SocketIo, path) => format!("{}/", path.trim_end_matches('/')),
            (Transport::WebSocket, path) => path.to_owned(),
        };
        let authority =
            if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
        Ok(Self::Url { authority, path, transport, profile })
    }

    /// Why `case` cannot be played here, if it cannot.
    pub(crate) fn skips(&self, case: &Case) -> Option<String> {
        let (transport, options_only) = match self {
            Self::InProcess => (None, true),
            Self::Url { transport, .. } => (Some(*transport), false),
            Self::Spawn { transport, options_only, .. } => (Some(*transport), *options_only),
        };
        let fits = match case.on {
            On::All => true,
            On::Network => transport.is_some(),
            On::SocketIo => transport == Some(Transport::SocketIo),
            On::WebSocket => transport == Some(Transport::WebSocket),
            On::InProcess => transport.is_none(),
        };
        if !fits {
            return Some(match case.on {
                On::SocketIo => "about Socket.IO".to_owned(),
                On::WebSocket => "about the raw WebSocket".to_owned(),
                On::InProcess => {
                    "needs the operator or the authorizer, played by the case itself".to_owned()
                }
                On::Network | On::All => "about bytes on a network".to_owned(),
            });
        }
        if let Self::Url { profile, .. } = self {
            let other = *profile != case.profile;
            return other.then(|| format!("needs a server with profile {}", case.profile.name));
        }
        let decides = transport.is_none() && case.profile.granting;
        let settings = !case.profile.settings.is_empty() && !decides;
        (settings && options_only)
            .then(|| format!("needs settings that are no options (profile {})", case.profile.name))
    }

    /// Starts the target, or connects to it, configured as `profile` says.
    pub(crate) async fn start(
        &self,
        profile: &'static Profile,
        patience: Duration,
    ) -> Result<Arc<Live>, TargetError> {
        let (place, process) = match self {
            Self::InProcess => (Place::InProcess(InProcess::start(profile)?), None),
            Self::Url { authority, path, transport, .. } => {
                let (authority, path) = (authority.clone(), path.clone());
                (Place::Network(Server { authority, path, patience }, *transport), None)
            }
            Self::Spawn { command, transport, .. } => {
                let (process, authority) = Process::start(command, profile).await?;
                let path = transport.path().to_owned();
                let server = Server { authority, path, patience };
                (Place::Network(server, *transport), Some(process))
            }
        };
        Ok(Arc::new(Live { place, process }))
    }

    /// Whether each server of this target is one this process started.
    pub(crate) const fn is_ours(&self) -> bool {
        !matches!(self, Self::Url { .. })
    }
}

impl Transport {
    const fn path(self) -> &'static str {
        match self {
            Self::SocketIo => "/socket.io/",
            Self::WebSocket => "/ws",
        }
    }
}

/// A target that runs.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) place: Place,
    /// The process, if this one started it. It ends when this is dropped.
    process: Option<Process>,
}

/// Where a target is.
#[derive(Debug)]
pub(crate) enum Place {
    InProcess(InProcess),
    Network(Server, Transport),
}

impl Live {
    /// Asks the server to stop, as an operator does; false if this cannot be done here.
    pub(crate) fn terminate(&self) -> bool {
        match (&self.place, &self.process) {
            (Place::InProcess(core), _) => core.runtime.admin(AdminCommand::Shutdown).is_ok(),
            (Place::Network(..), Some(process)) => process.terminate(),
            (Place::Network(..), None) => false,
        }
    }

    /// What became of the server, if it is not running any more.
    pub(crate) fn ended(&self) -> Option<String> {
        self.process.as_ref().and_then(Process::ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::DEFAULT;

    #[test]
    fn urls_say_where_and_how() {
        let parts = |url| match Target::at(url, &DEFAULT) {
            Ok(Target::Url { authority, path, transport, .. }) => {
                format!("{authority} {path} {transport:?}")
            }
            other => format!("{other:?}"),
        };
        assert_eq!(parts("http://a:1"), "a:1 /socket.io/ SocketIo");
        assert_eq!(parts("http://a/x/socket.io"), "a:80 /x/socket.io/ SocketIo");
        assert_eq!(parts("ws://a:1/ws"), "a:1 /ws WebSocket");
        assert!(Target::at("a:1", &DEFAULT).is_err());
    }
}
