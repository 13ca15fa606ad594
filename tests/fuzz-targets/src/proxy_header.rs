//! The header of the PROXY protocol: what is believed is a whole header, says the same when it is
//! written anew, and does not depend on what follows it.

use std::net::IpAddr;

use easyrtc_transport_common::proxy_header::{
    MAX_LINE, Malformed, SIGNATURE, Version2, check_start, version_1,
};

/// The target: the bytes are what comes first on a connection.
///
/// # Panics
/// If that does not hold.
pub fn check(bytes: &[u8]) {
    match bytes.split_at_checked(SIGNATURE.len()) {
        Some((start, rest)) if start == SIGNATURE => check_version_2(rest),
        Some((start, _)) => check_version_1(start, bytes),
        None => {}
    }
}

fn check_version_1(start: &[u8], bytes: &[u8]) {
    let end = bytes.iter().position(|&byte| byte == b'\n').map(|at| at + 1);
    let Some(line) = end.filter(|&end| end <= MAX_LINE).and_then(|end| bytes.get(..end)) else {
        return;
    };
    let found = version_1(line);
    if found.is_ok() {
        assert_eq!(check_start(start), Ok(()), "what is whole can begin so");
    }
    let Ok(Some(source)) = found else {
        let is_unknown = line.starts_with(b"PROXY UNKNOWN");
        assert!(found.is_err() || is_unknown, "{line:?}");
        return;
    };
    let text = std::str::from_utf8(line).expect("what is believed is text");
    let family = if source.is_ipv4() { "TCP4" } else { "TCP6" };
    let words: Vec<&str> = text.trim_end().split(' ').collect();
    assert_eq!(words.get(..2), Some(&["PROXY", family][..]));
    assert_eq!(words.get(2).and_then(|word| word.parse().ok()), Some(source));
    let anew = format!("PROXY {family} {source} {source} 1 65535\r\n");
    assert_eq!(version_1(anew.as_bytes()), Ok(Some(source)));
    for broken in [text.trim_end().to_owned(), text.replace("\r\n", "\n"), format!(" {text}")] {
        assert!(version_1(broken.as_bytes()).is_err(), "{broken:?}");
    }
}

fn check_version_2(bytes: &[u8]) {
    let Some((fixed, rest)) = bytes.split_first_chunk::<4>() else { return };
    let Ok(version) = Version2::parse(*fixed) else { return };
    assert_eq!(version.length, usize::from(u16::from_be_bytes([fixed[2], fixed[3]])));
    // The server reads as much as it was told of, and no less.
    let Some(rest) = rest.get(..version.length) else { return };
    let found = version.source(rest);
    let longer = [rest, &[0xff; 7]].concat();
    match found {
        Err(error) => assert_eq!(error, Malformed::Address),
        Ok(None) => assert_eq!(version.source(&longer), Ok(None)),
        Ok(Some(source)) => {
            let octets = match source {
                IpAddr::V4(ip) => ip.octets().to_vec(),
                IpAddr::V6(ip) => ip.octets().to_vec(),
            };
            assert!(rest.starts_with(&octets), "{source} of {rest:?}");
            assert_eq!(version.source(&longer), Ok(Some(source)));
            let addresses = 2 * octets.len() + 4;
            let cut = rest.get(..addresses - 1).expect("both addresses and both ports");
            assert_eq!(version.source(cut), Err(Malformed::Address));
        }
    }
}

/// What to start from.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let lines = [
        "PROXY TCP4 192.0.2.7 10.0.0.1 4711 80\r\nGET / HTTP/1.1\r\n",
        "PROXY TCP6 2001:db8::7 ::1 65535 0\r\n",
        "PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n",
        "PROXY UNKNOWN\r\n",
        "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n",
        "PROXY TCP4 192.0.2.7 10.0.0.1 4711 65536\r\n",
        "PROXY TCP4 192.0.2.7 10.0.0.1 +11 080\r\n",
        "PROXY UDP4 192.0.2.7 10.0.0.1 4711 80\r\n",
    ];
    let v4 = [192, 0, 2, 7, 10, 0, 0, 1, 0, 1, 0, 2];
    let mut v6 = [0; 36];
    v6[15] = 1;
    let heads: [([u8; 2], &[u8]); 6] = [
        ([0x21, 0x11], &v4),
        ([0x21, 0x21], &v6),
        ([0x21, 0x21], &[&v6[..], &[3, 0, 1, 9]].concat()),
        ([0x20, 0x00], &[]),
        ([0x21, 0x00], &[1, 2, 3]),
        ([0x21, 0x11], &v4[..11]),
    ];
    let heads = heads.map(|([command, family], rest)| {
        let length = u8::try_from(rest.len()).unwrap_or_default();
        [&SIGNATURE, &[command, family, 0, length][..], rest, b"GET /"].concat()
    });
    lines.into_iter().map(|line| line.as_bytes().to_vec()).chain(heads).collect()
}
