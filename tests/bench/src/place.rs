//! Where a server is.

use std::net::{SocketAddr, ToSocketAddrs};

use crate::problem::Problem;
use crate::transport::Transport;

/// Where a server is, and how it is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What stands in the `Host` header.
    pub(crate) authority: String,
    pub(crate) address: SocketAddr,
    /// The path and query of handshakes.
    pub(crate) target: String,
    pub(crate) transport: Transport,
}

impl Place {
    /// The place a URL names: `http://HOST[:PORT][/PATH]` is Socket.IO, `ws://…` the raw WebSocket.
    ///
    /// # Errors
    /// If it is neither, or its host has no address.
    pub fn parse(url: &str) -> Result<Self, Problem> {
        let (transport, rest) = match url.split_once("://") {
            Some(("http", rest)) => (Transport::SocketIo, rest),
            Some(("ws", rest)) => (Transport::WebSocket, rest),
            _ => return Err(Problem::new(format!("neither http:// nor ws://: {url}"))),
        };
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        Self::at(authority, path, transport)
    }

    /// The place at a host and a port; the path is the usual one if it is empty.
    ///
    /// # Errors
    /// If the host has no address.
    pub fn at(authority: &str, path: &str, transport: Transport) -> Result<Self, Problem> {
        let path = match (transport, path) {
            (_, "" | "/") => transport.path().to_owned(),
            // Engine.IO has the slash at the end.
            (Transport::SocketIo, path) => format!("{}/", path.trim_end_matches('/')),
            (Transport::WebSocket, path) => path.to_owned(),
        };
        // Not the colons inside the brackets of an IPv6 address.
        let has_port = authority.rsplit(']').next().is_some_and(|rest| rest.contains(':'));
        let authority = if has_port { authority.to_owned() } else { format!("{authority}:80") };
        let unknown = |why: &dyn std::fmt::Display| Problem::new(format!("{authority}: {why}"));
        let mut addresses = authority.to_socket_addrs().map_err(|error| unknown(&error))?;
        let address = addresses.next().ok_or_else(|| unknown(&"no address"))?;
        let target = format!("{path}{}", transport.query());
        Ok(Self { authority, address, target, transport })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_say_where_and_how() {
        let parts = |url| {
            let Place { authority, address, target, transport } = Place::parse(url).unwrap();
            format!("{authority} {address} {target} {transport}")
        };
        let query = Transport::SocketIo.query();
        assert_eq!(
            parts("http://127.0.0.1:1"),
            format!("127.0.0.1:1 127.0.0.1:1 /socket.io/{query} socketio")
        );
        assert_eq!(
            parts("http://127.0.0.1/x"),
            format!("127.0.0.1:80 127.0.0.1:80 /x/{query} socketio")
        );
        assert_eq!(parts("ws://[::1]/"), "[::1]:80 [::1]:80 /ws ws");
        assert_eq!(parts("ws://127.0.0.1:9/y"), "127.0.0.1:9 127.0.0.1:9 /y ws");
        assert!(Place::parse("https://127.0.0.1").is_err());
    }
}
