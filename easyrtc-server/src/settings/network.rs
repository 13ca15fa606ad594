//! Lists of networks.

use std::net::IpAddr;

pub use easyrtc_state::Network;

/// Whether `address` is in one of `networks`.
#[must_use]
pub fn is_in(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}
