//! An address, or all that begin alike.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// One IP address or a network: `192.0.2.7`, `2001:db8::/32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(IpNet);

/// A text that is no [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidNetwork;

impl fmt::Display for InvalidNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an IP address or a network, such as 192.0.2.7 or 2001:db8::/32")
    }
}

impl std::error::Error for InvalidNetwork {}

impl Network {
    /// Whether `address` is in it. An IPv4 address that came over IPv6 counts as what it is.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// All networks that `address` is in, the largest first.
    pub(crate) fn around(address: IpAddr) -> impl Iterator<Item = Self> {
        let address = address.to_canonical();
        let longest = if address.is_ipv4() { 32 } else { 128 };
        (0..=longest).filter_map(move |length| Self::of(IpNet::new(address, length).ok()?))
    }

    /// Networks that mean the same are equal: what is behind the prefix is dropped.
    fn of(network: IpNet) -> Option<Self> {
        Some(Self(network.trunc()))
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        Self(address.to_canonical().into())
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let text = text.trim();
        match text.parse::<IpAddr>() {
            Ok(address) => Ok(address.into()),
            Err(_) => text.parse().ok().and_then(Self::of).ok_or(InvalidNetwork),
        }
    }
}

/// A single address without the length of its prefix.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            self.0.addr().fmt(f)
        } else {
            self.0.fmt(f)
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Network {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Network {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error| serde::de::Error::custom(format!("{text:?} is {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_it() {
        for (network, address, inside) in [
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("192.0.2.0/24", "192.0.2.8", true),
            ("192.0.2.0/24", "::ffff:192.0.2.8", true),
            ("::ffff:192.0.2.8", "192.0.2.8", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("0.0.0.0/0", "::1", false),
        ] {
            let parsed: Network = network.parse().unwrap();
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(parsed.contains(address), inside, "{network} {address}");
            let around = Network::around(address).any(|network| network == parsed);
            assert_eq!(around, inside, "{network} {address}");
            assert_eq!(parsed.to_string().parse(), Ok(parsed));
        }
        for bad in ["", "example.org", "192.0.2.0/33", "192.0.2"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_same_network_is_equal_however_it_is_written() {
        let parsed = |text: &str| text.parse::<Network>().unwrap();
        assert_eq!(parsed("192.0.2.77/24"), parsed(" 192.0.2.0/24 "));
        assert_eq!(parsed("192.0.2.7").to_string(), "192.0.2.7");
        assert_eq!(parsed("192.0.2.7/32"), parsed("192.0.2.7"));
        assert_eq!(parsed("192.0.2.77/24").to_string(), "192.0.2.0/24");
    }
}
