//! Whose request it is when reverse proxies stand between.

use std::net::{IpAddr, SocketAddr};

use hyper::HeaderMap;

use crate::settings::{Network, is_in};

/// The client's address. A trusted proxy is asked for whom it speaks: `X-Forwarded-For` is read
/// from its end, where the proxy nearest to us wrote, up to the first address that is no trusted
/// proxy. What stands further left the client may have made up.
///
/// An IPv4 address that came over IPv6 is given as what it is.
pub(super) fn address(headers: &HeaderMap, socket: IpAddr, trusted: &[Network]) -> IpAddr {
    let mut client = socket.to_canonical();
    let values = headers.get_all("x-forwarded-for").iter().rev();
    let mut entries = values.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
    while is_in(trusted, client) {
        // Who wrote no address has said no more than that it is the one in front.
        let Some(next) = entries.next().and_then(|entry| parse(entry.trim())) else { break };
        client = next.to_canonical();
    }
    client
}

/// An address, with a port or without.
fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| Some(entry.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUSTED: [&str; 3] = ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"];

    fn found(socket: &str, values: &[&[u8]], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = hyper::header::HeaderValue::from_bytes(value).unwrap();
            headers.append("x-forwarded-for", value);
        }
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        address(&headers, socket.parse().unwrap(), &trusted).to_string()
    }

    #[test]
    fn takes_the_last_address_that_is_no_trusted_proxy() {
        let cases: [(&str, &[&[u8]], &str); 15] = [
            ("10.0.0.1", &[b"203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &[b"6.6.6.6, 203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &[b"6.6.6.6, 203.0.113.7", b"10.0.0.2"], "203.0.113.7"),
            ("10.0.0.1", &[b"6.6.6.6, 203.0.113.7, 192.0.2.1,10.0.0.2"], "203.0.113.7"),
            ("::ffff:10.0.0.1", &[b"::ffff:203.0.113.7"], "203.0.113.7"),
            ("2001:db8::1", &[b"[2001:dead::7]:4711"], "2001:dead::7"),
            ("10.0.0.1", &[b"203.0.113.7:4711"], "203.0.113.7"),
            // A client within the trusted networks.
            ("10.0.0.1", &[b"10.0.0.9"], "10.0.0.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &[b""], "10.0.0.1"),
            // What cannot be read is nobody's address, and nothing left of it counts.
            ("10.0.0.1", &[b"6.6.6.6, unknown"], "10.0.0.1"),
            ("10.0.0.1", &[b"6.6.6.6, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &[b"6.6.6.6", b"\xff"], "10.0.0.1"),
            // From anybody else the header means nothing.
            ("203.0.113.9", &[b"6.6.6.6"], "203.0.113.9"),
            ("192.0.2.2", &[b"6.6.6.6, 10.0.0.2"], "192.0.2.2"),
        ];
        for (socket, values, expected) in cases {
            assert_eq!(found(socket, values, &TRUSTED), expected, "{socket} {values:?}");
        }
    }

    #[test]
    fn without_trusted_proxies_the_header_is_ignored() {
        assert_eq!(found("10.0.0.1", &[b"203.0.113.7"], &[]), "10.0.0.1");
    }
}
