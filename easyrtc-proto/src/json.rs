//! JSON text, read without building a tree.
//!
//! Everything a client sends is first read as a whole by [`Reader`], which makes sure that it is
//! JSON; what is inside it is then looked at one level at a time by [`Members`]. Two things make
//! both necessary: text must survive as JavaScript wrote it, lone surrogates included, which Rust
//! strings cannot hold; and relayed values must be passed on byte for byte, so they are never
//! parsed into trees.

mod measure;
mod read;
mod scan;
mod string;
mod write;

pub use measure::stringified_units;
pub use read::{InvalidJson, RawText, Reader};
pub(crate) use scan::skip_string;
pub use scan::{Member, Members};
pub(crate) use string::canonical;
pub use string::{Utf16Units, plain};
pub(crate) use write::ObjectWriter;

/// What kind of JSON value a text is, by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A number.
    Number,
    /// `true` or `false`
    Boolean,
    /// `null`
    Null,
}

impl Kind {
    /// The kind of the JSON value `text`, which must be valid and without leading white space.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text.as_bytes().first() {
            Some(b'{') => Self::Object,
            Some(b'[') => Self::Array,
            Some(b'"') => Self::String,
            Some(b't' | b'f') => Self::Boolean,
            Some(b'n') => Self::Null,
            _ => Self::Number,
        }
    }
}

pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
