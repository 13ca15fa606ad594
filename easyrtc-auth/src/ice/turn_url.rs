//! Where a TURN server is.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// A URL as browsers take it (RFC 7065): `turn:` or `turns:`, a host, maybe a port, maybe
/// `?transport=udp` or `?transport=tcp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnUrl(Box<str>);

/// What is wrong with a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTurnUrl {
    /// It begins otherwise.
    #[error("it does not begin with turn: or turns:")]
    Scheme,
    /// There is no host, or what stands there can be none.
    #[error("it has no host")]
    Host,
    /// The port is no number from 1 to 65535.
    #[error("its port is not 1 to 65535")]
    Port,
    /// What follows is neither `?transport=udp` nor `?transport=tcp`.
    #[error("only ?transport=udp or ?transport=tcp may follow")]
    Query,
}

impl TurnUrl {
    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TurnUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TurnUrl {
    type Err = InvalidTurnUrl;

    fn from_str(text: &str) -> Result<Self, InvalidTurnUrl> {
        let (scheme, rest) = text.split_once(':').ok_or(InvalidTurnUrl::Scheme)?;
        if !["turn", "turns"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(InvalidTurnUrl::Scheme);
        }
        let (place, query) = match rest.split_once('?') {
            Some((place, query)) => (place, Some(query)),
            None => (rest, None),
        };
        if !matches!(query, None | Some("transport=udp" | "transport=tcp")) {
            return Err(InvalidTurnUrl::Query);
        }
        let port = match place.strip_prefix('[') {
            Some(bracketed) => {
                let (host, port) = bracketed.split_once(']').ok_or(InvalidTurnUrl::Host)?;
                host.parse::<Ipv6Addr>().map_err(|_| InvalidTurnUrl::Host)?;
                Some(port).filter(|port| !port.is_empty())
            }
            None => {
                let end = place.find(':').unwrap_or(place.len());
                let (host, port) = place.split_at(end);
                let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
                if host.is_empty() || !host.bytes().all(fits) {
                    return Err(InvalidTurnUrl::Host);
                }
                Some(port).filter(|port| !port.is_empty())
            }
        };
        let is_port = |text: &str| {
            let digits = text.strip_prefix(':').filter(|digits| !digits.starts_with('+'));
            digits.and_then(|digits| digits.parse::<u16>().ok()).is_some_and(|port| port != 0)
        };
        if port.is_some_and(|port| !is_port(port)) {
            return Err(InvalidTurnUrl::Port);
        }
        Ok(Self(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_one() {
        for text in [
            "turn:turn.example.org",
            "turn:turn.example.org:3478",
            "turn:turn.example.org:3478?transport=udp",
            "turns:192.0.2.1:443?transport=tcp",
            "TURN:[2001:db8::1]",
            "turn:[::1]:3478?transport=tcp",
        ] {
            assert_eq!(text.parse().as_ref().map(TurnUrl::as_str), Ok(text));
        }
    }

    #[test]
    fn what_is_none() {
        use InvalidTurnUrl::{Host, Port, Query, Scheme};
        for (text, why) in [
            ("", Scheme),
            ("turn.example.org", Scheme),
            ("turn.example.org:3478", Scheme),
            ("stun:stun.example.org", Scheme),
            ("https://turn.example.org", Scheme),
            ("turn:", Host),
            ("turn://turn.example.org", Host),
            ("turn::3478", Host),
            ("turn:ada@turn.example.org", Host),
            ("turn:turn example.org", Host),
            ("turn:[::1", Host),
            ("turn:[turn.example.org]", Host),
            ("turn:2001:db8::1", Port),
            ("turn:turn.example.org:", Port),
            ("turn:turn.example.org:0", Port),
            ("turn:turn.example.org:+1", Port),
            ("turn:turn.example.org:65536", Port),
            ("turn:[::1]3478", Port),
            ("turn:turn.example.org?", Query),
            ("turn:turn.example.org?transport=sctp", Query),
            ("turn:turn.example.org?transport=udp&x", Query),
        ] {
            assert_eq!(text.parse::<TurnUrl>(), Err(why), "{text}");
        }
    }
}
