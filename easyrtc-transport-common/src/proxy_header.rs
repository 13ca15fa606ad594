//! What stands in the header of the PROXY protocol, versions 1 and 2, with which a load balancer
//! says whose bytes it passes on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How version 2 begins.
pub const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// Bytes of the longest line of version 1, its end included.
pub const MAX_LINE: usize = 107;

/// What is wrong with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The connection begins otherwise.
    #[error("it does not begin with a header")]
    NoHeader,
    /// The header does not end where it has to.
    #[error("the header is too long")]
    TooLong,
    /// It is neither version 1 nor 2, or a command that neither has.
    #[error("the header has an unknown version or command")]
    Version,
    /// It is about something else than TCP.
    #[error("the header is not about TCP")]
    Family,
    /// An address or a port is none.
    #[error("the header has no valid addresses and ports")]
    Address,
}

/// Whether a line of version 1 can begin so: no line is as short as that.
///
/// # Errors
/// If none can.
pub fn check_start(start: &[u8]) -> Result<(), Malformed> {
    let fits = start.starts_with(b"PROXY ") && !start.contains(&b'\n');
    if fits { Ok(()) } else { Err(Malformed::NoHeader) }
}

/// The source that a whole line of version 1 names, or `None` if the proxy does not know.
///
/// # Errors
/// If it is no such line.
pub fn version_1(line: &[u8]) -> Result<Option<IpAddr>, Malformed> {
    let line = line.strip_suffix(b"\r\n").ok_or(Malformed::NoHeader)?;
    let text = str::from_utf8(line).map_err(|_| Malformed::NoHeader)?;
    let words: Vec<&str> = text.split(' ').collect();
    let (source, destination, ports) = match words[..] {
        // Whatever else there is says nothing.
        ["PROXY", "UNKNOWN", ..] => return Ok(None),
        ["PROXY", "TCP4", source, destination, from, to] => {
            (address::<Ipv4Addr>(source), address::<Ipv4Addr>(destination), [from, to])
        }
        ["PROXY", "TCP6", source, destination, from, to] => {
            (address::<Ipv6Addr>(source), address::<Ipv6Addr>(destination), [from, to])
        }
        ["PROXY", "TCP4" | "TCP6", ..] => return Err(Malformed::Address),
        _ => return Err(Malformed::Family),
    };
    let valid = destination.is_some() && ports.into_iter().all(is_port);
    source.filter(|_| valid).map(Some).ok_or(Malformed::Address)
}

fn address<Family: std::str::FromStr + Into<IpAddr>>(text: &str) -> Option<IpAddr> {
    text.parse::<Family>().ok().map(Into::into)
}

/// A number as the protocol writes it: no sign, no zeros in front.
fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port.to_string() == text)
}

/// The fixed part of version 2, behind its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version2 {
    family: Option<Family>,
    /// Bytes that follow.
    pub length: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    V4,
    V6,
}

