//! Whose request it is when reverse proxies stand between.

use std::net::{IpAddr, SocketAddr};

use hyper::HeaderMap;

/// The client's address: the socket's, or with `hops` trusted proxies in front, what the outermost
/// of them put into `X-Forwarded-For`. What stands further left the client may have made up.
///
/// An IPv4 address that came over IPv6 is given as what it is.
pub(super) fn address(headers: &HeaderMap, socket: IpAddr, hops: usize) -> IpAddr {
    let socket = socket.to_canonical();
    let Some(last) = hops.checked_sub(1) else { return socket };
    let entries: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let entry = entries.iter().rev().nth(last).or_else(|| entries.first());
    entry.and_then(|entry| parse(entry)).map_or(socket, |address| address.to_canonical())
}

/// An address, with a port or without.
fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| Some(entry.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_entry_of_the_outermost_trusted_proxy() {
        let socket: IpAddr = "10.0.0.1".parse().unwrap();
        let cases: [(&[&str], usize, &str); 8] = [
            (&["1.1.1.1"], 0, "10.0.0.1"),
            (&["1.1.1.1"], 1, "1.1.1.1"),
            (&["6.6.6.6, 1.1.1.1"], 1, "1.1.1.1"),
            (&["6.6.6.6, 1.1.1.1", "10.0.0.2"], 2, "1.1.1.1"),
            (&["1.1.1.1"], 3, "1.1.1.1"),
            (&[], 1, "10.0.0.1"),
            (&["unknown"], 1, "10.0.0.1"),
            (&["[2001:db8::1]:4711"], 1, "2001:db8::1"),
        ];
        for (values, hops, expected) in cases {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            let found = address(&headers, socket, hops);
            assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{values:?} {hops}");
        }
    }
}
