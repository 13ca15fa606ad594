//! `/schemas/`: the published documents of the protocol, and a list of them.

use std::sync::LazyLock;

use easyrtc_schemas::{Document, document, documents};
use hyper::body::Bytes;
use hyper::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

use super::{Body, content, redirect};
use crate::schemas::{description, name};

const PREFIX: &str = "/schemas";

/// One document in the list.
#[derive(Debug, Serialize)]
struct Entry {
    name: &'static str,
    url: String,
    description: String,
}

/// The list of documents.
#[derive(Debug, Serialize)]
struct Index {
    /// Of the protocol, `YYYY-MM-DD`.
    revision: &'static str,
    schemas: Vec<Entry>,
}

static INDEX: LazyLock<Bytes> = LazyLock::new(|| {
    let entry = |document: &Document| Entry {
        name: name(document),
        url: format!("{PREFIX}/{}", document.path),
        description: description(document),
    };
    let schemas = documents().iter().map(entry).collect();
    let index = Index { revision: easyrtc_proto::PROTOCOL_REVISION, schemas };
    serde_json::to_vec_pretty(&index).unwrap_or_default().into()
});

/// The answer to a request for `path`, if a document or the list is there.
#[must_use]
pub fn serve(path: &str) -> Option<Response<Body>> {
    let mut response = match path.strip_prefix(PREFIX)? {
        "" => return Some(redirect(&format!("{PREFIX}/"))),
        "/" => content(StatusCode::OK, "application/json", INDEX.clone()),
        rest => {
            let found = document(rest.strip_prefix('/')?)?;
            let is_schema = found.path.contains('/');
            let kind = if is_schema { "application/schema+json" } else { "application/json" };
            content(StatusCode::OK, kind, Bytes::from_static(found.text.as_bytes()))
        }
    };
    let headers = response.headers_mut();
    // They are public, and the same whoever asks: pages of any origin may read them.
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    Some(response)
}
