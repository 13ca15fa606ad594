//! The published schemas of the EasyRTC protocol, as they stand beside this crate, embedded.
//!
//! They are generated from the code (`cargo xtask schemas`); this crate has no dependency,
//! so that a server can hand them out without bringing along what made them.

#![forbid(unsafe_code)]

mod documents;

/// One published document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document {
    /// Where it stands among the others, such as `client/offer.json`.
    pub path: &'static str,
    /// Its JSON text.
    pub text: &'static str,
}

/// Every published document, in the order of their paths: a schema for each message and
/// direction, for the events and answers, for the frames of the plain WebSocket, the AsyncAPI
/// document, and the OpenAPI document of the admin API. Only the schemas are in folders.
#[must_use]
pub const fn documents() -> &'static [Document] {
    documents::DOCUMENTS
}

/// The document at `path`, such as `client/offer.json`.
#[must_use]
pub fn document(path: &str) -> Option<&'static Document> {
    documents().iter().find(|document| document.path == path)
}
