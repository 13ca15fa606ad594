//! Revisions of the protocol as they were released: what has been promised.

use std::collections::BTreeMap;
use std::{fs, io};

use easyrtc_proto::PROTOCOL_REVISION;
use easyrtc_proto::schema::documents;
use serde_json::{Map, Value};

use crate::{Output, print, root};

/// Where they stand: one file for each, an object from the path of each schema to its content.
pub const FOLDER: &str = "schemas/revisions";

/// All schemas by their path.
pub type Bundle = BTreeMap<String, Value>;

/// The schemas as they are now.
#[must_use]
pub fn bundle() -> Bundle {
    documents().iter().map(|document| (document.path(), document.value().clone())).collect()
}

/// The file that keeps the schemas as they are now.
#[must_use]
pub fn current() -> Output {
    let bundle: Map<String, Value> = bundle().into_iter().collect();
    Output::new(
        format!("{FOLDER}/{PROTOCOL_REVISION}.json"),
        print::document(&Value::Object(bundle)),
    )
}

/// The revision that was kept last, and its schemas.
///
/// # Errors
/// If there is none, or it cannot be read.
pub fn last() -> io::Result<(String, Bundle)> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join(FOLDER))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".json").map(str::to_owned));
    }
    // Dates compare as text.
    let revision = names.into_iter().max().ok_or(io::ErrorKind::NotFound)?;
    let text = fs::read_to_string(root().join(FOLDER).join(format!("{revision}.json")))?;
    Ok((revision, serde_json::from_str(&text)?))
}
