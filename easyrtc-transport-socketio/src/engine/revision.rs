//! What differs between revisions of the Engine.IO protocol.

use bytes::Bytes;

use super::packet::{NoPacket, WirePacket};
use super::payload::{self, Part, PayloadBuilder};

/// A revision of the protocol, as the client names it in `EIO`.
///
/// Everything that depends on it goes through this type, so that another revision is another
/// variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Revision {
    /// `EIO=4`: Socket.IO 3 and 4.
    V4,
}

impl Revision {
    /// The revision that the value of the `EIO` parameter names; `None` if we do not speak it.
    pub(crate) fn from_query(value: &str) -> Option<Self> {
        (value == "4").then_some(Self::V4)
    }

    /// Takes one packet from a received payload; see [`payload::next_part`].
    pub(crate) fn next_part<'a>(
        self,
        payload: &'a str,
        offset: &mut usize,
    ) -> Option<Result<Part<'a>, NoPacket>> {
        match self {
            Self::V4 => payload::next_part(payload, offset),
        }
    }

    /// Puts packets from the front of `queue` into the body of one response, at most `limit` bytes
    /// unless the first packet alone is longer. `None` if there is nothing to send.
    pub(crate) fn encode_payload(
        self,
        queue: &mut impl PacketQueue,
        limit: usize,
    ) -> Option<Bytes> {
        match self {
            Self::V4 => {
                let mut builder = PayloadBuilder::new(limit);
                while let Some(packet) = queue.pop_if(|packet| builder.fits(packet)) {
                    builder.push(&packet);
                }
                (!builder.is_empty()).then(|| builder.finish())
            }
        }
    }
}

/// Where packets wait to be sent.
pub(crate) trait PacketQueue {
    /// Takes the first packet if there is one and `accept` says so.
    fn pop_if(&mut self, accept: impl FnOnce(&WirePacket) -> bool) -> Option<WirePacket>;
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    impl PacketQueue for VecDeque<WirePacket> {
        fn pop_if(&mut self, accept: impl FnOnce(&WirePacket) -> bool) -> Option<WirePacket> {
            if accept(self.front()?) { self.pop_front() } else { None }
        }
    }

    #[test]
    fn only_revision_4_is_spoken() {
        assert_eq!(Revision::from_query("4"), Some(Revision::V4));
        for other in ["", "3", "5", "04", "abc"] {
            assert_eq!(Revision::from_query(other), None, "{other}");
        }
    }

    #[test]
    fn a_long_queue_goes_in_several_bodies_in_order() {
        let mut queue: VecDeque<WirePacket> =
            ["4aaa", "4bbb", "4ccccccccccccccc", "4d"].map(|t| WirePacket::Text(t.into())).into();
        let mut bodies = Vec::new();
        while let Some(body) = Revision::V4.encode_payload(&mut queue, 10) {
            bodies.push(String::from_utf8(body.to_vec()).unwrap());
        }
        assert_eq!(bodies, ["4aaa\x1e4bbb", "4ccccccccccccccc", "4d"]);
    }
}