impl Version2 {
    /// Reads the fixed part.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse([command, family, high, low]: [u8; 4]) -> Result<Self, Malformed> {
        let family = match (command, family) {
            // The proxy speaks for itself, whatever the family.
            (0x20, _) | (0x21, 0x00) => None,
            (0x21, 0x11) => Some(Family::V4),
            (0x21, 0x21) => Some(Family::V6),
            (0x21, _) => return Err(Malformed::Family),
            _ => return Err(Malformed::Version),
        };
        Ok(Self { family, length: u16::from_be_bytes([high, low]).into() })
    }

    /// The source, read from what follows, or `None` if the proxy names none.
    ///
    /// # Errors
    /// If too little follows.
    pub fn source(self, rest: &[u8]) -> Result<Option<IpAddr>, Malformed> {
        let Some(family) = self.family else { return Ok(None) };
        // Source and destination, then two ports.
        let source = match family {
            Family::V4 if rest.len() >= 12 => rest.first_chunk::<4>().map(|&ip| ip.into()),
            Family::V6 if rest.len() >= 36 => rest.first_chunk::<16>().map(|&ip| ip.into()),
            Family::V4 | Family::V6 => None,
        };
        source.map(Some).ok_or(Malformed::Address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a header comes to.
    type Expected = Result<Option<&'static str>, Malformed>;

    #[test]
    fn lines_of_version_1() {
        use Malformed::{Address, Family, NoHeader};
        let cases: [(&str, Expected); 16] = [
            ("PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\n", Ok(Some("192.0.2.7"))),
            ("PROXY TCP6 2001:db8::7 ::1 65535 0\r\n", Ok(Some("2001:db8::7"))),
            ("PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n", Ok(Some("::ffff:192.0.2.7"))),
            ("PROXY UNKNOWN\r\n", Ok(None)),
            ("PROXY UNKNOWN what else 1 2 3\r\n", Ok(None)),
            ("PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\n", Err(NoHeader)),
            ("PROXY TCP4 192.0.2.7 10.0.0.1 4711\r\n", Err(Address)),
            ("PROXY TCP4 192.0.2.7 10.0.0.1 4711 80 9\r\n", Err(Address)),
            ("PROXY TCP4  192.0.2.7 10.0.0.1 4711 80\r\n", Err(Address)),
            ("PROXY TCP4 2001:db8::7 ::1 1 2\r\n", Err(Address)),
            ("PROXY TCP6 192.0.2.7 10.0.0.1 1 2\r\n", Err(Address)),
            ("PROXY TCP4 192.0.2.7 10.0.0.1 4711 65536\r\n", Err(Address)),
            ("PROXY TCP4 192.0.2.7 10.0.0.1 +11 080\r\n", Err(Address)),
            ("PROXY UDP4 192.0.2.7 10.0.0.1 4711 80\r\n", Err(Family)),
            ("PROXY UNKNOWNS\r\n", Err(Family)),
            ("GET /healthz HTTP/1.1\r\n", Err(Family)),
        ];
        for (line, expected) in cases {
            let expected = expected.map(|source| source.map(|ip| ip.parse::<IpAddr>().unwrap()));
            assert_eq!(version_1(line.as_bytes()), expected, "{line:?}");
        }
        assert_eq!(version_1(b"PROXY \xff\r\n"), Err(NoHeader));
    }

    #[test]
    fn what_can_begin_a_line() {
        for (start, fits) in [
            ("PROXY TCP4 1", true),
            ("PROXY UNKNOW", true),
            ("GET / HTTP/1", false),
            ("PROXY\tTCP4 1", false),
            ("PROXY \r\n\r\n\r\n", false),
        ] {
            assert_eq!(check_start(start.as_bytes()).is_ok(), fits, "{start:?}");
        }
    }

    #[test]
    fn version_2() {
        use Malformed::{Address, Family, Version};
        let v4 = [192, 0, 2, 7, 10, 0, 0, 1, 0, 1, 0, 2];
        let mut v6 = [0; 36];
        v6[15] = 1;
        // Fixed part, what follows, and the source.
        let cases: [([u8; 2], &[u8], Expected); 11] = [
            ([0x21, 0x11], &v4, Ok(Some("192.0.2.7"))),
            ([0x21, 0x21], &v6, Ok(Some("::1"))),
            ([0x21, 0x21], &[&v6[..], &[3, 0, 1, 9]].concat(), Ok(Some("::1"))),
            ([0x21, 0x11], &v4[..11], Err(Address)),
            ([0x21, 0x21], &v6[..35], Err(Address)),
            ([0x20, 0x00], &[], Ok(None)),
            ([0x20, 0x11], &v4, Ok(None)),
            ([0x21, 0x00], &[1, 2, 3], Ok(None)),
            ([0x21, 0x12], &v4, Err(Family)),
            ([0x22, 0x11], &v4, Err(Version)),
            ([0x11, 0x11], &v4, Err(Version)),
        ];
        for ([command, family], rest, expected) in cases {
            let [high, low] = u16::try_from(rest.len()).unwrap().to_be_bytes();
            let found = Version2::parse([command, family, high, low]).and_then(|fixed| {
                assert_eq!(fixed.length, rest.len());
                fixed.source(rest)
            });
            let expected = expected.map(|source| source.map(|ip| ip.parse::<IpAddr>().unwrap()));
            assert_eq!(found, expected, "{command:x} {family:x} {rest:?}");
        }
    }
}
