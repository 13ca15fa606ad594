//! For the project's own fuzz targets: what has to hold for any bytes. Not part of the API.

mod packets;
mod payload;
mod session;

pub use packets::packets;
pub use payload::payload;
pub use session::session;

use crate::engine::revision::{Framing, Revision};

/// The first byte says how packets are written.
const fn framing(head: u8) -> Framing {
    let revision = if head & 1 == 0 { Revision::V4 } else { Revision::V3 };
    Framing { revision, base64: head & 2 != 0 }
}
