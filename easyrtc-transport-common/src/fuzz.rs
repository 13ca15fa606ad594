//! For the project's own fuzz targets: what has to hold for any bytes. Not part of the API.

use crate::websocket::{decoder, writer};

/// A client sends these bytes, in any pieces.
///
/// # Panics
/// If something does not hold.
pub fn websocket_decoder(bytes: &[u8]) {
    decoder::fuzzed::decoder(bytes);
}

/// The server sends what these bytes choose, in writes that take any amount.
///
/// # Panics
/// If something does not hold.
pub fn websocket_writer(bytes: &[u8]) {
    writer::fuzzed::writer(bytes);
}
